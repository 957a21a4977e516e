import Crypto
package import Desk
import Foundation
package import Records
import Synchronization

/// A provider that people sign in at, as a file has it.
package struct OIDCSettings: Sendable, Hashable, Decodable {
    package var issuer: String
    package var client: String
    /// The file of the client's secret; nil for a client that has none.
    package var secretFile: String?
    /// Where browsers reach the desk, without a slash at the end.
    package var address: String
    /// The claim that is somebody's name here.
    package var nameClaim: String
    /// The claim that roles follow from.
    package var roleClaim: String
    /// The role that each of its values gives.
    package var roles: [String: String]
    /// The team that some give, of the users' file.
    package var teams: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case issuer, client, address, roles, teams
        case secretFile = "secret_file"
        case nameClaim = "name_claim"
        case roleClaim = "role_claim"
    }

    package init(
        issuer: String, client: String, secretFile: String? = nil, address: String, nameClaim: String,
        roleClaim: String,
        roles: [String: String], teams: [String: String]? = nil
    ) {
        self.issuer = issuer
        self.client = client
        self.secretFile = secretFile
        self.address = address
        self.nameClaim = nameClaim
        self.roleClaim = roleClaim
        self.roles = roles
        self.teams = teams
    }

    /// What is wrong with it; nil where nothing is.
    package var fault: String? {
        if let role = roles.values.sorted().first(where: { DeskRole(rawValue: $0) == nil }) {
            return "`\(role)` is no role"
        }
        if roles.isEmpty { return "`roles` gives nobody a role" }
        if issuer.isEmpty || client.isEmpty { return "`issuer` and `client` have to be there" }
        return address.hasSuffix("/") ? "`address` has no slash at its end" : nil
    }

    var redirect: String { address + "/oidc/callback" }
}

/// What a desk asks of a provider's server.
package protocol OIDCWeb: Sendable {
    /// The body of an answer of 200; throws where there is none.
    func get(_ address: String) async throws -> [UInt8]
    /// The body of an answer of 200 to a form.
    func post(_ address: String, form: String) async throws -> [UInt8]
}

/// Sign-in at a provider: authorization code flow with PKCE (RFC 7636, S256), state and nonce. Each sign-in is bound to the browser
/// that began it, and its code is exchanged once.
package final class OIDCFlow: Sendable {
    /// Why nobody was signed in.
    package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// No sign-in that this browser began, or one that is over.
        case state
        /// The provider said no, by a code of its own.
        case provider
        case unreachable
        case token(IDToken.Refusal)
        case name, noRole, twoRoles, team

        package var description: String { phrase(.english) }

        /// A word for logs.
        var code: String {
            switch self {
            case .token(let refusal): "oidc \(refusal.rawValue)"
            case .state: "oidc state"
            case .provider: "oidc provider"
            case .unreachable: "oidc unreachable"
            case .name: "oidc name"
            case .noRole: "oidc no role"
            case .twoRoles: "oidc two roles"
            case .team: "oidc team"
            }
        }
    }

    private struct Begun {
        var browser: [UInt8]
        var nonce: String
        var verifier: String
        var until: Int64
    }

    /// What the provider's document says (OpenID Connect Discovery 1.0, section 3).
    private struct Provider: Decodable, Sendable {
        var issuer: String
        var authorization: String
        var token: String
        var keys: String

        private enum CodingKeys: String, CodingKey {
            case issuer
            case authorization = "authorization_endpoint"
            case token = "token_endpoint"
            case keys = "jwks_uri"
        }
    }

    private struct State {
        var begun: [[UInt8]: Begun] = [:]
        var provider: Provider?
        var keys = ProviderKeys()
        /// When they were read.
        var keysAt: Int64?
    }

    private static let longest: Int64 = 600_000_000
    private static let mostBegun = 10_000
    /// Keys are read again after a day, and where a token names one that is not among them, once a minute at most.
    private static let keysLast: Int64 = 86_400_000_000
    private static let keysRest: Int64 = 60_000_000

    private let settings: OIDCSettings
    private let secret: String?
    private let web: any OIDCWeb
    private let clock: any WallClock
    private let random: @Sendable (Int) -> [UInt8]
    private let state = Mutex(State())

    package init(
        _ settings: OIDCSettings, secret: String?, web: any OIDCWeb, clock: any WallClock,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.settings = settings
        self.secret = secret
        self.web = web
        self.clock = clock
        self.random = random
    }

    /// Begins a sign-in.
    ///
    /// - Returns: where the browser is sent, and what its cookie holds meanwhile.
    package func begin() async throws(Refusal) -> (address: String, browser: String) {
        let provider = try await provider()
        let (id, browser, nonce, verifier) = (text(), text(), text(), text())
        let now = clock.microseconds
        state.withLock { state in
            state.begun = state.begun.filter { now < $0.value.until }
            // Who begins many ends the oldest of them: nobody's memory is taken.
            if state.begun.count >= Self.mostBegun,
                let oldest = state.begun.min(by: { $0.value.until < $1.value.until })
            {
                state.begun[oldest.key] = nil
            }
            state.begun[hash(id)] = Begun(
                browser: hash(browser), nonce: nonce, verifier: verifier, until: now + Self.longest)
        }
        let query = FormText.query([
            ("response_type", "code"), ("client_id", settings.client), ("redirect_uri", settings.redirect),
            ("scope", "openid profile"), ("state", id), ("nonce", nonce),
            ("code_challenge", Base64URL.text(SHA256.hash(data: Array(verifier.utf8)))),
            ("code_challenge_method", "S256"),
        ])
        return (provider.authorization + (provider.authorization.contains("?") ? "&" : "?") + query, browser)
    }

    /// Ends a sign-in by what the provider sent the browser back with.
    ///
    /// - Parameters:
    ///   - query: of the address.
    ///   - browser: what the browser's cookie holds.
    ///   - teams: of the users' file.
    package func end(
        _ query: [String: String], browser: String?, teams: [String: TeamScope]
    ) async throws(Refusal) -> DeskUser {
        let now = clock.microseconds
        // It is over whatever comes of it: neither a state nor its code is tried twice.
        let begun = query["state"].flatMap { id in state.withLock { $0.begun.removeValue(forKey: hash(id)) } }
        guard let begun, now < begun.until, let browser, hash(browser) == begun.browser else { throw .state }
        // Another provider's answer is none of ours (RFC 9207).
        guard query["iss"].map({ $0 == settings.issuer }) ?? true else { throw .token(.issuer) }
        guard query["error"] == nil, let code = query["code"] else { throw .provider }
        let provider = try await provider()
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", settings.redirect),
            ("client_id", settings.client), ("code_verifier", begun.verifier),
        ]
        if let secret { form.append(("client_secret", secret)) }
        struct Answer: Decodable { var id_token: String }
        guard
            let body = try? await web.post(
                provider.token, form: FormText.query(form.map { (name: $0.0, value: $0.1) })),
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))
        else { throw .unreachable }
        return try user(try await verified(answer.id_token, nonce: begun.nonce, provider), teams)
    }

    private func verified(_ text: String, nonce: String, _ provider: Provider) async throws(Refusal) -> IDToken {
        do throws(IDToken.Refusal) { return try token(text, nonce, try await keys(provider, isNew: false)) } catch {
            // Its key may have come since; a provider with one key need not name it in tokens.
            guard error == .unknownKey || error == .badSignature else { throw .token(error) }
        }
        do throws(IDToken.Refusal) { return try token(text, nonce, try await keys(provider, isNew: true)) } catch {
            throw .token(error)
        }
    }

    private func token(_ text: String, _ nonce: String, _ keys: ProviderKeys) throws(IDToken.Refusal) -> IDToken {
        try IDToken(
            verifying: text, keys: keys, issuer: settings.issuer, client: settings.client, nonce: nonce,
            now: Double(clock.microseconds) / 1_000_000)
    }

    /// Keys that were read lately; those of before where they can't be read now.
    private func keys(_ provider: Provider, isNew: Bool) async throws(IDToken.Refusal) -> ProviderKeys {
        let now = clock.microseconds
        let (known, at) = state.withLock { ($0.keys, $0.keysAt) }
        if let at, now - at < (isNew ? Self.keysRest : Self.keysLast) { return known }
        guard let bytes = try? await web.get(provider.keys), let keys = ProviderKeys(json: bytes) else { return known }
        state.withLock { state in
            state.keys = keys
            state.keysAt = now
        }
        return keys
    }

    private func provider() async throws(Refusal) -> Provider {
        if let known = state.withLock({ $0.provider }) { return known }
        let address = settings.issuer + (settings.issuer.hasSuffix("/") ? "" : "/") + ".well-known/openid-configuration"
        guard let bytes = try? await web.get(address),
            let found = try? JSONDecoder().decode(Provider.self, from: Data(bytes)), found.issuer == settings.issuer
        else { throw .unreachable }
        state.withLock { $0.provider = found }
        return found
    }

    private func user(_ token: IDToken, _ teams: [String: TeamScope]) throws(Refusal) -> DeskUser {
        guard let name = token.claims[settings.nameClaim]?.first, let actor = Actor(.person, name.lowercased()) else {
            throw .name
        }
        let values = token.claims[settings.roleClaim] ?? []
        let roles = Set(values.compactMap { settings.roles[$0] }.compactMap { DeskRole(rawValue: $0) })
        // Whoever works and whoever watches that are two people.
        guard roles.count < 2 else { throw .twoRoles }
        guard let role = roles.first else { throw .noRole }
        let own = Set(values.compactMap { settings.teams?[$0] })
        guard own.count < 2, own.allSatisfy({ teams[$0] != nil }) else { throw .team }
        return DeskUser(
            actor: actor, role: role, password: nil, team: own.first,
            scope: own.first.flatMap { teams[$0] } ?? .everything)
    }

    private func text() -> String { Base64URL.text(random(32)) }

    private func hash(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
