import Foundation
import PipelineFiles
import Records
import Testing

/// The files that come with Cordon, each made wrong in one place after the other: whoever edits one is told where.
@Suite("A mistake in a file that comes with Cordon")
struct CommittedFileTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        var path: String
        var read: @Sendable (String) throws -> Void

        var testDescription: String { path }
    }

    static let kinds: [Kind] = {
        let members = ["bank-a", "bank-b"].compactMap { MemberID($0) }
        let features = ["card", "card-alone", "card-consortium", "payments", "payments-consortium"]
        let mappings =
            ["canonical", "csv", "iso20022", "iso20022-json", "simulated", "simulated-iso20022"]
            + ["paysim", "baf"]
        let replays = ["handbook", "simulated", "paysim", "ibm-aml"]
        return [
            Kind(path: "consortium.yaml") { _ = try ConsortiumPlan(file: $0) },
            Kind(path: "topics.yaml") { _ = try readTopics(file: $0, members: members) },
            Kind(path: "validation.yaml") { _ = try readValidation(file: $0) },
            Kind(path: "validation-replays.yaml") { _ = try readValidation(file: $0) },
            Kind(path: "policies/default.yaml") { path in
                _ = try readPolicy(file: path)
                _ = try readFallback(file: path)
            },
            Kind(path: "worlds/consortium.yaml") { _ = try WorldFile(file: $0) },
            Kind(path: "worlds/handbook.yaml") { _ = try WorldFile(file: $0) },
        ] + features.map { Kind(path: "features/\($0).yaml") { _ = try readFeatureSpec(file: $0) } }
            + replays.map { Kind(path: "replays/\($0).yaml") { _ = try readReplay(file: $0) } }
            + mappings.map { Kind(path: "mappings/\($0).yaml") { _ = try readMapping(file: $0) } }
    }()

    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    /// The lines of a file without its comments.
    private static func lines(_ kind: Kind) throws -> [String] {
        let text = try String(contentsOfFile: ConfigurationFixture.committed(kind.path), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.prefix { $0 != "#" })
        }
    }

    /// What is said of a file in which one part of one line is replaced.
    private func mistake(
        _ kind: Kind, _ lines: [String], line: Int, _ part: Range<String.Index>, with text: String
    ) throws -> String? {
        var changed = lines
        changed[line].replaceSubrange(part, with: text)
        return try file.mistake(changed.joined(separator: "\n"), kind.read)
    }

    @Test("a key that is misspelt is named with its line", arguments: kinds)
    func misspelt(kind: Kind) throws {
        let lines = try Self.lines(kind)
        var tried = 0
        for (number, line) in lines.enumerated() {
            for match in line.matches(of: /(?:^|[ {])([a-z_]+):(?: |$)/) {
                let name = match.output.1
                let said = try mistake(
                    kind, lines, line: number, name.startIndex..<name.endIndex, with: "\(name)x")
                // A kind of payment and a world's size are not among the keys that are counted up.
                let isNamed = said?.contains("unknown key `\(name)x`") == true || said?.contains("`\(name)`") == true
                let hasPlace = said?.hasPrefix("\(number + 1): ") == true || kind.path.hasPrefix("worlds/")
                #expect(isNamed && hasPlace, "\(number + 1): \(name) → \(said ?? "nothing")")
                tried += 1
            }
        }
        #expect(tried > 0)
    }

    @Test("a list where a value belongs is named with its line", arguments: kinds)
    func lists(kind: Kind) throws {
        let lines = try Self.lines(kind)
        var tried = 0
        for (number, line) in lines.enumerated() {
            for match in line.matches(of: /[a-z_]+: ([^\[\]{},\s]+)/) {
                let said = try mistake(
                    kind, lines, line: number, match.output.1.startIndex..<match.output.1.endIndex, with: "[[]]")
                #expect(said?.hasPrefix("\(number + 1): ") == true, "\(line) → \(said ?? "nothing")")
                tried += 1
            }
        }
        #expect(tried > 0)
    }

    @Test("a file that ends too early is read, or says what is missing, and never ends otherwise", arguments: kinds)
    func truncated(kind: Kind) throws {
        let lines = try Self.lines(kind)
        for count in 0..<lines.count {
            let text = lines[..<count].joined(separator: "\n")
            // Anything but a mistake with a place is thrown on, and fails.
            let said = try file.mistake(text, kind.read)
            if text.allSatisfy(\.isWhitespace) { #expect(said == "0: the file is empty") }
        }
    }
}
