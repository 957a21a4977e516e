import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("Making the token key over the log")
struct OPRFKeyStageTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    /// How an attempt ended for a party.
    private enum Outcome: Hashable {
        case key(TokenPublicKey)
        case failed(KeyGenerationFailure)

        init?(_ events: [TokenKeyEvent]) {
            switch events.last {
            case .inForce(_, let key): self = .key(key)
            case .failed(_, let failure): self = .failed(failure)
            case .ordered, nil: return nil
            }
        }
    }

    /// Turns the stages in their order until all have an outcome.
    private func outcomes(_ stages: [OPRFKeyStage]) throws -> [Outcome] {
        var found: [Int: Outcome] = [:]
        for _ in 0..<10 {
            for (number, stage) in stages.enumerated() {
                if let outcome = Outcome(try stage.turn()) { found[number] = outcome }
            }
            if found.count == stages.count { return stages.indices.compactMap { found[$0] } }
        }
        throw LogError.failed(reason: "no outcome after ten turns")
    }

    private func generate(attempt: UInt32 = 1) throws -> TokenPublicKey {
        let outcomes = try outcomes(PartyID.allCases.map { try world.keyStage($0, attempt: attempt) })
        guard case .key(let key) = outcomes[0] else { throw LogError.failed(reason: "\(outcomes[0])") }
        #expect(Set(outcomes) == [.key(key)])
        return key
    }

    @Test("three parties find one key, each keeps its share, members read it, and tokens come of it")
    func generates() throws {
        let key = try generate()
        let published = try world.publishedKeys()
        #expect(published.key(of: TokenEpoch(1)) == key)
        #expect(published.newest?.epoch == TokenEpoch(1))
        #expect(published.dissenters(of: TokenEpoch(1)).isEmpty)
        // Any two shares answer for the same token.
        let context = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1)).context
        var tokens: Set<[EntityToken]> = []
        for silent in PartyID.allCases {
            var generator = SystemRandomNumberGenerator()
            var batch = try TokenRequestBatch(cards(2), key: key, context: context, using: &generator)
            for party in PartyID.allCases where party != silent {
                guard let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1)) else {
                    throw TokenError.tooFewParties
                }
                let answer = try share.evaluate(batch.request.blinded, in: context, using: &generator)
                _ = try batch.receive(.evaluation(answer))
            }
            if case .tokens(let found) = batch.progress { tokens.insert(found) }
        }
        #expect(tokens.count == 1)
    }

    private func hasShare(_ party: PartyID) throws -> Bool {
        guard let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1)) else {
            return false
        }
        return share.party == party
    }

    @Test(
        "parties find the key in whatever order they begin, those before the last having waited for it",
        arguments: [[.zero, .one, .two], [.two, .zero, .one], [.one, .two, .zero], [.two, .one, .zero]] as [[PartyID]])
    func order(parties: [PartyID]) throws {
        var stages: [OPRFKeyStage] = []
        for party in parties {
            stages.append(try world.keyStage(party))
            for _ in 0..<3 { for stage in stages { #expect(try stage.turn().isEmpty || stages.count == 3) } }
        }
        #expect(Set(try world.run(stages, to: 1).map(\.digest)).count == 1)
        for party in PartyID.allCases { #expect(try hasShare(party)) }
        #expect(try world.publishedKeys().newest?.epoch == TokenEpoch(1))
    }

    @Test("a party that is restarted anywhere goes on with the same line", arguments: 0..<8)
    func restarts(after turns: Int) throws {
        var stages = try PartyID.allCases.map { try world.keyStage($0) }
        for turn in 0..<turns {
            _ = try stages[turn % 3].turn()
        }
        stages = try PartyID.allCases.map { try world.keyStage($0) }
        let found = try outcomes(stages)
        #expect(Set(found).count == 1)
        guard case .key = found[0] else {
            Issue.record("\(found)")
            return
        }
        // What was said twice was the same in every byte.
        let records = try world.records(Topics.tokenKeys)
        let steps = Dictionary(grouping: records, by: \.key)
        #expect(steps.count == 9)
        for records in steps.values { #expect(Set(records.map(\.value)).count == 1) }
        // Who has a share does not deal again.
        _ = try outcomes(PartyID.allCases.map { try world.keyStage($0, attempt: 2) })
        #expect(try world.records(Topics.tokenKeys).count == records.count)
    }

    @Test("a party that lost what it committed to says so, and the next attempt makes a key")
    func seedLost() throws {
        let stages = try PartyID.allCases.map { try world.keyStage($0) }
        for stage in stages { _ = try stage.turn() }
        #expect(try Outcome(world.keyStage(.one, fresh: true).turn()) == .failed(.seedLost))
        let key = try generate(attempt: 2)
        #expect(try world.publishedKeys().key(of: TokenEpoch(1)) == key)
    }

    @Test("what nobody of the roster wrote changes nothing")
    func forged() throws {
        let stages = try PartyID.allCases.map { try world.keyStage($0) }
        for stage in stages { _ = try stage.turn() }
        let first = try world.records(Topics.tokenKeys)
        // The last to commit knows of all three, and has dealt.
        #expect(first.count == 4)
        var changed = try #require(first[0].value)
        changed[40] ^= 1
        var unsigned = try #require(WireTokenKeyRecord(decoding: first[0].value ?? []))
        unsigned.signature = Data()
        // A complaint by a party that a stranger writes.
        var complaint = WireTokenKeyBody()
        complaint.schema = 1
        complaint.consortium = "test"
        complaint.tokenEpoch = 1
        complaint.attempt = 1
        complaint.party = 0
        complaint.complaint.accused = 1
        let stranger = KeyRecordChannel(
            party: .zero, key: SigningKey(), parties: try TokenWorld.identities())
        try world.append(
            [changed, unsigned.encoded, [], nil, try stranger.record(complaint)], to: Topics.tokenKeys)
        let found = try outcomes(stages)
        guard case .key = found[0] else {
            Issue.record("\(found)")
            return
        }
        for party in PartyID.allCases {
            func count(_ reason: String) -> Double? {
                world.metrics[party]?.value("cordon_token_key_records_dropped_total", .init("reason", reason))
            }
            #expect(count("not_authentic") == 3)
            #expect(count("unreadable") == 2)
        }
    }

    @Test("a party that deals a wrong sub-share is named by who got it, accused at the third, and no key results")
    func cheated() throws {
        let id = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1))
        let stages = [try world.keyStage(.one), try world.keyStage(.two)]
        let cheat = try CheatingDealer(id: id, party: .zero)
        try world.append([try cheat.record(cheat.commitment())], to: Topics.tokenKeys)
        for _ in 0..<2 { for stage in stages { #expect(try stage.turn() == []) } }
        let keys = try cheat.agreementKeys(world.records(Topics.tokenKeys))
        try world.append([try cheat.record(cheat.dealing(keys, wrongFor: .one))], to: Topics.tokenKeys)
        #expect(
            try outcomes(stages) == [
                .failed(.cheated(.zero, .dealingInvalid(.zero))),
                .failed(.accused(.zero, by: .one, code: "dealing_invalid")),
            ])
        #expect(try world.publishedKeys().newest == nil)
        for party in [PartyID.one, .two] { #expect(try !hasShare(party)) }
        // It stays so after a restart, and is said once.
        let records = try world.records(Topics.tokenKeys).count
        #expect(
            try Outcome(world.keyStage(.one).turn()) == .failed(.cheated(.zero, .dealingInvalid(.zero))))
        #expect(try world.records(Topics.tokenKeys).count == records)
    }

    @Test("a party that starts again says nothing that the log has, and says its key where the log has lost that")
    func announced() throws {
        let key = try generate()
        let records = try world.records(Topics.tokenKeys).count
        for party in PartyID.allCases { for _ in 0..<2 { _ = try world.keyStage(party).turn() } }
        #expect(try world.records(Topics.tokenKeys).count == records)
        #expect(try world.publishedKeys().key(of: TokenEpoch(1)) == key)
    }

    @Test("neither the log nor a party's files hold a share in the clear, and the key in use never was in one place")
    func secrets() throws {
        // The seed goes when the share is there.
        func seeds() throws -> Int {
            var count = 0
            let state = try SQLiteStateStore(path: "\(world.path)/party-0-keys.sqlite")
            try state.scan("token-seeds") { _ in count += 1 }
            return count
        }
        _ = try world.keyStage(.zero)
        #expect(try seeds() == 1)
        _ = try generate()
        #expect(try seeds() == 0)
        var planted: [[UInt8]] = []
        for party in PartyID.allCases {
            guard let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1)) else {
                throw TokenError.tooFewParties
            }
            planted.append(share.withSecretBytes { $0 })
        }
        for file in try FileManager.default.subpathsOfDirectory(atPath: world.path) {
            guard let data = FileManager.default.contents(atPath: world.path + "/" + file) else { continue }
            for bytes in planted { #expect(data.range(of: Data(bytes)) == nil, "\(file)") }
        }
        // Another wrapping key opens nothing.
        #expect(throws: LogError.corrupted(reason: "the party's share of token key 1 does not open")) {
            let store = try world.keyStore(.zero, file: "\(world.path)/party-1-keys.sqlite")
            _ = try store.share(consortium: "test", epoch: TokenEpoch(1))
        }
    }

    @Test("from nothing but a roster to tokens: the key made over the log, read from it, used over it")
    func wholeWay() throws {
        let key = try generate()
        let context = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1)).context
        let published = try #require(try world.publishedKeys().key(of: TokenEpoch(1)))
        for party in [PartyID.zero, .two] {
            guard let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1)) else {
                throw TokenError.tooFewParties
            }
            try world.start(party, share: share)
        }
        let client = try TokenClient(
            sessions: world.sessions(bankB), key: published, context: context,
            cache: world.cache(bankB, publicKey: published), log: world.log, clock: world.clock, metrics: Metrics())
        let tokens = try world.tokens(of: client, for: cards(3)).tokens()
        world.stop()
        #expect(Set(tokens).count == 3)
        // Other two parties, without a log, come to the same.
        var generator = SystemRandomNumberGenerator()
        var batch = try TokenRequestBatch(cards(3), key: key, context: context, using: &generator)
        for party in [PartyID.one, .two] {
            guard let share = try world.keyStore(party).share(consortium: "test", epoch: TokenEpoch(1)) else {
                throw TokenError.tooFewParties
            }
            let answer = try share.evaluate(batch.request.blinded, in: context, using: &generator)
            _ = try batch.receive(.evaluation(answer))
        }
        #expect(batch.progress == .tokens(tokens))
    }

    @Test("a member takes a key when three parties published the same, and names who did not")
    func dissent() throws {
        let honest = try SharedKey(seed: 1).publicKey
        let other = try SharedKey(seed: 2).publicKey
        func publish(_ key: TokenPublicKey, _ party: PartyID, epoch: UInt64, consortium: String = "test") throws {
            var body = WireTokenKeyBody()
            body.schema = 1
            body.consortium = consortium
            body.tokenEpoch = epoch
            body.attempt = 1
            body.party = UInt32(party.rawValue)
            body.manifest.key = Data(key.key.compressed)
            body.manifest.shares = key.shares.map { Data($0.compressed) }
            try world.append([try TokenWorld.channel(party).record(body)], to: Topics.tokenKeys)
        }
        try publish(honest, .zero, epoch: 1)
        try publish(honest, .one, epoch: 1)
        #expect(try world.publishedKeys().key(of: TokenEpoch(1)) == nil)
        try publish(honest, .two, epoch: 1, consortium: "another")
        #expect(try world.publishedKeys().key(of: TokenEpoch(1)) == nil)
        try publish(other, .two, epoch: 1)
        // Its second word does not count.
        try publish(honest, .two, epoch: 1)
        let published = try world.publishedKeys()
        #expect(published.key(of: TokenEpoch(1)) == nil)
        #expect(published.newest == nil)
        #expect(published.dissenters(of: TokenEpoch(1)) == [.two])
        for party in PartyID.allCases { try publish(other, party, epoch: 2) }
        try published.refresh()
        #expect(published.newest?.key == other)
        #expect(published.newest?.epoch == TokenEpoch(2))
    }
}
