/// An element of P-256's group other than the identity, in affine coordinates (RFC 9497, section 4.3). What a peer sent is
/// one only after every check of the decoding.
package struct GroupElement: Hashable, Sendable {
    /// The affine x, on the wire as 32 bytes.
    package let x: FieldElement
    /// The affine y. Of it only the parity is in the compressed encoding.
    package let y: FieldElement

    /// Bytes of the compressed encoding (SEC 1, 2.3.3): the sign of y in the first, then x, the most significant byte first.
    package static let byteCount = 33

    fileprivate init(x: FieldElement, y: FieldElement) {
        self.x = x
        self.y = y
    }

    /// The base point G (SP 800-186, 3.2.1.3) in affine coordinates.
    package static var generator: GroupElement {
        GroupElement(x: CurvePoint.generator.x, y: CurvePoint.generator.y)
    }

    /// Decodes; takes one encoding of each element and nothing else.
    ///
    /// - Throws: `malformed` for another length or first byte; `pointIsIdentity` for SEC 1's single zero and for zeros of the
    ///   full length; `coordinateNotCanonical` for an x that is not below the field's modulus; `pointNotOnCurve`.
    package init(compressed bytes: [UInt8]) throws(TokenError) {
        if (bytes.count == 1 || bytes.count == Self.byteCount) && bytes.allSatisfy({ $0 == 0 }) {
            throw .pointIsIdentity
        }
        guard bytes.count == Self.byteCount, bytes[0] == 2 || bytes[0] == 3 else { throw .malformed }
        guard let x = FieldElement(canonical: Words(bigEndian: bytes[1...])) else { throw .coordinateNotCanonical }
        // The curve's order is odd, so no point has y = 0 and both signs exist.
        guard let y = CurvePoint.rightSide(x).squareRoot else { throw .pointNotOnCurve }
        self.init(x: x, y: y.isOdd == (bytes[0] == 3) ? y : -y)
    }

    /// The 33 bytes of the compressed encoding: 2 where y is even and 3 where it is odd, then x.
    package var compressed: [UInt8] { [y.isOdd ? 3 : 2] + x.number.bigEndianBytes }

    /// x and y, the most significant byte first: SEC 1's uncompressed encoding without its first byte.
    package var coordinates: [UInt8] { x.number.bigEndianBytes + y.number.bigEndianBytes }

    /// Decodes; takes one encoding of each element and nothing else.
    ///
    /// - Throws: `malformed` for another length; `coordinateNotCanonical` for a coordinate that is not below the field's modulus;
    ///   `pointNotOnCurve`, also for zeros.
    package init(coordinates bytes: [UInt8]) throws(TokenError) {
        guard bytes.count == 2 * Words.byteCount else { throw .malformed }
        guard let x = FieldElement(canonical: Words(bigEndian: bytes[..<Words.byteCount])),
            let y = FieldElement(canonical: Words(bigEndian: bytes[Words.byteCount...]))
        else { throw .coordinateNotCanonical }
        guard y.squared == CurvePoint.rightSide(x) else { throw .pointNotOnCurve }
        self.init(x: x, y: y)
    }

    /// The element in Jacobian coordinates with Z = 1.
    package var point: CurvePoint { CurvePoint(x: x, y: y, z: .one) }

    /// Nil for the identity.
    package init?(_ point: CurvePoint) {
        guard let element = Self.normalised([point])?.first else { return nil }
        self = element
    }

    /// Affine coordinates of many points for one inversion (Montgomery's trick); nil where one is the identity.
    static func normalised(_ points: [CurvePoint]) -> [GroupElement]? {
        var products: [FieldElement] = []
        products.reserveCapacity(points.count)
        var product = FieldElement.one
        for point in points {
            products.append(product)
            product = product * point.z
        }
        guard !product.isZero else { return nil }
        var inverse = product.inverse
        var elements = points.map { GroupElement(x: $0.x, y: $0.y) }
        for at in points.indices.reversed() {
            let inverseZ = inverse * products[at]
            inverse = inverse * points[at].z
            let squared = inverseZ.squared
            elements[at] = GroupElement(x: points[at].x * squared, y: points[at].y * squared * inverseZ)
        }
        return elements
    }
}

extension GroupElement: CustomStringConvertible {
    /// The first bytes alone: an element may stand for an identifier.
    package var description: String {
        let hex = compressed.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "GroupElement(\(hex)…)"
    }
}
