/// An element of P-256's field. The time of arithmetic does not depend on it; that of `==` does, and is for results that
/// tell nothing of a secret.
package struct FieldElement: Hashable, Sendable {
    /// In Montgomery's representation, below the modulus: so equal elements have equal words.
    private let words: Words

    private init(montgomery words: Words) { self.words = words }

    /// An element from a number below 2^64, which is always below the modulus.
    package init(_ small: UInt64) { words = Modulus.field.enter(Words(small)) }

    /// Any number, reduced.
    package init(reducing number: Words) { words = Modulus.field.enter(number) }

    /// Nil for a number that is not below the modulus.
    package init?(canonical number: Words) {
        guard Words.isLess(number, Modulus.field.words) else { return nil }
        words = Modulus.field.enter(number)
    }

    package static var zero: FieldElement { FieldElement(montgomery: Words(0)) }
    /// The neutral element of multiplication: 2^256 mod p in Montgomery's representation.
    package static var one: FieldElement { FieldElement(montgomery: Modulus.field.one) }

    /// The number out of Montgomery's representation, below the modulus p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
    package var number: Words { Modulus.field.leave(words) }
    package var isZero: Bool { words.isZero }
    /// RFC 9380, section 4.1: `sgn0`.
    package var isOdd: Bool { number.isOdd }

    @inline(never)
    package static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(montgomery: Modulus.field.multiply(a.words, b.words))
    }

    package static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(montgomery: Modulus.field.add(a.words, b.words))
    }

    package static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(montgomery: Modulus.field.subtract(a.words, b.words))
    }

    package static prefix func - (a: FieldElement) -> FieldElement { zero - a }

    package var squared: FieldElement { self * self }
    var doubled: FieldElement { self + self }

    /// The element `a` where `choice` holds, otherwise `b`, without a branch on the elements.
    static func select(_ choice: Bool, _ a: FieldElement, _ b: FieldElement) -> FieldElement {
        FieldElement(montgomery: Words.select(choice ? 1 : 0, a.words, b.words))
    }

    /// `self^((p - 3) / 4)`, the one exponentiation that roots and inverses are made of: (p - 3) / 4 is, from the top,
    /// 32 ones, 31 zeros, a one, 96 zeros and 94 ones.
    private var quarterPower: FieldElement {
        let x2 = squared * self
        let x3 = x2.squared * self
        let x6 = x3.squared(times: 3) * x3
        let x12 = x6.squared(times: 6) * x6
        let x15 = x12.squared(times: 3) * x3
        let x30 = x15.squared(times: 15) * x15
        let x32 = x30.squared(times: 2) * x2
        var power = x32.squared(times: 32) * self
        power = power.squared(times: 96 + 32) * x32
        power = power.squared(times: 32) * x32
        return power.squared(times: 30) * x30
    }

    /// Zero's is zero.
    package var inverse: FieldElement { quarterPower.squared(times: 2) * self }

    /// Nil where it has none. Which of the two roots is not said.
    package var squareRoot: FieldElement? {
        let root = self * quarterPower
        return root.squared == self ? root : nil
    }

    /// RFC 9380, appendix F.2.1.2: a root of `u / v` where there is one, otherwise of `-10·u / v`.
    static func rootOfRatio(_ u: FieldElement, _ v: FieldElement) -> (isSquare: Bool, root: FieldElement) {
        let product = u * v
        let root = (v.squared * product).quarterPower * product
        let isSquare = root.squared * v == u
        return (isSquare, select(isSquare, root, root * rootOfTen))
    }

    /// A square root of 10 in Montgomery's representation: the `c2 = sqrt(-Z)` of RFC 9380, appendix F.2.1.2, where Z
    /// is -10.
    private static var rootOfTen: FieldElement {
        FieldElement(
            montgomery: Words(
                0xA1FD_38EE_98A1_95FD, 0x7840_0AD7_423D_CF70, 0x6913_C88F_9EA8_DFEE, 0x9051_D26E_12A8_F304))
    }

    private func squared(times: Int) -> FieldElement {
        var power = self
        for _ in 0..<times { power = power.squared }
        return power
    }
}
