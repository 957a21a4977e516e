/// Protobuf fields written by hand, as the description of the encoding has them: also those that no writer would make.
enum HandWritten {
    static func varint(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value % 128) + 128] + varint(value / 128)
    }

    /// - Parameter type: 0 for a varint, 1 for eight bytes, 2 for bytes, 5 for four bytes.
    static func tag(_ number: UInt64, type: UInt64) -> [UInt8] { varint(number * 8 + type) }

    static func number(_ number: UInt64, _ value: UInt64) -> [UInt8] { tag(number, type: 0) + varint(value) }

    static func bytes(_ number: UInt64, _ value: [UInt8]) -> [UInt8] {
        tag(number, type: 2) + varint(UInt64(value.count)) + value
    }

    static func fixed64(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        tag(number, type: 1) + (0..<8).map { UInt8(value >> (8 * $0) & 0xFF) }
    }

    static func fixed32(_ number: UInt64, _ value: UInt32) -> [UInt8] {
        tag(number, type: 5) + (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) }
    }

    /// A sealed record around a header.
    static func record(_ header: [UInt8], boxes: [[UInt8]] = []) -> [UInt8] {
        bytes(1, bytes(1, header) + boxes.flatMap { bytes(2, $0) })
    }

    /// The lengths at which a message of these fields ends between two of them.
    static func ends(of fields: [[UInt8]]) -> Set<Int> {
        fields.reduce(into: [0]) { ends, field in ends.insert((ends.max() ?? 0) + field.count) }
    }

    /// What makes any message malformed that ends in it.
    static let malformedEnds: [[UInt8]] = [
        // Field number 0, with each type; a number of 2^29.
        [0x00, 0x00], [0x01, 0, 0, 0, 0, 0, 0, 0, 0], [0x02, 0x00], [0x05, 0, 0, 0, 0],
        varint(1 << 32) + [0],
        // A group that begins, one that ends, and types that there are not.
        [0x7B], [0x7C], [0x7E, 0], [0x7F, 0],
        // A tag that does not end, and one that is longer than any number.
        [0xF8], [UInt8](repeating: 0xFF, count: 11),
        // Values that are cut.
        [0x78], [0x78, 0x80], [0x79, 1, 2, 3, 4, 5, 6, 7], [0x7D, 1, 2, 3], [0x7A], [0x7A, 1], [0x7A, 3, 1, 2],
        // A length with more digits than memory has bytes.
        [0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        // A number of eleven digits.
        [0x78] + [UInt8](repeating: 0x80, count: 10) + [0],
    ]
}
