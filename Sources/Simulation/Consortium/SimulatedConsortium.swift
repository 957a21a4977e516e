import EventLogs
import Formats
import Ingest
import Keys
import Logging
import Manifests
import Model
import PipelineFiles
import Policy
import Records
import Roles
import SecureScoring
import Stages
import Synchronization
import Telemetry
import ThreeParty
import Tokens
import Worlds

/// All roles of a consortium in one thread and one time: three parties, two members' agents on two machines each, and the
/// coordinator; over a simulated log, network and disks. What it does follows from a seed and the operations that are applied.
package final class SimulatedConsortium {
    package let terms: Terms
    package let clock: SimulatedClock
    package let broker: SimulatedBroker
    package let links: SimulatedLinks
    /// The messages that each member's system has written.
    package private(set) var sent: [[Message]]
    /// What each user of the cluster may do there, and did.
    package let rights: SimulatedRights
    private let fates: Fates
    private let plant: Plant?
    private let masks = MaskTable()
    private(set) var machines: [Role: SimulatedMachine]
    /// The processes that are meant to run.
    private var processes: [Role: SimulatedProcess] = [:]
    /// Processes that were replaced, and go on.
    private var replaced: [SimulatedProcess] = []
    private var events: [(due: Moment, event: Event)] = []
    private var random: SeededRandom
    /// The machine that each member's partition is to be on.
    private var preferred = [Int](repeating: 0, count: Terms.most)
    /// The parties that lost their state once.
    private var takesOver: Set<PartyID> = []
    private let log: (@Sendable (String) -> Void)?
    /// The folder of all roles' keys: this consortium's own, since they come and go.
    let keys: SimulatedKeys
    let conductor: SimulatedConductor
    let people: SimulatedPeople
    /// Whether a log has held transactions back, or left some out: then labels may come before their events.
    private(set) var hasHeldBack = false

    /// Something that happens later, where nothing else has come in between.
    private enum Event {
        case start(Role)
        case thaw(SimulatedProcess)
        case raise(PartyID)
    }

    /// The fates of frames to come, by receiver.
    private final class Fates: Sendable {
        let queue = Mutex<[PartyID: [SimulatedLinks.Fate]]>([:])

        func next(to party: PartyID) -> SimulatedLinks.Fate {
            queue.withLock { queue in
                guard let fate = queue[party]?.first else { return .arrives(after: .microseconds(300)) }
                queue[party]?.removeFirst()
                return fate
            }
        }
    }

    /// A consortium that nobody has started yet, or that goes on from where another one stands: with its log and disks, and new
    /// processes.
    ///
    /// - Parameters:
    ///   - plant: a bug that is planted into it.
    ///   - log: told what the roles log, a line each.
    package init(
        _ terms: Terms, from other: SimulatedConsortium? = nil, seed: UInt64, plant: Plant? = nil,
        log: (@Sendable (String) -> Void)? = nil
    ) throws {
        self.log = log
        self.terms = terms
        self.plant = plant
        rights = other.map { SimulatedRights(copying: $0.rights) } ?? SimulatedRights(terms.roster)
        random = SeededRandom(seed: seed, stream: 2)
        clock = SimulatedClock(start: other?.clock.microseconds ?? Terms.start)
        let fates = Fates()
        self.fates = fates
        links = SimulatedLinks(clock: clock) { fates.next(to: $1) }
        keys = try SimulatedKeys(copying: other?.keys.folder ?? terms.folder)
        sent = other?.sent ?? [[Message]](repeating: [], count: Terms.most)
        machines = other?.machines.mapValues { SimulatedMachine(copying: $0) } ?? [:]
        if let other {
            broker = SimulatedBroker(copying: other.broker, clock: clock)
        } else {
            broker = SimulatedBroker(clock: clock)
            try SimulatedLog(broker, clock: clock).create(terms.topics)
            let log = SimulatedLog(broker, clock: clock, access: rights.access(of: .coordinator))
            _ = try deal(terms.model, roster: terms.roster, coordinator: keys.of("coordinator"), log: log)
            if let next = terms.next {
                _ = try deal(
                    next, roster: terms.roster, coordinator: keys.of("coordinator"), log: log, activates: false)
            }
        }
        conductor = SimulatedConductor(
            terms, wanted: other?.conductor.wanted, keys: keys.of("coordinator"),
            log: SimulatedLog(broker, clock: clock, access: rights.access(of: .coordinator)), clock: clock)
        people = SimulatedPeople(terms, keys: keys, broker: broker, rights: rights, clock: clock)
        if other == nil, let next = terms.next { try announce(next.binned, sequence: 1) }
        for party in PartyID.allCases { start(.party(party.rawValue)) }
        for member in people.known { start(.agent(member: member, machine: 0)) }
    }

    // MARK: Processes

    func machine(of role: Role) -> SimulatedMachine {
        if let machine = machines[role] { return machine }
        let machine = SimulatedMachine()
        machines[role] = machine
        return machine
    }

    /// A party's counts, shares of models and place are gone, and it starts again to take over; not while another one still does,
    /// since two have nothing to deal.
    private func loseState(of party: PartyID) {
        guard PartyID.allCases.allSatisfy({ $0 == party || !isTakingOver($0) }) else { return }
        let role = Role.party(party.rawValue)
        end(role)
        machine(of: role).lose(["", ".shares", ".counts-0"])
        takesOver.insert(party)
        schedule(.start(role), in: .seconds(1))
    }

    /// Whether a party lacks what it lost.
    private func isTakingOver(_ party: PartyID) -> Bool {
        guard takesOver.contains(party) else { return false }
        let store = try? machine(of: .party(party.rawValue)).open("", takingOver: false)
        return (try? store?.value("take-over", [])) != [1]
    }

    /// Starts a role's process; one that can't start is tried again, as a supervisor does.
    private func start(_ role: Role) {
        guard processes[role] == nil else { return }
        if case .agent(let member, _) = role, !people.known.contains(member) { return }
        let own = SimulatedClock(of: clock)
        let log = SimulatedLog(broker, clock: own, access: rights.access(of: role.user))
        let process = SimulatedProcess(log: log, clock: own)
        processes[role] = process
        do {
            process.run(try stages(of: role, process))
        } catch {
            logger(role).error("the process can't start: \(error)")
            end(role)
            schedule(.start(role), in: .seconds(1))
        }
    }

    private func stages(of role: Role, _ process: SimulatedProcess) throws -> [StagePlan] {
        let logger = logger(role)
        let log = plant?.log(process.log, of: role, clock: process.clock) ?? process.log
        let stores = plant?.stores(machine(of: role), of: role) ?? machine(of: role)
        switch role {
        case .party(let number):
            guard let party = PartyID(rawValue: number) else { preconditionFailure("three parties") }
            links.set(party, isDown: false)
            return try PartyRole(
                party: party, roster: terms.roster, keystore: keys.of(party.name), stores: stores,
                limits: BatchLimits(), tokenLimit: RateLimit(elementsPerSecond: 1000, burst: 100_000), tokenAttempt: 1,
                rows: Terms.rows, log: log, logger: logger, clock: process.clock, takesOver: takesOver.contains(party),
                sideWork: { _ in .inline }
            ).stages(Metrics()) {
                let transport = links.transport(of: party)
                return plant?.transport(transport, masks: masks) ?? transport
            }
            // A training waits for its peers within a turn, which one thread can't.
            .filter { !$0.isBackground || $0.name == "refresh" || $0.name == "reasons" || $0.name == "deal" }
        case .agent(let member, let machine):
            return try AgentRole(
                member: AgreementSeat(terms.roster, log: log).entry(of: Terms.member(member).name),
                roster: terms.roster,
                keystore: keys.of(Terms.member(member).name), spec: terms.spec, binsFile: "",
                mapping: .canonical,
                rules: ValidationRules(), policy: DecisionPolicy(review: 0.5, decline: 0.9),
                shadow: terms.next.map { (ShadowSpec($0.binned), "") }, fallback: .review,
                bankCode: nil, form: SealedForm(), stores: stores, instance: "machine-\(machine)",
                sessionTimeout: .seconds(10), log: log, clock: process.clock, logger: logger
            ).stages(host: process)
        }
    }

    private func logger(_ role: Role) -> Logger {
        guard let log else { return Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() } }
        return Logger(label: "simulation") { _ in RoleLog(role: role, clock: clock, write: log) }
    }

    private func end(_ role: Role) {
        processes.removeValue(forKey: role)?.kill()
        if case .party(let number) = role, let party = PartyID(rawValue: number) { links.set(party, isDown: true) }
    }

    private func schedule(_ event: Event, in time: Duration) { events.append((clock.now + time, event)) }

    private func happen() {
        let due = events.filter { $0.due <= clock.now }
        events.removeAll { $0.due <= clock.now }
        for (_, event) in due {
            switch event {
            case .start(let role): start(role)
            case .thaw(let process): process.thaw(using: &random)
            case .raise(let party): if processes[.party(party.rawValue)] != nil { links.set(party, isDown: false) }
            }
        }
    }

    // MARK: Time

    /// Everybody works for so long.
    package func work(for time: Duration) {
        let end = clock.now + time
        var step = Self.shortest
        var before = news
        while clock.now < end {
            happen()
            conductor.turn()
            // In an order that is the same in every run, before it is shuffled.
            let running = processes.sorted { $0.key < $1.key }.map(\.value) + replaced
            round(running)
            step = news == before ? min(step * 2, Self.longest) : Self.shortest
            before = news
            let next = min(running.lazy.compactMap(\.wake).min() ?? end, events.lazy.map(\.due).min() ?? end, end)
            clock.wait(for: max(next - clock.now, step))
        }
    }

    /// The least time that passes between two rounds of turns: longer where each waits for another.
    private static let shortest = Duration.microseconds(200)
    private static let longest = Duration.milliseconds(5)

    /// A number that grows with everything that one process could hear from another.
    private var news: Int { broker.appends + links.frames }

    /// Every process takes a step with each of its stages that are due, in an order that is drawn.
    private func round(_ running: [SimulatedProcess]) {
        for process in running.shuffled(using: &random) { process.step(using: &random) }
        for (role, process) in processes.sorted(by: { $0.key < $1.key }) {
            guard let failure = process.failure else { continue }
            logger(role).error("the process has ended: \(failure)")
            end(role)
            schedule(.start(role), in: .seconds(1))
        }
        for process in replaced where process.failure != nil { process.kill() }
        replaced.removeAll { $0.failure != nil }
    }

    // MARK: Operations

    package func apply(_ operation: Operation) {
        log?("-- \(operation)")
        switch operation {
        case .send(let member, let messages): send(messages, from: member)
        case .work(let time): work(for: .milliseconds(time))
        case .crash(let role, let time):
            end(role)
            schedule(.start(role), in: .milliseconds(time))
        case .restart(let role): restart(role)
        case .freeze(let role, let steps, let time): freeze(processes[role], after: steps, for: time)
        case .loseState(let number):
            if let party = PartyID(rawValue: number) { loseState(of: party) }
        case .replace(let member, let time):
            replace(.agent(member: member, machine: preferred[member]), frozenFor: time)
        case .handOver(let member): handOver(member)
        case .log(let role, let fault):
            switch fault {
            case .holdBack, .loseTransactions: hasHeldBack = true
            default: break
            }
            processes[role]?.log.disturb(fault)
        case .recoverLog(let role): processes[role]?.log.recover()
        case .fillDisk(let role, let commits): machine(of: role).fail(commits: commits)
        case .jump(let role, let seconds): processes[role]?.clock.jump(by: .seconds(seconds))
        case .frames(let number, let fate, let count):
            guard let party = PartyID(rawValue: number) else { return }
            fates.queue.withLock { $0[party, default: []] += [SimulatedLinks.Fate](repeating: fate, count: count) }
        case .loseLinks(let number, let time):
            guard let party = PartyID(rawValue: number) else { return }
            links.set(party, isDown: true)
            schedule(.raise(party), in: .milliseconds(time))
        case .rotateTokenKey: rotateTokenKey()
        case .rotateKeys: conductor.order()
        case .restartCoordinator: conductor.restart()
        case .join(let member):
            people.join(member)
            if people.known.contains(member) { start(.agent(member: member, machine: preferred[member])) }
        case .leave(let member): people.leave(member)
        case .expel(let member): people.expel(member)
        }
    }

    /// A member's system writes records; it does so again until the broker has them.
    private func send(_ messages: [Message], from member: Int) {
        guard people.known.contains(member) else { return }
        let topic = TopicPartition(Topics.transactions(Terms.member(member)))
        let records = messages.map { NewRecord(topic, value: $0.record) }
        guard (try? SimulatedLog(broker, clock: clock).append(records)) != nil else {
            preconditionFailure("the members' own log has no faults")
        }
        sent[member] += messages
    }

    private func restart(_ role: Role) {
        guard let process = processes[role] else { return }
        process.thaw(using: &random)
        process.ask()
        for _ in 0..<200 where !process.hasEnded { work(for: .milliseconds(20)) }
        // It may have failed meanwhile, and another have taken its place.
        guard processes[role] === process else { return }
        end(role)
        start(role)
    }

    private func freeze(_ process: SimulatedProcess?, after steps: Int = 0, for time: Int) {
        guard let process else { return }
        process.freeze(after: steps)
        schedule(.thaw(process), in: .milliseconds(time))
    }

    private func replace(_ role: Role, frozenFor time: Int) {
        if let process = processes.removeValue(forKey: role) {
            replaced.append(process)
            if time > 0 { freeze(process, for: time) }
        }
        start(role)
    }

    private func handOver(_ member: Int) {
        guard people.known.contains(member) else { return }
        preferred[member] = 1 - preferred[member]
        start(.agent(member: member, machine: preferred[member]))
        broker.prefer(instance: "machine-\(preferred[member])", in: "\(Terms.member(member)).agents")
    }

    /// Orders a new token key, where there is one to be rotated.
    private func rotateTokenKey() {
        _ = try? TokenRotation(
            ordering: terms.roster, coordinator: keys.of("coordinator"),
            log: SimulatedLog(broker, clock: clock, access: rights.access(of: .coordinator)))
    }

    /// Every fault ends, and everybody who is meant to run does.
    package func heal() {
        fates.queue.withLock { $0 = [:] }
        events = []
        for (role, process) in processes.sorted(by: { $0.key < $1.key }) {
            process.thaw(using: &random)
            process.log.recover()
            process.clock.set()
            machine(of: role).recover()
        }
        for machine in machines.values { machine.recover() }
        for process in replaced {
            process.thaw(using: &random)
            process.log.recover()
            process.clock.set()
        }
        for party in PartyID.allCases {
            start(.party(party.rawValue))
            links.set(party, isDown: false)
        }
        for member in people.known { start(.agent(member: member, machine: preferred[member])) }
    }
}
