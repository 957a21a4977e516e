import Crypto
import Desk
import DeskFront
import Foundation
import HTTPFront
import NIOHTTP1
import Records
import Support
import Testing

/// A provider of sign-ins in memory, which lies where it is told to. One test asks it at a time.
final class SampleProvider: OIDCWeb, @unchecked Sendable {
    static let issuer = "https://id.example"

    struct State {
        var key = P256.Signing.PrivateKey()
        var id = "k1"
        /// The key in the published set, where it is not the one that signs.
        var published: P256.Signing.PublicKey?
        var header: [String: Any]?
        /// Changes to the claims of the next token; nil takes one away.
        var claims: [String: Any?] = [:]
        var code = "c1"
        /// What the desk sent with the browser.
        var challenge = ""
        var nonce = ""
        var isDown = false
        var keyReads = 0
        var usedCodes: Set<String> = []
    }

    private var state = State()
    private let clock: ManualClock

    init(_ clock: ManualClock) { self.clock = clock }

    func change(_ body: (inout State) -> Void) { body(&state) }
    var keyReads: Int { state.keyReads }

    struct Down: Error {}

    func get(_ address: String) async throws -> [UInt8] {
        if state.isDown { throw Down() }
        if address.hasSuffix("/.well-known/openid-configuration") {
            return Self.json([
                "issuer": Self.issuer, "authorization_endpoint": "https://id.example/authorize",
                "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
            ])
        }
        state.keyReads += 1
        let key = (state.published ?? state.key.publicKey).rawRepresentation
        return Self.json([
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "kid": state.id, "use": "sig",
                    "x": Base64URL.text(key.prefix(32)), "y": Base64URL.text(key.suffix(32)),
                ]
            ]
        ])
    }

    /// The token endpoint: a code counts once, with the verifier of the challenge that it was asked for with.
    func post(_ address: String, form: String) async throws -> [UInt8] {
        let fields = Dictionary((FormText.fields(form) ?? []).map { ($0.name, $0.value) }) { _, last in last }
        guard !state.isDown, let code = fields["code"], code == state.code, state.usedCodes.insert(code).inserted,
            let verifier = fields["code_verifier"], fields["client_secret"] == "s",
            Base64URL.text(SHA256.hash(data: Array(verifier.utf8))) == state.challenge
        else { throw Down() }
        return Self.json(["id_token": try token(), "access_token": "x", "token_type": "Bearer"])
    }

    private func token() throws -> String {
        let now = Double(clock.microseconds) / 1_000_000
        var claims: [String: Any] = [
            "iss": Self.issuer, "sub": "u1", "aud": "desk", "exp": now + 300, "iat": now, "nonce": state.nonce,
            "preferred_username": "Ana", "groups": ["staff", "fraud-analysts"],
        ]
        for (name, value) in state.claims { claims[name] = value }
        let header = state.header ?? ["alg": "ES256", "kid": state.id]
        let input = Base64URL.text(Self.json(header)) + "." + Base64URL.text(Self.json(claims))
        if header["alg"] as? String == "none" { return input + "." }
        return input + "." + Base64URL.text(try state.key.signature(for: Array(input.utf8)).rawRepresentation)
    }

    static func json(_ value: [String: Any]) -> [UInt8] { Array(try! JSONSerialization.data(withJSONObject: value)) }

    /// What the browser brings back, once somebody has signed in at the provider's page.
    func visit(_ address: String) -> [String: String] {
        let query = FormText.fields(address.split(separator: "?", maxSplits: 1)[1]) ?? []
        let fields = Dictionary(query.map { ($0.name, $0.value) }) { _, last in last }
        state.challenge = fields["code_challenge"] ?? ""
        state.nonce = fields["nonce"] ?? ""
        state.usedCodes = []
        return ["state": fields["state"] ?? "", "code": state.code]
    }
}

struct OIDCTests {
    private let clock = ManualClock()
    private let provider: SampleProvider
    private let flow: OIDCFlow
    private static let teams = ["cards": try! TeamScope("kind=card")]

    init() {
        provider = SampleProvider(clock)
        flow = Self.flow(provider, clock)
    }

    static func flow(_ provider: SampleProvider, _ clock: ManualClock) -> OIDCFlow {
        let settings = OIDCSettings(
            issuer: SampleProvider.issuer, client: "desk", address: "https://desk.example",
            nameClaim: "preferred_username", roleClaim: "groups",
            roles: ["fraud-analysts": "analyst", "fraud-audit": "auditor"], teams: ["cards-team": "cards"])
        return OIDCFlow(settings, secret: "s", web: provider, clock: clock) { count in
            (0..<count).map { _ in UInt8.random(in: 0...255) }
        }
    }

    private func signIn() async throws -> DeskUser {
        let (address, browser) = try await flow.begin()
        return try await flow.end(provider.visit(address), browser: browser, teams: Self.teams)
    }

    private func refusal(_ claims: [String: Any?]) async -> OIDCFlow.Refusal? {
        provider.change { $0.claims = claims }
        do {
            _ = try await signIn()
            return nil
        } catch { return error as? OIDCFlow.Refusal }
    }

    @Test("who signs in at the provider has the name, role and team that it gives")
    func signedIn() async throws {
        let ana = try await signIn()
        #expect(ana == DeskUser(actor: Actor(.person, "ana")!, role: .analyst, password: nil))
        provider.change { $0.claims = ["groups": ["fraud-audit", "cards-team"]] }
        let eve = try await signIn()
        #expect(eve.role == .auditor && eve.team == "cards" && eve.scope == Self.teams["cards"])
        let (address, _) = try await flow.begin()
        #expect(address.hasPrefix("https://id.example/authorize?response_type=code&client_id=desk&"))
        #expect(address.contains("code_challenge_method=S256"))
    }

    @Test("a token that is not this sign-in's, or not the provider's for this desk, is refused by name")
    func claims() async throws {
        let now = Double(clock.microseconds) / 1_000_000
        let cases: [([String: Any?], OIDCFlow.Refusal?)] = [
            (["nonce": "x"], .token(.nonce)), (["nonce": nil], .token(.nonce)), (["aud": "other"], .token(.audience)),
            (["aud": ["desk", "other"]], .token(.audience)), (["aud": ["desk", "other"], "azp": "desk"], nil),
            (["aud": "desk", "azp": "other"], .token(.audience)), (["iss": "https://evil.example"], .token(.issuer)),
            (["exp": now - 61], .token(.expired)), (["exp": now - 59], nil), (["exp": nil], .token(.malformed)),
            (["nbf": now + 61], .token(.notYet)), (["iat": now + 61], .token(.notYet)), (["nbf": now + 59], nil),
            (["sub": nil], .token(.malformed)), (["groups": ["staff"]], .noRole), (["groups": nil], .noRole),
            (["groups": ["fraud-analysts", "fraud-audit"]], .twoRoles), (["preferred_username": "ana maria"], .name),
            (["preferred_username": nil], .name),
        ]
        for (claims, expected) in cases { #expect(await refusal(claims) == expected, "\(claims)") }
    }

    @Test("a token by no algorithm, another one, or a foreign key is refused by name")
    func signatures() async throws {
        for alg in ["none", "None", "HS256", "ES384", "RS512", ""] {
            provider.change { $0.header = ["alg": alg, "kid": "k1"] }
            #expect(await refusal([:]) == .token(.algorithm), "\(alg)")
        }
        provider.change { $0.header = ["alg": "RS256", "kid": "k1"] }
        #expect(await refusal([:]) == .token(.unknownKey))
        provider.change { $0.header = ["alg": "ES256", "kid": "k1", "crit": ["exp"]] }
        #expect(await refusal([:]) == .token(.malformed))
        provider.change { state in
            state.header = nil
            state.published = P256.Signing.PrivateKey().publicKey
        }
        clock.advance(.seconds(86_400))
        #expect(await refusal([:]) == .token(.badSignature))
    }

    @Test("a state or code counts once, for the browser that began it, for ten minutes")
    func replayed() async throws {
        let (address, browser) = try await flow.begin()
        let back = provider.visit(address)
        let (other, otherBrowser) = try await flow.begin()
        await #expect(throws: OIDCFlow.Refusal.state) {
            try await flow.end(["state": "x", "code": "c1"], browser: browser, teams: [:])
        }
        _ = try await flow.end(back, browser: browser, teams: [:])
        await #expect(throws: OIDCFlow.Refusal.state) { try await flow.end(back, browser: browser, teams: [:]) }
        // A code that was used, in a sign-in of its own.
        let state = FormText.fields(other.split(separator: "?", maxSplits: 1)[1])?.first { $0.name == "state" }?.value
        await #expect(throws: OIDCFlow.Refusal.unreachable) {
            try await flow.end(["state": state ?? "", "code": "c1"], browser: otherBrowser, teams: [:])
        }
        for (browser, wait, query) in [
            ("another", 0, [:]), (nil, 0, [:]), ("own", 600, [:]),
        ] as [(String?, Int64, [String: String])] {
            let (address, own) = try await flow.begin()
            let back = provider.visit(address)
            clock.advance(.seconds(wait))
            await #expect(throws: OIDCFlow.Refusal.state) {
                try await flow.end(
                    back.merging(query) { _, new in new }, browser: browser == "own" ? own : browser, teams: [:])
            }
        }
        for (query, refusal) in [
            (["error": "access_denied"], .provider), (["iss": "https://evil.example"], .token(.issuer)),
        ] as [([String: String], OIDCFlow.Refusal)] {
            let (address, own) = try await flow.begin()
            let back = provider.visit(address).merging(query) { _, new in new }
            await #expect(throws: refusal) { try await flow.end(back, browser: own, teams: [:]) }
        }
    }

    @Test("keys are read once a day, and again where a token names a new one, once a minute at most")
    func rotation() async throws {
        _ = try await signIn()
        _ = try await signIn()
        #expect(provider.keyReads == 1)
        provider.change { state in
            state.key = P256.Signing.PrivateKey()
            state.id = "k2"
        }
        #expect(await refusal([:]) == .token(.unknownKey))
        #expect(provider.keyReads == 1)
        clock.advance(.seconds(60))
        _ = try await signIn()
        #expect(provider.keyReads == 2)
        // A provider with one key need not name it: its next one shows by a signature that is none of the old one.
        provider.change { state in
            state.key = P256.Signing.PrivateKey()
            state.header = ["alg": "ES256"]
        }
        #expect(await refusal([:]) == .token(.badSignature))
        clock.advance(.seconds(60))
        _ = try await signIn()
        #expect(provider.keyReads == 3)
        provider.change { $0.isDown = true }
        await #expect(throws: OIDCFlow.Refusal.unreachable) { try await signIn() }
    }
}

struct ProviderRoutesTests {
    @Test(
        "the browser is sent to the provider and comes back signed in, by a page of ours that leads on; a refusal has its sentence"
    )
    func way() async throws {
        let world = try DeskLog()
        let provider = SampleProvider(world.clock)
        let pages = try Pages(
            alerts: 1, isSecure: true, provider: { OIDCTests.flow(provider, $0.clock) })
        let start = try await pages.call(.GET, "/oidc/start", as: nil)
        let cookie = try #require(start.headers["Set-Cookie"].first)
        #expect(start.status == .seeOther && cookie.hasPrefix("__Host-cordon-oidc="))
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=600"] { #expect(cookie.contains(part)) }
        let back = provider.visit(try #require(start.location))
        let browser = String(cookie.prefix { $0 != ";" })
        let query = FormText.query(back.map { (name: $0.key, value: $0.value) })
        let end = try await pages.call(.GET, "/oidc/callback?\(query)", as: nil, headers: ["Cookie": browser])
        #expect(end.status == .ok && end.text.contains("href=\"/\""))
        let own = try #require(end.headers["Set-Cookie"].first { $0.hasPrefix("__Host-cordon=") })
        #expect(own.contains("SameSite=Strict"))
        let session = pages.sessions.session(String(own.dropFirst("__Host-cordon=".count).prefix { $0 != ";" }))
        #expect(session?.user.actor.name == "ana")
        let wrong = try await pages.call(.GET, "/oidc/callback?state=x&code=c1", as: nil)
        #expect(wrong.status == .forbidden && wrong.text.contains("no sign-in that this browser has begun"))
        #expect(wrong.headers["Set-Cookie"].isEmpty)
        let german = try await pages.call(
            .GET, "/oidc/callback?state=x&code=c1", as: nil, headers: ["Accept-Language": "de"])
        #expect(german.text.contains("hat dieser Browser nicht begonnen"))
        #expect(try await pages.call(.GET, "/queue", as: nil).text.contains("/oidc/start"))
    }
}

struct IDTokenTests {
    /// Made by `openssl genrsa` and `openssl dgst -sha256 -sign`.
    private static let modulus = """
        ronssdg2KHG6eYdn6ZJ2e9ka2QBmzQngOm4xBCzAC2p3j-QGGwq7cblpYtGTJ75Aem3QMPo4xdoqGprBTqA1Zjw0Tjq9JYFLAkVj\
        zJ1H8Mwv8LCRn81eCAUFyNIaJanJa7x9lZv1O6_qJ-p0cXhPF_RpKgYjaK3BrqEccAuqybUpIyu4rhrQGWkzCfzJ8RsRACSxGhF7\
        DnFcn2p75V38C8tVncEOljbOd-nXDkAPLkdaRSnb9kjEcza5Kp6rHHqBOQvQVu_bbOFqkfi4wyNV5I6hnpT7Q-kZloRVAsB3f0nx\
        BNgAAFPzegA11PhF_iKzuS4neiyVlk_4NdMfmqv-CQ
        """
    private static let token = """
        eyJhbGciOiJSUzI1NiIsImtpZCI6InIxIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJ1MSIsImF1ZCI6ImRl\
        c2siLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTcwMDAwMDAwMCwibm9uY2UiOiJuIn0.fG7Z8PPy6MVmBUZVQv1H_M0iojryrzl2\
        YgVfHv0pvvAMPC-ViAu1laDv9_FE-wsWPwE8a72J36sglffpb7fF2BGgCM1rvRHuM2I8VjXMvT5ERYyHqkkp5zYSIXBimarwuUYG\
        uEhnrXIu5ww4X8plP_F58-_cd5ZUkdt9IjF6sENTW43mrK8jTsy5evHxJGHjlRgTZc0QgYytpocGHt4Dmq8BdrSbwNMNdoqoqC20\
        JJgDpGPEFnxgczX2WWbIPmB2cXROseZTFIB54J-zqn2ltJE3xa_cmDfrGAa2yi4SkYMMJlnG53aMd-C4TgGFUb2W616lTTeBVEiE\
        5cfZwP_qMw
        """

    private func verify(_ token: String, _ keys: ProviderKeys) throws(IDToken.Refusal) -> IDToken {
        try IDToken(
            verifying: token, keys: keys, issuer: "https://id.example", client: "desk", nonce: "n", now: 1_700_000_000)
    }

    private func keys(_ fields: [String: String]) throws -> ProviderKeys {
        let key = ["kty": "RSA", "kid": "r1", "n": Self.modulus, "e": "AQAB"].merging(fields) { _, new in new }
        return try #require(ProviderKeys(json: SampleProvider.json(["keys": [key]])))
    }

    @Test("a token of RS256 by another's tools counts, and with any bit of it changed does not")
    func rsa() throws {
        let keys = try keys([:])
        #expect(try verify(Self.token, keys).subject == "u1")
        let parts = Self.token.split(separator: ".").map { Base64URL.decoded($0)! }
        for part in 1...2 {
            for place in stride(from: 0, to: parts[part].count, by: 13) {
                var altered = parts
                altered[part][place] ^= 4
                #expect(throws: IDToken.Refusal.badSignature) {
                    try verify(altered.map { Base64URL.text($0) }.joined(separator: "."), keys)
                }
            }
        }
        for wrong in ["", ".", "..", "a.b.c", Self.token + ".", Self.token + "=", String(Self.token.dropLast(5))] {
            #expect(throws: IDToken.Refusal.self, "\(wrong)") { try verify(wrong, keys) }
        }
    }

    @Test("a key that is weak, for something else, or for another algorithm is none")
    func keySets() throws {
        for fields in [
            ["use": "enc"], ["alg": "RS512"], ["kty": "oct"], ["e": "AQ"], ["n": "AQAB"], ["e": "=="], ["kid": "r2"],
        ] {
            #expect(throws: IDToken.Refusal.unknownKey, "\(fields)") { try verify(Self.token, try! keys(fields)) }
        }
        #expect(ProviderKeys(json: Array("[]".utf8)) == nil)
    }
}
