/// Writes the fields of a Protobuf message as generated code would: in the order of the calls, without those that hold
/// what an absent one means.
///
/// Field numbers are 1 to 15, so that a tag takes one byte.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: bytes to reserve. More can be written; it then costs a copy.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// A field of wire type 0, left out where it is 0. A negative number, as its bit pattern, takes ten bytes.
    mutating func varint(_ value: UInt64, _ number: UInt8) {
        guard value != 0 else { return }
        bytes.append(number << 3)
        varint(value)
    }

    /// A field of wire type 1: eight bytes, little-endian; left out where it is 0.
    mutating func fixed64(_ value: UInt64, _ number: UInt8) {
        guard value != 0 else { return }
        bytes.append(number << 3 | 1)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// An embedded message, which is there though it is empty; so are the elements of a repeated field.
    mutating func message(_ value: some Collection<UInt8>, _ number: UInt8) {
        prefix(value.count, number)
        bytes.append(contentsOf: value)
    }

    /// A text or bytes; left out where they are empty.
    mutating func bytes(_ value: some Collection<UInt8>, _ number: UInt8) {
        if !value.isEmpty { message(value, number) }
    }

    /// What stands before a field of `count` bytes that the caller then appends.
    mutating func prefix(_ count: Int, _ number: UInt8) {
        bytes.append(number << 3 | 2)
        varint(UInt64(count))
    }

    /// Lends the buffer to what appends to it.
    mutating func append(_ body: (inout [UInt8]) -> Void) { body(&bytes) }

    /// A `SourcePosition` as an embedded message: partition, offset and index under the numbers 1 to 3.
    mutating func source(_ source: SourcePosition, _ number: UInt8) {
        let (partition, offset) = (UInt64(source.partition), UInt64(bitPattern: source.offset))
        let index = UInt64(source.index)
        prefix(Self.varintSize(partition) + Self.varintSize(offset) + Self.varintSize(index), number)
        varint(partition, 1)
        varint(offset, 2)
        varint(index, 3)
    }

    /// A packed repeated field of wire type 0; left out where it is empty.
    ///
    /// - Parameter value: by its place, below `count`.
    mutating func packed(_ count: Int, _ number: UInt8, _ value: (Int) -> UInt64) {
        guard count > 0 else { return }
        prefix((0..<count).reduce(0) { $0 + Self.digits(value($1)) }, number)
        for place in 0..<count { varint(value(place)) }
    }

    /// Digests behind one another as bytes; left out where there are none.
    ///
    /// - Parameter digest: by its place, below `count`.
    mutating func digests(_ count: Int, _ number: UInt8, _ digest: (Int) -> Digest32) {
        guard count > 0 else { return }
        prefix(32 * count, number)
        for place in 0..<count { digest(place).write(to: &bytes) }
    }

    /// Appends a number of seven bits a byte, the lowest first.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Bytes of a field of `count` bytes with what stands before it.
    static func size(_ count: Int) -> Int { 1 + digits(UInt64(count)) + count }

    /// Bytes of a field that holds a number.
    private static func varintSize(_ value: UInt64) -> Int { value == 0 ? 0 : 1 + digits(value) }

    /// The bytes of a varint of this value, 1 to 10: each holds seven bits.
    private static func digits(_ value: UInt64) -> Int { max(1, (70 - value.leadingZeroBitCount) / 7) }
}
