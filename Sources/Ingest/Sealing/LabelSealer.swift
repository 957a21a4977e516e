package import Keys
package import Model
package import Records
package import Sealing
package import Secrets
import ThreeParty

/// The maker of records of `consortium.labels`: what a member says of its events, in shares, one box a party.
package final class LabelSealer {
    private var own: SealingMember
    private let featureSpec: UInt64
    private var streams = CounterStream()

    /// - Parameters:
    ///   - sessions: that it seals under; a record goes by those of its own time.
    ///   - idKey: turns the agent's ids of transactions into event ids; the same as transactions are sealed with.
    ///   - random: fresh random bytes, as many as asked for.
    package init(
        member: MemberID, sessions: SealingSessions, spec: BinnedSpec, idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        own = SealingMember(member, sessions: sessions, idKey: idKey, random: random) {
            BoxSealer($0.labelBoxes, random: random)
        }
        featureSpec = spec.id
    }

    /// Seals under the sessions of one epoch.
    package convenience init(
        member: MemberID, epoch: UInt32, sessions: [PartyID: Session], spec: BinnedSpec, idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.init(
            member: member, sessions: SealingSessions(.init(number: epoch, sessions: sessions)), spec: spec,
            idKey: idKey, random: random)
    }

    package func eventID(_ id: UInt64) -> EventID { own.eventID(id) }

    /// The records of labels that leave together, ordered by event id, at most 512 a record.
    ///
    /// - Parameter source: of the first of the records; the index of each one after it is one more.
    package func records(_ labels: [DueLabel], source: SourcePosition) -> [SentLabels.Record] {
        let ordered = labels.map { (event: eventID($0.id), label: $0) }
            .sorted { $0.event.bytes.lexicographicallyPrecedes($1.event.bytes) }.map(\.label)
        let limit = LabelHeader.counts.upperBound
        return stride(from: 0, to: ordered.count, by: limit).enumerated().map { number, start in
            var source = source
            source.index += number
            return SentLabels.Record(source: source, labels: Array(ordered[start..<min(start + limit, ordered.count)]))
        }
    }

    /// A record, sealed.
    ///
    /// - Parameter previous: the source of the label record before it; nil where there is none, or it is counted.
    package func seal(_ record: SentLabels.Record, after previous: SourcePosition?) -> [UInt8] {
        self.record(
            record.labels.map { LabelEntry(event: eventID($0.id), fraud: $0.fraud) }, source: record.source,
            previous: previous)
    }

    /// One record.
    ///
    /// - Parameters:
    ///   - entries: 1 to 512.
    ///   - previous: the label record before it, of the same partition; nil where there is none.
    ///   - history: whether they bring times and tokens along.
    ///   - labelled: whether they say what was a fraud.
    ///   - tokenEpoch: of the key that their tokens are under; 0 where they bring none.
    package func record(
        _ entries: [LabelEntry], source: SourcePosition, previous: SourcePosition? = nil, history: Bool = false,
        labelled: Bool = true, tokenEpoch: UInt64 = 0
    ) -> [UInt8] {
        own.follow()
        let header = LabelHeader(
            member: own.member, source: source, previous: previous, sessionEpoch: own.epoch, session: own.session,
            featureSpec: featureSpec, count: entries.count, history: history, labelled: labelled, tokenEpoch: tokenEpoch
        )
        let bytes = header.encoded
        let plaintexts = LabelEntries.plaintexts(
            entries, header: header,
            seeds: (own.random(SeededComponents.seedBytes), own.random(SeededComponents.seedBytes)), &streams)
        let boxes = zip(PartyID.allCases, plaintexts).map { party, plaintext in
            var box: [UInt8] = []
            box.reserveCapacity(plaintext.count + SealedBox.overhead)
            own.sealers[party.rawValue].seal(
                plaintext, fresh: own.random(BoxSealer.freshBytes)[...],
                associated: labelAssociatedData(header: bytes, party: party), onto: &box)
            return box
        }
        return LabelRecord.encoded(header: bytes, boxes: boxes)
    }
}

extension [LabelEntry] {
    /// The entries in the order of event ids, which say nothing of an event.
    var inOrder: [LabelEntry] { sorted { $0.event.bytes.lexicographicallyPrecedes($1.event.bytes) } }
}
