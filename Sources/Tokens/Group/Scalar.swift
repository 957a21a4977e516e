/// A public integer modulo the group's order: a proof's numbers and coefficients. Secrets are `TokenScalar`.
package struct Scalar: Hashable, Sendable {
    /// Below the order.
    let number: Words

    /// Bytes of the encoding, the most significant first (RFC 9497, section 4.3, `SerializeScalar`).
    package static let byteCount = 32

    /// A scalar from a number that the caller knows to be below the order.
    init(unchecked number: Words) { self.number = number }

    /// A scalar from a number below 2^64, which is always below the order.
    package init(_ small: UInt64) { number = Words(small) }

    /// - Parameter bytes: 32, the most significant first.
    /// - Throws: `malformed` for another count; `scalarOutOfRange` unless below the order (RFC 9497, section 4.3).
    package init(bytes: [UInt8]) throws(TokenError) {
        guard bytes.count == Self.byteCount else { throw .malformed }
        let number = Words(bigEndian: bytes)
        guard Words.isLess(number, Modulus.order.words) else { throw .scalarOutOfRange }
        self.number = number
    }

    /// - Parameter bytes: 48, the most significant first; the bias is below 2^-128 where they are uniform.
    package init(reducing bytes: [UInt8]) {
        precondition(bytes.count == 48, "a wide number is of 48 bytes")
        let high = Modulus.order.enter(Modulus.order.enter(Words(bigEndian: bytes[..<16])))
        let low = Modulus.order.enter(Words(bigEndian: bytes[16...]))
        number = Modulus.order.leave(Modulus.order.add(high, low))
    }

    package var bytes: [UInt8] { number.bigEndianBytes }
    package var isZero: Bool { number.isZero }

    @inline(never)
    package static func * (a: Scalar, b: Scalar) -> Scalar {
        Scalar(unchecked: Modulus.order.multiply(a.number, Modulus.order.enter(b.number)))
    }

    package static func + (a: Scalar, b: Scalar) -> Scalar {
        Scalar(unchecked: Modulus.order.add(a.number, b.number))
    }

    package static func - (a: Scalar, b: Scalar) -> Scalar {
        Scalar(unchecked: Modulus.order.subtract(a.number, b.number))
    }

    package static prefix func - (a: Scalar) -> Scalar { Scalar(0) - a }

    /// `self^(n - 2)`; zero's is zero. Time depends on the order alone.
    package var inverse: Scalar {
        let exponent = Words.subtract(Modulus.order.words, Words(2)).difference
        var powers = [Scalar(1)]
        for _ in 1..<16 { powers.append(powers[powers.count - 1] * self) }
        var power = powers[exponent.nibble(63)]
        for at in (0..<63).reversed() {
            for _ in 0..<4 { power = power * power }
            power = power * powers[exponent.nibble(at)]
        }
        return power
    }
}
