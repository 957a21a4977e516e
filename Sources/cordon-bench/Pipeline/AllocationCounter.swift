import Foundation
import Terminal

/// Counts the allocations of processes by a library that is loaded into them (`scripts/count-allocations.c`).
struct AllocationCounter {
    /// The shared object that is loaded, as an absolute path.
    let object: String
    /// Where each process keeps its count.
    let folder: String

    init(object: String, folder: String) throws {
        guard FileManager.default.fileExists(atPath: object) else {
            throw Failure("there is no \(object); `scripts/bench.sh` compiles it")
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.object = URL(fileURLWithPath: object).path
        self.folder = URL(fileURLWithPath: folder).path
    }

    var environment: [String: String] { ["LD_PRELOAD": object, "CORDON_ALLOCATIONS": folder] }

    /// Calls of the allocator since the process began; nil where none were counted.
    func calls(of process: Int32) -> Double? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasPrefix("\(process)-") }),
            let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"), bytes.count >= 8
        else { return nil }
        return Double(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }
}
