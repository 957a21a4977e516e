import Foundation

/// The folder `pipelines` with the files that come with Cordon: feature specs, mappings, policies, topics, schemas. Options
/// name its files as `pipelines/...`, relative to where the program is started; started elsewhere, it is looked for here.
package struct PipelinesFolder: Sendable {
    /// The environment's variable that names the folder itself.
    package static let variable = "CORDON_PIPELINES"

    /// Where it may be, the first first.
    private let candidates: [String]
    private let exists: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - named: the value of `CORDON_PIPELINES`; an empty one is none.
    ///   - program: the program's own file. The folder may stand beside it, or beside a folder above it.
    package init(
        named: String?, program: String?,
        exists: @escaping @Sendable (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) {
        self.exists = exists
        if let named, !named.isEmpty {
            candidates = [named]
        } else {
            var folders: [String] = []
            var folder = (program ?? "") as NSString
            while folder.length > 1 {
                folder = folder.deletingLastPathComponent as NSString
                folders.append(folder.appendingPathComponent("pipelines"))
            }
            candidates = folders
        }
    }

    /// This process's.
    package static let own = PipelinesFolder(
        named: ProcessInfo.processInfo.environment[variable],
        program: try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))

    /// The path under which a file can be read: as it is where it is no file of the folder, or is there.
    package func path(_ path: String) -> String {
        guard path == "pipelines" || path.hasPrefix("pipelines/"), !exists(path) else { return path }
        let rest = path.dropFirst("pipelines".count)
        return candidates.lazy.map { $0 + rest }.first(where: exists) ?? path
    }

    /// What to do about a file of the folder that is nowhere; nil where the path is none of the folder's.
    package func advice(_ path: String) -> String? {
        guard path == "pipelines" || path.hasPrefix("pipelines/"), !exists(self.path(path)) else { return nil }
        return "start the program where the folder `pipelines` is, or name that folder in \(Self.variable)"
    }
}
