import EventLogs
import LocalStore
import Records
import Testing
import TokenService
import Tokens

@Suite("A party's store of token keys")
struct OPRFKeyStoreTests {
    private let world: TokenWorld
    /// Party 0's.
    private let state: SQLiteStateStore

    init() throws {
        world = try TokenWorld()
        try world.makeKeys(to: 3)
        state = try SQLiteStateStore(path: world.keyFile(.zero))
    }

    /// The epochs that a table's rows are of, in order.
    private func epochs(_ table: String) throws -> [UInt64] {
        var epochs: [UInt64] = []
        try state.scan(table) { entry in epochs.append(entry.key.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }) }
        return epochs.sorted()
    }

    private func key(_ epoch: UInt64) -> [UInt8] { withUnsafeBytes(of: epoch.bigEndian) { Array($0) } }

    private func value(_ table: String, _ epoch: UInt64) throws -> [UInt8] {
        try #require(try state.value(table, key(epoch)))
    }

    private func put(_ value: [UInt8], in table: String, _ epoch: UInt64) throws {
        try state.commit([.put(table: table, StateEntry(key: key(epoch), value: value, order: 1))], positions: [])
    }

    private func hasShare(_ epoch: UInt64, consortium: String = "test") throws -> Bool {
        try world.keyStore(.zero, state: state).share(consortium: consortium, epoch: TokenEpoch(epoch)) != nil
    }

    private func hasUpdate(from epoch: UInt64, consortium: String = "test") throws -> Bool {
        try world.keyStore(.zero, state: state).update(consortium: consortium, from: TokenEpoch(epoch)) != nil
    }

    private static func corrupted(_ what: String) -> LogError { .corrupted(reason: "\(what) does not open") }

    @Test("has the newest key and the one before, the factors to both, and nothing of attempts")
    func rows() throws {
        #expect(try epochs("token-keys") == [2, 3] && epochs("token-updates") == [1, 2])
        #expect(try epochs("token-keys-prepared").isEmpty && epochs("token-seeds").isEmpty)
        #expect(try world.keyStore(.zero, state: state).newest() == TokenEpoch(3))
        #expect(try [1, 2, 3, 4].map { try hasShare($0) } == [false, true, true, false])
        #expect(try [1, 2, 3].map { try hasUpdate(from: $0) } == [true, true, false])
    }

    @Test("says that a share does not open, wherever it is cut off or changed")
    func damagedShare() throws {
        let whole = try value("token-keys", 3)
        let error = Self.corrupted("the party's share of token key 3")
        for count in 0..<whole.count {
            try put(Array(whole.prefix(count)), in: "token-keys", 3)
            #expect(throws: error, "\(count) bytes") { try hasShare(3) }
        }
        for at in whole.indices {
            var changed = whole
            changed[at] ^= UInt8(1 << (at % 8))
            try put(changed, in: "token-keys", 3)
            #expect(throws: error, "byte \(at)") { try hasShare(3) }
        }
        try put(whole + [0], in: "token-keys", 3)
        #expect(throws: error) { try hasShare(3) }
        try put(whole, in: "token-keys", 3)
        #expect(try hasShare(3))
    }

    @Test("says that a factor does not open, wherever it is cut off or changed")
    func damagedUpdate() throws {
        let whole = try value("token-updates", 2)
        let error = Self.corrupted("the factor from token key 2")
        for count in 0..<whole.count {
            try put(Array(whole.prefix(count)), in: "token-updates", 2)
            #expect(throws: error, "\(count) bytes") { try hasUpdate(from: 2) }
        }
        for at in whole.indices {
            var changed = whole
            changed[at] ^= UInt8(1 << (at % 8))
            try put(changed, in: "token-updates", 2)
            #expect(throws: error, "byte \(at)") { try hasUpdate(from: 2) }
        }
        try put(whole, in: "token-updates", 2)
        #expect(try hasUpdate(from: 2))
    }

    @Test("opens what it has of one consortium, one epoch and one party alone")
    func bound() throws {
        #expect(throws: Self.corrupted("the party's share of token key 3")) { try hasShare(3, consortium: "tesu") }
        #expect(throws: Self.corrupted("the factor from token key 2")) { try hasUpdate(from: 2, consortium: "") }
        // The rows of two epochs change places.
        let (second, third) = (try value("token-keys", 2), try value("token-keys", 3))
        try put(third, in: "token-keys", 2)
        try put(second, in: "token-keys", 3)
        for epoch in [UInt64(2), 3] {
            #expect(throws: Self.corrupted("the party's share of token key \(epoch)")) { try hasShare(epoch) }
        }
        let (first, next) = (try value("token-updates", 1), try value("token-updates", 2))
        try put(next, in: "token-updates", 1)
        try put(first, in: "token-updates", 2)
        for epoch in [UInt64(1), 2] {
            #expect(throws: Self.corrupted("the factor from token key \(epoch)")) { try hasUpdate(from: epoch) }
        }
        // Another party under the same wrapping key.
        #expect(throws: Self.corrupted("the party's share of token key 2")) {
            let store = OPRFKeyStore(party: .one, state: state, wrap: secret(120))
            _ = try store.share(consortium: "test", epoch: TokenEpoch(2))
        }
    }

    /// The one row of a table.
    private func row(_ table: String) throws -> StateEntry {
        var entries: [StateEntry] = []
        try state.scan(table) { entries.append($0) }
        try #require(entries.count == 1)
        return entries[0]
    }

    @Test("says that the seed of an attempt does not open, and draws no other in its place")
    func damagedSeed() throws {
        try world.order(epoch: 4)
        _ = try world.keyStage(.zero).turn()
        let seed = try row("token-seeds")
        // A party that is started again goes on with the seed that it has.
        _ = try world.keyStage(.zero).turn()
        #expect(try row("token-seeds").value == seed.value)
        for count in 0..<seed.value.count {
            let cut = StateEntry(key: seed.key, value: Array(seed.value.prefix(count)), order: 0)
            try state.commit([.put(table: "token-seeds", cut)], positions: [])
            #expect(throws: Self.corrupted("the seed of a key generation"), "\(count) bytes") {
                try world.keyStage(.zero).turn()
            }
            #expect(try row("token-seeds").value == cut.value)
        }
    }

    @Test(
        "puts nothing in force that was not prepared, or is cut off, before or in its factor",
        arguments: [nil, 0, 1, 203, 204, 205, 275] as [Int?])
    func unprepared(bytes: Int?) throws {
        let share = LogError.corrupted(reason: "the party's share of token key 4 is gone")
        try notInForce(bytes ?? 0 < 204 ? share : Self.corrupted("the factor from token key 3")) { prepared in
            bytes.map { Array(prepared.prefix($0)) }
        }
    }

    @Test("puts nothing in force that was changed", arguments: [0, 131, 132, 203, 204, 275])
    func changed(at: Int) throws {
        let what = at < 204 ? "the party's share of token key 4" : "the factor from token key 3"
        try notInForce(Self.corrupted(what)) { prepared in
            var changed = prepared
            changed[at] ^= 1
            return changed
        }
    }

    /// Damages what is prepared for epoch 4, and expects that nothing else changes.
    private func notInForce(_ error: LogError, damage: ([UInt8]) -> [UInt8]?) throws {
        try world.order(epoch: 4)
        // In this order it is not the last to find the key.
        let stages = try [PartyID.two, .zero, .one].map { try world.keyStage($0) }
        for turn in 0..<36 where try epochs("token-keys-prepared").isEmpty {
            _ = try stages[turn % 3].turn()
        }
        let prepared = try row("token-keys-prepared")
        #expect(prepared.value.count == 276)
        let damaged = damage(prepared.value).map { StateEntry(key: prepared.key, value: $0, order: 0) }
        let change: StateWrite =
            damaged.map { .put(table: "token-keys-prepared", $0) }
            ?? .remove(table: "token-keys-prepared", key: prepared.key)
        try state.commit([change], positions: [])
        #expect(throws: error) {
            for _ in 0..<6 { for stage in stages { _ = try stage.turn() } }
        }
        #expect(try world.keyStore(.zero, state: state).newest() == TokenEpoch(3) && epochs("token-keys") == [2, 3])
        #expect(try epochs("token-updates") == [1, 2] && epochs("token-keys-prepared") == (damaged == nil ? [] : [4]))
    }
}
