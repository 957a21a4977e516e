package import EventLogs
import Records
package import Stages
import Synchronization

/// The log as one simulated process sees it: the topics of a broker, with faults of its own. A call that would wait lets
/// simulated time pass instead.
package final class SimulatedLog: EventLog {
    struct Faults {
        var refusedAppends = 0
        var lostAnswers = 0
        var refusedReads = 0
        var lag = 0
        var delay = Duration.zero
        var lostLabels = 0
        var lostTransactions = 0
        var heldBack = 0
        var held: [NewRecord] = []
        var isDead = false

        /// The records of an append that is not refused which are in the log then, and those that others overtake now.
        mutating func pass(_ batch: [NewRecord]) -> [NewRecord] {
            var passed: [NewRecord] = []
            let late = held
            held = []
            for record in batch {
                let isLabels = record.partition.topic == Topics.labels
                let isSealed = record.partition.topic == Topics.sealed
                if isLabels, lostLabels > 0 {
                    lostLabels -= 1
                } else if isSealed, lostTransactions > 0 {
                    lostTransactions -= 1
                } else if heldBack > 0, isLabels || isSealed {
                    heldBack -= 1
                    held.append(record)
                } else {
                    passed.append(record)
                }
            }
            return passed + late
        }
    }

    let broker: SimulatedBroker
    let clock: any StageClock
    private let faults = Mutex(Faults())
    private let access: (any LogAccess)?

    /// - Parameter access: the cluster's access list for this process; nil where everything is allowed.
    package init(_ broker: SimulatedBroker, clock: any StageClock, access: (any LogAccess)? = nil) {
        self.broker = broker
        self.clock = clock
        self.access = access
    }

    /// Refuses what the access list does not name, as a broker does.
    func check(_ batch: [NewRecord]) throws(LogError) {
        guard let access else { return }
        for topic in Set(batch.map(\.partition.topic)) where !access.write(topic) {
            throw .failed(reason: "not authorised to write \(topic)")
        }
    }

    /// Lets a fault begin. Faults of a number add up; a lag takes the place of the one before.
    package func disturb(_ fault: LogFault) {
        // What was held back of a process that goes comes then.
        if case .dead = fault { appendHeld() }
        faults.withLock { faults in
            switch fault {
            case .refuseAppends(let number): faults.refusedAppends += number
            case .loseAnswers(let number): faults.lostAnswers += number
            case .refuseReads(let number): faults.refusedReads += number
            case .lag(let records): faults.lag = records
            case .slow(let delay): faults.delay = delay
            case .loseLabels(let number): faults.lostLabels += number
            case .loseTransactions(let number): faults.lostTransactions += number
            case .holdBack(let number): faults.heldBack += number
            case .dead: faults.isDead = true
            }
        }
    }

    /// Ends every fault but death.
    package func recover() {
        appendHeld()
        faults.withLock { $0 = Faults(isDead: $0.isDead) }
    }

    private func appendHeld() {
        let held = faults.withLock { faults in
            defer { faults.held = [] }
            return faults.held
        }
        let time = broker.clock.microseconds
        if !held.isEmpty { broker.state.withLock { _ = try? $0.append(held, at: time) } }
    }

    private static let refused = LogError.unreachable(reason: "the simulated broker refuses")

    func checkAlive() throws(LogError) {
        guard !faults.withLock({ $0.isDead }) else { throw .failed(reason: "the simulated process is gone") }
    }

    /// To be called before each read.
    func beginRead() throws(LogError) {
        try checkAlive()
        clock.wait(for: faults.withLock { $0.delay })
        let isRefused = faults.withLock { faults in
            guard faults.refusedReads > 0 else { return false }
            faults.refusedReads -= 1
            return true
        }
        if isRefused { throw Self.refused }
    }

    /// Carries an append out as its faults have it.
    func appending<T>(_ body: () throws(LogError) -> T) throws(LogError) -> T {
        try checkAlive()
        clock.wait(for: faults.withLock { $0.delay })
        let (isRefused, isLost) = faults.withLock { faults in
            if faults.refusedAppends > 0 {
                faults.refusedAppends -= 1
                return (true, false)
            }
            guard faults.lostAnswers > 0 else { return (false, false) }
            faults.lostAnswers -= 1
            return (false, true)
        }
        if isRefused { throw Self.refused }
        let result = try body()
        if isLost { throw Self.refused }
        return result
    }

    /// How many records of a partition this process sees coming.
    func visible(_ partition: TopicPartition) throws(LogError) -> Int64 {
        let lag = faults.withLock { $0.lag }
        let all = try end(of: partition)
        return max(0, all - Int64(lag))
    }

    private func read<T>(_ body: (SimulatedBroker.State) throws(LogError) -> T) throws(LogError) -> T {
        try broker.state.withLock { state throws(LogError) in try body(state) }
    }

    // MARK: EventLog

    package func create(_ topics: [TopicSettings]) throws(LogError) {
        broker.state.withLock { state in
            for topic in topics {
                let known = state.topics[topic.name]?.partitions ?? 0
                state.topics[topic.name] = topic
                state.topics[topic.name]?.partitions = max(known, topic.partitions)
            }
        }
    }

    package func topics() throws(LogError) -> [TopicSettings] {
        try read { state throws(LogError) in state.topics.values.sorted { $0.name < $1.name } }
    }

    package func partitions(of topic: String) throws(LogError) -> Int {
        try read { state throws(LogError) in
            guard let found = state.topics[topic] else { throw .unknownTopic(topic) }
            return found.partitions
        }
    }

    @discardableResult
    package func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        try check(batch)
        return try appending { () throws(LogError) in
            try broker.state.withLock { state throws(LogError) in
                for record in batch { try state.check(record.partition) }
                // Not before it is known that this is in the log: what is held back of earlier appends goes with it.
                let passed = faults.withLock { $0.pass(batch) }
                return try state.append(passed, at: broker.clock.microseconds)
            }
        }
    }

    package func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        try beginRead()
        for position in positions where access?.read(position.partition.topic) == false {
            throw .failed(reason: "not authorised to read \(position.partition.topic)")
        }
        return try SimulatedReader(positions, log: self)
    }

    package func earliest(of partition: TopicPartition) throws(LogError) -> Int64 {
        try read { state throws(LogError) in
            try state.check(partition)
            return 0
        }
    }

    package func end(of partition: TopicPartition) throws(LogError) -> Int64 {
        try checkAlive()
        return try read { state throws(LogError) in
            try state.check(partition)
            return Int64(state.records[partition]?.count ?? 0)
        }
    }

    package func commit(_ positions: [Position], group: String) throws(LogError) {
        try checkAlive()
        try broker.state.withLock { state throws(LogError) in
            for position in positions { try state.check(position.partition) }
            for position in positions { state.committed[group, default: [:]][position.partition] = position.offset }
        }
    }

    package func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try checkAlive()
        return try read { state throws(LogError) in
            try state.check(partition)
            return state.committed[group]?[partition]
        }
    }

    package func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember {
        try checkAlive()
        return try SimulatedGroupMember(settings, log: self)
    }

    package func writer(id: String) throws(LogError) -> any FencedWriter {
        try checkAlive()
        return SimulatedWriter(id: id, log: self)
    }
}

/// The access list of one user of a simulated cluster: asked for each topic that is read or written.
package protocol LogAccess: Sendable {
    func read(_ topic: String) -> Bool
    func write(_ topic: String) -> Bool
}
