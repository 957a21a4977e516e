import Desk
import DeskFront
import DeskStore
import HTTPFront
import NIOHTTP1
import Records
import Secrets
import Support
import Testing
import Webhooks

/// The page on which admins keep the endpoints that the feed is sent to.
struct WebhookRoutesTests {
    private final class Desk {
        let folder: TemporaryFolder
        let store: WebhookStore
        let pages: Pages
        let admin: Pages.Visitor

        init() throws {
            folder = try TemporaryFolder()
            store = try WebhookStore(path: folder.path("webhooks"))
            pages = try Pages(alerts: 2, webhooks: store)
            admin = try pages.enter("ada", .admin)
        }

        func post(_ target: String, _ form: [String: String], _ language: String = "en") async throws -> Reply {
            try await pages.call(
                .POST, target, as: admin, form: form.merging(["token": admin.token]) { $1 },
                headers: ["Accept-Language": language])
        }

        func add(_ fields: [String: String] = [:], _ language: String = "en") async throws -> Reply {
            let form = [
                "name": "siem", "url": "https://siem.bank.example/in", "kinds": "alerts", "key": "v1", "query": "",
            ]
            return try await post("/add-webhook", form.merging(fields) { $1 }, language)
        }

        var page: String { get async throws { try await pages.call(.GET, "/webhooks", as: admin).text } }
    }

    @Test("an endpoint is added with its filter, its key is shown once, and each of its deeds is done")
    func way() async throws {
        let desk = try Desk()
        let added = try await desk.add(["query": "band=decline&at_least=500"])
        let key = try #require(added.text.firstMatch(of: /<code>(whsec_[^<]+)</)?.output.1)
        #expect(added.status == .ok)
        let page = try await desk.page
        #expect(page.contains("https://siem.bank.example/in") && !page.contains(key), "shown once")
        let endpoint = try #require(try desk.store.endpoints().first)
        #expect(endpoint.filter.parameters.map(\.name) == ["band", "at_least"] && endpoint.state == .active)

        for (deed, state) in [("pause", EndpointQueue.State.paused), ("resume", .active)] {
            #expect(try await desk.post("/webhooks/siem", ["do": deed]).location == "/webhooks")
            #expect(try desk.store.endpoints().first?.state == state)
        }
        let rotated = try await desk.post("/webhooks/siem", ["do": "rotate"])
        let next = try #require(rotated.text.firstMatch(of: /<code>(whsec_[^<]+)</)?.output.1)
        let keys = try desk.store.endpoints().first?.keys.count
        #expect(next != key && keys == 2, "the one before signs for a day yet")
        #expect(try await desk.post("/webhooks/siem", ["do": "resend"]).location == "/webhooks")
        #expect(
            try await desk.post("/webhooks/siem", ["do": "replay", "since": "yesterday"]).status == .unprocessableEntity
        )
        #expect(try desk.store.endpoints().first?.replay == nil)
        #expect(
            try await desk.post("/webhooks/siem", ["do": "replay", "since": "2026-01-31T00:00:00Z"]).location
                == "/webhooks")
        #expect(try desk.store.endpoints().first?.replay == 1_769_817_600_000_000)
        #expect(try await desk.post("/webhooks/siem", ["do": "dance"]).status == .badRequest)
        #expect(try await desk.post("/webhooks/siem", ["do": "remove"]).location == "/webhooks")
        #expect(try desk.store.endpoints().isEmpty)
        for deed in ["pause", "rotate", "remove"] {
            #expect(try await desk.post("/webhooks/siem", ["do": deed]).status == .notFound)
        }
        let signed = try await desk.add(["key": "v1a"])
        #expect(signed.text.contains("whpk_"), "its receiver needs no secret")
    }

    @Test(
        "what is no endpoint is refused with all that was typed still there, and nothing is added",
        arguments: [
            ("url", "https://10.0.0.5/in", "inside of a network"), ("url", "https://127.0.0.1/", "inside of a network"),
            ("url", "https://169.254.169.254/latest", "inside of a network"), ("url", "https://[::1]/", "inside"),
            ("url", "https://[::ffff:10.0.0.5]/", "inside"), ("url", "https://localhost:8443/", "inside"),
            ("url", "https://desk.localhost/", "inside"), ("url", "http://8.8.8.8/", "by https:// alone"),
            ("url", "ftp://siem.example", "begins with https://"), ("url", "https://user@siem.example", "names a user"),
            ("name", "Siem <b>", "1 to 64 small letters"), ("query", "colour=red", "there is no such filter"),
            ("query", "at_least=x", "not a plain decimal"), ("kinds", "all", "kinds"),
        ])
    func refused(field: String, value: String, why: String) async throws {
        let desk = try Desk()
        let reply = try await desk.add([field: value])
        #expect(reply.status == .unprocessableEntity && reply.text.contains(why), "\(reply.text)")
        #expect(try desk.store.endpoints().isEmpty)
        if field != "kinds" {
            let typed = value.replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
                "&at", with: "&amp;at")
            #expect(reply.text.contains("value=\"\(typed)\""))
        }
        #expect(reply.text.contains(field == "url" ? "value=\"siem\"" : "https://siem.bank.example/in"))
    }

    @Test("a name that is taken is refused, and others than admins neither see the page nor change anything")
    func others() async throws {
        let desk = try Desk()
        #expect(try await desk.add().status == .ok)
        let again = try await desk.add(["url": "https://other.example/"])
        #expect(again.status == .unprocessableEntity && again.text.contains("of this name already"))
        for role in [DeskRole.viewer, .analyst, .supervisor, .auditor] {
            let visitor = try desk.pages.enter("x-\(role)", role)
            #expect(try await desk.pages.call(.GET, "/webhooks", as: visitor).status == .forbidden)
            let form = ["token": visitor.token, "do": "remove"]
            #expect(try await desk.pages.call(.POST, "/webhooks/siem", as: visitor, form: form).status == .forbidden)
        }
        #expect(try desk.store.endpoints().map(\.name) == ["siem"])
    }
}
