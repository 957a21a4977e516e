package import Keys
package import Records

/// A party's word on how far it has counted a member's label records of one partition of the member's topic. Nobody else can make
/// one: it has a tag under a key that only the party and the member have. It is sent again when it changes; what counts is the
/// newest, and an old one that a log repeats says less.
package struct LabelReceipt: Sendable, Hashable {
    package var party: PartyID
    /// The partition of the member's topic.
    package var partition: Int
    /// The last record that is counted; nil where none is.
    package var counted: SourcePosition?
    /// Whether records behind it have come, and the one after it has not.
    package var isMissing: Bool

    package init(party: PartyID, partition: Int, counted: SourcePosition?, isMissing: Bool) {
        self.party = party
        self.partition = partition
        self.counted = counted
        self.isMissing = isMissing
    }

    /// The record on `<member>.receipts`.
    ///
    /// - Parameter session: the member's with the party.
    package func encoded(_ session: Session) -> [UInt8] {
        var wire = WireLabelReceipt()
        wire.schema = 1
        wire.counted = (counted ?? SourcePosition(partition: partition, offset: .min)).wire
        wire.missing = isMissing
        return wire.encoded(by: party, session)
    }

    /// Reads what `encoded` gave.
    ///
    /// - Parameter sessions: the member's own, by party and epoch.
    /// - Returns: nil for bytes that are no receipt of a party for this member.
    package init?(_ bytes: [UInt8], sessions: (PartyID, UInt32) -> Session?) {
        guard let wire = WireLabelReceipt(decoding: bytes), wire.schema == 1, wire.hasCounted,
            let party = wire.verifiedParty(sessions)
        else { return nil }
        let counted = SourcePosition(wire.counted)
        self.init(
            party: party, partition: counted.partition, counted: counted.offset == .min ? nil : counted,
            isMissing: wire.missing)
    }
}
