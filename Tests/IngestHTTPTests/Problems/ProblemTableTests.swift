import Formats
import Foundation
import HTTPFront
import IngestHTTP
import Testing

@Suite("docs/REST.md and the API's description")
struct ProblemTableTests {
    private func file(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test("the page has every code of a request with status and meaning, in the code's order, and no other")
    func codes() throws {
        let rows = try file("docs/REST.md").split(separator: "\n").filter {
            $0.hasPrefix("| `") && $0.contains("` | 4") || $0.hasPrefix("| `") && $0.contains("` | 5")
        }
        #expect(
            rows.map(String.init) == ProblemCode.allCases.map { "| `\($0.rawValue)` | \($0.status) | \($0.title) |" })
    }

    @Test("the page says which codes of records have another status than 422")
    func statuses() throws {
        let page = try file("docs/REST.md").replacing("\n", with: " ")
        for status in [400, 409, 413] {
            let codes = RejectionReason.allCases.filter { Problem(rejected: $0.rawValue, field: nil).status == status }
            let said = "\(status) for " + codes.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            #expect(page.contains(said), "\(said)")
        }
    }

    @Test("the description has every status that a problem may have, and every reason of a degraded answer")
    func described() throws {
        let description = try file("pipelines/openapi/ingest.yaml")
        for code in ProblemCode.allCases where ![404, 405].contains(code.status) {
            #expect(description.contains("\"\(code.status)\":"), "\(code)")
        }
        let reasons = ScoreAnswer.Reason.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(description.contains("reason: { enum: [\(reasons)] }"))
    }

    @Test("the description tells of every optional field whether a wrong value of it is left out")
    func leftOut() throws {
        let description = try file("pipelines/openapi/ingest.yaml")
        let rules = ValidationRules()
        for extra in Mapping.Extra.allCases where extra != .currency {
            let schema = rules.leftOut.contains(extra) ? "LeftOut" : "OptionalText"
            #expect(
                description.contains("\n        \(extra.name): { $ref: \"#/components/schemas/\(schema)\""),
                "\(extra.name)")
        }
    }
}
