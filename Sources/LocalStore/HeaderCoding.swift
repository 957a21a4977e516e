import EventLogs
import Records

/// Headers as they stand in a row: for each, name and value with 4-byte big-endian lengths.
enum HeaderCoding {
    static func encode(_ headers: [Header]) -> [UInt8] {
        var out: [UInt8] = []
        for header in headers {
            for part in [Array(header.name.utf8), header.value] {
                out += UInt32(part.count).bigEndianBytes
                out += part
            }
        }
        return out
    }

    static func decode(_ bytes: [UInt8]) -> [Header] {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 4 {
            let count = Int(UInt32(bigEndianBytes: rest.prefix(4)))
            rest = rest.dropFirst(4)
            guard count <= rest.count else { break }
            parts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return stride(from: 0, to: parts.count - 1, by: 2).map {
            Header(String(decoding: parts[$0], as: UTF8.self), parts[$0 + 1])
        }
    }
}
