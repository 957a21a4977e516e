import Foundation
import PipelineFiles
import Support
import Testing

/// A file in a folder of its own that goes with the suite that holds it.
final class ConfigurationFixture {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path("file.yaml") }

    func write(_ text: String) throws { try folder.write(text, to: "file.yaml") }

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
