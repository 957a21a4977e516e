import Synchronization

/// An audit log in memory: of tests and simulations, and of files that are only built.
package final class AuditBytes: AuditStorage {
    private let stored: Mutex<[UInt8]>

    package init(_ bytes: [UInt8] = []) { stored = Mutex(bytes) }

    package var bytes: [UInt8] { stored.withLock { $0 } }

    package func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R { try bytes.withUnsafeBytes(body) }

    package func append(_ bytes: [UInt8]) { stored.withLock { $0 += bytes } }

    package func truncate(to count: Int) { stored.withLock { $0.removeLast($0.count - count) } }
}
