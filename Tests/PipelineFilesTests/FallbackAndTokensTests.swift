import PipelineFiles
import Policy
import Records
import Testing

@Suite("The fallback of a policy, and a tokens file")
struct FallbackAndTokensTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    @Test("a fallback decides by amount, its limits included; the committed one is read")
    func fallback() throws {
        try file.write(
            """
            review: 0.1
            decline: 0.5
            fallback:
              - { up_to: "50.00", decision: approve }
              - { up_to: 500, decision: review }
              - { decision: decline }
            """)
        let policy = try readFallback(file: file.path)
        let bands = [0, 5000, 5001, 50_000, 50_001].map { policy.band(MinorUnits($0)) }
        #expect(bands == [.approve, .approve, .review, .review, .decline])
        _ = try readPolicy(file: file.path)
        let committed = try readFallback(file: ConfigurationFixture.committed("policies/default.yaml"))
        #expect(committed.band(MinorUnits(5000)) == .approve && committed.band(MinorUnits(5001)) == .review)
    }

    @Test("a policy without one has every transaction reviewed")
    func none() throws {
        try file.write("review: 0.1\ndecline: 0.5\n")
        #expect(try readFallback(file: file.path).band(MinorUnits(0)) == .review)
    }

    @Test(
        "mistakes are told with their line",
        arguments: [
            ("fallback: []", "1: fallback: is empty"), ("fallback: 5", "1: fallback: a list belongs here"),
            ("fallback:\n  - { decision: perhaps }", "2: fallback[0].decision: is not one of approve"),
            ("fallback:\n  - { up_to: 5, decision: approve }", "2: fallback[0]: unknown key `up_to`"),
            (
                "fallback:\n  - { up_to: 5e9, decision: approve }\n  - { decision: review }",
                "2: fallback[0].up_to: an amount"
            ),
            (
                "fallback:\n  - { up_to: 5, decision: approve }\n  - { up_to: 5, decision: review }\n  - { decision: review }",
                "3: fallback[1].up_to: must be above"
            ),
        ])
    func mistakes(text: String, said: String) throws {
        let mistake = try file.mistake(text) { _ = try readFallback(file: $0) }
        #expect(mistake?.hasPrefix(said) == true, "\(mistake ?? "none")")
    }

    @Test("a tokens file is what its writer makes, several tokens of a client among them")
    func tokens() throws {
        let entries = [
            BearerTokenEntry(client: "core", sha256: Array(repeating: 1, count: 32)),
            BearerTokenEntry(client: "core", sha256: Array(repeating: 2, count: 32)),
        ]
        try file.write(tokensHeader + entries.map(\.yaml).joined())
        #expect(try readTokens(file: file.path) == entries)
    }

    @Test(
        "a tokens file's mistakes are told with their line",
        arguments: [
            ("tokens: []", "1: tokens: holds no token"),
            ("tokens:\n  - { client: a b, sha256: x }", "2: tokens[0].client: a name"),
            ("tokens:\n  - { client: a, sha256: x }", "2: tokens[0].sha256: 32 bytes in base64"),
            ("tokens:\n  - { client: a, token: secret }", "2: tokens[0]: unknown key `token`"),
        ])
    func badTokens(text: String, said: String) throws {
        let mistake = try file.mistake(text) { _ = try readTokens(file: $0) }
        #expect(mistake?.hasPrefix(said) == true, "\(mistake ?? "none")")
    }
}
