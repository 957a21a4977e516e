/// Where a record stands in a file, as one number: its partition's above, its offset below.
///
/// By a number SQLite finds a row without looking at any other. By two columns it would search an index, which reads every row
/// whole that it compares: among long records of one partition, what is appended to another cost several times as much.
enum RecordPlace {
    private static let offsetBits: Int64 = 40
    private static let last: Int64 = 1 << offsetBits - 1

    /// Of an offset that no partition has, the nearest one.
    static func of(_ partition: Int64, _ offset: Int64) -> Int64 {
        partition << offsetBits | min(max(offset, 0), last)
    }

    static func first(_ partition: Int64) -> Int64 { of(partition, 0) }
    static func last(_ partition: Int64) -> Int64 { of(partition, last) }

    static func offset(_ place: Int64) -> Int64 { place & last }
}
