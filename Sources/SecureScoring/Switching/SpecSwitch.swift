import Audit
import EventLogs
import Logging
import Manifests
import Records

/// The next feature spec on one partition: which one's rows are collected at which offset. By records of the log, as models are
/// switched; kept so that a restart need not read it all again. Used by the partition's thread.
final class SpecSwitch {
    static let table = "next-specs"

    fileprivate struct Entry {
        var offset: Int64
        var sequence: UInt64
        var spec: NextSpec?
    }

    private let context: PartitionContext
    private let models: ModelRegistry
    private let state: any StateStore
    private var entries: [Entry] = []

    init(_ models: ModelRegistry, state: any StateStore, in context: PartitionContext) throws {
        self.context = context
        self.models = models
        self.state = state
        var entries: [Entry] = []
        try state.scan(Self.table) { entry in
            guard let found = Entry(entry.value, at: entry.order) else {
                throw LogError.corrupted(reason: "the party's state holds a malformed announcement of a spec")
            }
            if entry.key == Self.key(context.partition, entry.order) { entries.append(found) }
        }
        self.entries = entries.sorted { $0.offset < $1.offset }
    }

    private static func key(_ partition: TopicPartition, _ offset: Int64) -> [UInt8] {
        Array("\(partition)@\(offset)".utf8)
    }

    /// The spec of which rows are collected beside those that a model scores, from the record at `offset` on.
    func next(at offset: Int64, beside model: ModelManifest) -> NextSpec? {
        entries.last { $0.offset < offset }?.spec.flatMap { $0.isCollected(beside: model) ? $0 : nil }
    }

    /// Takes the next spec of a record, or takes it back. One that the coordinator did not sign, or an old one, changes nothing.
    func apply(_ record: SealedRecord) throws {
        guard case .specAnnouncement(let wire) = record.body,
            !entries.contains(where: { $0.offset == record.offset })
        else { return }
        let offset = record.offset
        let announced: SpecAnnouncement
        do throws(ActivationError) {
            announced = try models.announcement(wire, in: context.partition.partition)
        } catch { return refuse(offset, "\(error)") }
        guard announced.sequence > entries.last?.sequence ?? 0 else {
            return refuse(offset, "it is not newer than the last")
        }
        // Before it counts: a crash in between has it told again, and written once.
        context.audit.write(
            AuditEvent(
                collecting: announced.spec, sequence: announced.sequence,
                [.partition: "\(context.partition.partition)", .offset: "\(offset)"]))
        let entry = Entry(offset: offset, sequence: announced.sequence, spec: announced.spec)
        try state.commit(
            [
                .put(
                    table: Self.table,
                    StateEntry(key: Self.key(context.partition, offset), value: entry.encoded, order: offset))
            ], positions: [])
        entries.append(entry)
        context.logger.notice(
            announced.spec == nil ? "no feature spec is next any more" : "a feature spec is next",
            metadata: ["spec": "\(announced.spec?.id ?? 0)", "offset": "\(offset)"])
    }

    private func refuse(_ offset: Int64, _ reason: String) {
        context.logger.error(
            "an announcement of a feature spec was refused", metadata: ["offset": "\(offset)", "reason": "\(reason)"])
        context.audit.write(
            AuditEvent(
                .refused,
                [
                    .object: "spec announcement", .reason: reason, .partition: "\(context.partition.partition)",
                    .offset: "\(offset)",
                ]))
    }
}

// In the party's state: sequence (8), spec (8; 0 for none), and of one that is there its form (32), then a byte a feature: its
// bits. Numbers big-endian.
extension SpecSwitch.Entry {
    fileprivate var encoded: [UInt8] {
        sequence.bigEndianBytes + (spec?.id ?? 0).bigEndianBytes
            + (spec.map { $0.form.bytes + $0.ownFeatures.map { UInt8($0) } } ?? [])
    }

    fileprivate init?(_ bytes: [UInt8], at offset: Int64) {
        guard bytes.count >= 16 else { return nil }
        self.offset = offset
        sequence = UInt64(bigEndianBytes: bytes[..<8])
        let id = UInt64(bigEndianBytes: bytes[8..<16])
        guard id != 0 else {
            guard bytes.count == 16 else { return nil }
            spec = nil
            return
        }
        guard bytes.count >= 48, let form = Digest32(bytes[16..<48]),
            let found = NextSpec(id: id, ownFeatures: bytes[48...].map { Int($0) }, form: form)
        else { return nil }
        spec = found
    }
}
