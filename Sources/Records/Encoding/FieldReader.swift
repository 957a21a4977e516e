/// Reads the fields of an encoded Protobuf message in place.
///
/// Generated code makes an object of every field, which costs more than the work on a message that every transaction
/// passes through. Fields that are not asked for are passed over, as unknown ones are; groups, which proto3 has not, are
/// malformed (Protocol Buffers, "Encoding").
struct FieldReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(Range<Int>)
        case fixed32
    }

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

    /// The next field; nil at the end.
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

    private mutating func take(_ count: Int) throws(Malformed) -> Range<Int> {
        guard count <= end - at else { throw Malformed() }
        defer { at += count }
        return at..<at + count
    }

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
