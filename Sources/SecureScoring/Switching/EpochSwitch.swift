import Audit
import EventLogs
import Logging
import Manifests
package import Records

/// The epochs of keys on one partition: which one's pairwise keys are in force at which offset, and from which offset on nothing
/// counts that is sealed under one. By records of the log, as models are switched; kept so that a restart need not read it all
/// again. Used by the partition's thread.
package final class EpochSwitch {
    static let table = "epochs"

    private enum Kind: UInt8 {
        case activation = 1
        case closing = 2
    }

    private struct Entry {
        var offset: Int64
        var kind: Kind
        var epoch: KeyEpoch
        var keys: Digest32
    }

    private let context: PartitionContext
    private let models: ModelRegistry
    private let terms: PartitionEpochs
    private let state: any StateStore
    private var entries: [Entry] = []
    /// Closed epochs of which was told that they are done with here.
    private var told: Set<KeyEpoch> = []

    init(_ terms: PartitionEpochs, models: ModelRegistry, state: any StateStore, in context: PartitionContext) throws {
        self.context = context
        self.models = models
        self.terms = terms
        self.state = state
        var entries: [Entry] = []
        try state.scan(Self.table) { entry in
            guard entry.value.count == 37, let kind = Kind(rawValue: entry.value[0]),
                let keys = Digest32(entry.value[5...])
            else { throw LogError.corrupted(reason: "the party's state holds a malformed epoch of keys") }
            let epoch = KeyEpoch(UInt32(bigEndianBytes: entry.value[1..<5]))
            if entry.key == Self.key(context.partition, entry.order) {
                entries.append(Entry(offset: entry.order, kind: kind, epoch: epoch, keys: keys))
            }
        }
        self.entries = entries.sorted { $0.offset < $1.offset }
    }

    private static func key(_ partition: TopicPartition, _ offset: Int64) -> [UInt8] {
        Array("\(partition)@\(offset)".utf8)
    }

    /// The epoch whose pairwise keys a batch uses that begins at `offset`.
    package func epoch(at offset: Int64) -> KeyEpoch {
        entries.last { $0.kind == .activation && $0.offset < offset }?.epoch ?? terms.founding
    }

    /// Whether a record at `offset` that is sealed under an epoch comes too late.
    private func isClosed(_ epoch: UInt32, at offset: Int64) -> Bool {
        entries.contains { $0.kind == .closing && $0.epoch.number == epoch && $0.offset < offset }
    }

    /// Whether a record comes too late by its header.
    package func isClosed(_ record: SealedRecord) -> Bool {
        record.header.map { isClosed($0.sessionEpoch, at: record.offset) } ?? false
    }

    /// How the epochs stand for a batch that begins at `offset`.
    package func epochs(at offset: Int64) -> BatchEpochs {
        let closed = entries.filter { $0.kind == .closing && $0.offset < offset }.map(\.epoch.number)
        return BatchEpochs(current: epoch(at: offset), closed: Set(closed))
    }

    /// The generation of shares that goes in force with the epoch that begins at a record, if one does.
    func generation(at offset: Int64) throws -> ReadyGeneration? {
        guard let entry = entries.first(where: { $0.kind == .activation && $0.offset == offset }) else { return nil }
        return try terms.generation(entry.epoch)
    }

    // MARK: Records of the log

    /// Begins or closes an epoch at a record. One that the coordinator did not sign, or that skips an epoch, or names another's
    /// keys, changes nothing.
    ///
    /// - Throws: `BatchAbort.epochNotAgreed` where this party has to read on before it can tell.
    package func apply(_ record: SealedRecord) throws {
        guard !entries.contains(where: { $0.offset == record.offset }) else { return }
        switch record.body {
        case .epochActivation(let wire): try activate(wire, at: record.offset)
        case .epochClosing(let wire): try close(wire, at: record.offset)
        case .activation, .specAnnouncement, .transaction, .unreadable: return
        }
    }

    private func activate(_ wire: WireEpochActivation, at offset: Int64) throws {
        let activation: EpochActivation
        do throws(EpochSwitchError) {
            activation = try models.epochActivation(wire, in: context.partition.partition)
        } catch { return refuse("epoch activation", offset, "\(error)") }
        let newest = epoch(at: .max)
        guard activation.epoch == newest.next else {
            return refuse("epoch activation", offset, "it is of epoch \(activation.epoch), and \(newest) is in force")
        }
        // All parties take it, or none: who can't tell yet waits.
        guard let keys = try terms.ready(activation.epoch) else {
            throw BatchAbort.epochNotAgreed(activation.epoch)
        }
        guard keys == activation.keys else {
            return refuse("epoch activation", offset, "it is of other keys than three parties are ready for")
        }
        try add(Entry(offset: offset, kind: .activation, epoch: activation.epoch, keys: keys))
        context.logger.notice(
            "keys of an epoch are in force", metadata: ["epoch": "\(activation.epoch)", "offset": "\(offset)"])
    }

    private func close(_ wire: WireEpochClosing, at offset: Int64) throws {
        let closing: EpochClosing
        do throws(EpochSwitchError) {
            closing = try models.epochClosing(wire, in: context.partition.partition)
        } catch { return refuse("epoch closing", offset, "\(error)") }
        guard closing.epoch < epoch(at: .max) else {
            return refuse("epoch closing", offset, "epoch \(closing.epoch) is in force")
        }
        guard !isClosed(closing.epoch.number, at: .max) else {
            return refuse("epoch closing", offset, "epoch \(closing.epoch) is closed")
        }
        try add(Entry(offset: offset, kind: .closing, epoch: closing.epoch, keys: closing.keys))
        context.logger.notice(
            "an epoch of keys is closed", metadata: ["epoch": "\(closing.epoch)", "offset": "\(offset)"])
    }

    /// Stores an entry, and adds it. Where the state can't be written it is not known, and is read again.
    private func add(_ entry: Entry) throws(LogError) {
        let value = [entry.kind.rawValue] + entry.epoch.number.bigEndianBytes + entry.keys.bytes
        try state.commit(
            [
                .put(
                    table: Self.table,
                    StateEntry(key: Self.key(context.partition, entry.offset), value: value, order: entry.offset))
            ], positions: [])
        entries.append(entry)
    }

    private func refuse(_ object: String, _ offset: Int64, _ reason: String) {
        context.logger.error(
            "an \(object) was refused", metadata: ["offset": "\(offset)", "reason": "\(reason)"])
        context.audit.write(
            AuditEvent(
                .refused,
                [
                    .object: object, .reason: reason, .partition: "\(context.partition.partition)",
                    .offset: "\(offset)",
                ]))
    }

    // MARK: Ends

    /// Whether a closing lies below `offset` of which nobody was told.
    package func hasEnded(below offset: Int64) -> Bool {
        entries.contains { $0.kind == .closing && $0.offset < offset && !told.contains($0.epoch) }
    }

    /// Tells which epochs are done with here: those that were closed below an offset, below which all is scored, counted and kept.
    package func tellEnded(below offset: Int64) {
        for entry in entries where entry.kind == .closing && entry.offset < offset {
            guard told.insert(entry.epoch).inserted else { continue }
            terms.done(entry.epoch, context.partition.partition)
        }
    }
}
