/// The running hash of all that is in an audit log's file, in order. Every head is signed over it, so that nothing before a head
/// can be dropped, moved or doubled, heads of others included.
package struct AuditTrail: Sendable, Hashable {
    /// Nil of an empty file, the first frame's hash behind that, and then that of this and the next frame's hash, as two halves of
    /// a tree.
    package private(set) var hash: MerkleHash?

    package init() {}

    /// - Parameter frame: the leaf hash of the next frame's payload.
    package mutating func append(_ frame: MerkleHash) { hash = hash.map { MerkleHash($0, frame) } ?? frame }
}
