/// A number below 2^256: four words, the least significant first.
package struct Words: Hashable, Sendable {
    var w0: UInt64
    var w1: UInt64
    var w2: UInt64
    var w3: UInt64

    package init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
        self.w0 = w0
        self.w1 = w1
        self.w2 = w2
        self.w3 = w3
    }

    /// A number below 2^64.
    package init(_ small: UInt64) { self.init(small, 0, 0, 0) }

    static let byteCount = 32

    /// - Parameter bytes: at most 32, the most significant first.
    package init(bigEndian bytes: some Collection<UInt8>) {
        precondition(bytes.count <= Self.byteCount, "a number of 256 bits has at most 32 bytes")
        self.init(0)
        for byte in bytes {
            w3 = w3 << 8 | w2 >> 56
            w2 = w2 << 8 | w1 >> 56
            w1 = w1 << 8 | w0 >> 56
            w0 = w0 << 8 | UInt64(byte)
        }
    }

    /// 32 bytes, the most significant first.
    package var bigEndianBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { bytes, count in
            let whole = UnsafeMutableRawBufferPointer(bytes)
            whole.storeBytes(of: w3.bigEndian, toByteOffset: 0, as: UInt64.self)
            whole.storeBytes(of: w2.bigEndian, toByteOffset: 8, as: UInt64.self)
            whole.storeBytes(of: w1.bigEndian, toByteOffset: 16, as: UInt64.self)
            whole.storeBytes(of: w0.bigEndian, toByteOffset: 24, as: UInt64.self)
            count = Self.byteCount
        }
    }

    var isZero: Bool { w0 | w1 | w2 | w3 == 0 }
    var isOdd: Bool { w0 & 1 == 1 }

    /// Bits `4 × at ..< 4 × at + 4`.
    func nibble(_ at: Int) -> Int {
        let word = at < 16 ? w0 : at < 32 ? w1 : at < 48 ? w2 : w3
        return Int(word >> UInt64(4 * (at % 16)) & 15)
    }

    /// Whether `a` is below `b`, without a branch on either.
    @inline(__always)
    static func isLess(_ a: Words, _ b: Words) -> Bool { subtract(a, b).borrow != 0 }

    /// The sum modulo 2^256, and 1 where it wrapped.
    @inline(__always)
    package static func add(_ a: Words, _ b: Words) -> (sum: Words, carry: UInt64) {
        var carry: UInt64 = 0
        let s0 = sum(a.w0, b.w0, &carry)
        let s1 = sum(a.w1, b.w1, &carry)
        let s2 = sum(a.w2, b.w2, &carry)
        let s3 = sum(a.w3, b.w3, &carry)
        return (Words(s0, s1, s2, s3), carry)
    }

    /// The difference modulo 2^256, and 1 where it wrapped.
    @inline(__always)
    package static func subtract(_ a: Words, _ b: Words) -> (difference: Words, borrow: UInt64) {
        var borrow: UInt64 = 0
        let d0 = difference(a.w0, b.w0, &borrow)
        let d1 = difference(a.w1, b.w1, &borrow)
        let d2 = difference(a.w2, b.w2, &borrow)
        let d3 = difference(a.w3, b.w3, &borrow)
        return (Words(d0, d1, d2, d3), borrow)
    }

    /// `a` where `choice` is 1, `b` where it is 0, without a branch.
    @inline(__always)
    static func select(_ choice: UInt64, _ a: Words, _ b: Words) -> Words {
        let mask = 0 &- choice
        return Words(
            b.w0 ^ (mask & (a.w0 ^ b.w0)), b.w1 ^ (mask & (a.w1 ^ b.w1)), b.w2 ^ (mask & (a.w2 ^ b.w2)),
            b.w3 ^ (mask & (a.w3 ^ b.w3)))
    }

    // In 128 bits, of which the compiler makes additions with carry. Flags of overflow it makes branches of, and time then
    // depends on the numbers.

    /// The sum of two words and a carry of 0 or 1, which becomes the next word's carry.
    @inline(__always)
    static func sum(_ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
        let total =
            UInt128(truncatingIfNeeded: a) &+ UInt128(truncatingIfNeeded: b) &+ UInt128(truncatingIfNeeded: carry)
        carry = UInt64(truncatingIfNeeded: total >> 64)
        return UInt64(truncatingIfNeeded: total)
    }

    @inline(__always)
    private static func difference(_ a: UInt64, _ b: UInt64, _ borrow: inout UInt64) -> UInt64 {
        let total =
            UInt128(truncatingIfNeeded: a) &- UInt128(truncatingIfNeeded: b) &- UInt128(truncatingIfNeeded: borrow)
        borrow = UInt64(truncatingIfNeeded: total >> 64) & 1
        return UInt64(truncatingIfNeeded: total)
    }
}
