/// The records of a file of XML: documents one after the other, each from its declaration (`<?xml`) to the next one's. A
/// declaration within a comment or a CDATA section is text. Without a second declaration the file is one record.
package struct XMLRecords: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func next() -> FileRecord? {
        guard position < bytes.count || position == 0 else { return nil }
        let start = position
        let first = line
        let end = endOfDocument(from: start)
        line += bytes[start..<end].count { $0 == 10 }
        // An empty file is an empty record, which its reader refuses.
        position = Swift.max(end, 1)
        return FileRecord(line: first, bytes: start..<end)
    }

    /// The offset of the next declaration that is not the document's own, or the end of the file.
    private func endOfDocument(from start: Int) -> Int {
        var i = start
        var isBegun = false
        while let open = bytes[i...].firstIndex(of: UInt8(ascii: "<")) {
            if isDeclaration(open) {
                if isBegun { return open }
                i = open + 1
            } else if bytes[open...].starts(with: "<!--".utf8) {
                i = end(of: "-->", from: open + 4)
            } else if bytes[open...].starts(with: "<![CDATA[".utf8) {
                i = end(of: "]]>", from: open + 9)
            } else {
                i = open + 1
            }
            isBegun = true
        }
        return bytes.count
    }

    private func isDeclaration(_ open: Int) -> Bool {
        guard bytes[open...].starts(with: "<?xml".utf8), open + 5 < bytes.count else { return false }
        return bytes[open + 5] <= 32
    }

    /// The offset behind a mark; the end of the file where it does not come.
    private func end(of mark: String, from start: Int) -> Int {
        let mark = Array(mark.utf8)
        var i = start
        while i + mark.count <= bytes.count {
            if bytes[i..<i + mark.count].elementsEqual(mark) { return i + mark.count }
            i += 1
        }
        return bytes.count
    }
}
