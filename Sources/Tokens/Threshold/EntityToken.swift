/// The pseudonym of an identifier under the consortium's key: the group element k·H(identifier), the same for every member
/// and unlike any other identifier's. Who has no two parties' help can neither make nor test one.
///
/// It is not hashed, so that a rotation of the key moves it (`TokenUpdate`).
package struct EntityToken: Hashable, Sendable {
    let element: GroupElement

    package static let byteCount = GroupElement.byteCount

    init(_ element: GroupElement) { self.element = element }

    /// - Throws: as `GroupElement(compressed:)`.
    package init(bytes: [UInt8]) throws(TokenError) { element = try GroupElement(compressed: bytes) }

    /// 33 bytes.
    package var bytes: [UInt8] { element.compressed }

    /// 64 bytes, of which the token is had again without a square root: for whoever keeps many.
    package var coordinates: [UInt8] { element.coordinates }

    /// - Throws: as `GroupElement(coordinates:)`.
    package init(coordinates bytes: [UInt8]) throws(TokenError) { element = try GroupElement(coordinates: bytes) }

    /// RFC 9497's output for the same input and key; to compare with other implementations.
    package func output(for identifier: [UInt8]) -> [UInt8] {
        TokenContext.tokens.output(input: identifier, element: element)
    }
}

extension EntityToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the bytes: with them, logs could be joined.
    package var description: String { "EntityToken(33 bytes)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
