/// Arithmetic modulo an odd number between 2^255 and 2^256, in Montgomery's representation (a stands as a·2^256 mod m).
/// Time depends on the modulus alone.
struct Modulus: Sendable {
    let words: Words
    /// -m^-1 mod 2^64.
    let negativeInverse: UInt64
    /// 2^256 mod m: one in Montgomery's representation.
    let one: Words
    /// 2^512 mod m.
    let squaredRadix: Words

    /// The field of P-256 (SP 800-186, 3.2.1.3).
    static var field: Modulus {
        @inline(__always)
        get {
            Modulus(
                words: Words(0xFFFF_FFFF_FFFF_FFFF, 0x0000_0000_FFFF_FFFF, 0, 0xFFFF_FFFF_0000_0001),
                negativeInverse: 1,
                one: Words(1, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x0000_0000_FFFF_FFFE),
                squaredRadix: Words(3, 0xFFFF_FFFB_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFE, 0x0000_0004_FFFF_FFFD))
        }
    }

    /// The order of P-256's group.
    static var order: Modulus {
        @inline(__always)
        get {
            Modulus(
                words: Words(
                    0xF3B9_CAC2_FC63_2551, 0xBCE6_FAAD_A717_9E84, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000),
                negativeInverse: 0xCCD1_C8AA_EE00_BC4F,
                one: Words(0x0C46_353D_039C_DAAF, 0x4319_0552_58E8_617B, 0, 0x0000_0000_FFFF_FFFF),
                squaredRadix: Words(
                    0x8324_4C95_BE79_EEA2, 0x4699_799C_49BD_6FA6, 0x2845_B239_2B6B_EC59, 0x66E1_2D94_F3D9_5620))
        }
    }

    /// The sum modulo m of two numbers below m.
    @inline(__always)
    func add(_ a: Words, _ b: Words) -> Words {
        let (sum, carry) = Words.add(a, b)
        return reduceOnce(sum, above: carry)
    }

    /// The difference modulo m of two numbers below m.
    @inline(__always)
    func subtract(_ a: Words, _ b: Words) -> Words {
        let (difference, borrow) = Words.subtract(a, b)
        return Words.select(borrow, Words.add(difference, words).sum, difference)
    }

    /// `a·b / 2^256 mod m`, for `b` below m and any `a` (Koç, Acar and Kaliski 1996, CIOS).
    @inline(__always)
    func multiply(_ a: Words, _ b: Words) -> Words {
        var total = Words(0)
        var above: UInt64 = 0
        addProduct(of: a, by: b.w0, to: &total, above: &above)
        addProduct(of: a, by: b.w1, to: &total, above: &above)
        addProduct(of: a, by: b.w2, to: &total, above: &above)
        addProduct(of: a, by: b.w3, to: &total, above: &above)
        return reduceOnce(total, above: above)
    }

    /// Into Montgomery's representation; takes any number of 256 bits.
    @inline(__always)
    func enter(_ a: Words) -> Words { multiply(a, squaredRadix) }

    /// Out of it, below m.
    @inline(__always)
    func leave(_ a: Words) -> Words { multiply(Words(1), a) }

    /// `(total + a·word) / 2^64`, after what makes it divisible was added.
    @inline(__always)
    private func addProduct(of a: Words, by word: UInt64, to total: inout Words, above: inout UInt64) {
        var carry: UInt64 = 0
        let s0 = Self.multiplyAdd(a.w0, word, total.w0, &carry)
        let s1 = Self.multiplyAdd(a.w1, word, total.w1, &carry)
        let s2 = Self.multiplyAdd(a.w2, word, total.w2, &carry)
        let s3 = Self.multiplyAdd(a.w3, word, total.w3, &carry)
        var over: UInt64 = 0
        let s4 = Words.sum(above, carry, &over)

        let quotient = s0 &* negativeInverse
        carry = 0
        _ = Self.multiplyAdd(words.w0, quotient, s0, &carry)
        total.w0 = Self.multiplyAdd(words.w1, quotient, s1, &carry)
        total.w1 = Self.multiplyAdd(words.w2, quotient, s2, &carry)
        total.w2 = Self.multiplyAdd(words.w3, quotient, s3, &carry)
        var again: UInt64 = 0
        total.w3 = Words.sum(s4, carry, &again)
        above = over &+ again
    }

    /// The number `a + above·2^256`, which is below 2m, less m where it is not below m. `above` is 0 or 1.
    @inline(__always)
    private func reduceOnce(_ a: Words, above: UInt64) -> Words {
        let (reduced, borrow) = Words.subtract(a, words)
        // Below m exactly where the subtraction borrows more than there is above.
        return Words.select(borrow & (above ^ 1), a, reduced)
    }

    /// `a·b + c + carry`, of which the upper half becomes the carry.
    @inline(__always)
    private static func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ carry: inout UInt64) -> UInt64 {
        let total =
            UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b) &+ UInt128(truncatingIfNeeded: c)
            &+ UInt128(truncatingIfNeeded: carry)
        carry = UInt64(truncatingIfNeeded: total >> 64)
        return UInt64(truncatingIfNeeded: total)
    }
}
