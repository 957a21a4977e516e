import Configuration
import Foundation
import Testing

/// A file in a folder of its own that goes with the suite that holds it.
final class ConfigurationFixture {
    let path: String
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
        path = folder + "/file.yaml"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    /// What reading the text says: `line: reason`, without the file, which must be named.
    func mistake(_ text: String, _ read: (String) throws -> Void) throws -> String? {
        try write(text)
        do {
            try read(path)
            return nil
        } catch let error as ConfigurationError {
            #expect(error.file == path)
            #expect(error.description.hasPrefix(path + (error.line > 0 ? ":\(error.line): " : ": ")))
            return "\(error.line): \(error.reason)"
        }
    }

    /// A file of the repository.
    static func committed(_ path: String, from file: String = #filePath) -> String {
        let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.path + "/pipelines/" + path
    }
}
