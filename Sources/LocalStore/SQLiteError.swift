import Csqlite3
import Foundation

/// A result code of SQLite's, as a sentence that says what to do.
///
/// The words are the code's own (sqlite3_errstr): a statement's message may cite what stands in a damaged file.
package struct SQLiteError: Error, Hashable {
    /// Kinds of trouble that need different answers.
    package enum Kind {
        /// Another connection holds the file.
        case busy
        /// The disk, the folder or its rights.
        case unusable
        /// Bytes that SQLite did not write.
        case corrupted
        /// A statement that the file's tables or SQLite refuse.
        case refused
    }

    /// The extended result code (<https://sqlite.org/rescode.html>), whose low byte is the primary one.
    package let code: Int32
    /// What the operating system said; 0 where it wasn't asked.
    private let system: Int32

    /// - Parameter handle: the connection that the code is of.
    init(_ code: Int32, _ handle: OpaquePointer?) {
        // What only hands on the primary code is made precise, unless another call has failed since.
        let extended = handle.map { sqlite3_extended_errcode($0) } ?? code
        self.code = extended & 0xFF == code ? extended : code
        let isSystems = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF)
        system = isSystems ? handle.map { sqlite3_system_errno($0) } ?? 0 : 0
    }

    package var kind: Kind {
        switch code & 0xFF {
        case SQLITE_BUSY: .busy
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_IOERR, SQLITE_FULL: .unusable
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupted
        default: .refused
        }
    }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String {
        let words = String(cString: sqlite3_errstr(code))
        let cause = system == 0 ? "" : ", \(String(cString: strerror(system)))"
        return "\(words) (SQLite code \(code)\(cause)): \(advice)"
    }

    private var advice: String {
        switch (kind, code & 0xFF) {
        case (.busy, _): "another process holds the file; let it finish or end it, and try again"
        case (.unusable, SQLITE_FULL): "make room on the disk"
        case (.unusable, SQLITE_IOERR): "look at the disk and the system's log"
        case (.unusable, _): "see that the folder is there and that this user may write to it and the file"
        case (.corrupted, _): "it was left as it is; restore it from a copy, or move it away"
        case (.refused, SQLITE_NOMEM): "allow the process more memory"
        case (.refused, _): "please report this with the code"
        }
    }
}
