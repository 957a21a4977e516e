import LocalStore
import Logging
import Records
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

/// Members and parties turn by turn, on clocks that stand still in between.
@Suite("A member's tokens, with patience")
struct MemberTokensTests {
    private let world: TokenWorld
    private let clock = StillClock()

    init() throws { world = try TokenWorld() }

    private func tokens(
        _ member: MemberID = bankA, metrics: Metrics = Metrics(), logger: Logger = .silent,
        look: Duration = .milliseconds(1)
    ) throws -> MemberTokens {
        try MemberTokens(
            consortium: "test", sessions: world.sessions(member),
            channel: TokenWorld.channel(), log: world.log,
            state: SQLiteStateStore(path: world.path + "/\(member)-tokens.sqlite"), secret: secret(9),
            clock: clock, metrics: metrics, logger: logger, pause: .milliseconds(5), look: look)
    }

    private func parties() throws -> [TurnedParty] { try PartyID.allCases.map { try TurnedParty($0, in: world) } }

    /// Lets a member look for its tokens and everybody else have a turn, five milliseconds each round, until they are there.
    private func tokens(
        of member: MemberTokens, for identifiers: [Identifier], turning others: () throws -> Void
    ) throws -> EpochTokens {
        for _ in 0..<200 {
            if let found = try member.tokens(for: identifiers, until: clock.now) { return found }
            try others()
            clock.advance(.milliseconds(5))
            world.clock.advance(.milliseconds(5))
        }
        throw TokenError.tooFewParties
    }

    private func tokens(
        of member: MemberTokens, for identifiers: [Identifier], by parties: [TurnedParty]
    ) throws -> EpochTokens {
        try tokens(of: member, for: identifiers) { for party in parties { try party.turn() } }
    }

    @Test("wait for the key that three parties make, and come in the order of the identifiers, alike for two members")
    func key() throws {
        let parties = try parties()
        let identifiers = try cards(3)
        let found = try tokens(of: tokens(), for: identifiers + identifiers, by: parties).tokens
        #expect(Set(found).count == 3 && Array(found[..<3]) == Array(found[3...]))
        #expect(
            try tokens(of: tokens(bankB), for: Array(identifiers.reversed()), by: parties).tokens
                == found[..<3].reversed())
        let none = try tokens(of: tokens(), for: [], by: [])
        #expect(none.tokens == [] && none.epoch == .first)
    }

    @Test("are asked for again when the member's rate allows it and not before, and warnings name no identifier")
    func rate() throws {
        for party in PartyID.allCases { try world.leave(0, to: bankA, at: party) }
        let parties = try parties()
        let metrics = Metrics()
        let lines = CapturedLines()
        let member = try tokens(metrics: metrics, logger: lines.logger())
        var begin: Moment?
        let found = try tokens(of: member, for: cards(3)) {
            for party in parties { try party.turn() }
            if begin == nil, metrics.value("cordon_token_retries_total") == 1 { begin = clock.now }
            #expect(metrics.value("cordon_token_retries_total") <= 1)
        }
        #expect(found.tokens.count == 3)
        // Three elements at ten a second, less what has come while the key was made.
        let waited = clock.now - (try #require(begin))
        #expect(waited >= .milliseconds(200) && waited <= .milliseconds(320), "\(waited)")
        let warnings = lines.entries.filter { $0.level == .warning }
        #expect(warnings.count == 1 && warnings[0].message.contains("rate_exhausted"))
        #expect(warnings[0].metadata == "identifiers=3")
        for number in 0..<3 { #expect(!lines.text.contains(cardNumber(number))) }
    }

    @Test("are not there, without an error, before there is a key and before there are answers")
    func patience() throws {
        let metrics = Metrics()
        let member = try tokens(metrics: metrics)
        for _ in 0..<5 { #expect(try member.tokens(for: cards(1), until: clock.now + .milliseconds(300)) == nil) }
        #expect(clock.now.sinceStart == .milliseconds(1500))
        #expect(metrics.value("cordon_tokens_requested_total") == 0)
        _ = try world.makeKeys()
        clock.advance(.seconds(1))
        for _ in 0..<5 { #expect(try member.tokens(for: cards(1), until: clock.now) == nil) }
        #expect(metrics.value("cordon_tokens_requested_total") == 1)
    }

    @Test("go over to the key of a rotation without a restart, and only the new ones are cached")
    func rotation() throws {
        let parties = try parties()
        let member = try tokens()
        let identifiers = try cards(3)
        let old = try tokens(of: member, for: identifiers, by: parties)
        #expect(old.epoch == .first)
        try world.order(epoch: 2)
        var new = old
        for _ in 0..<20 where new.epoch == .first {
            for party in parties { try party.turn() }
            clock.advance(.milliseconds(5))
            new = try tokens(of: member, for: identifiers, by: parties)
            #expect(new.epoch != .first || new.tokens == old.tokens)
        }
        #expect(new.epoch == TokenEpoch(2))
        #expect(try new.tokens == world.updates(.zero).move(old.tokens, from: .first, to: TokenEpoch(2)))
        // Another member finds the newest at once, and a restart asks for nothing again.
        let other = try tokens(of: tokens(bankB), for: identifiers, by: parties)
        #expect(other.epoch == new.epoch && other.tokens == new.tokens)
        let metrics = Metrics()
        let again = try tokens(of: tokens(metrics: metrics), for: identifiers, by: [])
        #expect(again.tokens == new.tokens && metrics.value("cordon_tokens_requested_total") == 0)
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
        func turns(_ parties: [PartyID], _ epoch: TokenEpoch) throws -> () throws -> Void {
            let stages = try parties.map { try world.answerStage($0, epoch) }
            return { for stage in stages { _ = try stage.turn() } }
        }
        let early = try turns([.zero, .one], .first)
        for _ in 0..<2 { #expect(try tokens(of: member, for: cards(1), turning: early).epoch == .first) }
        for epoch in [UInt64(2), 3] {
            try world.order(epoch: epoch)
            _ = try world.run(stages, to: epoch)
        }
        let found = try tokens(of: member, for: cards(2), turning: turns([.zero, .two], TokenEpoch(3)))
        #expect(found.epoch == TokenEpoch(3))
        #expect(try found.tokens == world.keptTokens(cards(2), epoch: 3))
        #expect(metrics.value("cordon_token_retries_total") == 0)
        let refused = metrics.value(
            "cordon_token_refusals_total", .init("party", "party-0"), .init("reason", "stale_epoch"))
        #expect(refused == 1)
    }
}
