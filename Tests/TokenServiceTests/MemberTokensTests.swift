import LocalStore
import Logging
import Records
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("A member's tokens, with patience")
struct MemberTokensTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    private func tokens(
        _ member: MemberID = bankA, metrics: Metrics = Metrics(), look: Duration = .milliseconds(1)
    ) throws -> MemberTokens {
        try MemberTokens(
            consortium: "test", sessions: world.sessions(member),
            channel: TokenWorld.channel(member), log: world.log,
            state: SQLiteStateStore(path: world.path + "/\(member)-tokens.sqlite"), secret: secret(9),
            clock: world.clock, metrics: metrics, logger: Logger(label: "test"), pause: .milliseconds(5), look: look)
    }

    /// Parties that make a key and then answer.
    private func parties() -> [StageThread] {
        PartyID.allCases.map { party in StageThread { [world] stop in try world.serve(party, until: stop) } }
    }

    private func end(_ threads: [StageThread]) {
        for thread in threads { if let error = thread.stop() { Issue.record(error) } }
    }

    @Test("wait for the key that three parties make, and come in the order of the identifiers, alike for two members")
    func key() throws {
        let threads = parties()
        defer { end(threads) }
        let identifiers = try cards(3)
        let found = try #require(try tokens().tokens(for: identifiers + identifiers, until: { false })?.tokens)
        #expect(Set(found).count == 3 && Array(found[..<3]) == Array(found[3...]))
        #expect(
            try tokens(bankB).tokens(for: Array(identifiers.reversed()), until: { false })?.tokens
                == found[..<3].reversed())
        let none = try tokens().tokens(for: [], until: { false })
        #expect(none?.tokens == [] && none?.epoch == .first)
    }

    @Test("are asked for again when the member's rate allows it")
    func rate() throws {
        for party in PartyID.allCases { try world.leave(0, to: bankA, at: party) }
        let threads = parties()
        defer { end(threads) }
        let metrics = Metrics()
        let found = try tokens(metrics: metrics).tokens(for: cards(3)) {
            if metrics.value("cordon_token_retries_total") == 2 { world.clock.advance(.seconds(1)) }
            return false
        }
        #expect(found?.tokens.count == 3)
    }

    @Test("are given up where somebody says so: before there is a key, and before there are answers")
    func stopped() throws {
        var looks = 0
        let waits = {
            looks += 1
            return looks > 5
        }
        #expect(try tokens().tokens(for: cards(1), until: waits)?.epoch == nil)
        // A key, and nobody who answers.
        let makers = PartyID.allCases.map { party in
            StageThread { [world] stop in
                let stage = try world.keyStage(party)
                while stage.newest == nil, !stop() { _ = try stage.turn(timeout: .milliseconds(20)) }
            }
        }
        for maker in makers { #expect(maker.waitForEnd() == nil) }
        let metrics = Metrics()
        let asked = { metrics.value("cordon_tokens_requested_total") > 0 }
        #expect(try tokens(metrics: metrics).tokens(for: cards(1), until: asked)?.epoch == nil)
    }

    @Test("go over to the key of a rotation without a restart, and only the new ones are cached")
    func rotation() throws {
        let threads = parties()
        defer { end(threads) }
        let member = try tokens()
        let identifiers = try cards(3)
        let old = try #require(try member.tokens(for: identifiers, until: { false }))
        #expect(old.epoch == .first)
        try world.order(epoch: 2)
        var new = old
        while new.epoch == .first {
            new = try #require(try member.tokens(for: identifiers, until: { false }))
            #expect(new.epoch != .first || new.tokens == old.tokens)
        }
        #expect(new.epoch == TokenEpoch(2))
        #expect(try new.tokens == world.updates(.zero).move(old.tokens, from: .first, to: TokenEpoch(2)))
        // Another member finds the newest at once, and a restart asks for nothing again.
        let other = try tokens(bankB).tokens(for: identifiers, until: { false })
        #expect(other?.epoch == new.epoch && other?.tokens == new.tokens)
        let metrics = Metrics()
        let again = try tokens(metrics: metrics).tokens(for: identifiers, until: { false })
        #expect(again?.tokens == new.tokens && metrics.value("cordon_tokens_requested_total") == 0)
        var entries = 0
        try SQLiteStateStore(path: world.path + "/bank-a-tokens.sqlite").scan("tokens") { _ in entries += 1 }
        #expect(entries == 3)
    }

    @Test("two parties that have gone on make a member look for the newer key at once")
    func stale() throws {
        let stages = try world.makeKeys()
        let metrics = Metrics()
        // It looks for a newer key once.
        let member = try tokens(metrics: metrics, look: .seconds(3600))
        func serve(_ parties: [PartyID], _ epoch: TokenEpoch) -> StageThread {
            StageThread { [world] stop in
                let stages = try parties.map { try world.answerStage($0, epoch) }
                while !stop() { for stage in stages { _ = try stage.turn(timeout: .milliseconds(5)) } }
            }
        }
        let early = serve([.zero, .one], .first)
        for _ in 0..<2 { #expect(try member.tokens(for: cards(1), until: { false })?.epoch == .first) }
        #expect(early.stop() == nil)
        for epoch in [UInt64(2), 3] {
            try world.order(epoch: epoch)
            _ = try world.run(stages, to: epoch)
        }
        let late = serve([.zero, .two], TokenEpoch(3))
        let found = try member.tokens(for: cards(2), until: { false })
        #expect(late.stop() == nil)
        #expect(found?.epoch == TokenEpoch(3))
        #expect(try found?.tokens == world.keptTokens(cards(2), epoch: 3))
        #expect(metrics.value("cordon_token_retries_total") == 0)
        let refused = metrics.value(
            "cordon_token_refusals_total", .init("party", "party-0"), .init("reason", "stale_epoch"))
        #expect(refused == 1)
    }
}
