package import Audit
import Foundation

/// A role's audit log as a file, which is only ever appended to, by one process at a time (flock(2)). What is appended is on the
/// disk before it is said to be (fdatasync(2)).
package final class AuditFile: AuditStorage {
    private let path: String
    private let descriptor: Int32

    /// Opens the file, which is made where there is none, and its folder, too; readable by its owner alone.
    ///
    /// - Parameter waits: whether to wait while another process has it, and not to throw `inUse`.
    package init(path: String, waits: Bool = false) throws(AuditStorageError) {
        self.path = path
        let isNew = access(path, F_OK) != 0
        if isNew {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
                throw .failed(path: path, reason: "its folder can't be made")
            }
        }
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failed(path) }
        // What is thrown from here on is followed by deinit, which closes the descriptor.
        guard flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .inUse(path: path) : Self.failed(path)
        }
        if isNew { try Self.syncFolder(of: path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R { try Self.read(path, body) }

    /// Lends what is in a file, a copy say, without opening it for writing.
    package static func read<R>(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
            throw AuditStorageError.failed(path: path, reason: "it can't be read")
        }
        return try data.withUnsafeBytes(body)
    }

    package func append(_ bytes: [UInt8]) throws(AuditStorageError) {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw Self.failed(path) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw undone(to: end) }
            written += count
        }
        guard fdatasync(descriptor) == 0 else { throw undone(to: end) }
    }

    package func truncate(to count: Int) throws(AuditStorageError) {
        guard ftruncate(descriptor, off_t(count)) == 0, fdatasync(descriptor) == 0 else { throw Self.failed(path) }
    }

    /// Takes back what was written of a frame, and says what had failed.
    private func undone(to end: off_t) -> AuditStorageError {
        let error = Self.failed(path)
        ftruncate(descriptor, end)
        return error
    }

    /// A new file's name is on the disk when its folder is.
    private static func syncFolder(of path: String) throws(AuditStorageError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(path) }
    }

    private static func failed(_ path: String) -> AuditStorageError {
        .failed(path: path, reason: String(cString: strerror(errno)))
    }
}
