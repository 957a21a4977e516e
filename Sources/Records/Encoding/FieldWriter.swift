/// Writes the fields of a Protobuf message as generated code would: in the order of the calls, without those that hold what
/// an absent one means.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func varint(_ value: UInt64, _ number: UInt8) {
        guard value != 0 else { return }
        bytes.append(number << 3)
        varint(value)
    }

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

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Bytes of a field of `count` bytes with what stands before it.
    static func size(_ count: Int) -> Int {
        var (size, rest) = (2 + count, count >> 7)
        while rest > 0 {
            size += 1
            rest >>= 7
        }
        return size
    }
}
