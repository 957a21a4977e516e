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

@Suite("Rotating the token key over the log")
struct RotationTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    private func steps(_ epoch: UInt64) throws -> [String] {
        try world.records(Topics.tokenKeys).compactMap { $0.key.map { String(decoding: $0, as: UTF8.self) } }
            .filter { $0.hasPrefix("\(epoch)/") }
    }

    private func dropped(_ party: PartyID, _ reason: String) -> Double? {
        world.metrics[party]?.value("cordon_token_key_records_dropped_total", .init("reason", reason))
    }

    /// What a party's stage finds in the turns that it takes to find something.
    private func events(_ stages: [OPRFKeyStage]) throws -> [[TokenKeyEvent]] {
        var found = stages.map { _ in [TokenKeyEvent]() }
        for _ in 0..<6 {
            for (number, stage) in stages.enumerated() { found[number] += try stage.turn() }
        }
        return found
    }

    @Test("the new key is the old one times a factor that every party has, and so is every token")
    func rotates() throws {
        let stages = try world.makeKeys()
        let identifiers = try cards(3)
        let old = try world.keptTokens(identifiers, epoch: 1)
        let oldKey = try #require(try world.publishedKeys().newest?.key)
        try world.order(epoch: 2)
        let keys = try world.run(stages, to: 2)
        #expect(Set(keys.map(\.digest)).count == 1)
        let new = try world.keptTokens(identifiers, epoch: 2)
        #expect(Set(old + new).count == 6)
        for pair in [[PartyID.zero, .one], [.one, .two]] {
            #expect(try world.keptTokens(identifiers, epoch: 2, by: pair) == new)
        }
        for party in PartyID.allCases {
            let updates = try world.updates(party)
            #expect(updates.newest == TokenEpoch(2))
            #expect(updates.move(old, from: .first, to: TokenEpoch(2)) == new)
            #expect(updates.move(new, from: TokenEpoch(2), to: .first) == old)
            let store = try world.keyStore(party)
            let moved = try store.update(consortium: "test", from: .first)?.moved(oldKey)
            #expect(moved == keys[0])
        }
        let published = try world.publishedKeys()
        #expect(published.newest?.epoch == TokenEpoch(2) && published.newest?.key == keys[0])
        #expect(published.key(of: .first) == oldKey)
        #expect(try steps(2).count == 10)
    }

    @Test("whoever counts has the factor before a member can have a token of it, and the epoch when it is in force")
    func told() throws {
        _ = try world.makeKeys()
        let updates = try PartyID.allCases.map { try world.updates($0) }
        let stages = try PartyID.allCases.map { try world.keyStage($0, updates: updates[$0.rawValue]) }
        let old = try world.keptTokens(cards(1), epoch: 1)
        try world.order(epoch: 2)
        while try world.publishedKeys().newest?.epoch == .first {
            // A manifest is there only where its party could move tokens.
            for party in PartyID.allCases where try steps(2).contains("2/1/\(party.rawValue)/manifest") {
                #expect(updates[party.rawValue].move(old, from: .first, to: TokenEpoch(2)) != nil)
            }
            for stage in stages { _ = try stage.turn() }
        }
        _ = try world.run(stages, to: 2)
        #expect(updates.map(\.newest) == [TokenEpoch(2), TokenEpoch(2), TokenEpoch(2)])
        #expect(try updates[1].move(old, from: .first, to: TokenEpoch(2)) == world.keptTokens(cards(1), epoch: 2))
    }

    @Test("a party that is restarted anywhere says the same again", arguments: 0..<10)
    func restarts(after turns: Int) throws {
        var stages = try world.makeKeys()
        try world.order(epoch: 2)
        for turn in 0..<turns { _ = try stages[turn % 3].turn() }
        stages = try PartyID.allCases.map { try world.keyStage($0) }
        _ = try world.run(stages, to: 2)
        let steps = Dictionary(grouping: try world.records(Topics.tokenKeys), by: \.key)
        #expect(steps.count == 9 + 1 + 9)
        for records in steps.values { #expect(Set(records.map(\.value)).count == 1) }
    }

    @Test("processes that live for one turn each come through two rotations")
    func shortLives() throws {
        _ = try world.makeKeys()
        for epoch in [UInt64(2), 3] {
            try world.order(epoch: epoch)
            var turns = 0
            while try world.publishedKeys().newest?.epoch != TokenEpoch(epoch), turns < 12 {
                for party in PartyID.allCases { _ = try world.keyStage(party).turn() }
                turns += 1
            }
        }
        let stages = try PartyID.allCases.map { try world.keyStage($0) }
        _ = try world.run(stages, to: 3)
        #expect(try world.keptTokens(cards(1), epoch: 3, by: [.zero, .one]) == world.keptTokens(cards(1), epoch: 3))
    }

    @Test("a party that was away while the others went on catches up, and one that was late does what is ordered next")
    func away() throws {
        let stages = try world.makeKeys()
        try world.order(epoch: 2)
        // Until the last manifest is there: then party 2 is gone, and the others have the key in force.
        while try !steps(2).contains("2/1/2/manifest") { for stage in stages { _ = try stage.turn() } }
        for stage in stages[..<2] { _ = try stage.turn() }
        #expect(stages[..<2].allSatisfy { $0.newest == TokenEpoch(2) })
        try world.order(epoch: 3)
        for _ in 0..<3 { for stage in stages[..<2] { _ = try stage.turn() } }
        _ = try world.run([stages[0], stages[1], world.keyStage(.two)], to: 3)
    }

    @Test("what a party found is kept before it says so, and is not in force until three say so")
    func prepared() throws {
        let stages = try world.makeKeys()
        let old = try world.keptTokens(cards(1), epoch: 1)
        try world.order(epoch: 2)
        // The others have contributed and found the key; party 0 has contributed.
        for _ in 0..<2 { for stage in stages { _ = try stage.turn() } }
        #expect(try !steps(2).contains("2/1/0/manifest") && steps(2).contains("2/1/1/manifest"))
        let failing = FailingStore(
            try SQLiteStateStore(path: world.keyFile(.zero)), failing: .failed(reason: "killed"))
        let killed = try world.keyStage(.zero, state: failing)
        #expect(throws: LogError.failed(reason: "killed")) { try killed.turn() }
        #expect(try !steps(2).contains("2/1/0/manifest"))
        #expect(try world.updates(.zero).move(old, from: .first, to: TokenEpoch(2)) == nil)
        // Party 1 has found it, and it is not in force: a restart does not take it for that, and can move tokens all
        // the same.
        #expect(try world.keyStore(.one).newest() == .first)
        let updates = try world.updates(.one)
        #expect(updates.newest == .first)
        let moved = try #require(updates.move(old, from: .first, to: TokenEpoch(2)))
        // The same stage goes on.
        _ = try world.run([killed, stages[1], stages[2]], to: 2)
        #expect(try world.keptTokens(cards(1), epoch: 2) == moved)
    }

    @Test("an order that the coordinator did not sign for this consortium is dropped and counted")
    func forged() throws {
        let stages = try world.makeKeys()
        try world.order(epoch: 2, by: SigningKey())
        try world.order(epoch: 2, consortium: "other", by: TokenWorld.coordinator())
        #expect(try events(stages).allSatisfy { $0.isEmpty })
        #expect(stages.allSatisfy { $0.newest == .first })
        for party in PartyID.allCases { #expect(dropped(party, "not_authentic") == 2) }
        #expect(try steps(2).count == 2)
        // Members pass orders over.
        let metrics = Metrics()
        #expect(try world.publishedKeys(metrics: metrics).newest?.epoch == .first)
        #expect(metrics.value("cordon_token_key_records_dropped_total", .init("reason", "unreadable")) == 0)
        #expect(metrics.value("cordon_token_key_records_dropped_total", .init("reason", "not_authentic")) == 0)
    }

    @Test("an order for an epoch that is past, or not the next, is passed over")
    func wrongEpoch() throws {
        let stages = try world.makeKeys(to: 2)
        let count = try world.records(Topics.tokenKeys).count
        for epoch in [UInt64(1), 2, 4] { try world.order(epoch: epoch, attempt: 9) }
        #expect(try events(stages).allSatisfy { $0.isEmpty })
        // Nor after a restart, which reads all orders again.
        let fresh = try PartyID.allCases.map { try world.keyStage($0) }
        #expect(
            try events(fresh).allSatisfy { $0.count == 1 && $0[0] == .inForce(TokenEpoch(2), try key(2)) })
        #expect(try world.records(Topics.tokenKeys).count == count + 3)
        #expect(try world.keyStore(.zero).newest() == TokenEpoch(2))
    }

    private func key(_ epoch: UInt64) throws -> TokenPublicKey {
        try #require(try world.publishedKeys().key(of: TokenEpoch(epoch)))
    }

    /// Parties 1 and 2, after an order, and one that the test plays.
    private func cheat(_ attempt: UInt32 = 1) throws -> (honest: [OPRFKeyStage], cheat: CheatingDealer) {
        let stages = try world.makeKeys()
        let id = KeyGenerationID(consortium: "test", epoch: TokenEpoch(2), attempt: attempt)
        let cheat = try CheatingDealer(id: id, party: .zero)
        try world.order(epoch: 2, attempt: attempt)
        try world.append([try cheat.record(cheat.contributionCommitment())], to: Topics.tokenKeys)
        for _ in 0..<2 { for stage in stages[1...] { _ = try stage.turn() } }
        return (Array(stages[1...]), cheat)
    }

    private func failures(_ stages: [OPRFKeyStage]) throws -> [KeyGenerationFailure?] {
        try events(stages).map { events in
            if case .failed(_, let failure)? = events.last { failure } else { nil }
        }
    }

    @Test("a party that shows another part than it committed to is named, and the next attempt gives a key")
    func otherContribution() throws {
        let (honest, cheat) = try cheat()
        let keys = try cheat.agreementKeys(world.records(Topics.tokenKeys))
        try world.append([try cheat.record(cheat.contribution(keys, wrongFor: .one))], to: Topics.tokenKeys)
        #expect(
            try failures(honest) == [
                .cheated(.zero, .contributionInvalid(.zero)),
                .accused(.zero, by: .one, code: "contribution_invalid"),
            ])
        #expect(try world.publishedKeys().newest?.epoch == .first)
        for party in PartyID.allCases { #expect(try world.keyStore(party).newest() == .first) }
        var survey = TokenKeySurvey(
            consortium: "test", coordinator: try TokenWorld.coordinator().verifyingKey,
            channel: try TokenWorld.channel())
        for record in try world.records(Topics.tokenKeys) { survey.apply(record.value ?? []) }
        let complaint = try #require(survey.complaint(epoch: TokenEpoch(2), attempt: 1))
        #expect(complaint == (.one, .zero))
        try world.order(epoch: 2, attempt: 2)
        let stages = [try world.keyStage(.zero)] + honest
        _ = try world.run(stages, to: 2)
        #expect(try world.keptTokens(cards(1), epoch: 2, by: [.zero, .one]) == world.keptTokens(cards(1), epoch: 2))
        // The attempt before does not come back.
        try world.order(epoch: 2, attempt: 1)
        #expect(try events(stages).allSatisfy { $0.isEmpty })
    }

    @Test("a party that deals a line where a factor is made, or seals nothing that opens, is named")
    func otherStep() throws {
        let (honest, cheat) = try cheat()
        let keys = try cheat.agreementKeys(world.records(Topics.tokenKeys))
        try world.append([try cheat.record(cheat.dealing(keys))], to: Topics.tokenKeys)
        #expect(
            try failures(honest) == [
                .cheated(.zero, .contributionInvalid(.zero)), .cheated(.zero, .contributionInvalid(.zero)),
            ])
    }

    @Test("a party that publishes another key is named, and no key is in force")
    func otherManifest() throws {
        let (honest, cheat) = try cheat()
        let keys = try cheat.agreementKeys(world.records(Topics.tokenKeys))
        try world.append([try cheat.record(cheat.contribution(keys))], to: Topics.tokenKeys)
        for stage in honest { _ = try stage.turn() }
        var body = cheat.body()
        let other = try SharedKey(seed: 3).publicKey
        body.manifest.key = Data(other.key.compressed)
        body.manifest.shares = other.shares.map { Data($0.compressed) }
        try world.append([try cheat.record(body)], to: Topics.tokenKeys)
        #expect(try failures(honest) == [.disagreed(.zero), .disagreed(.zero)])
        #expect(try steps(2).contains("2/1/1/manifest") && steps(2).contains("2/1/2/complaint"))
        #expect(try world.publishedKeys().newest?.epoch == .first)
        #expect(try world.keyStore(.one).newest() == .first)
    }

    @Test("an attempt that others have still completed counts, and the one ordered meanwhile does not")
    func overtaken() throws {
        let stages = try world.makeKeys()
        try world.order(epoch: 2)
        for _ in 0..<2 { for stage in stages { _ = try stage.turn() } }
        // Parties 1 and 2 have said what they found; an order comes before party 0 does, which has not seen it.
        let said = try #require(
            try world.records(Topics.tokenKeys).last { $0.key == Array("2/1/1/manifest".utf8) }?.value)
        var body = try TokenWorld.channel(.zero).verified(said).body
        body.party = 0
        try world.order(epoch: 2, attempt: 2)
        for stage in stages[1...] { _ = try stage.turn() }
        #expect(try steps(2).contains("2/2/1/commitment"))
        try world.append([try TokenWorld.channel(.zero).record(body)], to: Topics.tokenKeys)
        let keys = try world.run(stages, to: 2)
        #expect(keys.allSatisfy { Data($0.key.compressed) == body.manifest.key })
        #expect(try key(2) == keys[0])
        #expect(
            try world.updates(.two).move(world.keptTokens(cards(1), epoch: 1), from: .first, to: TokenEpoch(2))
                == world.keptTokens(cards(1), epoch: 2))
    }

    @Test("seeds go with the attempt, shares with the second rotation after them")
    func forgets() throws {
        _ = try world.makeKeys(to: 3)
        for party in PartyID.allCases {
            let state = try SQLiteStateStore(path: world.keyFile(party))
            for table in ["token-seeds", "token-keys-prepared"] {
                var count = 0
                try state.scan(table) { _ in count += 1 }
                #expect(count == 0, "\(table)")
            }
            let store = try world.keyStore(party)
            #expect(try [UInt64(1), 2, 3].map { try hasShare(store, $0) } == [false, true, true])
            #expect(try store.newest() == TokenEpoch(3))
        }
    }

    private func hasShare(_ store: borrowing OPRFKeyStore, _ epoch: UInt64) throws -> Bool {
        guard let share = try store.share(consortium: "test", epoch: TokenEpoch(epoch)) else { return false }
        return share.party == store.party
    }

    @Test("a factor is kept for 45 days from when its key came in force, and no longer")
    func forgetsFactors() throws {
        _ = try world.makeKeys(to: 2)
        world.clock.advance(.seconds(44 * 86_400))
        let updates = try world.updates(.one)
        let stage = try world.keyStage(.one, updates: updates)
        try world.order(epoch: 3)
        let others = [try world.keyStage(.zero), stage, try world.keyStage(.two)]
        _ = try world.run(others, to: 3)
        world.clock.advance(.seconds(2 * 86_400))
        let old = try world.keptTokens(cards(1), epoch: 2)
        #expect(updates.move(old, from: TokenEpoch(2), to: .first) != nil)
        let later = try world.updates(.one)
        _ = try world.keyStage(.one, updates: later).turn()
        for updates in [later, try world.updates(.one)] {
            #expect(updates.move(old, from: TokenEpoch(2), to: .first) == nil)
            #expect(updates.move(old, from: TokenEpoch(2), to: TokenEpoch(3)) != nil)
        }
    }

    @Test("a factor that was changed, is another epoch's or another party's is none")
    func corrupted() throws {
        _ = try world.makeKeys(to: 3)
        let state = try SQLiteStateStore(path: world.keyFile(.zero))
        var entries: [StateEntry] = []
        try state.scan("token-updates") { entries.append($0) }
        try #require(entries.count == 2)
        func expectRefused(_ value: [UInt8], _ comment: Comment) throws {
            try state.commit(
                [.put(table: "token-updates", StateEntry(key: entries[0].key, value: value, order: 0))], positions: [])
            #expect(throws: LogError.corrupted(reason: "the factor from token key 1 does not open"), comment) {
                try world.updates(.zero)
            }
        }
        var changed = entries[0].value
        changed[20] ^= 1
        try expectRefused(changed, "changed")
        try expectRefused([], "empty")
        try expectRefused(entries[1].value, "another epoch's")
        var theirs: [StateEntry] = []
        try SQLiteStateStore(path: world.keyFile(.one)).scan("token-updates") { theirs.append($0) }
        try expectRefused(theirs[0].value, "another party's")
        try state.commit([.put(table: "token-updates", entries[0])], positions: [])
        #expect(try world.updates(.zero).newest == TokenEpoch(3))
    }

    @Test("neither the log nor a party's files hold a factor in the clear")
    func secrets() throws {
        _ = try world.makeKeys(to: 2)
        let store = try world.keyStore(.zero)
        let factor = try #require(try store.update(consortium: "test", from: .first)?.withSecretBytes { $0 })
        var read = 0
        for file in try FileManager.default.subpathsOfDirectory(atPath: world.path) {
            guard let data = FileManager.default.contents(atPath: world.path + "/" + file), !data.isEmpty else {
                continue
            }
            read += 1
            #expect(data.range(of: Data(factor)) == nil, "\(file)")
        }
        #expect(read >= 4)
    }

    @Test("the coordinator sees which key is next, which attempt at it, and whom the others wait for")
    func survey() throws {
        let coordinator = try TokenWorld.coordinator()
        func survey() throws -> TokenKeySurvey {
            var survey = TokenKeySurvey(
                consortium: "test", coordinator: coordinator.verifyingKey, channel: try TokenWorld.channel())
            for record in try world.records(Topics.tokenKeys) { survey.apply(record.value ?? []) }
            return survey
        }
        #expect(try survey().newest == nil)
        let stages = try world.makeKeys()
        #expect(try survey().newest == .first && survey().nextAttempt(at: TokenEpoch(2)) == 1)
        try world.order(epoch: 2, attempt: 3)
        try world.order(epoch: 2, attempt: 7, by: SigningKey())
        try world.append([[1, 2, 3], nil], to: Topics.tokenKeys)
        #expect(try survey().nextAttempt(at: TokenEpoch(2)) == 4)
        #expect(try survey().missing(epoch: TokenEpoch(2), attempt: 3) == PartyID.allCases)
        _ = try stages[1].turn()
        #expect(try survey().missing(epoch: TokenEpoch(2), attempt: 3) == [.zero, .two])
        for stage in [stages[0], stages[2]] { _ = try stage.turn() }
        #expect(try survey().missing(epoch: TokenEpoch(2), attempt: 3) == [.zero, .one])
        for stage in stages { _ = try stage.turn() }
        #expect(try survey().missing(epoch: TokenEpoch(2), attempt: 3) == [.zero])
        #expect(try survey().complaint(epoch: TokenEpoch(2), attempt: 3) == nil)
        #expect(try survey().newest == .first)
        _ = try world.run(stages, to: 2)
        #expect(try survey().newest == TokenEpoch(2) && survey().missing(epoch: TokenEpoch(2), attempt: 3).isEmpty)
    }
}
