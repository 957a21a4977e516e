package import Records

/// What a transaction's box is bound to: the record's clear header, and the party that the box is for.
package func boxAssociatedData(header: ArraySlice<UInt8>, party: PartyID) -> [UInt8] {
    var data: [UInt8] = []
    data.reserveCapacity(header.count + 1)
    data.append(contentsOf: header)
    data.append(UInt8(party.rawValue))
    return data
}

package func boxAssociatedData(header: [UInt8], party: PartyID) -> [UInt8] {
    boxAssociatedData(header: header[...], party: party)
}

/// What the key of a box of score shares is derived for, before the digest that the parties agreed on.
package let scoreBoxLabel = Array("cordon/score/v1".utf8)
