import Foundation
package import Keys
package import Records
package import ThreeParty

// What a party's box holds.
extension ModelManifest {
    /// This party's components, opened with its key. Of a model that was dealt, components 0 and 1 travel as seeds of 16 bytes and
    /// are expanded here.
    ///
    /// - Throws: `notAuthentic` where the box is not this party's, was changed, or belongs to another header;
    ///   `components` where it holds no share of the shape, or of a card where the header has none, or of another card.
    package func components(
        for party: PartyID, key: borrowing HPKEPrivateKey
    ) throws(ManifestError) -> ModelComponents {
        let share = try share(of: party, key: key)
        // A box that holds no card of the features' bins is none of this header, whether or not anybody asks for the card.
        _ = try card(in: share, of: party)
        guard
            let components = ModelComponents(
                shape: shape,
                selectionFirst: try expand(share.selectionFirst, party, shape.selectionBytes),
                selectionSecond: try expand(share.selectionSecond, party.next, shape.selectionBytes),
                leavesFirst: try expand(share.leavesFirst, party, shape.leafBytes),
                leavesSecond: try expand(share.leavesSecond, party.next, shape.leafBytes))
        else { throw .components }
        return components
    }

    /// This party's components of the scorecard, opened as `components(for:key:)` are; nil where the model has none.
    package func card(for party: PartyID, key: borrowing HPKEPrivateKey) throws(ManifestError) -> CardShares? {
        try card(in: share(of: party, key: key), of: party)
    }

    private func share(of party: PartyID, key: borrowing HPKEPrivateKey) throws(ManifestError) -> WireModelShare {
        let opened: [UInt8]
        do {
            opened = try key.open(
                boxes[party.rawValue * 2 + 1], encapsulated: boxes[party.rawValue * 2], info: Self.info,
                associated: header + [UInt8(party.rawValue)])
        } catch { throw .notAuthentic }
        guard let share = WireModelShare(decoding: opened) else { throw .components }
        return share
    }

    private func card(in share: WireModelShare, of party: PartyID) throws(ManifestError) -> CardShares? {
        guard hasCard else {
            guard share.cardFirst.isEmpty, share.cardSecond.isEmpty else { throw .components }
            return nil
        }
        let bytes = CardShares.bytes(of: features)
        guard
            let card = CardShares(
                features: features, first: try expand(share.cardFirst, party, bytes),
                second: try expand(share.cardSecond, party.next, bytes))
        else { throw .components }
        return card
    }

    private func expand(_ part: Data, _ component: PartyID, _ bytes: Int) throws(ManifestError) -> [UInt8] {
        // Whoever trained has no seeds; whoever takes the bytes checks their number.
        guard order == nil else { return Array(part) }
        let out = SeededComponents.expand(
            Array(part), component: component.rawValue, from: Self.counter(header), bytes: bytes)
        guard let out else { throw .components }
        return out
    }
}

extension ModelManifest {
    /// Shares a model that the caller knows: selection rows and leaves as `ForestShape` lays them out.
    ///
    /// - Parameters:
    ///   - header: what is public; it has to say the same as `shape`.
    ///   - selection: `shape.selectionBytes` of rows, one a condition, shared by XOR.
    ///   - leaves: `shape.leafBytes` of little-endian ring elements, shared by addition.
    ///   - card: a scorecard's points by feature and bin, where the header has one: little-endian elements of Z_2^32.
    ///   - parties: the parties' HPKE keys, of the roster.
    ///   - coordinator: signs the digest.
    ///   - random: 16 fresh random bytes a call.
    /// - Throws: `HPKEError.malformedKey` where a party has no key, `SigningError`.
    package static func deal(
        header: WireModelHeader, shape: ForestShape, selection: [UInt8], leaves: [UInt8], card: [UInt8]? = nil,
        parties: [PartyID: HPKEPublicKey], coordinator: borrowing SigningKey, random: () -> [UInt8]
    ) throws -> (manifest: WireModelManifest, digest: Digest32) {
        precondition(selection.count == shape.selectionBytes && leaves.count == shape.leafBytes)
        precondition(header.card == (card != nil), "the header says whether there is a card")
        let headerBytes = header.encoded
        let counter = counter(headerBytes)
        let rows = SeededComponents(selection, group: .xor, seeds: (random(), random()), from: counter)
        let values = SeededComponents(
            leaves, group: .addition(ringBits: shape.ringBits), seeds: (random(), random()), from: counter)
        // Drawn last, so that a model without a card is shared as it was before there were any.
        var points: [PartyID: (first: [UInt8], second: [UInt8])] = [:]
        if let card {
            let shared = SeededComponents(
                card, group: .addition(ringBits: UInt32.bitWidth), seeds: (random(), random()), from: counter)
            for party in PartyID.allCases { points[party] = shared.parts(for: party) }
        }
        var manifest = WireModelManifest()
        manifest.header = Data(headerBytes)
        for party in PartyID.allCases {
            var share = WireModelShare()
            let row = rows.parts(for: party)
            let leaf = values.parts(for: party)
            share.selectionFirst = Data(row.first)
            share.selectionSecond = Data(row.second)
            share.leavesFirst = Data(leaf.first)
            share.leavesSecond = Data(leaf.second)
            if let card = points[party] {
                share.cardFirst = Data(card.first)
                share.cardSecond = Data(card.second)
            }
            guard let key = parties[party] else { throw HPKEError.malformedKey }
            let sealed = try key.seal(
                share.encoded, info: info, associated: headerBytes + [UInt8(party.rawValue)])
            manifest.boxes += [Data(sealed.encapsulated), Data(sealed.ciphertext)]
        }
        let digest = digest(header: headerBytes, boxes: manifest.boxes.map { Array($0) })
        manifest.signature = Data(try coordinator.sign(digest.bytes, context: context))
        return (manifest, digest)
    }
}
