package import EventLogs
package import Records
package import ThreeParty

/// A generation of shares that three parties are ready for: what switches to it, and how it is told from another of its number.
package struct ReadyGeneration: Sendable, Hashable {
    package let generation: ShareGeneration
    /// Of its key (`RefreshKey.mark`).
    package let mark: Digest32
    /// The models that all three parties have shares of in it: others stay as they are.
    package let models: Set<Digest32>

    package init(generation: ShareGeneration, mark: Digest32, models: Set<Digest32>) {
        self.generation = generation
        self.mark = mark
        self.models = models
    }
}

/// The history of which generation of shares is in force from which offset of one partition on. A function of what the log says of
/// epochs; kept, since that need not be read again. Used by the partition's thread.
package final class GenerationSwitch {
    static let table = "share-generations"

    private let partition: TopicPartition
    private let state: any StateStore
    private var entries: [(offset: Int64, ready: ReadyGeneration)] = []

    package init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        self.state = state
        var entries: [(offset: Int64, ready: ReadyGeneration)] = []
        let prefix = Array("\(partition)@".utf8)
        try state.scan(Self.table) { entry in
            guard entry.key.starts(with: prefix) else { return }
            guard let ready = Self.decode(entry.value) else {
                throw LogError.corrupted(reason: "the party's state holds a malformed generation of shares")
            }
            entries.append((entry.order, ready))
        }
        self.entries = entries.sorted { $0.offset < $1.offset }
    }

    /// Puts a generation in force behind the record at `offset`. One that is known changes nothing; nor does one that is not newer
    /// than the last.
    ///
    /// - Returns: whether it is in force from there on.
    package func switchTo(_ ready: ReadyGeneration, at offset: Int64) throws(LogError) -> Bool {
        if let last = entries.last, last.ready.generation >= ready.generation || last.offset >= offset { return false }
        let entry = StateEntry(key: Array("\(partition)@\(offset)".utf8), value: Self.encode(ready), order: offset)
        try state.commit([.put(table: Self.table, entry)], positions: [])
        entries.append((offset, ready))
        return true
    }

    /// The shares that a batch from `offset` on is computed with.
    package func inForce(at offset: Int64, model: Digest32) -> SharesInForce {
        let known = entries.prefix { $0.offset < offset }
        guard let last = known.last?.ready else { return .dealt }
        let version = known.last { $0.ready.models.contains(model) }?.ready.generation ?? .dealt
        return SharesInForce(counts: last.generation, model: version, mark: last.mark)
    }

    // Number (4, big-endian), mark (32), the models' digests (32 each), ascending.

    private static func encode(_ ready: ReadyGeneration) -> [UInt8] {
        let models = ready.models.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        return ready.generation.number.bigEndianBytes + ready.mark.bytes + models.joined()
    }

    private static func decode(_ bytes: [UInt8]) -> ReadyGeneration? {
        guard bytes.count >= 36, bytes.count % 32 == 4, let mark = Digest32(bytes[4..<36]) else { return nil }
        let models = stride(from: 36, to: bytes.count, by: 32).compactMap { Digest32(bytes[$0..<$0 + 32]) }
        return ReadyGeneration(
            generation: ShareGeneration(UInt32(bigEndianBytes: bytes[..<4])), mark: mark, models: Set(models))
    }
}

/// The generations of the shares that a batch is computed with.
package struct SharesInForce: Sendable, Hashable {
    /// Of the counts.
    package let counts: ShareGeneration
    /// Of the model: the last one that all three parties have it in.
    package let model: ShareGeneration
    /// Of the key of the generation in force.
    package let mark: Digest32

    /// Shares as they were dealt, and counts that were never refreshed.
    package static let dealt = SharesInForce(counts: .dealt, model: .dealt, mark: .zero)

    /// What a plan names: with another one no mask and no share would fit. Zeros for shares as dealt.
    package var digest: Digest32 {
        guard self != .dealt else { return .zero }
        return Digest32(of: [
            Array("cordon/plan/shares/v1".utf8), counts.number.bigEndianBytes, model.number.bigEndianBytes, mark.bytes,
        ])
    }
}
