import Audit
import Desk
import DeskFront
import DeskStore
import HTTPFront
import Keys
import NIOHTTP1
import Records
import Support
import Testing

/// Programs with keys, and sessions that outlive a desk.
struct DeskKeyTests {
    private let text = DeskKey.text(random: [UInt8](repeating: 1, count: 32))

    private func key(_ deeds: Set<DeskRole.Deed>, scope: String? = nil, until: EventTime) -> String {
        DeskKeys.line(
            DeskKey(actor: Actor(.service, "nightly")!, deeds: deeds, until: until), hash: DeskKey.hash(text),
            scope: scope)
    }

    private func later(_ pages: Pages) -> EventTime {
        EventTime(seconds: pages.world.clock.microseconds / 1_000_000 + 60)
    }

    @Test("a program does what its key's scopes say, in its own name, and is told in JSON what it may not")
    func scopes() async throws {
        let pages = try Pages(alerts: 3)
        pages.keys.replace(try DeskKeys(text: key([.look, .work], until: later(pages))))
        let bearer = ["Authorization": "Bearer \(text)"]
        let target = "/alerts/\(DeskSamples.item(0))"
        let page = try await pages.call(.GET, target, as: nil, headers: bearer)
        #expect(page.status == .ok)
        let payment = DeskSamples.payment(0)
        #expect(!page.text.contains(">\(payment.customer)<"))
        let claim = try await pages.call(.POST, "\(target)/claim", as: nil, headers: bearer)
        #expect(claim.status == .seeOther)
        #expect(try pages.index.work(on: DeskSamples.item(0)).holder?.actor == Actor(.service, "nightly"))
        for refused in ["/looks"] {
            let reply = try await pages.call(.GET, refused, as: nil, headers: bearer)
            #expect(reply.status == .forbidden && reply.text.contains("audit"))
            #expect(reply.headers["Content-Type"] == [Problem.contentType])
        }
        let looks = try pages.access.entries(AccessLog.Search(), limit: 10).entries.map(\.entry)
        #expect(Set(looks.compactMap { $0.event.fields[.actor] }) == ["service:nightly"])
    }

    @Test("a key that is none, has expired or was ended is refused by name; a cookie beside it does not help")
    func refused() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        pages.keys.replace(try DeskKeys(text: key([.look], until: later(pages))))
        let target = "/alerts/\(DeskSamples.item(0))"
        for wrong in ["Bearer x", "Bearer \(text)0", "Basic \(text)", text, ""] {
            let reply = try await pages.call(.GET, target, as: ana, headers: ["Authorization": wrong])
            #expect(reply.status == .unauthorized && reply.text.contains("no such key"), "\(wrong)")
        }
        let bearer = ["Authorization": "Bearer \(text)"]
        #expect(try await pages.call(.GET, target, as: nil, headers: bearer).status == .ok)
        pages.world.clock.advance(.seconds(60))
        let expired = try await pages.call(.GET, target, as: nil, headers: bearer)
        #expect(expired.status == .unauthorized && expired.text.contains("expired"))
        pages.keys.replace(try DeskKeys(text: ""))
        let ended = try await pages.call(.GET, target, as: nil, headers: bearer)
        #expect(ended.status == .unauthorized && ended.text.contains("no such key"))
        var search = AccessLog.Search()
        search.kinds = [.turnedAway]
        let codes = try pages.access.entries(search, limit: 20).entries.compactMap { $0.entry.event.fields[.code] }
        #expect(codes == ["key unknown", "key expired"] + [String](repeating: "key unknown", count: 5))
    }

    @Test("a key that calls too often is told when it may call again, and others are not kept waiting")
    func rate() async throws {
        let pages = try Pages(alerts: 1, keyRate: 3)
        let other = DeskKey.text(random: [UInt8](repeating: 2, count: 32))
        let line = DeskKeys.line(
            DeskKey(actor: Actor(.service, "hourly")!, deeds: [.look], until: later(pages)), hash: DeskKey.hash(other),
            scope: nil)
        pages.keys.replace(try DeskKeys(text: key([.look], until: later(pages)) + "\n" + line))
        func call(_ text: String) async throws -> Reply {
            try await pages.call(.GET, "/queue", as: nil, headers: ["Authorization": "Bearer \(text)"])
        }
        for _ in 0..<3 { #expect(try await call(text).status == .ok) }
        let looks = pages.access.count
        let refused = try await call(text)
        #expect(refused.status == .tooManyRequests && refused.headers["Retry-After"] == ["1"])
        #expect(refused.text.contains("rate_limited") && pages.access.count == looks)
        #expect(try await call(other).status == .ok)
        pages.world.clock.advance(.seconds(1))
        for _ in 0..<3 { #expect(try await call(text).status == .ok) }
        #expect(try await call(text).status == .tooManyRequests)
    }

    @Test("a key sees what its scope of alerts has")
    func scope() async throws {
        let pages = try Pages(alerts: 40)
        pages.keys.replace(try DeskKeys(text: key([.look], scope: "kind=card", until: later(pages))))
        for number in 0..<40 {
            let reply = try await pages.call(
                .GET, "/alerts/\(DeskSamples.item(number))", as: nil, headers: ["Authorization": "Bearer \(text)"])
            #expect((reply.status == .ok) == (DeskSamples.payment(number).kind == .card))
        }
    }

    @Test("a file of keys has no key, and what is wrong with it is named by its line")
    func file() throws {
        let hash = DeskKey.hash(text)
        #expect(!key([.look], until: EventTime(seconds: 0)).contains(text))
        let faults = [
            "a look 2027-01-01", "a look 2027-01-01 \(hash) kind=card x", "A look 2027-01-01 \(hash)",
            "a unmask 2027-01-01 \(hash)", "a manage 2027-01-01 \(hash)", "a , 2027-01-01 \(hash)",
            "a look never \(hash)", "a look 2027-01-01 \(hash.uppercased())", "a look 2027-01-01 \(text)",
            "a look 2027-01-01 \(hash) kind=x", "a look 2027-01-01 \(hash)\nb look 2027-01-01 \(hash)",
        ]
        for text in faults {
            let fault = #expect(throws: DeskUsers.Fault.self, "\(text)") { try DeskKeys(text: "# keys\n\n" + text) }
            #expect(fault?.line == (text.contains("\nb") ? 4 : 3))
        }
    }
}

struct KeptSessionTests {
    private let clock = ManualClock()
    private let folder = try! TemporaryFolder()
    private let ana = DeskUser(
        actor: Actor(.person, "ana")!, role: .analyst,
        password: PasswordHash("correct horse battery", salt: [UInt8](repeating: 7, count: 16)))

    private func sessions(_ users: DeskUsers) throws -> DeskSessions {
        try DeskSessions(
            users: users, clock: clock, file: SessionFile(path: folder.path("sessions")),
            random: { [UInt8](repeating: UInt8.random(in: 0...255), count: $0) })
    }

    private func signIn(_ sessions: DeskSessions) throws -> String {
        guard case .session(let token) = sessions.signIn(name: "ana", password: "correct horse battery") else {
            throw KeptSessionTests.Refused()
        }
        return token
    }

    private struct Refused: Error {}

    @Test("a session goes on after a restart with the same form token, and the file has neither token")
    func restart() throws {
        let first = try sessions(DeskUsers([ana]))
        let token = try signIn(first)
        let before = try #require(first.session(token))
        let after = try #require(try sessions(DeskUsers([ana])).session(token))
        #expect(after.user == ana && after.formToken == before.formToken && !after.formToken.isEmpty)
        for stored in try SessionFile(path: folder.path("sessions")).all() {
            #expect(hexadecimal(stored.hash) != token && "\(stored)".contains(token) == false)
        }
    }

    @Test(
        "a session ends for good by sign-out, and where role, password, team or the team's scope differ after a restart"
    )
    func ended() throws {
        var changed: [DeskUser] = [ana, ana, ana, ana]
        changed[0].role = .viewer
        changed[1].password = PasswordHash("another password", salt: [UInt8](repeating: 8, count: 16))
        changed[2].team = "cards"
        changed[3].scope = try TeamScope("kind=card")
        for user in changed {
            let token = try signIn(sessions(DeskUsers([ana])))
            #expect(try sessions(DeskUsers([user])).session(token) == nil)
            // It does not come back with the user that it was of.
            #expect(try sessions(DeskUsers([ana])).session(token) == nil)
        }
        let first = try sessions(DeskUsers([ana]))
        let token = try signIn(first)
        let beside = try sessions(DeskUsers([ana]))
        first.signOut(token)
        // A use that began before the sign-out, and ends behind it.
        clock.advance(.seconds(60))
        #expect(beside.session(token) != nil)
        #expect(try sessions(DeskUsers([ana])).session(token) == nil)
        #expect(try SessionFile(path: folder.path("sessions")).all().isEmpty)
    }

    @Test("idle and absolute ends count over restarts, with the use that the file has, a minute behind at most")
    func ends() throws {
        let token = try signIn(sessions(DeskUsers([ana])))
        for _ in 0..<14 {
            clock.advance(.seconds(50 * 60))
            #expect(try sessions(DeskUsers([ana])).session(token) != nil)
        }
        clock.advance(.seconds(20 * 60))
        let before = try sessions(DeskUsers([ana]))
        #expect(before.session(token) == nil)
        let other = try signIn(before)
        clock.advance(.seconds(3599))
        #expect(try sessions(DeskUsers([ana])).session(other) != nil)
        clock.advance(.seconds(3600))
        #expect(try sessions(DeskUsers([ana])).session(other) == nil)
    }
}
