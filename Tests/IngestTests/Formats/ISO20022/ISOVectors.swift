import Foundation
import Ingest
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
        .deletingLastPathComponent().appendingPathComponent("shared/vectors/iso20022")

    static let absent: Comment = "shared/vectors/iso20022 is not beside the project"
    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder.path + "/manifest.json") }

    static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(file)))
    }

    static func read<Value: Decodable>(_ file: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(file)))
    }
}

/// The mapping of pipelines/mappings/iso20022.yaml, with every rate that the samples need.
func isoMapping(_ syntax: Mapping.Syntax = .xml) throws -> Mapping {
    var rates = RateTable(currency: try #require(Currency("EUR")))
    for code in ["USD", "DKK", "CHF"] {
        rates.add(try #require(RateTable.Rate("0.5")), of: try #require(Currency(code)), from: 0)
    }
    return Mapping(
        format: .iso20022(syntax), id: "reference", time: FieldSource(["acceptance_time", "created"]),
        customer: FieldSource(["debtor_account", "debtor_name"]),
        terminal: FieldSource(["creditor_account", "creditor_name"]), amount: "amount",
        extras: [
            .currency: "currency",
            .kind: FieldSource(["local_instrument"], codes: ["INST": "instant_transfer"], otherwise: "transfer"),
            .entity(.account): "debtor_account", .entity(.payee): "creditor_account",
            .entity(.country): "creditor_country",
        ], rates: rates)
}
