/// Hashing of bytes to P-256's field, scalars and group (RFC 9380, suite P256_XMD:SHA-256_SSWU_RO_).
package enum HashToCurve {
    /// RFC 9380, section 5.3.1: `count` uniform bytes of a message.
    ///
    /// - Parameters:
    ///   - tag: the domain's, of 1 to 255 bytes.
    ///   - count: at most 8,160.
    package static func expand(_ message: [UInt8], tag: [UInt8], count: Int) -> [UInt8] {
        let blocks = (count + SHA256.byteCount - 1) / SHA256.byteCount
        precondition((1...255).contains(tag.count) && blocks <= 255, "a tag of 1 to 255 bytes, at most 255 blocks")
        let suffix = tag + [UInt8(tag.count)]
        let padding = [UInt8](repeating: 0, count: SHA256.blockBytes)
        let first = SHA256.hash(padding + message + [UInt8(count >> 8), UInt8(count & 255), 0] + suffix)
        var block = SHA256.hash(first + [1] + suffix)
        var uniform = block
        for at in stride(from: 2, through: blocks, by: 1) {
            block = SHA256.hash(zip(first, block).map { $0 ^ $1 } + [UInt8(at)] + suffix)
            uniform += block
        }
        return Array(uniform.prefix(count))
    }

    /// Uniform modulo the group's order (RFC 9497, section 4.3).
    static func scalar(_ message: [UInt8], tag: [UInt8]) -> Scalar {
        Scalar(reducing: expand(message, tag: tag, count: 48))
    }

    /// RFC 9380, section 5.2, for two elements of the field.
    package static func fieldElements(_ message: [UInt8], tag: [UInt8]) -> (FieldElement, FieldElement) {
        let uniform = expand(message, tag: tag, count: 96)
        return (fieldElement(uniform[..<48]), fieldElement(uniform[48...]))
    }

    /// A field element from 48 bytes, the most significant first, so that its bias is below 2^-128 (RFC 9380, section
    /// 5.1).
    private static func fieldElement(_ wide: ArraySlice<UInt8>) -> FieldElement {
        let high = FieldElement(reducing: Words(bigEndian: wide.prefix(16)))
        let low = FieldElement(reducing: Words(bigEndian: wide.dropFirst(16)))
        return high * radix + low
    }

    /// 2^256.
    private static var radix: FieldElement { FieldElement(reducing: Modulus.field.one) }

    /// RFC 9380, section 3: the identity for no message that anybody knows.
    package static func point(_ message: [UInt8], tag: [UInt8]) -> CurvePoint {
        let (first, second) = fieldElements(message, tag: tag)
        return map(first) + map(second)
    }

    /// The simplified map of Shallue, van de Woestijne and Ulas with Z = -10 (RFC 9380, section 6.6.2 and appendix F.2),
    /// without the division: the denominator becomes the point's Z.
    package static func map(_ u: FieldElement) -> CurvePoint {
        let ten = FieldElement(10)
        let three = FieldElement(3)
        let zu2 = -(u.squared * ten)
        let sum = zu2.squared + zu2
        let numerator = CurvePoint.b * (sum + .one)
        let denominator = -(three * FieldElement.select(sum.isZero, -ten, -sum))
        let squared = denominator.squared
        let cubed = squared * denominator
        let gNumerator = (numerator.squared - three * squared) * numerator + CurvePoint.b * cubed
        let (isSquare, root) = FieldElement.rootOfRatio(gNumerator, cubed)
        let x = FieldElement.select(isSquare, numerator, zu2 * numerator)
        var y = FieldElement.select(isSquare, root, zu2 * u * root)
        y = FieldElement.select(u.isOdd == y.isOdd, y, -y)
        return CurvePoint(x: x * denominator, y: y * cubed, z: denominator)
    }
}
