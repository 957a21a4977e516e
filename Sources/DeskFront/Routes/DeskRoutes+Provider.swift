import Desk
import HTTPFront
import NIOHTTP1

/// The way in by a provider.
extension DeskRoutes {
    var providerRoutes: [Route] {
        guard let flow = provider else { return [] }
        return [
            Route(path: "/oidc/start", method: .GET, guarded: false, answersJSON: false) { call in
                await beginSignIn(DeskRequest(call, cookie: providerCookie), flow)
            },
            Route(path: "/oidc/callback", method: .GET, guarded: false, answersJSON: false) { call in
                await endSignIn(DeskRequest(call, cookie: providerCookie), flow)
            },
        ]
    }

    /// The name of the cookie that binds a sign-in to its browser. It comes back from the provider's page, so it can't be as strict
    /// as a session's.
    private var providerCookie: String { isSecure ? "__Host-cordon-oidc" : "cordon-oidc" }

    private func set(_ value: String, _ seconds: Int) -> String {
        "\(providerCookie)=\(value); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(seconds)\(isSecure ? "; Secure" : "")"
    }

    private func beginSignIn(_ request: DeskRequest, _ flow: OIDCFlow) async -> Reply {
        do throws(OIDCFlow.Refusal) {
            let (address, browser) = try await flow.begin()
            var reply = Reply(seeOther: address)
            reply.headers.replaceOrAdd(name: "Set-Cookie", value: set(browser, 600))
            return reply
        } catch { return refused(error, request) }
    }

    private func endSignIn(_ request: DeskRequest, _ flow: OIDCFlow) async -> Reply {
        let query = Dictionary((request.query ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        do throws(OIDCFlow.Refusal) {
            let user = try await flow.end(query, browser: request.cookie, teams: sessions.teams)
            let frame = frame(request)
            let entry = entered(sessions.signIn(fromProvider: user), "GET /oidc/callback", frame)
            guard entry.status == .seeOther else { return entry }
            // A page of our own leads on: what comes straight from the provider's page brings no strict cookie.
            var reply = Reply(page: frame.welcome)
            for value in entry.headers["Set-Cookie"] + [set("", 0)] {
                reply.headers.add(name: "Set-Cookie", value: value)
            }
            return reply
        } catch { return refused(error, request) }
    }

    private func refused(_ refusal: OIDCFlow.Refusal, _ request: DeskRequest) -> Reply {
        access.turnedAway(nil, "GET /oidc/callback", refusal.code)
        let frame = frame(request)
        return Reply(
            refusal == .unreachable ? .serviceUnavailable : .forbidden,
            page: frame.signIn(trouble: frame.text(refusal.phrase)))
    }
}
