import Foundation

/// Counts the allocations of processes by a library that is loaded into them (`scripts/count-allocations.c`).
struct AllocationCounter {
    let library: String
    /// Where each process keeps its count.
    let folder: String

    init(library: String, folder: String) throws {
        guard FileManager.default.fileExists(atPath: library) else {
            throw Failure("there is no \(library); `scripts/bench.sh` compiles it")
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.library = URL(fileURLWithPath: library).path
        self.folder = URL(fileURLWithPath: folder).path
    }

    var environment: [String: String] { ["LD_PRELOAD": library, "CORDON_ALLOCATIONS": folder] }

    /// Calls of the allocator since the process began; nil where none were counted.
    func calls(of process: Int32) -> Double? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasPrefix("\(process)-") }),
            let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"), bytes.count >= 8
        else { return nil }
        return Double(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }
}
