import Formats
import Foundation
import Testing

@Suite("docs/REJECTIONS.md")
struct RejectionTableTests {
    @Test("has every code of the member's agent with its meaning, in the code's order, and no other")
    func mirrors() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/REJECTIONS.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(
            text.components(separatedBy: "\n## ").first { $0.hasPrefix("At the member's agent") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(rows == RejectionReason.allCases.map { "| `\($0.rawValue)` | \($0.explanation) |" })
    }
}
