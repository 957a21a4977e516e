package import Audit
import Foundation

/// The parts of an audit log as files: `looks.audit`, then `looks-2.audit` beside it, and so on.
package struct AuditFiles: AuditParts {
    private let stem: String
    private let ending: String
    private let folder: String

    /// - Parameter path: the first part's.
    package init(path: String) {
        let name = URL(fileURLWithPath: path)
        folder = name.deletingLastPathComponent().path
        ending = name.pathExtension.isEmpty ? "" : ".\(name.pathExtension)"
        stem = String(name.lastPathComponent.dropLast(ending.count))
    }

    package func path(of number: Int) -> String {
        folder + "/" + stem + (number == 1 ? "" : "-\(number)") + ending
    }

    package func numbers() throws -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            if name == stem + ending { return 1 }
            guard name.hasPrefix(stem + "-"), name.hasSuffix(ending) else { return nil }
            let number = Int(name.dropFirst(stem.count + 1).dropLast(ending.count))
            return number.flatMap { $0 > 1 && path(of: $0).hasSuffix("/" + name) ? $0 : nil }
        }.sorted()
    }

    package func storage(_ number: Int) throws -> any AuditStorage { try AuditFile(path: path(of: number)) }

    package func read<R>(_ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try AuditFile.read(path(of: number), body)
    }

    package func remove(_ number: Int) throws { try FileManager.default.removeItem(atPath: path(of: number)) }
}
