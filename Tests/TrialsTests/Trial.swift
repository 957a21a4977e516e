import Formats
import Foundation
import Records
import Support
import Trials

/// A trial of files that a test writes.
struct Trial {
    let folder: TemporaryFolder
    /// 2026-06-01, so that nothing in the tests is ahead of the log's clock.
    static let received = EventTime(rfc3339: "2026-06-01")!.seconds * 1_000_000

    let rates: RateTable

    init() throws {
        folder = try TemporaryFolder()
        rates = RateTable(currency: Currency("EUR")!)
    }

    /// A line of JSON as far as the tests look at it.
    struct Line: Decodable {
        var file: String
        var line: Int?
        var index: Int
        var result: String
        var transaction: [String: String]?
        var label: [String: String]?
        var reason: String?
        var field: String?
        var marks: [String]?
        var notes: [String]?
    }

    /// What becomes of everything in files that are one stream, as `line result`, with the id or the reason.
    func results(_ files: [(name: String, text: String)], mapping: String? = nil) throws -> [String] {
        try lines(files, mapping: mapping).map { line in
            let what = line.transaction?["id"] ?? line.reason
            return "\(line.line.map(String.init) ?? "-") \(line.result)" + (what.map { " " + $0 } ?? "")
        }
    }

    func lines(_ files: [(name: String, text: String)], mapping: String? = nil) throws -> [Line] {
        let mapping = try mapping.map { try folder.write($0, to: "mapping.yaml") }
        var trial = IngestTrial(mapping: mapping, rates: rates, rules: ValidationRules(), received: Self.received)
        return try files.flatMap { name, text in
            try trial.take(folder.write(text, to: name), json: true)
        }.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    func summary(_ name: String, _ text: String, mapping: String? = nil) throws -> String {
        let mapping = try mapping.map { try folder.write($0, to: "mapping.yaml") }
        var trial = IngestTrial(mapping: mapping, rates: rates, rules: ValidationRules(), received: Self.received)
        return try trial.take(folder.write(text, to: name), json: false).joined()
    }

    static func payment(_ id: String, amount: String = "5.00", time: String = "2026-03-02T09:00:00Z") -> String {
        #"{"id":"\#(id)","time":"\#(time)","customer":"ada","terminal":"shop","amount":"\#(amount)"}"#
    }
}
