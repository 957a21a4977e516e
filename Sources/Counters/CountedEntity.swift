/// What names an entity, such as a payee or a device, to the parties: the 33 bytes of a compressed group element, of which
/// nothing is read here. All of them are kept, since a rotation computes the next key from this one.
package struct CountedEntity: NumberedKey, Comparable, CustomStringConvertible, CustomReflectable {
    /// Bytes of a compressed element of P-256 (SEC 1, 2.3.3).
    package static let byteCount = 33

    private let words: (UInt64, UInt64, UInt64, UInt64)
    private let last: UInt8

    /// Nil for another number of bytes, and for zeros alone.
    package init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard let key = bytes.withUnsafeBytes({ CountedEntity($0) }) else { return nil }
        self = key
    }

    /// Nil for another number of bytes, and for zeros alone.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        func word(_ at: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at * 8, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
        last = bytes[32]
        if self == .none { return nil }
    }

    private init() { (words, last) = ((0, 0, 0, 0), 0) }

    /// No token.
    static let none = CountedEntity()

    /// The 33 bytes that the key was made of.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.byteCount)
        write(to: &out)
        return out
    }

    func write(to out: inout [UInt8]) {
        let words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        withUnsafeBytes(of: words) { out.append(contentsOf: $0) }
        out.append(last)
    }

    /// The elements are as good as random, and only their members and the parties know them.
    var spread: UInt64 {
        let mixed = (words.1 ^ words.2 &* 0x9E37_79B9_7F4A_7C15) &+ words.3 ^ words.0 ^ UInt64(last)
        return (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9
    }

    package static func == (left: CountedEntity, right: CountedEntity) -> Bool {
        left.words.3 == right.words.3 && left.words == right.words && left.last == right.last
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
        hasher.combine(last)
    }

    package static func < (left: CountedEntity, right: CountedEntity) -> Bool {
        left.words == right.words ? left.last < right.last : left.words < right.words
    }

    /// The kind alone: logs that had the bytes could be joined.
    package var description: String { "CountedEntity(33 bytes)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A member's place in the roster, 0 ... 63; it keeps it for as long as events of its are counted.
package struct MemberNumber: Hashable, Sendable {
    package let value: UInt8

    /// Members that a consortium may have.
    package static let limit = 64

    /// Nil outside of 0 ... 63.
    package init?(_ value: Int) {
        guard (0..<Self.limit).contains(value) else { return nil }
        self.value = UInt8(value)
    }

    /// The member's bit in a set of members.
    var bit: UInt64 { 1 << UInt64(value) }
}
