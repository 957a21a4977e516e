import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("A party's answers over the log")
struct TokenStageTests {
    let world: TokenWorld
    let element: [UInt8]

    init() throws {
        world = try TokenWorld()
        element = GroupElement.generator.compressed
    }

    /// What the party keeps of rates and batches.
    private func kept(_ party: PartyID = .zero) throws -> (levels: [String: Int64], batches: Int) {
        let state = try SQLiteStateStore(path: world.stateFile(party))
        var levels: [String: Int64] = [:]
        try state.scan("token-rates") { entry in
            levels[String(decoding: entry.key, as: UTF8.self)] = entry.value.reduce(0) { $0 << 8 | Int64($1) }
        }
        var batches = 0
        try state.scan("token-batches/bank-a") { _ in batches += 1 }
        return (levels, batches)
    }

    private func count(_ name: String, _ reason: String, _ party: PartyID = .zero) -> Double {
        world.metrics[party]?.value(name, .init("member", "bank-a"), .init("reason", reason)) ?? -1
    }

    private func refusals() throws -> [TokenError] {
        try world.answers().compactMap { if case .failure(_, let error) = $0.answer { error } else { nil } }
    }

    @Test("every named error goes back to the member, is counted, and changes nothing")
    func refuses() throws {
        let now = world.clock.milliseconds
        let good = element
        let cases: [(record: [UInt8], error: TokenError)] = [
            (try world.rawBatch(good + [2]), .malformed),
            (try world.rawBatch([4] + good.dropFirst()), .malformed),
            (try world.rawBatch([]), .wrongBatchSize),
            (try world.rawBatch((0..<1025).flatMap { _ in good }), .wrongBatchSize),
            (try world.rawBatch(good + [UInt8](repeating: 0, count: 33)), .pointIsIdentity),
            (try world.rawBatch([2] + [UInt8](repeating: 255, count: 32)), .coordinateNotCanonical),
            // x = 1 has no y on P-256.
            (try world.rawBatch([2] + [UInt8](repeating: 0, count: 31) + [1]), .pointNotOnCurve),
            (try world.rawBatch(good, kind: 2), .unknownKind),
            (try world.rawBatch(good, time: now - 600_001), .requestExpired),
            (try world.rawBatch(good, time: now + 600_001), .requestExpired),
        ]
        try world.append(cases.map(\.record), to: Topics.blinded(bankA))
        let stage = try world.stage(.zero)
        #expect(try stage.turn() == .worked)
        #expect(try refusals() == cases.map(\.error))
        for (code, errors) in Dictionary(grouping: cases.map(\.error), by: \.code) {
            #expect(count("cordon_token_batches_refused_total", code) == Double(errors.count), "\(code)")
        }
        let kept = try kept()
        #expect(kept.levels.isEmpty)
        #expect(kept.batches == 0)
        // What is at the bounds is answered.
        try world.append(
            [try world.rawBatch(good, time: now - 600_000), try world.rawBatch(good, time: now + 600_000)],
            to: Topics.blinded(bankA))
        #expect(try stage.turn() == .worked)
        #expect(try world.answers().suffix(2).allSatisfy { if case .evaluation = $0.answer { true } else { false } })
    }

    @Test(
        "what parties may differ in is charged in any case: an epoch that is stale here, a session that is not known here"
    )
    func charged() throws {
        let batches = [
            try world.rawBatch(element, epoch: 2), try world.rawBatch(element, epoch: 0),
            try world.rawBatch(element + element, session: 2),
        ]
        try world.append(batches + batches, to: Topics.blinded(bankA))
        try world.stage(.zero).turn()
        #expect(try refusals() == [.staleEpoch(current: TokenEpoch(1)), .staleEpoch(current: TokenEpoch(1))])
        #expect(count("cordon_token_batches_refused_total", "stale_epoch") == 2)
        #expect(count("cordon_token_records_dropped_total", "unknown_session") == 1)
        // Once each: whoever repeats a member's record has it charged nothing more.
        #expect(count("cordon_token_records_dropped_total", "repeated") == 3)
        #expect(try kept().levels == ["bank-a": (2000 - 4) * 1000])
        #expect(try kept().batches == 3)
    }

    @Test("a rate that is used up is a refusal with a time, at which the same batch fits")
    func rate() throws {
        try world.leave(1500, to: bankA, at: .zero)
        let stage = try world.stage(.zero)
        try world.append([try world.rawBatch(element + element)], to: Topics.blinded(bankA))
        try stage.turn()
        let until = world.clock.milliseconds + 50
        #expect(try refusals() == [.rateExhausted(until: until)])
        #expect(try kept().levels == ["bank-a": 1500])
        world.clock.advance(.milliseconds(50))
        try world.append([try world.rawBatch(element + element)], to: Topics.blinded(bankA))
        try stage.turn()
        #expect(try refusals().count == 1)
        #expect(try kept().levels == ["bank-a": 0])
    }

    @Test("a log whose clock runs ahead lends no rate")
    func fastClock() throws {
        try world.leave(0, to: bankA, at: .zero)
        let own = StillClock()
        let stage = try world.stage(.zero, clock: own)
        world.clock.advance(.seconds(60))
        try world.append(
            [try world.rawBatch(element, time: own.milliseconds)], to: Topics.blinded(bankA))
        try stage.turn()
        #expect(try refusals() == [.rateExhausted(until: own.milliseconds + 100)])
    }

    @Test("a member that the party does not serve is told so")
    func unknownMember() throws {
        try world.append([try world.rawBatch(element)], to: Topics.blinded(bankA))
        try world.stage(.zero, known: [bankB]).turn()
        #expect(try refusals() == [.unknownMember])
    }

    @Test("what its member did not write is counted, not answered, and changes nothing")
    func drops() throws {
        let good = try world.rawBatch(element)
        var changed = good
        changed[60] ^= 1
        var unsigned = try #require(WireBlindedBatch(decoding: good))
        unsigned.signature = Data()
        var cut = try #require(WireBlindedBatch(decoding: good))
        cut.signature.removeLast()
        let cases: [(record: [UInt8]?, fault: RecordFault)] = [
            (changed, .notAuthentic),
            (unsigned.encoded, .unreadable),
            (cut.encoded, .unreadable),
            // Of the right form and another member's keys.
            (try world.rawBatch(element, member: bankB, named: "bank-a"), .notAuthentic),
            (try world.rawBatch(element, member: bankB), .misdirected),
            (try world.rawBatch(element, named: "no member!"), .misdirected),
            (try world.rawBatch(element, id: [1, 2, 3]), .unreadable),
            (try world.rawBatch(element, schema: 1), .unreadable),
            (Array(good.dropLast()), .unreadable),
            (nil, .unreadable),
            ([], .unreadable),
            ([UInt8](repeating: 1, count: UnverifiedBlindedBatch.byteLimit + 1), .oversized),
        ]
        try world.append(cases.map(\.record), to: Topics.blinded(bankA))
        let stage = try world.stage(.zero)
        #expect(try stage.turn() == .worked)
        #expect(try world.records(Topics.evaluations(bankA)).isEmpty)
        for (code, faults) in Dictionary(grouping: cases.map(\.fault), by: \.code) {
            #expect(count("cordon_token_records_dropped_total", code) == Double(faults.count), "\(code)")
        }
        #expect(try kept().levels.isEmpty)
        // The record itself was good.
        try world.append([good], to: Topics.blinded(bankA))
        try stage.turn()
        #expect(try world.answers().count == 1)
    }

    @Test("a repeated record is evaluated and charged once, in one turn, in two, and after a restart")
    func repeats() throws {
        let batch = try world.batch(cards(3))
        try world.append([batch.value, batch.value], to: Topics.blinded(bankA))
        let stage = try world.stage(.zero)
        try stage.turn()
        try world.append([batch.value], to: Topics.blinded(bankA))
        try stage.turn()
        try world.append([batch.value], to: Topics.blinded(bankA))
        #expect(try world.stage(.zero).turn() == .worked)
        #expect(try world.answers().count == 1)
        #expect(count("cordon_token_records_dropped_total", "repeated") == 3)
        #expect(try kept().levels == ["bank-a": (2000 - 3) * 1000])
    }

    @Test("a party killed between its answer and its commit answers the same bytes again, and charges once")
    func killed() throws {
        let batch = try world.batch(cards(3))
        try world.append([batch.value, try world.rawBatch(element, kind: 9)], to: Topics.blinded(bankA))
        let failing = FailingStore(
            try SQLiteStateStore(path: world.stateFile(.zero)), failing: .failed(reason: "killed"))
        #expect(throws: LogError.failed(reason: "killed")) {
            try world.stage(.zero, state: failing).turn()
        }
        #expect(try kept().levels.isEmpty)
        // It is back some time later.
        world.clock.advance(.seconds(120))
        #expect(try world.stage(.zero).turn() == .worked)
        let answers = try world.records(Topics.evaluations(bankA)).map(\.value)
        #expect(answers.count == 4)
        #expect(Array(answers[..<2]) == Array(answers[2...]))
        #expect(try kept().levels == ["bank-a": (2000 - 3) * 1000])
        #expect(try kept().batches == 1)
        // Once committed, nothing is read again.
        #expect(try world.stage(.zero).turn() == .idle)
        // The member takes the first and is not confused by the second.
        #expect(try batch.batch.receive(world.answers()[0].answer) == .waiting)
        #expect(throws: TokenError.unexpectedAnswer(.zero)) {
            try batch.batch.receive(world.answers()[2].answer)
        }
    }

    @Test("a log that can't be reached for a while costs nothing but time")
    func unreachable() throws {
        let batch = try world.batch(cards(3))
        try world.append([batch.value], to: Topics.blinded(bankA))
        let failing = FailingStore(
            try SQLiteStateStore(path: world.stateFile(.zero)), failing: .unreachable(reason: "a test"))
        let stage = try world.stage(.zero, state: failing)
        // Until the position is committed.
        var failures = 0
        try StageThread(clock: world.clock) { _ in failures += 1 }.run(stage) { (try? kept().batches) == 1 }
        #expect(try kept().levels == ["bank-a": (2000 - 3) * 1000])
        #expect(failures == 1)
    }

    @Test("where retention took records, the party goes on from what is there")
    func lost() throws {
        let first = try world.batch(cards(1), seed: 1)
        let second = try world.batch(cards(1), seed: 2)
        try world.append([first.value, second.value], to: Topics.blinded(bankA))
        let log = LostLog(world.log, losing: Position(TopicPartition(Topics.blinded(bankA)), 0))
        let stage = try world.stage(.zero, log: log)
        #expect(try stage.turn() == .idle)
        #expect(try stage.turn() == .worked)
        #expect(try world.answers().map(\.id) == [second.id])
        #expect(world.metrics[.zero]?.value("cordon_token_positions_lost_total") == 1)
    }

    @Test("a batch that is forgotten is too old to be answered, whatever time the log gives its repeat")
    func forgotten() throws {
        let key = try world.key.share(.zero)
        let evaluator = TokenEvaluator(share: key, context: world.context, limits: [bankA: TokenWorld.limit])
        var responder = TokenResponder(
            evaluator: evaluator, identities: [bankA: try TokenWorld.identity(bankA).verifyingKey], secret: secret(),
            window: .seconds(60))
        let sessions = try world.sessions(bankA)
        func reply(_ value: [UInt8], at now: Int64) -> TokenReply.Outcome {
            responder.reply(
                to: value, from: bankA, at: now, session: { _, _ in sessions[.zero] }, isCharged: { _, _ in false }
            ).outcome
        }
        let then = world.clock.milliseconds
        let old = try world.batch(cards(1), seed: 1).value
        guard case .evaluated = reply(old, at: then) else { throw TokenError.malformed }
        // A later batch moves the member's time.
        let later = try world.batch(cards(1), seed: 2, time: then + 100_000).value
        guard case .evaluated = reply(later, at: then + 100_000) else { throw TokenError.malformed }
        #expect(responder.oldest(of: bankA, at: then) == then + 40_000)
        guard case .refused(_, .requestExpired) = reply(old, at: then) else {
            Issue.record("an old batch was answered again")
            return
        }
    }

    @Test("the newest epoch and the one before are answered, with one rate for both; others are told the newest")
    func epochs() throws {
        _ = try world.makeKeys(to: 3)
        try world.leave(5000, to: bankA, at: .zero)
        let stage = try world.answerStage(.zero, TokenEpoch(2))
        guard let share = try world.keyStore(.zero).share(consortium: "test", epoch: TokenEpoch(3)) else {
            throw TokenError.tooFewParties
        }
        stage.rotate(to: share)
        #expect(stage.epoch == TokenEpoch(3))
        try world.append(
            try [2, 3, 1, 4, 2, 3].map { try world.rawBatch(element, epoch: $0) }, to: Topics.blinded(bankA))
        try stage.turn()
        let answers = try world.answers().map(\.answer)
        var epochs: [UInt64] = []
        for case .evaluation(let evaluation) in answers { epochs.append(evaluation.epoch.number) }
        #expect(epochs == [2, 3, 2])
        let until = world.clock.milliseconds + 100
        #expect(
            try refusals() == [
                .staleEpoch(current: TokenEpoch(3)), .staleEpoch(current: TokenEpoch(3)), .rateExhausted(until: until),
            ])
        for case .evaluation(let evaluation) in answers {
            let key = try #require(try world.publishedKeys().key(of: evaluation.epoch))
            try evaluation.check(
                of: [.generator], key: key,
                in: TokenContext(consortium: world.context.consortium, epoch: evaluation.epoch))
        }
    }

    @Test("a party killed before its commit answers the same bytes again, though the key was rotated meanwhile")
    func killedAndRotated() throws {
        _ = try world.makeKeys(to: 2)
        try world.append([try world.rawBatch(element, epoch: 1)], to: Topics.blinded(bankA))
        let failing = FailingStore(
            try SQLiteStateStore(path: world.stateFile(.zero)), failing: .failed(reason: "killed"))
        guard let share = try world.keyStore(.zero).share(consortium: "test", epoch: .first) else {
            throw TokenError.tooFewParties
        }
        let killed = try world.stage(.zero, share: share, state: failing)
        #expect(throws: LogError.failed(reason: "killed")) { try killed.turn() }
        #expect(try world.answerStage(.zero, TokenEpoch(2)).turn() == .worked)
        let answers = try world.records(Topics.evaluations(bankA)).map(\.value)
        #expect(answers.count == 2 && answers[0] == answers[1])
    }
}
