import Formats
import Foundation
import Records
import Testing

/// Messages of many origins that lie beside the project, with what an independent reader makes of them.
enum ISOVectors {
    struct Manifest: Decodable {
        struct File: Decodable {
            var file: String
            var transactions: Int?
            var canonical: [[String: String?]]?
        }

        var files: [File]
    }

    struct BadManifest: Decodable {
        struct Case: Decodable {
            var file: String
            var expect: String
        }

        var cases: [Case]
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/vectors/iso20022")

    static let absent: Comment = "shared/vectors/iso20022 is not beside the project"
    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder.path + "/manifest.json") }

    static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(file)))
    }

    static func read<Value: Decodable>(_ file: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(file)))
    }
}
