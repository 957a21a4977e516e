import Counters
import EventLogs
import Keys
import Records
import ThreeParty

/// A record of `consortium.labels` as this party sees it.
struct OpenedLabels {
    struct Entry {
        var event: EventID
        /// Nil where the record says nothing of outcomes.
        var outcome: CountShare?
        /// When the event was and whose tokens it had, where the record brings that along.
        var history: (time: EventTime, tokens: [TokenKey?])?
    }

    /// Nil where the record names no member of the consortium.
    var member: MemberID?
    var source = SourcePosition(offset: 0)
    var entries: [Entry] = []
    /// Why this party can't use the record.
    var refusal: Refusal?
}

/// Opens this party's boxes of label records. Refusals are per record and never stop a batch.
struct LabelOpener {
    static let limit = 512

    let party: PartyID
    let sessions: SessionRegistry

    func open(_ record: LogRecord, for model: ActiveModel, counts: PartitionCounts) throws(LogError) -> OpenedLabels {
        var opened = OpenedLabels()
        opened.refusal = try open(record.value ?? [], model, counts, &opened)
        return opened
    }

    private func open(
        _ bytes: [UInt8], _ model: ActiveModel, _ counts: PartitionCounts, _ opened: inout OpenedLabels
    ) throws(LogError) -> Refusal? {
        guard let wire = WireLabelRecord(decoding: bytes), let header = WireLabelHeader(decoding: Array(wire.header))
        else { return .headerMalformed }
        guard let member = MemberID(header.member), sessions.isMember(member) else { return .unknownMember }
        opened.member = member
        guard header.schema == 1 else { return .unknownSchema }
        guard (1...Self.limit).contains(Int(header.count)), header.source.index < 65_536 else {
            return .headerMalformed
        }
        opened.source = SourcePosition(header.source)
        // Only a history's tokens depend on the spec.
        guard !header.history || header.featureSpec == model.manifest.featureSpec else { return .wrongFeatureSpec }
        guard wire.boxes.count == 3 else { return .boxMissing }
        guard let cipher = try sessions.upCipher(member, epoch: header.sessionEpoch) else { return .unknownSession }
        var plaintext: [UInt8] = []
        let isOpen = Array(wire.boxes[party.rawValue]).withUnsafeBytes {
            SealedBox.open(
                $0, under: cipher, associated: labelAssociatedData(header: Array(wire.header), party: party),
                into: &plaintext)
        }
        guard isOpen else { return .boxNotOpened }
        guard let box = WireLabelBox(decoding: plaintext), let entries = entries(box, header, counts) else {
            return .boxMalformed
        }
        opened.entries = entries
        return nil
    }

    private func entries(
        _ box: WireLabelBox, _ header: WireLabelHeader, _ counts: PartitionCounts
    ) -> [OpenedLabels.Entry]? {
        let count = Int(header.count)
        let (events, times, tokens) = (Array(box.events), Array(box.times), Array(box.tokens))
        let width = counts.features.slots * TokenKey.byteCount
        guard events.count == 16 * count, times.count == (header.history ? 8 * count : 0),
            tokens.count == (header.history ? width * count : 0)
        else { return nil }
        var shares: [CountShare] = []
        if header.labelled {
            guard
                let first = SeededComponents.expand(
                    Array(box.first), component: party.rawValue, bytes: 2 * count),
                let second = SeededComponents.expand(
                    Array(box.second), component: party.next.rawValue, bytes: 2 * count)
            else { return nil }
            shares = zip(UInt16.unpack(first), UInt16.unpack(second)).map { CountShare(first: $0, second: $1) }
        }
        var entries: [OpenedLabels.Entry] = []
        for index in 0..<count {
            guard let event = EventID(Array(events[16 * index..<16 * index + 16])) else { return nil }
            var entry = OpenedLabels.Entry(event: event, outcome: header.labelled ? shares[index] : nil)
            if header.history {
                let time = times[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
                let tokens = tokens[width * index..<width * (index + 1)].withUnsafeBytes { counts.tokens($0) }
                guard let tokens else { return nil }
                entry.history = (EventTime(seconds: Int64(bitPattern: time)), tokens)
            }
            entries.append(entry)
        }
        return entries
    }
}
