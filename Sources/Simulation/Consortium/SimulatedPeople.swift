import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Synchronization

/// The people of a simulated consortium who agree on who takes part: each sits at its own seat, signs by its own key, and says
/// nothing that would not count.
final class SimulatedPeople {
    private let terms: Terms
    private let keys: SimulatedKeys
    private let broker: SimulatedBroker
    private let rights: SimulatedRights
    private let clock: SimulatedClock
    private var topic: AgreementTopic?

    init(
        _ terms: Terms, keys: SimulatedKeys, broker: SimulatedBroker, rights: SimulatedRights, clock: SimulatedClock
    ) {
        self.terms = terms
        self.keys = keys
        self.broker = broker
        self.rights = rights
        self.clock = clock
    }

    // MARK: Looking

    /// What the log says of versions and epochs.
    var history: ConsortiumHistory {
        do {
            let topic = try self.topic ?? AgreementTopic(terms.roster, log: SimulatedLog(broker, clock: clock))
            self.topic = topic
            try topic.read()
            return topic.history
        } catch { preconditionFailure("the people's own log has no faults: \(error)") }
    }

    /// The numbers of members that have topics: the founding ones, and whoever has come so far as to join.
    var known: [Int] {
        (0..<Terms.most).filter { number in
            broker.state.withLock { $0.topics[Topics.transactions(Terms.member(number))] != nil }
        }
    }

    /// The numbers of members that take part by the version in force.
    var present: [Int] {
        let agreement = history.agreement.inForce.agreement
        return (0..<Terms.most).filter { agreement.member(Terms.member($0))?.takesPart ?? false }
    }

    /// The numbers of members that took part, and take none by the version in force.
    var left: [Int] {
        let agreement = history.agreement.inForce.agreement
        return (0..<Terms.most).filter { agreement.member(Terms.member($0)).map { !$0.takesPart } ?? false }
    }

    /// Whether there is a version in force that no epoch of keys stands on.
    var isWaiting: Bool {
        let history = history
        return history.agreement.inForce.digest != history.effective.digest
    }

    // MARK: Agreeing

    /// Whoever joins gets topics before anybody is asked, as `cordon topics create` makes them.
    func join(_ number: Int) {
        let entry = terms.entries[number]
        guard history.agreement.inForce.agreement.member(entry.id) == nil, let proposer = present.first else { return }
        let log = SimulatedLog(broker, clock: clock)
        do { try log.create(terms.topics(of: entry.id)) } catch { preconditionFailure("\(error)") }
        rights.add(entry.id)
        agree(by: proposer) { [day] next in
            try next.join(
                .member(entry.id, identity: entry.identity, hpke: entry.hpke), budget: entry.budget, votes: true,
                day: day)
        }
    }

    /// The last member stays: there is no consortium without one.
    func leave(_ number: Int) {
        guard present.contains(number) else { return }
        agree(by: number) { [day] in
            try $0.end(Terms.member(number), .init(day: day, isExpulsion: false, withdrawsLabels: false))
        }
    }

    /// Of two members neither can expel the other.
    func expel(_ number: Int) {
        guard present.contains(number), let proposer = present.first(where: { $0 != number }) else { return }
        agree(by: proposer) { [day] in
            try $0.end(Terms.member(number), .init(day: day, isExpulsion: true, withdrawsLabels: false))
        }
    }

    private var day: Int { Int(clock.microseconds / 1_000_000 / EventTime.day) }

    /// Has a version proposed, and signed by everybody who may sign it until it is in force. What the history refuses is nothing.
    private func agree(by proposer: Int, _ change: (inout ConsortiumAgreement) throws -> Void) {
        guard var version = try? seat(Terms.member(proposer).name).propose(change) else { return }
        for author in version.unsigned where !version.missing.isEmpty {
            guard let name = author.keystore, let signed = try? seat(name).sign(version) else { continue }
            version = signed
        }
    }

    private func seat(_ name: String) throws -> AgreementSeat {
        try AgreementSeat(
            terms.roster, keystore: keys.of(name), log: SimulatedLog(broker, clock: clock), clock: clock)
    }
}

extension SyncAuthor {
    /// The folder of an author's keys; nil of operators, of whom there are none.
    fileprivate var keystore: String? {
        switch self {
        case .member(let id): id.name
        case .party(let party): party.name
        case .coordinator: "coordinator"
        case .operator: nil
        }
    }
}
