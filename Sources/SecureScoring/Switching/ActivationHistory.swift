import EventLogs
import Manifests
import Records

/// The history of which model is in force from which offset of one partition on, and of how far this party has read. A function
/// of the log; kept so that a restart need not read it all again.
struct ActivationHistory {
    static let table = "activations"

    private struct Entry {
        var offset: Int64
        var model: Digest32
        var sequence: UInt64
    }

    private let partition: TopicPartition
    private let state: any StateStore
    private var entries: [Entry] = []
    /// The offset below which everything is scored and in the log.
    private(set) var committed: Int64
    /// The offset below which every activation is known.
    var scanned: Int64

    init(partition: TopicPartition, state: any StateStore) throws {
        self.partition = partition
        self.state = state
        committed = try state.position(partition) ?? 0
        scanned = committed
        var entries: [Entry] = []
        try state.scan(Self.table) { entry in
            guard entry.value.count == 40, let model = Digest32(entry.value[8...]) else {
                throw LogError.corrupted(reason: "the party's state holds a malformed model activation")
            }
            let sequence = UInt64(bigEndianBytes: entry.value[..<8])
            if entry.key == Self.key(partition, entry.order) {
                entries.append(Entry(offset: entry.order, model: model, sequence: sequence))
            }
        }
        self.entries = entries.sorted { $0.offset < $1.offset }
    }

    private static func key(_ partition: TopicPartition, _ offset: Int64) -> [UInt8] {
        Array("\(partition)@\(offset)".utf8)
    }

    /// The model that the record at `offset` is scored by.
    func model(at offset: Int64) -> Digest32? { entries.last { $0.offset < offset }?.model }

    /// Whether the activation at this offset is in the history.
    func isKnown(at offset: Int64) -> Bool { entries.contains { $0.offset == offset } }

    /// Whether an activation is newer than all in the history.
    func accepts(_ activation: ModelActivation) -> Bool { activation.sequence > (entries.last?.sequence ?? 0) }

    /// Whether a model needs no approval any more: it was in force here, or nothing was, since a partition's first model is its
    /// set-up.
    func isFree(_ model: Digest32) -> Bool { entries.isEmpty || entries.contains { $0.model == model } }

    /// Stores an activation, and adds it. Where the state can't be written it is not known, and is read again.
    mutating func add(_ activation: ModelActivation, at offset: Int64) throws(LogError) {
        guard !isKnown(at: offset) else { return }
        let value = activation.sequence.bigEndianBytes + activation.model.bytes
        try state.commit(
            [
                .put(
                    table: Self.table,
                    StateEntry(key: Self.key(partition, offset), value: value, order: offset))
            ], positions: [])
        entries.append(Entry(offset: offset, model: activation.model, sequence: activation.sequence))
    }

    /// Commits that everything below `offset` is scored and in the log. It is, whether the state can be written or not: the next
    /// commit says so, too.
    ///
    /// - Parameter writes: what else changes with it.
    mutating func commit(_ offset: Int64, _ writes: [StateWrite]) throws(LogError) {
        committed = max(committed, offset)
        scanned = max(scanned, committed)
        try state.commit(writes, positions: [Position(partition, committed)])
    }
}
