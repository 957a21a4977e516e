package import Foundation

/// A folder of its own that goes with its last user.
package final class TemporaryFolder: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    package var path: String { url.path }

    /// The path of a file or folder in it, whether that is there or not.
    package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    package func bytes(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

    package func write(_ bytes: Data, to name: String) throws {
        try bytes.write(to: url.appendingPathComponent(name))
    }

    /// - Returns: the file's path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
        return path(name)
    }
}
