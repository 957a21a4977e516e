import Desk
import DeskFront
import HTTPFront
import Keys
import NIOHTTP1
import Support
import Testing

/// The ways in and out, which no session's form token guards.
struct EntryTests {
    private static let password = "correct horse battery"
    private static let ana = DeskUser(
        actor: Actor(.person, "ana")!, role: .analyst,
        password: PasswordHash(password, salt: [UInt8](repeating: 7, count: 16)))

    private func signIn(
        _ pages: Pages, _ name: String, _ password: String, headers: [String: String] = [:]
    ) async throws -> Reply {
        try await pages.call(
            .POST, "/sign-in", as: nil, form: ["name": name, "password": password], headers: headers)
    }

    @Test(
        "who signs in has a cookie that no script reads and no other site sends, and by TLS alone where browsers come so",
        arguments: [false, true])
    func signIn(isSecure: Bool) async throws {
        let pages = try Pages(alerts: 1, users: DeskUsers([Self.ana]), isSecure: isSecure)
        let reply = try await signIn(pages, "ana", Self.password)
        #expect(reply.status == .seeOther && reply.location == "/")
        let fields = try #require(reply.headers["Set-Cookie"].first).components("; ")
        let halves = fields[0].components("=")
        #expect(halves[0] == (isSecure ? "__Host-cordon" : "cordon"))
        #expect(
            fields.dropFirst().sorted() == ["HttpOnly", "Path=/", "SameSite=Strict"] + (isSecure ? ["Secure"] : []))
        #expect(pages.sessions.session(halves[1])?.user == Self.ana)
    }

    @Test("a wrong name and a wrong password are refused alike, and what was typed as a name is shown as text")
    func refused() async throws {
        let pages = try Pages(alerts: 1, users: DeskUsers([Self.ana]))
        let (password, name) = (
            try await signIn(pages, "ana", "x"), try await signIn(pages, "ana\"><b>", Self.password)
        )
        for reply in [password, name] {
            #expect(reply.status == .forbidden && reply.headers["Set-Cookie"].isEmpty)
            #expect(!reply.text.contains(Self.password) && !reply.text.contains("<b>"))
        }
        #expect(
            password.text.replacing("value=\"ana\"", with: "")
                == name.text.replacing("value=\"ana&quot;&gt;&lt;b&gt;\"", with: ""))
        for headers in [
            ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Origin": "https://evil.example"],
        ] {
            let reply = try await signIn(pages, "ana", Self.password, headers: headers)
            #expect(reply.status == .forbidden && reply.headers["Set-Cookie"].isEmpty)
        }
    }

    @Test(
        "what was typed when the session ended goes with the sign-in, also past a wrong password, and is there to be sent again"
    )
    func unsent() async throws {
        let pages = try Pages(alerts: 1, users: DeskUsers([Self.ana]))
        let target = "/alerts/\(DeskSamples.item(0).hex)/note"
        let typed = "half a <b>thought</b>"
        let refused = try await pages.call(.POST, target, as: nil, form: ["text": typed, "token": "old", "act": "a1"])
        #expect(refused.status == .forbidden)
        #expect(refused.text.contains("name=\"unsent\" value=\"\(target)\"") && !refused.text.contains("old"))
        let carried = ["unsent": target, "unsent.text": typed, "unsent.act": "a1", "name": "ana"]
        for field in carried.keys where field != "name" { #expect(refused.text.contains("name=\"\(field)\"")) }

        let again = try await pages.call(.POST, "/sign-in", as: nil, form: carried.merging(["password": "x"]) { $1 })
        #expect(again.status == .forbidden && again.text.contains("name=\"unsent.text\""))
        let form = carried.merging(["password": Self.password]) { $1 }
        let shown = try await pages.call(.POST, "/sign-in", as: nil, form: form)
        #expect(shown.status == .ok && shown.headers["Set-Cookie"].count == 1)
        #expect(shown.text.contains("action=\"\(target)\"") && shown.text.contains("half a &lt;b&gt;thought"))

        // Nothing but the desk's own forms is carried, and nothing of another site's page.
        for other in [
            "https://evil.example/", "//evil.example", "/\(target)", "\(target)/", "/sign-out", "/queue", "",
        ] {
            let reply = try await pages.call(
                .POST, "/sign-in", as: nil, form: form.merging(["unsent": other]) { $1 })
            #expect(reply.status == .seeOther && reply.location == "/", "\(other)")
        }
        let foreign = try await pages.call(
            .POST, target, as: nil, form: ["text": typed], headers: ["Sec-Fetch-Site": "cross-site"])
        #expect(foreign.status == .forbidden && !foreign.text.contains("unsent"))
    }

    @Test("of many tries at once no more are let through than of as many one after the other")
    func atOnce() async throws {
        let pages = try Pages(alerts: 1, users: DeskUsers([Self.ana]))
        let statuses = try await withThrowingTaskGroup(of: Reply.self) { group in
            for number in 0..<12 { group.addTask { try await signIn(pages, "ana", "wrong \(number)") } }
            return try await group.reduce(into: [Reply]()) { $0.append($1) }
        }
        #expect(statuses.count { $0.status == .forbidden } == 5)
        let waiting = statuses.filter { $0.status == .tooManyRequests }
        #expect(waiting.count == 7)
        #expect(waiting.allSatisfy { $0.headers["Retry-After"] == ["60"] || $0.headers["Retry-After"] == ["61"] })
    }

    @Test("a link is used by its page's form, once; looking at the page does not use it")
    func link() async throws {
        let pages = try Pages(alerts: 1)
        let token = pages.sessions.link(for: DeskUser(actor: Actor(.person, "visitor")!, role: .analyst, password: nil))
        #expect(try await pages.call(.GET, "/link/\(token)", as: nil).text.contains("value=\"\(token)\""))
        let form = ["link": token]
        #expect(
            try await pages.call(.POST, "/link", as: nil, form: form, headers: ["Sec-Fetch-Site": "cross-site"]).status
                == .forbidden)
        #expect(try await pages.call(.POST, "/link", as: nil, form: form).status == .seeOther)
        let again = try await pages.call(.POST, "/link", as: nil, form: form)
        #expect(again.status == .forbidden && again.headers["Set-Cookie"].isEmpty)
    }

    @Test("a session ends by a form of its own page, and no other form ends it")
    func signOut() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        for (form, headers) in [
            ([:], [:]), (["token": "x"], [:]), (["token": ana.token], ["Sec-Fetch-Site": "cross-site"]),
        ] as [([String: String], [String: String])] {
            let reply = try await pages.call(.POST, "/sign-out", as: ana, form: form, headers: headers)
            #expect(reply.status == .forbidden && reply.headers["Set-Cookie"].isEmpty)
        }
        #expect(pages.sessions.session(ana.cookie) != nil)
        let reply = try await pages.call(.POST, "/sign-out", as: ana, form: ["token": ana.token])
        #expect(reply.headers["Set-Cookie"].first?.hasSuffix("Max-Age=0") == true)
        #expect(pages.sessions.session(ana.cookie) == nil)
    }
}

extension String {
    fileprivate func components(_ mark: String) -> [String] { split(separator: mark).map(String.init) }
}
