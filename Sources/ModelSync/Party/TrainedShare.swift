package import Manifests
import Records
package import ThreeParty

/// One party's components of a model that it trained with the two others, as it keeps them until they are sealed. The model exists
/// in the clear nowhere.
///
/// Never printed.
package final class TrainedShare: Sendable, CustomStringConvertible, CustomReflectable {
    package let shape: ForestShape
    /// Bits of leaves after the point.
    package let fraction: Int
    package let components: ModelComponents
    /// Of the scorecard that was trained with it; nil where none was.
    package let card: CardShares?

    package init(shape: ForestShape, fraction: Int, components: consuming ModelComponents, card: CardShares?) {
        self.shape = shape
        self.fraction = fraction
        self.components = components
        self.card = card
    }

    /// - Parameter components: of this shape.
    package convenience init(
        shape: ForestShape, fraction: Int, copying components: borrowing ModelComponents, card: CardShares?
    ) {
        guard
            let copy = ModelComponents(
                shape: shape, selectionFirst: components.selectionFirst, selectionSecond: components.selectionSecond,
                leavesFirst: components.leavesFirst, leavesSecond: components.leavesSecond)
        else { preconditionFailure("components are of their shape") }
        self.init(shape: shape, fraction: fraction, components: copy, card: card)
    }

    /// The same as a share among others of models.
    package var modelShare: ModelShare {
        guard
            let copy = ModelComponents(
                shape: shape, selectionFirst: components.selectionFirst, selectionSecond: components.selectionSecond,
                leavesFirst: components.leavesFirst, leavesSecond: components.leavesSecond)
        else { preconditionFailure("components are of their shape") }
        return ModelShare(shape: shape, components: copy, card: card)
    }

    package var description: String { "TrainedShare(\(shape.trees) trees)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

// In the party's state: version (1), thermometer bits (4), trees (4), depth (1), ring bits (1), fraction bits (1), number of the
// card's features (4), then rows' first and second components and leaves' first and second ones; of a card the bits of each feature
// (4 each), then points' first and second components. Numbers big-endian.
extension TrainedShare {
    private static let version: UInt8 = 2
    private static let headBytes = 16

    package var encoded: [UInt8] {
        var out = [Self.version] + UInt32(shape.bits).bigEndianBytes + UInt32(shape.trees).bigEndianBytes
        out += [UInt8(shape.depth), UInt8(shape.ringBits), UInt8(fraction)]
        let features = card?.features ?? []
        out += UInt32(features.count).bigEndianBytes
        out += components.selectionFirst + components.selectionSecond
        out += components.leavesFirst + components.leavesSecond
        guard let card else { return out }
        return out + features.flatMap { UInt32($0).bigEndianBytes } + card.first + card.second
    }

    /// Nil for bytes that are none.
    package convenience init?(decoding bytes: [UInt8]) {
        guard bytes.count >= Self.headBytes, bytes[0] == Self.version,
            let shape = ForestShape(
                bits: Int(UInt32(bigEndianBytes: bytes[1..<5])), trees: Int(UInt32(bigEndianBytes: bytes[5..<9])),
                depth: Int(bytes[9]), ringBits: Int(bytes[10])),
            case let numbered = Int(UInt32(bigEndianBytes: bytes[12..<16])),
            case let whole = Self.headBytes + 2 * shape.selectionBytes + 2 * shape.leafBytes,
            bytes.count >= whole + 4 * numbered
        else { return nil }
        var rest = bytes[Self.headBytes...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: take(shape.selectionBytes), selectionSecond: take(shape.selectionBytes),
                leavesFirst: take(shape.leafBytes), leavesSecond: take(shape.leafBytes))
        else { return nil }
        let features = (0..<numbered).map { _ in Int(UInt32(bigEndianBytes: take(4))) }
        let half = rest.count / 2
        let card = numbered > 0 ? CardShares(features: features, first: take(half), second: take(rest.count)) : nil
        guard rest.isEmpty, numbered == 0 || card != nil else { return nil }
        self.init(shape: shape, fraction: Int(bytes[11]), components: components, card: card)
    }
}
