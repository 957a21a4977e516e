package import Keys

/// The file of a role's audit log, which has one writer.
package protocol AuditStorage: Sendable {
    /// Lends what is stored.
    func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R

    /// Appends bytes. They are durable when this returns, and where it throws nothing was appended.
    func append(_ bytes: [UInt8]) throws(AuditStorageError)

    /// Cuts off what stands behind a place: the rest of a write that a crash ended.
    func truncate(to count: Int) throws(AuditStorageError)
}

/// Why an audit log can't go on; `reason` is the system's own words.
package enum AuditStorageError: Error, Sendable, Hashable {
    case failed(path: String, reason: String)
    /// Another process writes to it.
    case inUse(path: String)
    /// The log's head is not signed: the role's identity is in a token, which does not sign now.
    case unsigned(SigningError)
}

extension AuditStorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .failed(let path, let reason): "the audit log \(path) can't be used: \(reason)"
        case .inUse(let path): "another process writes to the audit log \(path)"
        case .unsigned(let error): "the head of the audit log waits: \(error)"
        }
    }
}
