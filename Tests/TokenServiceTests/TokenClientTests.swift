import EventLogs
import Records
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("A member's tokens over the log")
struct TokenClientTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    @Test("tokens that come over the log are those that the key gives")
    func tokens() throws {
        try world.start()
        let identifiers = try cards(3)
        let results = try world.tokens(of: world.client(), for: identifiers)
        #expect(try results.tokens() == world.key.tokens(identifiers, context: world.context))
        #expect(results.faults.isEmpty)
    }

    @Test("two parties are enough, whichever is down", arguments: PartyID.allCases)
    func oneDown(down: PartyID) throws {
        for party in PartyID.allCases where party != down { try world.start(party) }
        let identifiers = try cards(2)
        let results = try world.tokens(of: world.client(), for: identifiers)
        #expect(try results.tokens() == world.key.tokens(identifiers, context: world.context))
    }

    @Test("a party that uses another key is named, and the other two do", arguments: PartyID.allCases)
    func liar(party: PartyID) throws {
        // The liar answers first, so that it is heard.
        let metrics = Metrics()
        let client = try world.client(metrics: metrics)
        let identifiers = try cards(2)
        try world.start(party, lying: [party])
        for other in PartyID.allCases where other != party { try world.start(other) }
        let results = try world.tokens(of: client, for: identifiers)
        #expect(try results.tokens() == world.key.tokens(identifiers, context: world.context))
        #expect(results.faults == [party: .proofInvalid(party)])
        #expect(metrics.value("cordon_token_proofs_invalid_total", .init("party", party.name)) == 1)
    }

    @Test("two liars end a batch, and both are named")
    func twoLiars() throws {
        try world.start(.one, .two, lying: [.one, .two])
        let results = try world.tokens(of: world.client(), for: cards(1))
        #expect(
            throws: TokenFailure.impossible(faults: [.one: .proofInvalid(.one), .two: .proofInvalid(.two)])
        ) { try results.tokens() }
    }

    @Test("fewer than two answers are a time-out that says who answered")
    func timesOut() throws {
        let metrics = Metrics()
        try world.start(.two)
        let client = try world.client(metrics: metrics)
        let results = try world.tokens(of: client, for: cards(1))
        #expect(results.outcomes == [.failure(.timedOut(good: [.two], faults: [:]))])
        let failure = TokenFailure.timedOut(good: [.two], faults: [:])
        #expect(failure.description.contains("good: party-2"))
        #expect(metrics.value("cordon_token_batches_timed_out_total") == 1)
        // A failure is not kept: with another party there, the same client gets the token.
        try world.start(.zero)
        #expect(
            try world.tokens(of: client, for: cards(1)).tokens()
                == world.key.tokens(cards(1), context: world.context))
    }

    @Test(
        "while the member's identity does not sign nobody is asked, and results say so at once; when it does, tokens come"
    )
    func unsigned() throws {
        try world.start(.zero, .one)
        let signer = DetachableSigner(try TokenWorld.identity(bankA))
        let client = try world.client(sessions: world.sessions(bankA, signer: signer))
        let known = try world.tokens(of: client, for: cards(1)).tokens()
        signer.isAway = true
        let call = try client.call(for: cards(2), deadline: world.clock.now + .seconds(1))
        let results = try #require(try client.results(of: call, until: world.clock.now))
        #expect(results.outcomes == [.success(known[0]), .failure(.unsigned(DetachableSigner.error))])
        #expect("\(TokenFailure.unsigned(DetachableSigner.error))" == "\(DetachableSigner.error)")
        signer.isAway = false
        let tokens = try world.tokens(of: client, for: cards(2)).tokens()
        #expect(try tokens == world.key.tokens(cards(2), context: world.context))
    }

    @Test("identifiers are asked for once in a call and once an epoch")
    func cached() throws {
        let metrics = Metrics()
        try world.start(.zero, .one)
        let client = try world.client(metrics: metrics)
        let two = try cards(2)
        let tokens = try world.tokens(of: client, for: [two[0], two[1], two[0]]).tokens()
        #expect(tokens[0] == tokens[2])
        #expect(tokens[0] != tokens[1])
        world.stop()
        // Nobody answers any more.
        let again = try world.tokens(of: client, for: [two[1], two[0]]).tokens()
        #expect(again == [tokens[1], tokens[0]])
        // Nor does a new process need anybody.
        let restarted = try world.client(metrics: metrics)
        #expect(try world.tokens(of: restarted, for: two).tokens() == [tokens[0], tokens[1]])
        #expect(metrics.value("cordon_tokens_requested_total") == 2)
        #expect(metrics.value("cordon_token_cache_misses_total") == 2)
        #expect(metrics.value("cordon_token_cache_hits_total") == 4)
        #expect(try world.records(Topics.blinded(bankA)).count == 1)
    }

    @Test("many identifiers go in several records, and come back in order")
    func batches() throws {
        try world.start(.zero, .one)
        let identifiers = try cards(10)
        let tokens = try world.tokens(of: world.client(batchSize: 3), for: identifiers).tokens()
        #expect(try tokens == world.key.tokens(identifiers, context: world.context))
        #expect(try world.records(Topics.blinded(bankA)).count == 4)
    }

    @Test("two members get the same token of the same identifier, each in its own topic")
    func twoMembers() throws {
        try world.start(.one, .two)
        let a = try world.tokens(of: world.client(bankA), for: cards(1)).tokens()
        let b = try world.tokens(of: world.client(bankB), for: cards(1)).tokens()
        #expect(a == b)
        #expect(try world.records(Topics.blinded(bankB)).count == 1)
        #expect(try !world.records(Topics.evaluations(bankB)).isEmpty)
    }

    @Test("two parties that refuse end a batch with their reason; no identifier at all needs nobody")
    func refused() throws {
        for party in [PartyID.zero, .one] { try world.leave(0, to: bankA, at: party) }
        try world.start(.zero, .one)
        let client = try world.client()
        let until = TokenError.rateExhausted(until: world.clock.milliseconds + 100)
        let failure = try #require(
            throws: TokenFailure.self
        ) { try world.tokens(of: client, for: cards(1, from: 5000)).tokens() }
        #expect(failure == .impossible(faults: [.zero: until, .one: until]))
        world.clock.advance(.milliseconds(100))
        _ = try world.tokens(of: client, for: cards(1, from: 5000)).tokens()
        #expect(try world.tokens(of: client, for: []).outcomes.isEmpty)
    }

    @Test("an idle client whose answers' topic was cut goes on")
    func lost() throws {
        try world.start(.zero, .one)
        // The answers that others got, of which retention took the first.
        _ = try world.tokens(of: world.client(batchSize: 1), for: cards(1))
        let log = LostLog(world.log, losing: Position(TopicPartition(Topics.evaluations(bankA)), 0))
        let tokens = try world.tokens(of: world.client(log: log), for: cards(1, from: 9)).tokens()
        #expect(try tokens == world.key.tokens(cards(1, from: 9), context: world.context))
    }

    @Test("a deadline holds though others' answers never end")
    func deadline() throws {
        let noise = try world.rawAnswer(.zero) { $0.refusal = "malformed" }
        let (log, clock, answers) = (world.log, world.clock, TopicPartition(Topics.evaluations(bankA)))
        let busy = BusyLog(log) { () throws(LogError) in
            try log.append([NewRecord(answers, value: noise)])
            clock.advance(.milliseconds(1))
        }
        let client = try world.client(log: busy)
        let deadline = clock.now + .milliseconds(50)
        let call = try client.call(for: cards(1), deadline: deadline)
        let results = try #require(try client.results(of: call, until: clock.now + .seconds(3600)))
        #expect(clock.now == deadline)
        #expect(try world.records(Topics.evaluations(bankA)).count == 50)
        #expect(results.outcomes == [.failure(.timedOut(good: [], faults: [:]))])
    }

    @Test("what others write into the topic of answers changes nothing")
    func forgedAnswers() throws {
        let metrics = Metrics()
        let client = try world.client(metrics: metrics)
        // Read before any answer.
        try world.append(
            [[], [UInt8](repeating: 0, count: 100), [UInt8](repeating: 7, count: 60_000), nil],
            to: Topics.evaluations(bankA))
        try world.start(.zero, .one)
        _ = try world.tokens(of: client, for: cards(1)).tokens()
        #expect(metrics.value("cordon_token_records_dropped_total", .init("reason", "oversized")) == 1)
        #expect(metrics.value("cordon_token_records_dropped_total", .init("reason", "unreadable")) == 3)
    }
}
