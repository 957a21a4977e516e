import Foundation
package import Policy

/// A policy's file with the list files that it names, to be read again when one of them changes.
package struct PolicyFiles: Sendable {
    package let file: String

    package init(_ file: String) { self.file = file }

    package func read() throws(ConfigurationError) -> DecisionPolicy { try readPolicy(file: file) }

    /// What changes with each of the files: name, time of change, size and inode; of one that is not there, its name.
    ///
    /// A policy that can't be read has the stamp of its own file alone.
    package var stamp: [String] {
        ([file] + ((try? policyListFiles(file: file)) ?? [])).map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return path }
            return "\(path) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_size) \(status.st_ino)"
        }
    }
}
