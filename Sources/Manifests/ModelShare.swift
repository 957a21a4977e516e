package import Keys
package import Records
package import ThreeParty

/// All that a manifest's box holds for one party: its components of the forest, and of the scorecard where there is one. As a party
/// keeps it beside the log, it needs neither the box nor the key that the box was sealed to any more.
///
/// Never printed.
package final class ModelShare: Sendable, Unprinted {
    package let shape: ForestShape
    package let components: ModelComponents
    package let card: CardShares?

    /// - Parameter components: of this shape.
    package init(shape: ForestShape, components: consuming ModelComponents, card: CardShares?) {
        self.shape = shape
        self.components = components
        self.card = card
    }

    /// Opens a party's box of a manifest.
    ///
    /// - Throws: as `ModelManifest.components(for:key:)`.
    package convenience init(
        opening manifest: ModelManifest, for party: PartyID, key: borrowing HPKEPrivateKey
    ) throws(ManifestError) {
        let components = try manifest.components(for: party, key: key)
        let card = try manifest.card(for: party, key: key)
        self.init(shape: manifest.shape, components: components, card: card)
    }

    /// A generation's share of the same model.
    package func refreshed(by key: RefreshKey, of party: PartyID, model: Digest32) -> ModelShare {
        ModelShare(
            shape: shape, components: components.refreshed(by: key, of: party, model: model, shape: shape),
            card: card?.refreshed(by: key, of: party, model: model))
    }
}

/// Models dealt by two parties to the host that takes the third one's place: as counts are (`DealtComponent`).
extension ModelShare {
    /// What a dealer gives of its share: one component of the receiver's, and zeros in the place of the other.
    ///
    /// - Parameter isFirst: of the receiver's components, which is the dealer's second then.
    package func dealt(isFirst: Bool) -> ModelShare {
        func pair(_ first: [UInt8], _ second: [UInt8]) -> (first: [UInt8], second: [UInt8]) {
            let zeros = [UInt8](repeating: 0, count: first.count)
            return isFirst ? (second, zeros) : (zeros, first)
        }
        let rows = pair(components.selectionFirst, components.selectionSecond)
        let leaves = pair(components.leavesFirst, components.leavesSecond)
        let points = card.map { pair($0.first, $0.second) }
        return Self.make(shape, rows, leaves, card.flatMap { card in points.map { (card.features, $0) } })
    }

    /// The digest of the component that both dealers have and the receiver must not get: told keyed, or not at all.
    package func withheld(isFirst: Bool) -> Digest32 {
        let parts =
            isFirst
            ? [components.selectionFirst, components.leavesFirst, card?.first ?? []]
            : [components.selectionSecond, components.leavesSecond, card?.second ?? []]
        return Digest32(of: [Array("cordon/deal/withheld/v1".utf8)] + parts)
    }

    /// The share that two parties dealt; nil where they are of different shapes.
    package static func joined(_ one: ModelShare, _ other: ModelShare) -> ModelShare? {
        guard one.shape == other.shape, one.card?.features == other.card?.features else { return nil }
        func join(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] { zip(one, other).map { $0 | $1 } }
        let (mine, theirs) = (one.components.selectionFirst, other.components.selectionFirst)
        let rows = (join(mine, theirs), join(one.components.selectionSecond, other.components.selectionSecond))
        let leaves = (
            join(one.components.leavesFirst, other.components.leavesFirst),
            join(one.components.leavesSecond, other.components.leavesSecond)
        )
        let card = one.card.flatMap { mine in
            other.card.map { (mine.features, (join(mine.first, $0.first), join(mine.second, $0.second))) }
        }
        return make(one.shape, rows, leaves, card)
    }

    private static func make(
        _ shape: ForestShape, _ rows: (first: [UInt8], second: [UInt8]), _ leaves: (first: [UInt8], second: [UInt8]),
        _ card: (features: [Int], points: (first: [UInt8], second: [UInt8]))?
    ) -> ModelShare {
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: rows.first, selectionSecond: rows.second, leavesFirst: leaves.first,
                leavesSecond: leaves.second)
        else { preconditionFailure("components of a share keep their lengths") }
        return ModelShare(
            shape: shape, components: components,
            card: card.flatMap { CardShares(features: $0.features, first: $0.points.first, second: $0.points.second) })
    }
}

// Kept: version (1), thermometer bits (4), trees (4), depth (1), ring bits (1), number of the card's features (4), the bits of each
// (4), rows' first and second components, leaves' first and second ones, and points' first and second ones. Numbers big-endian.
extension ModelShare {
    private static let version: UInt8 = 1
    private static let headBytes = 15

    package var kept: [UInt8] {
        var out = [Self.version] + UInt32(shape.bits).bigEndianBytes + UInt32(shape.trees).bigEndianBytes
        out += [UInt8(shape.depth), UInt8(shape.ringBits)]
        let features = card?.features ?? []
        out += UInt32(features.count).bigEndianBytes + features.flatMap { UInt32($0).bigEndianBytes }
        out += components.selectionFirst + components.selectionSecond
        out += components.leavesFirst + components.leavesSecond
        return out + (card.map { $0.first + $0.second } ?? [])
    }

    /// Nil for bytes that are no kept share.
    package convenience init?(kept bytes: [UInt8]) {
        guard bytes.count >= Self.headBytes, bytes[0] == Self.version,
            let shape = ForestShape(
                bits: Int(UInt32(bigEndianBytes: bytes[1..<5])), trees: Int(UInt32(bigEndianBytes: bytes[5..<9])),
                depth: Int(bytes[9]), ringBits: Int(bytes[10])),
            case let numbered = Int(UInt32(bigEndianBytes: bytes[11..<15])),
            bytes.count >= Self.headBytes + 4 * numbered
        else { return nil }
        var rest = bytes[Self.headBytes...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        let features = (0..<numbered).map { _ in Int(UInt32(bigEndianBytes: take(4))) }
        guard features.allSatisfy({ $0 <= shape.bits }),
            let components = ModelComponents(
                shape: shape, selectionFirst: take(shape.selectionBytes), selectionSecond: take(shape.selectionBytes),
                leavesFirst: take(shape.leafBytes), leavesSecond: take(shape.leafBytes))
        else { return nil }
        var card: CardShares?
        if numbered > 0 {
            let bytes = CardShares.bytes(of: features)
            card = CardShares(features: features, first: take(bytes), second: take(bytes))
            guard card != nil else { return nil }
        }
        guard rest.isEmpty else { return nil }
        self.init(shape: shape, components: components, card: card)
    }
}
