import Foundation
import Records
import Testing

/// A folder of its own that goes with the value that holds it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func member(_ name: String) throws -> MemberID { try #require(MemberID(name)) }

/// Distinct bytes on every call: what a dealer asks for, and the same in every run.
final class CountedBytes {
    private var count: UInt8 = 0

    func next() -> [UInt8] {
        count += 1
        return (0..<16).map { $0 &* 7 &+ count }
    }
}
