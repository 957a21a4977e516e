package import Keys
package import Records

/// A party's word that transactions of one partition of a member's topic have not come to it, though later ones have. Nobody else
/// can make one: it has a tag under a key that only the party and the member have. It is said once; one that a log repeats has the
/// member look once more at what waits.
package struct MissingReceipt: Sendable, Hashable {
    /// All transactions behind `after`, up to and with `through`, that went into one partition of `consortium.sealed`.
    package struct Span: Sendable, Hashable {
        /// Nil where nothing of the partition came before.
        package var after: SourcePosition?
        package var through: SourcePosition

        package init(after: SourcePosition?, through: SourcePosition) {
            (self.after, self.through) = (after, through)
        }

        /// Whether a transaction of the same partition is in it.
        package func contains(_ position: SourcePosition) -> Bool {
            position <= through && after.map { $0 < position } ?? true
        }
    }

    package var party: PartyID
    /// The partition of `consortium.sealed`.
    package var sealedPartition: Int
    /// At least one, all of one partition of the member's topic.
    package var spans: [Span]

    /// The most spans of a receipt.
    package static let limit = 64

    package init(party: PartyID, sealedPartition: Int, spans: [Span]) {
        self.party = party
        self.sealedPartition = sealedPartition
        self.spans = spans
    }

    /// The partition of the member's topic.
    package var partition: Int? { spans.first?.through.partition }

    /// The record on `<member>.receipts`.
    ///
    /// - Parameter session: the member's with the party.
    package func encoded(_ session: Session) -> [UInt8] {
        var wire = WireMissingReceipt()
        wire.schema = 2
        wire.partition = UInt32(sealedPartition)
        for span in spans {
            wire.after.append(
                (span.after ?? SourcePosition(partition: span.through.partition, offset: .min)).wire)
            wire.through.append(span.through.wire)
        }
        return wire.encoded(by: party, session)
    }

    /// Reads what `encoded` gave.
    ///
    /// - Parameter sessions: the member's own, by party and epoch.
    /// - Returns: nil for bytes that are no such receipt of a party for this member.
    package init?(_ bytes: [UInt8], sessions: (PartyID, UInt32) -> Session?) {
        guard let wire = WireMissingReceipt(decoding: bytes), wire.schema == 2,
            (1...Self.limit).contains(wire.through.count), wire.after.count == wire.through.count,
            let party = wire.verifiedParty(sessions)
        else { return nil }
        let spans = zip(wire.after, wire.through).map { after, through in
            let after = SourcePosition(after)
            return Span(after: after.offset == .min ? nil : after, through: SourcePosition(through))
        }
        guard
            spans.allSatisfy({ span in
                span.through.partition == spans[0].through.partition
                    && span.after.map { $0.partition == span.through.partition && $0 < span.through } ?? true
            })
        else { return nil }
        self.init(party: party, sealedPartition: Int(wire.partition), spans: spans)
    }
}
