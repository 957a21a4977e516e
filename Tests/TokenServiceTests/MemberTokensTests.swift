import EventLogs
import Foundation
import LocalStore
import Logging
import Records
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("A member's tokens, with patience")
struct MemberTokensTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    private func tokens(_ member: MemberID = bankA, metrics: Metrics = Metrics()) throws -> MemberTokens {
        try MemberTokens(
            consortium: "test", epoch: TokenEpoch(1), sessions: world.sessions(member),
            channel: TokenWorld.channel(member), log: world.log,
            state: SQLiteStateStore(path: world.path + "/\(member)-tokens.sqlite"), secret: secret(9),
            clock: world.clock, metrics: metrics, logger: Logger(label: "test"), pause: .milliseconds(5))
    }

    /// Parties that make a key and then answer.
    private func parties() -> [StageThread] {
        PartyID.allCases.map { party in
            StageThread { [world] stop in
                guard try world.generation(party).run(until: stop) != nil,
                    let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1))
                else { return }
                try world.stage(party, share: share).run(until: stop)
            }
        }
    }

    private func end(_ threads: [StageThread]) {
        for thread in threads { if let error = thread.stop() { Issue.record(error) } }
    }

    @Test("wait for the key that three parties make, and come in the order of the identifiers, alike for two members")
    func key() throws {
        let threads = parties()
        defer { end(threads) }
        let identifiers = try cards(3)
        let found = try #require(try tokens().tokens(for: identifiers + identifiers, until: { false }))
        #expect(Set(found).count == 3 && Array(found[..<3]) == Array(found[3...]))
        #expect(
            try tokens(bankB).tokens(for: Array(identifiers.reversed()), until: { false }) == found[..<3].reversed())
        #expect(try tokens().tokens(for: [], until: { false }) == [])
    }

    @Test("are asked for again when the member's rate allows it")
    func rate() throws {
        for party in PartyID.allCases { try world.leave(0, to: bankA, at: party) }
        let threads = parties()
        defer { end(threads) }
        let metrics = Metrics()
        let clock = StageThread { [world] stop in
            while !stop(), metrics.value("cordon_token_retries_total") < 2 {
                Thread.sleep(forTimeInterval: 0.002)
            }
            world.clock.advance(.seconds(1))
        }
        let found = try tokens(metrics: metrics).tokens(for: cards(3), until: { false })
        #expect(found?.count == 3)
        #expect(clock.stop() == nil)
    }

    @Test("are given up where somebody says so: before there is a key, and before there are answers")
    func stopped() throws {
        var looks = 0
        let waits = {
            looks += 1
            return looks > 5
        }
        #expect(try tokens().tokens(for: cards(1), until: waits) == nil)
        // A key, and nobody who answers.
        let makers = PartyID.allCases.map { party in
            StageThread { [world] stop in _ = try world.generation(party).run(until: stop) }
        }
        for maker in makers { #expect(maker.waitForEnd() == nil) }
        let metrics = Metrics()
        let asked = { metrics.value("cordon_tokens_requested_total") > 0 }
        #expect(try tokens(metrics: metrics).tokens(for: cards(1), until: asked) == nil)
    }
}
