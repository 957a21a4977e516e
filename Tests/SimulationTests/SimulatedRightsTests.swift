import EventLogs
import Records
import Roles
import Simulation
import Testing

@Suite("Access lists in a simulated consortium")
struct SimulatedRightsTests {
    @Test("are enough for all that its roles do, and name little that they don't")
    func enough() throws {
        let terms = try Terms()
        var used: Set<SimulatedRights.Use> = []
        for seed in 1...12 as ClosedRange<UInt64> {
            // A refused call would keep the run from its end, which the other suites hold.
            let consortium = try SimulatedConsortium(terms, seed: seed)
            for operation in Schedule(seed: seed).operations { consortium.apply(operation) }
            consortium.heal()
            used.formUnion(consortium.rights.used)
        }
        let members = (0..<Terms.members).map(Terms.member)
        for user in PartyID.allCases.map(LogUser.party) + members.map(LogUser.agent) {
            let rights = TopicRights(of: user, members: members)
            let unread = rights.reads.filter { topic in
                !used.contains { $0.user == user && $0.topic == topic && !$0.writes }
            }
            let unwritten = rights.writes.filter { topic in
                !used.contains { $0.user == user && $0.topic == topic && $0.writes }
            }
            // What schedules have not: trainings, audit logs, replays, reasons, changes of members, records that are of no member.
            let rest = Set(
                [Topics.sync, Topics.agreement, Topics.audit, Topics.replays, Topics.reasons, Topics.rejected]
                    + members.flatMap { [Topics.evidence($0), Topics.contributions($0), Topics.reasons($0)] })
            let refused = Set(members.map(Topics.rejected))
            // And, of agents, the requests over HTTP.
            let asked = Set(members.map(Topics.transactions) + members.map(Topics.alerts))
            #expect(Set(unwritten).subtracting(rest).subtracting(refused).subtracting(asked) == [], "\(user)")
            if case .party = user { #expect(Set(unread).subtracting(rest) == [], "\(user)") }
        }
        #expect(!used.isEmpty)
    }

    @Test("refuse what they do not name, by name, and note nothing of it")
    func refuse() throws {
        let clock = SimulatedClock(start: Terms.start)
        let broker = SimulatedBroker(clock: clock)
        let topics = [Topics.sealed, Topics.labels].map { TopicSettings(name: $0, partitions: 1) }
        try SimulatedLog(broker, clock: clock).create(topics)
        struct Nothing: LogAccess {
            func read(_ topic: String) -> Bool { topic == Topics.sealed }
            func write(_ topic: String) -> Bool { topic == Topics.labels }
        }
        let log = SimulatedLog(broker, clock: clock, access: Nothing())
        let (sealed, labels) = (TopicPartition(Topics.sealed), TopicPartition(Topics.labels))
        #expect(throws: LogError.failed(reason: "not authorised to write consortium.sealed")) {
            try log.append([NewRecord(labels, value: [1]), NewRecord(sealed, value: [2])])
        }
        #expect(try log.end(of: labels) == 0 && log.end(of: sealed) == 0)
        try log.append([NewRecord(labels, value: [1])])
        #expect(throws: LogError.failed(reason: "not authorised to read consortium.labels")) {
            try log.reader(at: [Position(labels, 0)])
        }
        _ = try log.reader(at: [Position(sealed, 0)])
        #expect(throws: LogError.failed(reason: "not authorised to write consortium.sealed")) {
            try log.writer(id: "a").append([NewRecord(sealed, value: [2])], committing: [], group: "g")
        }
    }
}
