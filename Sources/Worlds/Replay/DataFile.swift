import Foundation

/// A file of records as people have them: plain, or compressed by gzip, whatever its name says.
package enum DataFile {
    package enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        case notReadable(file: String)
        case missing(file: String)
        case folder(file: String)
        /// A container that has to be opened first; `kind` names it.
        case container(file: String, kind: String)

        package var description: String {
            switch self {
            case .notReadable(let file): "\(file) can't be read: it is cut off, damaged or not allowed to be read"
            case .missing(let file): "there is no file \(file)"
            case .folder(let file): "\(file) is a folder: name files here"
            case .container(let file, let kind): "\(file) is \(kind): unpack it, or save it as CSV or JSON lines"
            }
        }
    }

    /// The file's bytes, unpacked.
    package static func read(_ path: String) throws(Fault) -> [UInt8] {
        var isFolder = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(file: path) }
        guard !isFolder.boolValue else { throw .folder(file: path) }
        guard let data = FileManager.default.contents(atPath: path) else { throw .notReadable(file: path) }
        if data.starts(with: [0x1F, 0x8B]) { return try unzip(path) }
        for (magic, kind) in containers where data.starts(with: magic) { throw .container(file: path, kind: kind) }
        return Array(data)
    }

    private static let containers: [([UInt8], String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a ZIP archive or an Excel workbook"), (Array("PAR1".utf8), "a Parquet file"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed by Zstandard"), (Array("BZh".utf8), "compressed by bzip2"),
        ([0xFD] + Array("7zXZ".utf8), "compressed by xz"), ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
    ]

    /// What gzip writes; the file is its input, since it takes no name that ends in `.GZ`.
    private static func unzip(_ path: String) throws(Fault) -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc"]
        process.standardInput = FileHandle(forReadingAtPath: path)
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw .notReadable(file: path) }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw .notReadable(file: path) }
        return Array(data)
    }
}
