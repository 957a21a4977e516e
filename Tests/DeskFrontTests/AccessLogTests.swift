import Audit
import Desk
import DeskFront
import DeskStore
import HTTPFront
import Keys
import Manifests
import NIOHTTP1
import Records
import Secrets
import Support
import Telemetry
import Testing

/// Who looked at what, as auditors see it.
struct AccessLogTests {
    private func entries(_ pages: Pages, _ kinds: Set<AuditKind> = []) throws -> [AuditEntry] {
        var search = AccessLog.Search()
        search.kinds = kinds
        return try pages.access.entries(search, limit: 10_000).entries.map(\.entry).reversed()
    }

    private func verify(_ pages: Pages, _ bytes: [UInt8]) throws -> Int {
        var verifier = AuditVerifier(consortium: AccessPart.consortium(of: DeskSamples.member)) {
            [key = pages.looksKey] in $0 == .member(DeskSamples.member) ? key : nil
        }
        try bytes.withUnsafeBytes { try verifier.verify($0) }
        return verifier.tree.count
    }

    @Test(
        "each page with a customer's names is one entry, with who, what and when; what is refused is one of its own kind"
    )
    func looks() async throws {
        let pages = try Pages(alerts: 20)
        let (ana, eve) = (try pages.enter("ana", .analyst), try pages.enter("eve", .auditor))
        for number in 0..<20 {
            _ = try await pages.call(.GET, "/alerts/\(DeskSamples.item(number))", as: ana)
        }
        _ = try await pages.call(.GET, "/queue?customer=c-3", as: ana)
        for target in ["/", "/account", "/feed"] { _ = try await pages.call(.GET, target, as: ana) }
        let looks = try entries(pages, [.looked])
        #expect(looks.count == 21)
        #expect(looks.allSatisfy { $0.event.fields[.actor] == "person:ana" })
        #expect(looks.map { $0.event.fields[.item] } == (0..<20).map { DeskSamples.item($0).hex } + [nil])
        #expect(looks.first?.event.fields[.route] == "GET /alerts/{}")
        #expect(looks.first?.microseconds == pages.world.clock.microseconds)
        #expect(looks.last?.event.fields[.lookedFor] == pages.access.hash(.init(.customer, "c-3")))
        let target = "/alerts/\(DeskSamples.item(0))/claim"
        _ = try await pages.call(.POST, target, as: eve, form: ["token": eve.token])
        _ = try await pages.call(.POST, target, as: ana)
        _ = try await pages.call(.POST, target, as: ana, form: ["token": ana.token])
        let changes = try entries(pages, [.changed])
        #expect(changes.map { $0.event.fields[.actor] } == ["person:ana"])
        #expect(changes.first?.event.fields[.item] == DeskSamples.item(0).hex)
        #expect(try entries(pages, [.turnedAway]).map { $0.event.fields[.code] } == ["role", "form"])
    }

    @Test("a name that payments are looked for by is in the entry, also where the address says no kind")
    func payments() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        for query in ["?name=c-3", "?by=customer&name=c-3", "?by=card&name=c-3", "?by=transaction&name=t-3", ""] {
            #expect(try await pages.call(.GET, "/payments\(query)", as: ana).status == .ok)
        }
        let (customer, card) = (pages.access.hash(.init(.customer, "c-3")), pages.access.hash(.init(.card, "c-3")))
        #expect(try entries(pages).map { $0.event.fields[.lookedFor] } == [customer, customer, card, nil, nil])
    }

    @Test("ways in and out are entries apart, and what somebody typed as a name is in none unless it is a user's")
    func entries() async throws {
        let user = DeskUser(
            actor: Actor(.person, "ana")!, role: .analyst,
            password: PasswordHash("correct horse battery", salt: [UInt8](repeating: 7, count: 16)))
        let pages = try Pages(alerts: 1, users: DeskUsers([user]))
        for (name, password) in [
            ("ana", "correct horse battery"), ("ana", "wrong"), ("my-secret-password", "ana"),
        ] {
            _ = try await pages.call(.POST, "/sign-in", as: nil, form: ["name": name, "password": password])
        }
        let all = try entries(pages)
        #expect(all.map(\.event.kind) == [.entered, .turnedAway, .turnedAway])
        #expect(all.map { $0.event.fields[.actor] } == ["person:ana", "person:ana", "unknown"])
        let bytes = try pages.looks.read { Array($0) }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("my-secret"))
        let ana = try pages.enter("ana", .analyst)
        _ = try await pages.call(.POST, "/sign-out", as: ana, form: ["token": ana.token])
        #expect(try entries(pages).last?.event.fields[.route] == "POST /sign-out")
    }

    @Test("a session that is made up or over is written down, with nobody's name; no cookie at all is not")
    func sessions() async throws {
        let pages = try Pages(alerts: 1)
        let item = DeskSamples.item(0)
        let forged = Pages.Visitor(cookie: "made-up", token: "made-up", actor: Actor(.person, "ana")!)
        #expect(try await pages.call(.GET, "/alerts/\(item)", as: forged).status == .unauthorized)
        #expect(
            try await pages.call(.POST, "/alerts/\(item)/claim", as: forged, form: ["token": "made-up"]).status
                == .forbidden)
        let ana = try pages.enter("ana", .analyst)
        _ = try await pages.call(.POST, "/sign-out", as: ana, form: ["token": ana.token])
        #expect(try await pages.call(.GET, "/queue", as: ana).status == .unauthorized)
        #expect(try await pages.call(.GET, "/queue", as: nil).status == .unauthorized)
        let turned = try entries(pages, [.turnedAway])
        #expect(turned.map { $0.event.fields[.code] } == ["session", "session", "session"])
        #expect(turned.map { $0.event.fields[.actor] } == ["unknown", "unknown", "unknown"])
        #expect(turned.map { $0.event.fields[.route] } == ["GET /alerts/{}", "POST /alerts/{}/claim", "GET /queue"])
        #expect(try pages.index.work(on: item).holder == nil)
    }

    @Test(
        "a form that is too large or of another type is refused on a page, in the reader's language, and written down")
    func large() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        let target = "/alerts/\(DeskSamples.item(0))/note"
        let responder = APIResponder(
            routes: pages.routes, tokens: BearerTokenStore(BearerTokens([])),
            rate: RateGate(RequestRateLimit(perSecond: 0)),
            metrics: Metrics())
        func refused(_ length: Int, _ headers: [(String, String)]) -> Reply? {
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: target)
            head.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            head.headers.add(name: "Content-Length", value: "\(length)")
            for (name, value) in headers { head.headers.replaceOrAdd(name: name, value: value) }
            var exchange = responder.exchange(head)
            return responder.admit(&exchange)
        }
        let cookie = ("Cookie", "cordon=\(ana.cookie)")
        #expect(refused(200_000, [cookie]) == nil, "as much as a field takes, written as nine bytes each")
        let page = try #require(refused(1_000_000, [cookie]))
        #expect(page.status == .payloadTooLarge && page.closes && page.text.contains("what you typed is still there"))
        #expect(
            try #require(refused(1_000_000, [cookie, ("Accept-Language", "de")])).text.contains("Ihr Text ist noch da"))
        let other = try #require(refused(10, [cookie, ("Content-Type", "text/plain")]))
        #expect(other.status == .unsupportedMediaType && other.text.contains("<html") && !other.closes)
        let program = try #require(refused(1_000_000, [("Authorization", "Bearer x")]))
        #expect(program.text.contains("body_too_large") && !program.text.contains("<html"))
        let turned = try entries(pages, [.turnedAway]).map { $0.event.fields[.code] }
        #expect(turned == ["body_too_large", "body_too_large", "media_type_unsupported"])
        #expect(try entries(pages, [.turnedAway]).first?.event.fields[.actor] == "person:ana")
    }

    @Test("the log verifies by the desk's key alone, and an altered, dropped or moved byte is found")
    func verifies() async throws {
        let pages = try Pages(alerts: 5)
        let ana = try pages.enter("ana", .analyst)
        for number in 0..<5 { _ = try await pages.call(.GET, "/alerts/\(DeskSamples.item(number))", as: ana) }
        try pages.access.sign()
        let bytes = try pages.looks.read { Array($0) }
        #expect(try verify(pages, bytes) == 5)
        for place in stride(from: AuditFrames.magic.count, to: bytes.count, by: 7) {
            var altered = bytes
            altered[place] ^= 1
            #expect(throws: AuditFault.self) { try verify(pages, altered) }
        }
        var others = AuditVerifier(consortium: AccessPart.consortium(of: DeskSamples.member)) { _ in
            SigningKey().verifyingKey
        }
        #expect(throws: AuditFault.self) { try bytes.withUnsafeBytes { try others.verify($0) } }
    }

    /// A file that is full.
    private final class Full: AuditStorage {
        private let bytes = AuditBytes()

        func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R { try bytes.read(body) }
        func append(_ more: [UInt8]) throws(AuditStorageError) {
            guard bytes.bytes.isEmpty else { throw .failed(path: "looks", reason: "it is full") }
            bytes.append(more)
        }
        func truncate(to count: Int) { bytes.truncate(to: count) }
    }

    @Test("where a look can't be written down nothing is shown, nothing is changed, and nobody gets in")
    func full() async throws {
        let pages = try Pages(alerts: 2, looks: Full())
        let ana = try pages.enter("ana", .analyst)
        let item = DeskSamples.item(0)
        let page = try await pages.call(.GET, "/alerts/\(item)", as: ana)
        #expect(page.status == .serviceUnavailable)
        #expect(!page.text.contains(DeskSamples.payment(0).customer))
        let claim = try await pages.call(.POST, "/alerts/\(item)/claim", as: ana, form: ["token": ana.token])
        #expect(claim.status == .serviceUnavailable)
        #expect(try pages.index.work(on: item).holder == nil)
        let link = pages.sessions.link(for: DeskUser(actor: ana.actor, role: .analyst, password: nil))
        let entry = try await pages.call(.POST, "/link", as: nil, form: ["link": link])
        #expect(entry.status == .serviceUnavailable && entry.headers["Set-Cookie"].isEmpty)
        #expect(!pages.failures.all.isEmpty)
    }

    @Test("auditors find looks by person, alert, customer and time; a search that names nothing is of 31 days at most")
    func search() async throws {
        let pages = try Pages(alerts: 5)
        let (ana, ben) = (try pages.enter("ana", .analyst), try pages.enter("ben", .supervisor))
        let eve = try pages.enter("eve", .auditor)
        _ = try await pages.call(.GET, "/alerts/\(DeskSamples.item(1))", as: ana)
        _ = try await pages.call(.GET, "/alerts/\(DeskSamples.item(2))", as: ben)
        _ = try await pages.call(.GET, "/queue?customer=c-7", as: ben)
        func numbers(_ query: String) async throws -> [Int] {
            let text = try await pages.call(.GET, "/looks?\(query)", as: eve).text
            return text.matches(of: /<tr><td class="number">([0-9]+)</).compactMap { Int($0.output.1) }
        }
        #expect(try await numbers("who=ana") == [0])
        #expect(try await numbers("item=\(DeskSamples.item(2))") == [1])
        // Looking for who looked for a name is looking for it.
        #expect(try await numbers("customer=c-7") == [5, 2])
        #expect(try await numbers("what=looked&who=ben") == [2, 1])
        #expect(try await numbers("what=looked&who=ben&before=2") == [1])
        #expect(try await numbers("what=entered") == [])
        #expect(try await numbers("who=ana&since=2200-01-01") == [])
        for query in ["since=1970-01-01", "what=x", "since=x", "colour=red", "before=x"] {
            #expect(try await pages.call(.GET, "/looks?\(query)", as: eve).status == .badRequest, "\(query)")
        }
        #expect(try await pages.call(.GET, "/looks?since=1970-01-01&who=ana", as: eve).status == .ok)
        // Each of these was a look, too.
        #expect(try entries(pages).filter { $0.event.fields[.actor] == "person:eve" }.count == 13)
    }

    @Test("an auditor sees an alert's names for a reason, which is written down, and on that page alone")
    func unmask() async throws {
        let pages = try Pages(alerts: 3)
        let eve = try pages.enter("eve", .auditor)
        let (item, customer) = (DeskSamples.item(1), ">\(DeskSamples.payment(1).customer)<")
        for reason in ["", "  ", String(repeating: "x", count: 201)] {
            let reply = try await pages.call(
                .POST, "/alerts/\(item)/names", as: eve, form: ["token": eve.token, "reason": reason])
            #expect(reply.status == .unprocessableEntity && !reply.text.contains(customer))
        }
        let reply = try await pages.call(
            .POST, "/alerts/\(item)/names", as: eve, form: ["token": eve.token, "reason": "complaint 17"])
        #expect(reply.status == .ok && reply.text.contains(customer))
        #expect(try entries(pages, [.looked]).map { $0.event.fields[.reason] } == ["complaint 17"])
        #expect(try await !pages.call(.GET, "/alerts/\(item)", as: eve).text.contains(customer))
    }
}
