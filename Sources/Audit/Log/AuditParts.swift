import Synchronization

/// The parts of an audit log that is not in one, numbered from 1 in the order in which they follow each other; each is a log of its
/// own.
package protocol AuditParts: Sendable {
    /// The numbers of those that are there, ascending. The oldest may be removed; there is no gap.
    func numbers() throws -> [Int]

    /// Opens a part for writing, which is made where it is not there.
    func storage(_ number: Int) throws -> any AuditStorage

    /// Lends what a part has.
    func read<R>(_ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R

    func remove(_ number: Int) throws
}

/// Parts of an audit log in memory.
package final class AuditPartBytes: AuditParts {
    private let stored = Mutex<[Int: any AuditStorage]>([:])

    /// - Parameter first: where the first part is written.
    package init(first: any AuditStorage = AuditBytes()) { stored.withLock { $0[1] = first } }

    package func numbers() -> [Int] { stored.withLock { $0.keys.sorted() } }

    package func storage(_ number: Int) -> any AuditStorage {
        stored.withLock { stored in
            let storage = stored[number] ?? AuditBytes()
            stored[number] = storage
            return storage
        }
    }

    package func read<R>(_ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try storage(number).read(body)
    }

    package func remove(_ number: Int) { stored.withLock { $0[number] = nil } }
}
