/// The records of a file of JSON: its objects one after the other, each on a line of its own (JSON lines), over several
/// lines, or as elements of an array, with RFC 7464's separators or without.
///
/// What is no object is a record, too, which readers refuse, so that every byte that is not blank or a separator is in
/// exactly one. Damage goes no further than to the next line that begins with a brace or bracket.
package struct JSONRecords: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position: Int
    private var line = 1
    /// Where in an array of records reading is.
    private var array = Place.outside

    private enum Place {
        case outside, beforeElement, afterElement
    }

    /// - Parameter bytes: the file; a byte order mark at its start is passed over.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    package mutating func next() -> FileRecord? {
        while true {
            while position < bytes.count, bytes[position] <= 32 { move(to: position + 1) }
            guard position < bytes.count else { return nil }
            if !passSeparator() { return record() }
        }
    }

    /// Passes a bracket or comma of an array of records.
    private mutating func passSeparator() -> Bool {
        switch (bytes[position], array) {
        case (UInt8(ascii: "["), .outside), (UInt8(ascii: ","), .afterElement): array = .beforeElement
        case (UInt8(ascii: "]"), .beforeElement), (UInt8(ascii: "]"), .afterElement): array = .outside
        default: return false
        }
        position += 1
        return true
    }

    private mutating func record() -> FileRecord {
        let (start, first) = (position, line)
        if array != .afterElement, let end = JSONExtent.endOfObject(in: bytes, from: start), isBoundary(end) {
            position = start
            move(to: end)
            if array == .beforeElement { array = .afterElement }
            return FileRecord(line: first, bytes: start..<end)
        }
        let end = endOfDamage(from: start)
        move(to: end)
        if array == .afterElement { array = .beforeElement }
        return FileRecord(line: first, bytes: start..<(bytes[..<end].lastIndex { $0 > 32 } ?? start) + 1)
    }

    /// Whether a record can end here: only another record, a separator or a line end may follow on its last line.
    private func isBoundary(_ end: Int) -> Bool {
        guard let next = bytes[end...].first(where: { $0 > 32 || $0 == 10 || $0 == 30 }) else { return true }
        switch next {
        case 10, 30, UInt8(ascii: "{"): return true
        case UInt8(ascii: "["): return array == .outside
        case UInt8(ascii: ","), UInt8(ascii: "]"): return array != .outside
        default: return false
        }
    }

    /// The start of the next line that begins with a brace or bracket, or the file's end. A line that begins with neither
    /// is no object, and ends by itself.
    private func endOfDamage(from start: Int) -> Int {
        var i = start
        while let end = bytes[i...].firstIndex(of: 10) {
            i = end + 1
            guard opens(bytes[start]) else { return i }
            if let first = bytes[i...].first(where: { $0 > 32 || $0 == 10 }), opens(first) { return i }
        }
        return bytes.count
    }

    private func opens(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

    private mutating func move(to end: Int) {
        line += bytes[position..<end].count { $0 == 10 }
        position = end
    }
}
