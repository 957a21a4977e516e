/// A record's place in a file that holds several.
package struct FileRecord: Sendable, Hashable {
    /// The line that it begins on, from 1; blank lines are counted, and those within records.
    package let line: Int
    /// Offsets in the file's bytes, without what separates records.
    package let bytes: Range<Int>

    package init(line: Int, bytes: Range<Int>) {
        self.line = line
        self.bytes = bytes
    }
}
