import Foundation
import Secrets

/// Files of private keys, whatever is in them: only their owner may do anything with them.
package enum PrivateFile {
    /// Whether a file is there and its owner's alone, of whatever form it is.
    ///
    /// - Throws: `missing` or `readableByOthers`.
    package static func check(_ path: String) throws(KeystoreError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        if let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber,
            mode.intValue & 0o077 != 0
        {
            throw .readableByOthers(path: path, mode: String(mode.intValue, radix: 8))
        }
    }

    /// The whole of a file, in one buffer, which the caller wipes; nil where it can't be read.
    static func contents(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let size = size(of: file) else { return nil }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < buffer.count {
                let more = read(file, buffer.baseAddress! + filled, buffer.count - filled)
                if more < 0, errno == EINTR { continue }
                failed = more < 0
                guard more > 0 else { break }
                filled += more
            }
        }
        return failed ? nil : bytes
    }

    /// Writes a file of mode 600, whole or not at all: under another name in the same folder first, then renamed, or
    /// linked where an existing file is kept. It is on the disk when this returns. Makes folders that are not there, of mode 700.
    ///
    /// - Parameter keepsExisting: leaves a file alone that is there already, also one that comes at the same moment.
    /// - Throws: `notWritten`, with the path that was asked for.
    package static func write(_ text: String, to path: String, keepsExisting: Bool = false) throws(KeystoreError) {
        let temporary = "\(path).\(UUID().uuidString)\(unfinished)"
        defer { unlink(temporary) }
        let folder = (path as NSString).deletingLastPathComponent
        do {
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch { throw .notWritten(path: path) }
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .notWritten(path: path) }
        let isWritten = put(Array(text.utf8)[...], into: file)
        guard close(file) == 0, isWritten,
            keepsExisting ? link(temporary, path) == 0 || errno == EEXIST : rename(temporary, path) == 0,
            sync(folder)
        else { throw .notWritten(path: path) }
    }

    /// Puts a text in the place of a file's, and overwrites what the file held.
    static func replace(_ text: String, at path: String) throws(KeystoreError) {
        let old = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard old >= 0, let size = size(of: old) else { throw .notWritten(path: path) }
        defer { close(old) }
        var status = stat()
        guard fstat(old, &status) == 0 else { throw .notWritten(path: path) }
        try write(text, to: path)
        // The key is as old as it was.
        let times = [status.st_atim, status.st_mtim]
        guard utimensat(AT_FDCWD, path, times, 0) == 0 else { throw .notWritten(path: path) }
        guard put([UInt8](repeating: 0, count: size)[...], into: old) else { throw .notErased(path: path) }
    }

    /// Overwrites a file with zeros where it lies, and removes it, together with what a process that was killed while it wrote the
    /// same file has left. Some disks keep what was overwritten; what is encrypted under a key elsewhere is gone with that.
    ///
    /// - Throws: `notErased`.
    static func erase(_ path: String) throws(KeystoreError) {
        let folder = (path as NSString).deletingLastPathComponent
        let name = (path as NSString).lastPathComponent
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        let doomed = files.filter { $0 == name || $0.hasPrefix(name + ".") && $0.hasSuffix(unfinished) }
        guard !doomed.isEmpty else { return }
        for doomed in doomed {
            let path = folder + "/" + doomed
            let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            if file >= 0 {
                let isOver = size(of: file).map { put([UInt8](repeating: 0, count: $0)[...], into: file) }
                guard close(file) == 0, isOver == true else { throw .notErased(path: path) }
            } else if errno != ENOENT {
                throw .notErased(path: path)
            }
            guard unlink(path) == 0 || errno == ENOENT else { throw .notErased(path: path) }
        }
        guard sync(folder) else { throw .notErased(path: path) }
    }

    /// The time when a file was last written, in seconds since 1970; nil where it is not there.
    static func made(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// Whether a file's first bytes are these.
    static func begins(_ path: String, with mark: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: mark.utf8.count)) == Data(mark.utf8)
    }

    /// The end of the names of files that are being written.
    private static let unfinished = ".new"

    /// The length of a regular file.
    private static func size(of file: Int32) -> Int? {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Writes all of the bytes, to the disk; false where that fails.
    private static func put(_ bytes: ArraySlice<UInt8>, into file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return fsync(file) == 0
    }

    /// Puts a folder's names on the disk.
    private static func sync(_ folder: String) -> Bool {
        let file = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return fsync(file) == 0
    }
}
