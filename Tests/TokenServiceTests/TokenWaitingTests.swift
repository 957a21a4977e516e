import EventLogs
import LocalStore
import Logging
import Records
import Stages
import Telemetry
import Testing
import TokenService
import Tokens

/// Members and parties turn by turn, on a clock that stands still.
@Suite("Waiting for tokens")
struct TokenWaitingTests {
    private let world: TokenWorld
    private let clock = StillClock()
    private let metrics = Metrics()

    init() throws { world = try TokenWorld() }

    private func client() throws -> TokenClient {
        try TokenClient(
            sessions: world.sessions(bankA), key: world.key.publicKey, context: world.context, cache: world.cache(),
            log: world.log, clock: clock, metrics: metrics)
    }

    private func tokens() throws -> MemberTokens {
        try MemberTokens(
            consortium: "test", sessions: world.sessions(bankA), channel: TokenWorld.channel(), log: world.log,
            state: SQLiteStateStore(path: world.path + "/tokens.sqlite"), secret: secret(9), clock: clock,
            metrics: metrics, logger: Logger(label: "test"), pause: .milliseconds(500))
    }

    private var requested: Double { metrics.value("cordon_tokens_requested_total") }

    @Test("a call has results when two parties have answered, and asks once however often it is looked at")
    func call() throws {
        let client = try client()
        let call = try client.call(for: cards(2), deadline: clock.now + .seconds(30))
        for party in [PartyID.two, .zero] {
            #expect(try client.results(of: call, until: clock.now) == nil)
            _ = try world.stage(party).turn()
        }
        let results = try #require(try client.results(of: call, until: clock.now))
        #expect(try results.tokens() == world.key.tokens(cards(2), context: world.context))
        #expect(try world.records(Topics.blinded(bankA)).count == 1 && requested == 2)
        // What is cached needs nobody, nor a wait.
        let again = try client.call(for: cards(2), deadline: clock.now)
        #expect(try client.results(of: again, until: clock.now)?.tokens() == results.tokens())
    }

    @Test("a call ends at its deadline, and says who has answered")
    func deadline() throws {
        let client = try client()
        let call = try client.call(for: cards(1), deadline: clock.now + .seconds(30))
        _ = try world.stage(.one).turn()
        clock.advance(.seconds(29))
        #expect(try client.results(of: call, until: clock.now) == nil)
        clock.advance(.seconds(1))
        let results = try #require(try client.results(of: call, until: clock.now))
        #expect(results.outcomes == [.failure(.timedOut(good: [.one], faults: [:]))])
        #expect(metrics.value("cordon_token_batches_timed_out_total") == 1)
    }

    @Test("a member waits for a key, then for answers, over as many calls as it takes")
    func member() throws {
        let member = try tokens()
        let identifiers = try cards(3)
        #expect(try member.tokens(for: identifiers, until: clock.now) == nil && requested == 0)
        _ = try world.makeKeys()
        let parties = try [PartyID.zero, .one].map { try world.answerStage($0, .first) }
        for _ in 0..<3 { #expect(try member.tokens(for: identifiers, until: clock.now) == nil) }
        #expect(requested == 3)
        for party in parties { _ = try party.turn() }
        let found = try #require(try member.tokens(for: identifiers, until: clock.now))
        #expect(found.epoch == .first && Set(found.tokens).count == 3 && requested == 3)
    }

    @Test("waits no longer than it is told to")
    func patience() throws {
        let member = try tokens()
        let begin = clock.now
        #expect(try member.tokens(for: cards(1), until: begin + .seconds(1)) == nil)
        #expect(clock.now == begin + .seconds(1))
    }

    @Test("asks again after a pause when the deadline has passed")
    func retry() throws {
        _ = try world.makeKeys()
        let member = try tokens()
        #expect(try member.tokens(for: cards(1), until: clock.now) == nil)
        clock.advance(.seconds(30))
        #expect(try member.tokens(for: cards(1), until: clock.now) == nil)
        #expect(metrics.value("cordon_token_retries_total") == 1 && requested == 1)
        clock.advance(.milliseconds(499))
        #expect(try member.tokens(for: cards(1), until: clock.now) == nil && requested == 1)
        clock.advance(.milliseconds(1))
        #expect(try member.tokens(for: cards(1), until: clock.now) == nil && requested == 2)
    }

    @Test("other identifiers drop what was under way; its answers are of no use")
    func dropped() throws {
        _ = try world.makeKeys()
        let member = try tokens()
        let parties = try [PartyID.one, .two].map { try world.answerStage($0, .first) }
        func serve() throws { for party in parties { _ = try party.turn() } }
        let (one, other) = (try cards(1), try cards(1, from: 7))
        #expect(try member.tokens(for: one, until: clock.now) == nil)
        #expect(try member.tokens(for: other, until: clock.now) == nil)
        try serve()
        #expect(try member.tokens(for: other, until: clock.now)?.tokens.count == 1)
        #expect(requested == 2)
        #expect(try member.tokens(for: one, until: clock.now) == nil && requested == 3)
        try serve()
        #expect(try member.tokens(for: one, until: clock.now)?.tokens.count == 1)
    }
}
