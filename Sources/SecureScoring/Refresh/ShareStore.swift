package import EventLogs
package import Manifests
package import Records
package import ThreeParty

/// A party's own store of its shares of models, of every generation that may still be asked for, and of the keys that generations
/// are made by until all has come to them. Sealed at rest, as all states are; nothing else is in it.
///
/// A share that is here is not read from its manifest's box any more, so that the key of that box may go.
package struct ShareStore: Sendable {
    private let state: any StateStore

    private static let keys = "refresh-keys"
    private static let models = "model-shares"
    /// The keys of `models`, so that to look for one opens none.
    private static let index = "model-share-index"
    private static let counts = "refreshed-counts"
    private static let rows = "refreshed-rows"

    package init(_ state: any StateStore) { self.state = state }

    private static let malformed = LogError.corrupted(
        reason: """
            the party's store of shares holds something malformed, or of another version of this program; restore it, or have the two \
            other parties deal to this one anew
            """)

    private static func number(_ generation: ShareGeneration) -> [UInt8] { generation.number.bigEndianBytes }

    // MARK: Generations

    /// Keeps the key of a generation; the state has it when this returns. Keys and shares of models that attempts left which came
    /// to nothing go: other parties may have none of them, or others.
    ///
    /// - Parameter last: the newest generation that three parties were ready for.
    package func keep(_ key: RefreshKey, after last: ShareGeneration) throws(LogError) {
        var writes: [StateWrite] = try generations().filter { $0 > last }.map {
            .remove(table: Self.keys, key: Self.number($0))
        }
        for (model, generations) in try models() {
            for left in generations where left > last { writes += Self.removal(model, left) }
        }
        let row = StateEntry(key: Self.number(key.generation), value: key.kept, order: 0)
        try state.commit(writes + [.put(table: Self.keys, row)], positions: [])
    }

    /// The key of a generation; nil where it was never made, or has been erased.
    package func key(of generation: ShareGeneration) throws(LogError) -> RefreshKey? {
        guard let bytes = try state.value(Self.keys, Self.number(generation)) else { return nil }
        guard let key = RefreshKey(kept: bytes), key.generation == generation else { throw Self.malformed }
        return key
    }

    /// The generations whose keys are there, ascending.
    package func generations() throws(LogError) -> [ShareGeneration] {
        var found: [ShareGeneration] = []
        try scan(Self.keys) { entry in
            if entry.key.count == 4 { found.append(ShareGeneration(UInt32(bigEndianBytes: entry.key))) }
        }
        return found.sorted()
    }

    // MARK: Models

    /// Keeps this party's share of a model in a generation.
    package func keep(
        _ share: ModelShare, of model: Digest32, in generation: ShareGeneration
    ) throws(LogError) {
        try state.commit(Self.writes(share, model, generation), positions: [])
    }

    private static func writes(
        _ share: ModelShare, _ model: Digest32, _ generation: ShareGeneration
    ) -> [StateWrite] {
        let key = model.bytes + number(generation)
        return [
            .put(table: models, StateEntry(key: key, value: share.kept, order: 0)),
            .put(table: index, StateEntry(key: key, value: [], order: 0)),
        ]
    }

    private static func removal(_ model: Digest32, _ generation: ShareGeneration) -> [StateWrite] {
        [models, index].map { .remove(table: $0, key: model.bytes + number(generation)) }
    }

    /// Forgets this party's shares of models, of all generations.
    package func forget(_ gone: [Digest32]) throws(LogError) {
        let known = try models()
        let writes = gone.flatMap { model in (known[model] ?? []).flatMap { Self.removal(model, $0) } }
        if !writes.isEmpty { try state.commit(writes, positions: []) }
    }

    /// This party's share of a model in a generation; nil where it is not here.
    package func share(of model: Digest32, in generation: ShareGeneration) throws(LogError) -> ModelShare? {
        guard let bytes = try state.value(Self.models, model.bytes + Self.number(generation)) else { return nil }
        guard let share = ModelShare(kept: bytes) else { throw Self.malformed }
        return share
    }

    /// The generations that this party has shares of each model in, ascending.
    package func models() throws(LogError) -> [Digest32: [ShareGeneration]] {
        var found: [Digest32: [ShareGeneration]] = [:]
        try scan(Self.index) { entry in
            guard entry.key.count == 36, let model = Digest32(entry.key[..<32]) else { return }
            found[model, default: []].append(ShareGeneration(UInt32(bigEndianBytes: entry.key[32...])))
        }
        return found.mapValues { $0.sorted() }
    }

    /// Makes this party's share in a generation of every model, and keeps them; the state has them when this returns. What is there
    /// stays as it is.
    ///
    /// - Parameter version: the newest generation that three parties have a model in, of which all make the next. One that this
    ///   party has beside it is not made of: a party without it could not follow.
    /// - Returns: the models that it has in the generation, ascending: what a party's word that it is ready names.
    package func refreshModels(
        by key: RefreshKey, of party: PartyID, from version: (Digest32) -> ShareGeneration
    ) throws(LogError) -> [Digest32] {
        var writes: [StateWrite] = []
        var refreshed: [Digest32] = []
        for (model, generations) in try models() {
            if !generations.contains(key.generation) {
                guard let share = try share(of: model, in: version(model)) else { continue }
                writes += Self.writes(share.refreshed(by: key, of: party, model: model), model, key.generation)
            }
            refreshed.append(model)
        }
        if !writes.isEmpty { try state.commit(writes, positions: []) }
        return refreshed.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    // MARK: Counts and rows

    /// Notes that a partition's counts on the disk are of this generation, all of them.
    package func noteCounts(_ generation: ShareGeneration, partition: Int) throws(LogError) {
        try note(Self.counts, generation, partition)
    }

    /// The generation that a partition's counts on the disk are of, all of them; nil where nothing was noted.
    package func counts(partition: Int) throws(LogError) -> ShareGeneration? { try noted(Self.counts, partition) }

    /// Notes that the rows that are kept of a partition are of this generation, all of them.
    package func noteRows(_ generation: ShareGeneration, partition: Int) throws(LogError) {
        try note(Self.rows, generation, partition)
    }

    /// The generation that all rows of a partition have come to; nil where nothing was noted.
    package func rows(partition: Int) throws(LogError) -> ShareGeneration? { try noted(Self.rows, partition) }

    private func note(_ table: String, _ generation: ShareGeneration, _ partition: Int) throws(LogError) {
        let row = StateEntry(
            key: UInt32(partition).bigEndianBytes, value: Self.number(generation), order: 0)
        try state.commit([.put(table: table, row)], positions: [])
    }

    private func noted(_ table: String, _ partition: Int) throws(LogError) -> ShareGeneration? {
        guard let bytes = try state.value(table, UInt32(partition).bigEndianBytes) else { return nil }
        guard bytes.count == 4 else { throw Self.malformed }
        return ShareGeneration(UInt32(bigEndianBytes: bytes))
    }

    // MARK: Erasure

    /// Erases the keys of generations up to one, and models' shares that are of no use behind its switch. With it in force
    /// everywhere, what an intruder finds here opens nothing of before.
    ///
    /// - Parameters:
    ///   - generation: in force in every partition.
    ///   - partitions: that keep counts.
    ///   - keepsRows: whether they keep rows, too.
    ///   - version: the generation of a model's share that is in force then.
    /// - Returns: false, and nothing, where counts or rows on the disk have not come to the generation.
    package func erase(
        through generation: ShareGeneration, partitions: some Sequence<Int>, keepsRows: Bool = false,
        version: (Digest32) -> ShareGeneration
    ) throws(LogError) -> Bool {
        for partition in partitions {
            guard let counts = try counts(partition: partition), counts >= generation else { return false }
            let rows = keepsRows ? try rows(partition: partition) ?? .dealt : generation
            guard rows >= generation else { return false }
        }
        var writes: [StateWrite] = try generations().filter { $0 <= generation }.map {
            .remove(table: Self.keys, key: Self.number($0))
        }
        for (model, generations) in try models() {
            let inForce = version(model)
            for old in generations where old < inForce { writes += Self.removal(model, old) }
        }
        if !writes.isEmpty { try state.commit(writes, positions: []) }
        return true
    }

    private func scan(_ table: String, _ body: (StateEntry) -> Void) throws(LogError) {
        do { try state.scan(table) { body($0) } } catch let error as LogError { throw error } catch {
            throw .corrupted(reason: "\(error)")
        }
    }
}
