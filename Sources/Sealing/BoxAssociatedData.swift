package import Records

/// What a transaction's box is bound to: the record's clear header, and the party that the box is for, in one byte
/// behind it. So a box opens in no other record and for no other party.
package func boxAssociatedData(header: [UInt8], party: PartyID) -> [UInt8] {
    var data: [UInt8] = []
    data.reserveCapacity(header.count + 1)
    boxAssociatedData(header: header[...], party: party, into: &data)
    return data
}

/// The same in the place of what `data` holds.
package func boxAssociatedData(header: ArraySlice<UInt8>, party: PartyID, into data: inout [UInt8]) {
    data.removeAll(keepingCapacity: true)
    data.append(contentsOf: header)
    data.append(UInt8(party.rawValue))
}

/// What the key of a box of score shares is derived for, before the digest that the parties agreed on.
package let scoreBoxLabel = Array("cordon/score/v2".utf8)

/// What the box of a label record is bound to: unlike what any transaction's is, though the session's key is the same.
package func labelAssociatedData(header: [UInt8], party: PartyID) -> [UInt8] {
    Array("cordon/labels/v1".utf8) + header + [UInt8(party.rawValue)]
}
