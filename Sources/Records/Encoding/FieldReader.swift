/// Reads the fields of an encoded Protobuf message in place.
///
/// Generated code makes an object of every field, which costs more than the work on a message that every transaction
/// passes through. Fields that are not asked for are passed over, as unknown ones are; groups, which proto3 has not,
/// are malformed (Protocol Buffers, "Encoding").
///
/// Fields come in the order of the bytes, and a field that is there twice comes twice: the caller lets the later one
/// win, as Protobuf does with numbers and texts.
struct FieldReader {
    /// What a field holds, by its wire type. A range is a place in the buffer that the reader was made with; nothing is
    /// copied.
    enum Value {
        /// Wire type 0: whole numbers and Booleans. Bits above the 64th are dropped.
        case varint(UInt64)
        /// Wire type 1: eight bytes, little-endian.
        case fixed64(UInt64)
        /// Wire type 2: texts, bytes, embedded messages, and repeated numbers in packed form.
        case bytes(Range<Int>)
        /// Wire type 5: four bytes, which no message that is read here has, and which are passed over.
        case fixed32
    }

    /// The error for bytes that end within a field, a varint of more than ten bytes, a field number outside of 1 to
    /// 2^29 - 1, and a wire type other than 0, 1, 2 and 5.
    struct Malformed: Error {}

    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private let end: Int

    /// - Parameter range: where the message stands in `bytes`; what is read is said in places of `bytes`.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end of the message.
    ///
    /// - Throws: `Malformed`; the reader stands somewhere within the field then, and is of no more use.
    mutating func next() throws(Malformed) -> (number: UInt64, value: Value)? {
        guard at < end else { return nil }
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Malformed() }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1:
            let value = try take(8)
            let word = bytes.loadUnaligned(fromByteOffset: value.lowerBound, as: UInt64.self)
            return (tag >> 3, .fixed64(UInt64(littleEndian: word)))
        case 2:
            let count = try varint()
            guard count <= UInt64(end - at) else { throw Malformed() }
            return (tag >> 3, .bytes(try take(Int(count))))
        case 5:
            _ = try take(4)
            return (tag >> 3, .fixed32)
        default: throw Malformed()
        }
    }

    /// Passes over the next `count` bytes, and says where they stand.
    private mutating func take(_ count: Int) throws(Malformed) -> Range<Int> {
        guard count <= end - at else { throw Malformed() }
        defer { at += count }
        return at..<at + count
    }

    /// Reads a number of seven bits a byte, the lowest first; a set highest bit says that another byte follows.
    private mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 70, by: 7) {
            guard at < end else { throw Malformed() }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }
}
