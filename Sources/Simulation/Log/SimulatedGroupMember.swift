import EventLogs
import Stages
import Synchronization

/// A process's place in a simulated consumer group.
final class SimulatedGroupMember: GroupMember {
    private let log: SimulatedLog
    private let settings: GroupSettings
    private let partitions: [TopicPartition]
    private var id: Int
    private var held: Set<TopicPartition> = []
    private var revoking: Set<TopicPartition> = []
    private var hasJoined = false
    private var hasLeft = false

    init(_ settings: GroupSettings, log: SimulatedLog) throws(LogError) {
        self.log = log
        self.settings = settings
        var partitions: [TopicPartition] = []
        for topic in settings.topics {
            for number in 0..<(try log.partitions(of: topic)) { partitions.append(TopicPartition(topic, number)) }
        }
        self.partitions = partitions
        let now = log.clock.now
        id = log.broker.state.withLock { $0.groups[settings.group, default: SimulatedGroup()].join(settings, at: now) }
    }

    func next(timeout: Duration) throws(LogError) -> GroupChange? {
        guard !hasLeft else { return nil }
        try log.beginRead()
        if let change = try turn() { return change }
        log.clock.wait(for: timeout)
        return nil
    }

    private func turn() throws(LogError) -> GroupChange? {
        let now = log.clock.now
        return try log.broker.state.withLock { state throws(LogError) in
            var group = state.groups[settings.group] ?? SimulatedGroup()
            defer { state.groups[settings.group] = group }
            if let instance = settings.instance, group.newest[instance] != id { throw .fenced(writer: instance) }
            group.expire(at: now)
            guard group.members[id] != nil else {
                let lost = held
                (held, revoking) = ([], [])
                id = group.join(settings, at: now)
                return lost.isEmpty ? nil : .lost(lost.sorted())
            }
            group.members[id]?.heard = now
            return change(&group)
        }
    }

    private func change(_ group: inout SimulatedGroup) -> GroupChange? {
        let lost = held.filter { group.owners[$0] != id }
        guard lost.isEmpty else {
            held.subtract(lost)
            revoking.subtract(lost)
            return .lost(lost.sorted())
        }
        for partition in partitions where group.owners[partition] == nil && group.target == id {
            group.owners[partition] = id
        }
        let new = partitions.filter { group.owners[$0] == id && !held.contains($0) }
        if !new.isEmpty || !hasJoined {
            hasJoined = true
            held.formUnion(new)
            return .assigned(new)
        }
        let unwanted = held.subtracting(revoking)
        guard group.target != id, !unwanted.isEmpty else { return nil }
        revoking.formUnion(unwanted)
        return .revoked(unwanted.sorted())
    }

    func release(_ partitions: [TopicPartition]) throws(LogError) {
        try log.checkAlive()
        log.broker.state.withLock { state in
            for partition in partitions where state.groups[settings.group]?.owners[partition] == id {
                state.groups[settings.group]?.owners[partition] = nil
            }
        }
        held.subtract(partitions)
        revoking.subtract(partitions)
    }

    func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        // A process that is gone can't say so: its session runs out.
        guard (try? log.checkAlive()) != nil else { return }
        log.broker.state.withLock { $0.groups[settings.group]?.leave(id) }
    }
}
