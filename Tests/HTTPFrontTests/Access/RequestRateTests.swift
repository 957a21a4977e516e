import HTTPFront
import Testing

@Suite("The rate of requests, second by second")
struct RequestRateTests {
    /// Numbers that are the same in every run (a linear congruential generator; Knuth's MMIX).
    private struct Numbers {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    @Test(
        "lets through no more than a second's worth and what has filled since, in any span",
        arguments: [1, 2, 7, 100], [UInt64(1), 2, 3])
    func bound(perSecond: Int, seed: UInt64) {
        var numbers = Numbers(state: seed)
        var limit = RequestRateLimit(perSecond: perSecond)
        var passed: [Int] = []
        var now = 0
        for _ in 0..<2000 {
            now += numbers.next(below: 1000 / perSecond)
            if limit.take(of: "a", at: .milliseconds(now)) == nil { passed.append(now) }
        }
        #expect(passed.count > 100)
        // From each request on, for up to forty more.
        for first in passed.indices {
            for last in first..<min(first + 40, passed.count) {
                let seconds = Double(passed[last] - passed[first]) / 1000
                let most = Double(perSecond) * (1 + seconds)
                #expect(Double(last - first + 1) <= most + 1e-6, "\(passed[first]) to \(passed[last]) ms")
            }
        }
    }

    @Test("says a time after which the same request passes", arguments: [1, 3, 50], [1, 2, 60, 500])
    func retry(perSecond: Int, cost: Int) throws {
        var limit = RequestRateLimit(perSecond: perSecond)
        #expect(limit.take(cost, of: "a", at: .zero) == nil)
        var now = Duration.zero
        for _ in 0..<perSecond + 20 {
            guard let seconds = limit.take(cost, of: "a", at: now) else { continue }
            #expect(seconds >= 1)
            // Not long before, either: a whole second less is too early.
            if seconds > 1 {
                var early = limit
                #expect(early.take(cost, of: "a", at: now + .seconds(seconds - 1)) != nil)
            }
            now += .seconds(seconds)
            #expect(limit.take(cost, of: "a", at: now) == nil, "after \(seconds) s")
        }
        #expect(now > .zero)
    }

    @Test(
        "a batch whose request was counted alone first is never refused for ever",
        arguments: [1, 3, 50], [1, 2, 60, 500])
    func batches(perSecond: Int, records: Int) throws {
        var limit = RequestRateLimit(perSecond: perSecond)
        func take(at now: Duration) -> Int? {
            limit.take(of: "a", at: now) ?? limit.take(records - 1, paid: 1, of: "a", at: now)
        }
        // A full bucket lets any through, however many it holds.
        #expect(take(at: .zero) == nil)
        var now = Duration.zero
        for _ in 0..<perSecond + 20 {
            guard let seconds = take(at: now) else { continue }
            now += .seconds(seconds)
            // Where the request alone was refused, the batch may be once more.
            if let more = take(at: now) {
                now += .seconds(more)
                #expect(take(at: now) == nil, "after \(seconds) and \(more) s")
            }
        }
        #expect(now > .zero)
    }

    @Test("gives nothing twice where time goes back")
    func backwards() {
        var limit = RequestRateLimit(perSecond: 2)
        #expect(limit.take(2, of: "a", at: .seconds(1)) == nil)
        #expect(limit.take(1, of: "a", at: .zero) == 1)
        #expect(limit.take(2, of: "a", at: .seconds(1)) == 1)
        #expect(limit.take(2, of: "a", at: .milliseconds(1999)) == 1)
        #expect(limit.take(2, of: "a", at: .seconds(2)) == nil)
    }

    @Test("holds nobody back for what another one asks")
    func clients() {
        var limit = RequestRateLimit(perSecond: 1)
        for number in 0..<100 {
            #expect(limit.take(of: "client-\(number)", at: .zero) == nil)
            #expect(limit.take(of: "client-0", at: .zero) != nil)
        }
    }

    @Test("what is asked for at once costs nothing where it is nothing")
    func nothing() {
        var limit = RequestRateLimit(perSecond: 1)
        for _ in 0..<5 { #expect(limit.take(0, of: "a", at: .zero) == nil) }
        #expect(limit.take(1, of: "a", at: .zero) == nil && limit.take(1, of: "a", at: .zero) == 1)
    }
}

@Suite("Bearer tokens in a header")
struct BearerHeaderTests {
    private static func tokens(_ tokens: String...) -> BearerTokens {
        BearerTokens(tokens.map { .init(client: "client", sha256: BearerTokens.hash($0)) })
    }

    @Test("are known up to a header of 1,024 bytes", arguments: [1, 1017, 1018])
    func length(count: Int) {
        let token = String(repeating: "a", count: count)
        let known = Self.tokens(token).client(authorization: "Bearer " + token)
        #expect(known == (count <= 1017 ? "client" : nil))
    }

    @Test(
        "are compared byte by byte",
        arguments: [
            "Bearer caf\u{E9}", "Bearer cafe", "Bearer  caf\u{65}\u{301}", "Bearer\tcaf\u{65}\u{301}",
            "Bearer caf\u{65}\u{301}\n", "BearerX caf\u{65}\u{301}", "caf\u{65}\u{301} Bearer", " ", "",
        ])
    func bytes(header: String) {
        // Two spellings of one word are two tokens.
        #expect(Self.tokens("caf\u{65}\u{301}").client(authorization: header) == nil)
    }

    @Test("of a damaged file's entry let nobody in", arguments: [0, 1, 31, 33, 64])
    func damaged(bytes: Int) {
        let hash = Array((BearerTokens.hash("t") + BearerTokens.hash("t")).prefix(bytes))
        let tokens = BearerTokens([.init(client: "client", sha256: hash)])
        #expect(tokens.client(authorization: "Bearer t") == nil)
        #expect(BearerTokens([]).client(authorization: "Bearer t") == nil)
    }

    @Test("are hashed as SHA-256 has it")
    func hash() {
        // FIPS 180-4's example of one block.
        let digits = BearerTokens.hash("abc").map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(digits == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
