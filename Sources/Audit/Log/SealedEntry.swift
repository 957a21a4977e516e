/// An entry of an audit log with the way to a signed head: what shows to somebody without the log that the entry is in it.
package struct SealedEntry: Sendable, Hashable {
    /// The entry's bytes (`AuditEntry`).
    package let entry: [UInt8]
    /// The hashes of the entry's inclusion proof; it is the last of the head's entries.
    package let path: [MerkleHash]
    /// The head's record (`AuditHead`).
    package let head: [UInt8]

    package init(entry: [UInt8], path: [MerkleHash], head: [UInt8]) {
        self.entry = entry
        self.path = path
        self.head = head
    }
}
