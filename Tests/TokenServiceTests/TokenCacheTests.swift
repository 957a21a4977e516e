import EventLogs
import LocalStore
import Records
import Support
import Testing
import TokenService
import Tokens

@Suite("A member's cache of tokens")
struct TokenCacheTests {
    let world: TokenWorld
    let identifiers: [Identifier]
    let tokens: [EntityToken]

    init() throws {
        world = try TokenWorld()
        identifiers = try cards(6)
        tokens = try world.key.tokens(identifiers, context: world.context)
    }

    private var pairs: [(identifier: Identifier, token: EntityToken)] {
        zip(identifiers, tokens).map { (identifier: $0, token: $1) }
    }

    private func found(_ cache: TokenCache) throws -> [EntityToken?] { try cache.tokens(for: identifiers) }

    @Test("what was stored is found, in this process and in the next")
    func persists() throws {
        let cache = try world.cache()
        #expect(try found(cache) == [nil, nil, nil, nil, nil, nil])
        try cache.store(pairs)
        #expect(try found(cache) == tokens)
        #expect(try found(world.cache()) == tokens)
    }

    @Test("the oldest entries go when it is full, over restarts too; memory is bounded and forgets nothing")
    func bounded() throws {
        let cache = try world.cache(capacity: 3, memory: 2)
        try cache.store(Array(pairs[0..<2]))
        #expect(try found(world.cache(capacity: 3, memory: 2)) == [tokens[0], tokens[1], nil, nil, nil, nil])
        let next = try world.cache(capacity: 3, memory: 2)
        for pair in pairs[2...] { try next.store([pair]) }
        #expect(try found(world.cache()) == [nil, nil, nil, tokens[3], tokens[4], tokens[5]])
        // One entry a generation, so that these come from the state.
        let small = try world.cache(memory: 2)
        for _ in 0..<2 { #expect(try found(small) == [nil, nil, nil, tokens[3], tokens[4], tokens[5]]) }
    }

    @Test("another epoch or key empties it, for good")
    func expires() throws {
        try world.cache().store(pairs)
        #expect(try found(world.cache(epoch: 2)) == [nil, nil, nil, nil, nil, nil])
        #expect(try found(world.cache()) == [nil, nil, nil, nil, nil, nil])
        let cache = try world.cache()
        try cache.store(pairs)
        #expect(try found(world.cache(publicKey: SharedKey(seed: 8).publicKey)) == [nil, nil, nil, nil, nil, nil])
        try cache.move(to: world.key.publicKey, TokenContext(consortium: Array("test".utf8), epoch: TokenEpoch(2)))
        #expect(try found(cache) == [nil, nil, nil, nil, nil, nil])
    }

    @Test("an entry that was changed is none")
    func changed() throws {
        try world.cache().store(pairs)
        let state = try SQLiteStateStore(path: world.cacheFile(bankA))
        var entries: [StateEntry] = []
        try state.scan("tokens") { entries.append($0) }
        #expect(entries.count == 6)
        // Two entries change places: each is authentic, and none is the other's.
        try state.commit(
            [
                .put(table: "tokens", StateEntry(key: entries[0].key, value: entries[1].value, order: 0)),
                .put(table: "tokens", StateEntry(key: entries[1].key, value: entries[0].value, order: 1)),
                .put(table: "tokens", StateEntry(key: entries[2].key, value: [1, 2, 3], order: 2)),
            ], positions: [])
        #expect(try found(world.cache()) == [nil, nil, nil, tokens[3], tokens[4], tokens[5]])
    }

    @Test("the same state under another secret shows nothing")
    func otherSecret() throws {
        try world.cache().store(pairs)
        let stolen = try TokenCache(
            state: SQLiteStateStore(path: world.cacheFile(bankA)), secret: secret(71), publicKey: world.key.publicKey,
            context: world.context)
        #expect(try found(stolen) == [nil, nil, nil, nil, nil, nil])
    }

    @Test("an entry that is cut off anywhere is none, and is asked for again")
    func truncated() throws {
        try world.cache().store(Array(pairs[..<1]))
        let state = try SQLiteStateStore(path: world.cacheFile(bankA))
        var entries: [StateEntry] = []
        try state.scan("tokens") { entries.append($0) }
        let whole = try #require(entries.first)
        for count in 0..<whole.value.count {
            let cut = StateEntry(key: whole.key, value: Array(whole.value.prefix(count)), order: whole.order)
            try state.commit([.put(table: "tokens", cut)], positions: [])
            #expect(try found(world.cache())[0] == nil, "\(count) bytes")
        }
        try state.commit([.put(table: "tokens", whole)], positions: [])
        #expect(try found(world.cache())[0] == tokens[0])
    }

    @Test("of which it is not known what they are of, entries are none", arguments: [0, 1, 32, 39, 41])
    func unknownScope(bytes: Int) throws {
        try world.cache().store(pairs)
        let state = try SQLiteStateStore(path: world.cacheFile(bankA))
        let key = Array("scope".utf8)
        let scope = try #require(try state.value("tokens-scope", key)) + [0]
        let changed = StateEntry(key: key, value: Array(scope.prefix(bytes)), order: 0)
        try state.commit([.put(table: "tokens-scope", changed)], positions: [])
        let cache = try world.cache()
        #expect(try found(cache) == [nil, nil, nil, nil, nil, nil])
        try cache.store(pairs)
        #expect(try found(world.cache()) == tokens)
    }

    @Test("holds the latest that were stored, as a list of them would", arguments: 1...6 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let capacity = Int.random(in: 1...5, using: &random)
        var cache = try world.cache(capacity: capacity, memory: 2)
        // The latest last. What is stored again is in it twice, and its first place counts as one that is kept.
        var list: [Int] = []
        for step in 0..<60 {
            let chosen = Int.random(in: 0..<6, using: &random)
            try cache.store([pairs[chosen]])
            list.append(chosen)
            let kept = list.suffix(capacity)
            if step % 3 == 0 {
                cache = try world.cache(capacity: capacity, memory: 2)
                let expected = (0..<6).map { kept.contains($0) ? tokens[$0] : nil }
                #expect(try found(cache) == expected, "step \(step)")
            }
        }
    }
}
