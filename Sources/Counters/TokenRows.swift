/// Rows of tokens that changed, one after the other in one buffer; nil for a token that has gone.
package struct TokenRows: RandomAccessCollection, Sendable {
    private var bytes: [UInt8] = []
    private var entries: [(number: UInt32, end: Int)] = []

    /// - Parameter capacity: rows that find room.
    init(capacity: Int) {
        bytes.reserveCapacity(256 * capacity)
        entries.reserveCapacity(capacity)
    }

    /// - Parameter write: appends the row's bytes; none where the token has gone.
    mutating func append(_ number: UInt32, _ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        entries.append((number, bytes.count))
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    /// The token's number and its row; a nil row is to be deleted.
    package subscript(at: Int) -> (number: UInt32, row: ArraySlice<UInt8>?) {
        let (number, end) = entries[at]
        let begin = at == 0 ? 0 : entries[at - 1].end
        return (number, begin == end ? nil : bytes[begin..<end])
    }
}
