package import Keys
package import Model
package import Records
package import Sealing
package import Secrets
import ThreeParty

/// The maker of records of `consortium.labels`: what a member says of its events, in shares, one box a party.
package final class LabelSealer {
    private let member: MemberID
    private let epoch: UInt32
    private let session: SessionID
    /// One a party, under a key of its session.
    private let sealers: [BoxSealer]
    private let featureSpec: UInt64
    private let idKey: SecretKey
    private let random: @Sendable (Int) -> [UInt8]
    private var streams = CounterStream()

    /// - Parameters:
    ///   - idKey: turns the agent's ids of transactions into event ids; the same as transactions are sealed with.
    ///   - random: fresh random bytes, as many as asked for.
    package init(
        member: MemberID, epoch: UInt32, sessions: [PartyID: Session], spec: BinnedSpec, idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.member = member
        self.epoch = epoch
        session = sessions.id
        sealers = PartyID.allCases.map { party in
            guard let session = sessions[party] else { preconditionFailure("a member has a session with each party") }
            return BoxSealer(session.labelBoxes, random: random)
        }
        featureSpec = spec.id
        self.idKey = idKey
        self.random = random
    }

    package func eventID(_ id: UInt64) -> EventID { EventID(of: id, under: idKey) }

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
        let header = LabelHeader(
            member: member, source: source, previous: previous, sessionEpoch: epoch, session: session,
            featureSpec: featureSpec, count: entries.count, history: history, labelled: labelled, tokenEpoch: tokenEpoch
        )
        let bytes = header.encoded
        let plaintexts = LabelEntries.plaintexts(
            entries, header: header,
            seeds: (random(SeededComponents.seedBytes), random(SeededComponents.seedBytes)), &streams)
        let boxes = zip(PartyID.allCases, plaintexts).map { party, plaintext in
            var box: [UInt8] = []
            box.reserveCapacity(plaintext.count + SealedBox.overhead)
            sealers[party.rawValue].seal(
                plaintext, fresh: random(BoxSealer.freshBytes)[...],
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
