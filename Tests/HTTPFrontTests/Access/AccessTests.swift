import HTTPFront
import Testing

@Suite("Who may call, and how often")
struct AccessTests {
    private let tokens = BearerTokens([
        .init(client: "core", sha256: BearerTokens.hash("old")),
        .init(client: "core", sha256: BearerTokens.hash("new")),
        .init(client: "web", sha256: BearerTokens.hash("w")), .init(client: "broken", sha256: []),
    ])

    @Test(
        "a known token is its client's, whichever of several it is",
        arguments: [
            ("Bearer old", "core"), ("bearer new", "core"), ("Bearer w", "web"), ("Bearer ", nil), ("Bearer", nil),
            ("old", nil), ("Basic old", nil), ("Bearer OLD", nil), ("Bearer old ", nil), (nil, nil),
        ] as [(String?, String?)])
    func known(header: String?, client: String?) { #expect(tokens.client(authorization: header) == client) }

    @Test("a bucket passes a second's worth at once, then as it fills; clients have one each")
    func bucket() {
        var limit = RequestRateLimit(perSecond: 2)
        #expect(limit.take(of: "a", at: .zero) == nil)
        #expect(limit.take(of: "a", at: .zero) == nil)
        #expect(limit.take(of: "a", at: .zero) == 1)
        #expect(limit.take(of: "b", at: .zero) == nil)
        #expect(limit.take(of: "a", at: .milliseconds(500)) == nil)
        #expect(limit.take(of: "a", at: .milliseconds(500)) == 1)
        #expect(limit.take(2, of: "a", at: .seconds(100)) == nil)
        #expect(limit.take(of: "a", at: .seconds(100)) == 1)
    }

    @Test("what is larger than the bucket passes when it is full, and is paid for afterwards")
    func large() {
        var limit = RequestRateLimit(perSecond: 2)
        #expect(limit.take(6, of: "a", at: .zero) == nil)
        #expect(limit.take(of: "a", at: .seconds(2)) == 1)
        #expect(limit.take(of: "a", at: .seconds(3)) == nil)
    }

    @Test("no limit is none")
    func none() {
        var limit = RequestRateLimit(perSecond: 0)
        for _ in 0..<1000 { #expect(limit.take(of: "a", at: .zero) == nil) }
    }
}
