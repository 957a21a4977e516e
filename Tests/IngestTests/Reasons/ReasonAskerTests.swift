import EventLogs
import Foundation
import Ingest
import LocalStore
import Model
import Policy
import Records
import Sealing
import Simulation
import Support
import Telemetry
import Testing
import ThreeParty

@Suite("An agent that asks why its alerts were ones")
struct ReasonAskerTests {
    private let bank: DecidingBank
    /// Two specs of as many features, whose bits the agent shares.
    private let specs: [BinnedSpec]

    init() throws {
        bank = try DecidingBank()
        let member = bank.sessions.member
        try bank.log.create(
            [Topics.reasons, Topics.reasons(member), Topics.contributions(member)].map { TopicSettings(name: $0) })
        specs = try [["a", "b"], ["c", "d"]].map { names in
            try BinnedSpec(
                spec: FeatureSpec(name: names[0], features: names.map { Feature(name: $0, kind: .amount) }),
                edges: [[1, 2], [3]])
        }
    }

    /// What the agent tells of an alert by a model of a spec, to which the second feature added most.
    private func told(by featureSpec: UInt64) throws -> ReasonsEvent.Detail {
        let (member, log, clock) = (bank.sessions.member, bank.log, bank.clock)
        let plan = Plan(1, [0: 50, 1: 60], in: UInt16.self)
        let place = ReasonsEvent.Place(
            first: 4, end: 9, row: 1, epoch: bank.sessions.epoch,
            model: plan.model.bytes.map { String(format: "%02x", $0) }.joined())
        let wanted = ReasonsEvent(
            id: "e", member: member, transaction: "t", time: EventTime(seconds: 1_700_000_000),
            data: .init(state: .wanted, modelVersion: "v1", place: place, values: [7, 8], named: []))
        try log.append([NewRecord(TopicPartition(Topics.reasons(member)), key: Array("e".utf8), value: wanted.json)])
        for party in PartyID.allCases {
            let record = plan.record(party, bank.sessions) { ($0.first, $0.end) = (4, 9) }
            try log.append([NewRecord(TopicPartition(Topics.scores(member)), value: record.encoded)])
        }
        let card = ModelCard(
            calibration: try Calibration(points: [.init(score: 0, probability: 0.1)]), fractionBits: 14,
            featureSpec: featureSpec)
        let asker = ReasonAsker(
            ReasonAsker.Terms(
                member: member, specs: specs, daily: 1_000_000, sealing: bank.sessions.sealing,
                random: { [UInt8](repeating: 5, count: $0) }),
            log: log, sessions: bank.sessions.find, card: { _ in card }, clock: clock, metrics: Metrics(),
            logger: .silent)
        func records(_ topic: String) throws -> [LogRecord] {
            try log.reader(at: [Position(TopicPartition(topic), 0)]).available(limit: 100)
        }
        func work(until isDone: () throws -> Bool) throws {
            for _ in 0..<100 where try !isDone() {
                _ = try asker.turn(until: clock.now)
                clock.wait(for: .milliseconds(100))
            }
            try #require(try isDone())
        }
        try work { try !records(Topics.reasons).isEmpty }
        let request = try #require(ReasonRequest(decoding: records(Topics.reasons)[0].value ?? []))
        for party in PartyID.allCases {
            // By choice and feature; then a byte each for what is shown.
            var elements = [UInt32](repeating: 0, count: ReasonRequest.choices * 2)
            if party == .one { (elements[0], elements[1]) = (10, 300) }
            let share = ReasonAnswer.Share(
                plan: plan.digest,
                bytes: UInt32.pack(elements) + [UInt8](repeating: 0, count: ReasonRequest.choices))
            let session = try #require(bank.sessions.parties[party])
            try log.append([
                NewRecord(
                    TopicPartition(Topics.contributions(member)),
                    value: ReasonAnswer.sealed(.success(share), to: request, by: party, session))
            ])
        }
        try work { try records(Topics.reasons(member)).count > 1 }
        let said = try #require(records(Topics.reasons(member)).last)
        return try #require(ReasonsEvent(json: said.value ?? [])).data
    }

    @Test("names the features of the spec that the model read, of the two that it shares", arguments: [0, 1])
    func names(spec: Int) throws {
        let said = try told(by: specs[spec].id)
        #expect(said.state == .given && said.modelVersion == "v1")
        #expect(said.reasons?.map(\.feature) == [["b", "a"], ["d", "c"]][spec])
        #expect(said.reasons?.map(\.value) == [8, 7])
    }

    @Test("tells that it has none of a model whose features it does not know, and names no other ones")
    func unknown() throws {
        let said = try told(by: 5)
        #expect(said.state == .refused && said.code == "no_answer" && said.reasons == nil)
    }
}
