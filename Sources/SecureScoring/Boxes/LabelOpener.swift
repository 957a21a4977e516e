import Counters
import EventLogs
import Manifests
import Model
import Records
import Sealing
import ThreeParty

/// The opener of this party's boxes of label records. Refusals are per record and never stop a batch.
final class LabelOpener {
    private let party: PartyID
    private let sessions: SessionRegistry
    private var streams = CounterStream()

    init(party: PartyID, sessions: SessionRegistry) {
        self.party = party
        self.sessions = sessions
    }

    /// Opens a record; the result says where it is refused.
    ///
    /// - Parameter closed: epochs of sessions under which nothing counts any more.
    func open(
        _ record: LogRecord, for model: ModelManifest, counts: PartitionCounts, closed: Set<UInt32> = []
    ) throws(LogError) -> OpenedLabels {
        var opened = OpenedLabels()
        opened.refusal = try open(record.value ?? [], model, counts, closed, &opened)
        return opened
    }

    private func open(
        _ bytes: [UInt8], _ model: ModelManifest, _ counts: PartitionCounts, _ closed: Set<UInt32>,
        _ opened: inout OpenedLabels
    ) throws(LogError) -> Refusal? {
        guard let record = LabelRecord(bytes) else { return .headerMalformed }
        let header = record.header
        // The same at every party, whatever it finds wrong behind this.
        if header.labelled, LabelHeader.counts.contains(header.count) { opened.outcomes = header.count }
        guard let member = header.member, try sessions.isMember(member) else { return .unknownMember }
        opened.member = member
        guard header.schema == LabelHeader.schema else { return .unknownSchema }
        guard LabelHeader.counts.contains(header.count), let source = header.source, let order = source.labelOrder,
            source.partition < PartyCounters.sourcePartitions, header.previous.map({ $0 < source }) ?? true
        else {
            return .headerMalformed
        }
        (opened.partition, opened.order, opened.epoch) = (source.partition, order, header.sessionEpoch)
        if let previous = header.previous {
            guard let order = previous.labelOrder else { return .headerMalformed }
            opened.previous = order
        }
        guard record.boxes.count == 3 else { return .boxMissing }
        guard !closed.contains(header.sessionEpoch) else { return .epochClosed }
        guard let cipher = try sessions.labelCipher(member, epoch: header.sessionEpoch, header.session) else {
            return try sessions.hasLeft(member, by: header.sessionEpoch) ? .memberLeft : .unknownSession
        }
        var plaintext: [UInt8] = []
        let isOpen = record.boxes[party.rawValue].withUnsafeBytes {
            SealedBox.open(
                $0, under: cipher, associated: labelAssociatedData(header: record.headerBytes, party: party),
                into: &plaintext)
        }
        guard isOpen else { return .boxNotOpened }
        // Nothing of a label without its event depends on the spec.
        guard !header.history || header.featureSpec == model.featureSpec else { return .wrongFeatureSpec }
        guard
            let labels = LabelEntries.read(
                plaintext, at: party, header: header, slots: counts.features.slots, &streams)
        else { return .boxMalformed }
        opened.content = labels.flatMap { label in
            label.event.bytes + (label.time?.seconds.bigEndianBytes ?? []) + label.tokens
        }
        do throws(Refusal) {
            opened.entries = try entries(labels, counts, header.tokenEpoch)
            return nil
        } catch { return error }
    }

    private func entries(
        _ labels: [SharedLabel], _ counts: PartitionCounts, _ epoch: UInt64
    ) throws(Refusal) -> [OpenedLabels.Entry] {
        var entries: [OpenedLabels.Entry] = []
        entries.reserveCapacity(labels.count)
        for label in labels {
            var entry = OpenedLabels.Entry(event: label.event, outcome: label.outcome)
            if let time = label.time {
                let tokens = label.tokens.withUnsafeBytes { bytes in
                    Result { () throws(Refusal) in try counts.tokens(bytes, epoch: epoch) }
                }
                entry.history = (time, try tokens.get())
            }
            entries.append(entry)
        }
        return entries
    }
}
