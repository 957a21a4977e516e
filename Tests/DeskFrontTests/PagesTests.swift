import Desk
import DeskFront
import Keys
import Records
import Support
import Testing

struct HTMLTests {
    @Test("whatever a text holds, it is shown in a page and never part of its markup")
    func escapes() {
        let hostile = "<script>alert('1')</script>\" onmouseover=\"x &amp; \u{202E}\u{0}"
        let page: HTML = "<td title=\"\(hostile)\">\(hostile)</td>"
        let shown =
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onmouseover=&quot;x &amp;amp; \u{FFFD}\u{FFFD}"
        #expect(page.text == "<td title=\"\(shown)\">\(shown)</td>")
    }

    @Test("markup in markup stays what it is, and nothing is nothing")
    func nesting() {
        let inner: HTML = "<b>\("a<b")</b>"
        let none: HTML? = nil
        let page: HTML = "<p>\(inner)\(none)\([inner])\(7)</p>"
        #expect(page.text == "<p><b>a&lt;b</b><b>a&lt;b</b>7</p>")
    }

    @Test("fields of a form are read as the URL standard writes them, and written so that they are read again")
    func forms() {
        let fields = FormText.fields("a=1&b=x+y%26%C3%A9&c=&d&a=2")
        #expect(fields?.map { "\($0.name):\($0.value)" } == ["a:1", "b:x y&é", "c:", "d:", "a:2"])
        for wrong in ["a=%", "a=%4", "a=%GG", "a=%FF", String(repeating: "a=1&", count: 65)] {
            #expect(FormText.fields(wrong) == nil, "\(wrong)")
        }
        // As a browser sends what was typed in several lines; a return alone stays what it is.
        #expect(FormText.fields("a=x%0D%0A%0D%0Ay%0Dz%0A")?.map(\.value) == ["x\n\ny\rz\n"])
        let texts = [("näme & co", "<\"'>+ %\n"), ("", "")]
        let back = FormText.fields(FormText.query(texts.map { (name: $0.0, value: $0.1) }))
        #expect(back?.map(\.name) == texts.map(\.0))
        #expect(back?.map(\.value) == texts.map(\.1))
        #expect(FormText.fields("")?.isEmpty == true)
    }

    @Test("a browser's first known language is taken")
    func languages() {
        #expect(DeskLanguage(acceptLanguage: "de-AT,de;q=0.9,en;q=0.8") == .german)
        #expect(DeskLanguage(acceptLanguage: "fr, en-GB;q=0.9, de") == .english)
        #expect(DeskLanguage(acceptLanguage: nil) == .english)
    }
}

struct SessionTests {
    private let clock = ManualClock()
    private static let password = "correct horse battery"
    private static let ana = DeskUser(
        actor: Actor(.person, "ana")!, role: .analyst,
        password: PasswordHash(password, salt: [UInt8](repeating: 7, count: 16)))

    /// Tokens that differ and are no secret.
    private func sessions(nameLimit: Int = 100) -> DeskSessions {
        let count = Counter()
        return try! DeskSessions(users: DeskUsers([Self.ana]), clock: clock, nameLimit: nameLimit) { size in
            [UInt8](repeating: count.next(), count: size)
        }
    }

    private final class Counter: Sendable {
        private let flag = ManualClock(microseconds: 0)

        func next() -> UInt8 {
            flag.advance(.microseconds(1))
            return UInt8(truncatingIfNeeded: flag.microseconds)
        }
    }

    private func token(_ entry: DeskSessions.Entry) -> String? {
        if case .session(let token) = entry { token } else { nil }
    }

    @Test("who has name and password comes in, and nobody else")
    func signIn() throws {
        let sessions = sessions()
        for (name, password) in [("ana", "wrong horse battery"), ("ben", Self.password), ("", ""), ("ana", "")] {
            #expect(token(sessions.signIn(name: name, password: password)) == nil)
        }
        let entered = try #require(token(sessions.signIn(name: "ana", password: Self.password)))
        #expect(sessions.session(entered)?.user == Self.ana)
        #expect(sessions.session(entered + "0") == nil)
        sessions.signOut(entered)
        #expect(sessions.session(entered) == nil)
    }

    @Test("after five wrong tries a name waits, longer with each, even with the right password; another name does not")
    func tries() {
        let sessions = sessions()
        for _ in 0..<5 { #expect(token(sessions.signIn(name: "ana", password: "x")) == nil) }
        guard case .wait(let seconds) = sessions.signIn(name: "ana", password: Self.password) else {
            Issue.record("no wait")
            return
        }
        #expect((55...61).contains(seconds))
        guard case .refused = sessions.signIn(name: "ben", password: "x") else {
            Issue.record("another name waits")
            return
        }
        clock.advance(.seconds(61))
        #expect(token(sessions.signIn(name: "ana", password: Self.password)) != nil)
    }

    @Test("tries at ever more names, which nobody has, end no user's wait; and a session names its user alone")
    func names() throws {
        let sessions = sessions(nameLimit: 3)
        for _ in 0..<5 { _ = sessions.signIn(name: "ana", password: "x") }
        for number in 0..<8 { _ = sessions.signIn(name: "n\(number)", password: "x") }
        guard case .wait = sessions.signIn(name: "ana", password: Self.password) else {
            Issue.record("no wait")
            return
        }
        clock.advance(.seconds(61))
        let entered = try #require(token(sessions.signIn(name: "ana", password: Self.password)))
        let session = try #require(sessions.session(entered))
        var dumped = ""
        dump(session, to: &dumped)
        for text in ["\(session)", String(reflecting: session), dumped] { #expect(!text.contains(session.formToken)) }
    }

    @Test("a session ends an hour after its last use, and twelve hours after its first")
    func ends() throws {
        let sessions = sessions()
        let idle = try #require(token(sessions.signIn(name: "ana", password: Self.password)))
        clock.advance(.seconds(3599))
        #expect(sessions.session(idle) != nil)
        clock.advance(.seconds(3600))
        #expect(sessions.session(idle) == nil)
        let busy = try #require(token(sessions.signIn(name: "ana", password: Self.password)))
        for _ in 0..<23 {
            clock.advance(.seconds(1800))
            #expect(sessions.session(busy) != nil)
        }
        clock.advance(.seconds(1800))
        #expect(sessions.session(busy) == nil)
    }

    @Test("who is in no users' file, as by a provider, is signed out where the file changes or drops the team")
    func team() throws {
        for (text, goesOn) in [
            ("team cards kind=card", true), ("team cards kind=card\nteam wires kind=transfer", true),
            ("team cards kind=transfer", false), ("", false),
        ] {
            let sessions = sessions()
            sessions.replace(try DeskUsers(text: "team cards kind=card"))
            let user = DeskUser(
                actor: Actor(.person, "eve")!, role: .auditor, password: nil, team: "cards",
                scope: try TeamScope("kind=card"))
            let entered = try #require(sessions.signIn(link: sessions.link(for: user)))
            #expect(sessions.session(entered)?.user == user)
            sessions.replace(try DeskUsers(text: text))
            #expect((sessions.session(entered) != nil) == goesOn, "\(text)")
        }
    }

    @Test("a link signs in once, within ten minutes")
    func links() throws {
        let sessions = sessions()
        let visitor = DeskUser(actor: Actor(.person, "visitor")!, role: .analyst, password: nil)
        let link = sessions.link(for: visitor)
        let session = try #require(sessions.signIn(link: link))
        #expect(sessions.session(session)?.user == visitor)
        #expect(sessions.signIn(link: link) == nil)
        let late = sessions.link(for: visitor)
        clock.advance(.seconds(600))
        #expect(sessions.signIn(link: late) == nil)
        #expect(sessions.signIn(link: "") == nil)
    }

    @Test("who leaves the file, or has another role in it, is signed out; a visitor of the demo stays")
    func replaced() throws {
        let sessions = sessions()
        let one = try #require(token(sessions.signIn(name: "ana", password: Self.password)))
        let visitor = try #require(
            sessions.signIn(
                link: sessions.link(for: DeskUser(actor: Actor(.person, "visitor")!, role: .analyst, password: nil))))
        sessions.replace(DeskUsers([Self.ana]))
        #expect(sessions.session(one) != nil)
        var promoted = Self.ana
        promoted.role = .supervisor
        sessions.replace(DeskUsers([promoted]))
        #expect(sessions.session(one) == nil)
        #expect(sessions.session(visitor) != nil)
    }

    @Test("a users' file gives its users, or the line of its first mistake")
    func file() throws {
        let line = DeskUsers.line(Self.ana)
        let users = try DeskUsers(text: "# who\r\n\n\(line)\r\n")
        #expect(users.byName == ["ana": Self.ana])
        for (text, place) in [
            ("ana analyst", 1), ("\nAna analyst \(line.split(separator: " ")[2])", 2),
            ("ana boss \(line.split(separator: " ")[2])", 1),
            ("ana analyst $scrypt$ln=3,r=8,p=1$AA$AA", 1), ("\(line)\n\(line)", 2),
        ] {
            do throws(DeskUsers.Fault) {
                _ = try DeskUsers(text: text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.line == place, "\(text)")
            }
        }
    }

    @Test("what each role may")
    func roles() {
        #expect(DeskRole.viewer.deeds == [.look])
        #expect(DeskRole.analyst.deeds == [.look, .names, .work, .reopen, .figures])
        #expect(DeskRole.supervisor.deeds == DeskRole.analyst.deeds.union([.assign, .rules]))
        #expect(DeskRole.auditor.deeds == [.look, .unmask, .figures, .audit])
        #expect(DeskRole.admin.deeds == [.manage, .audit])
    }

    @Test("a team's people are those that its name stands behind, before or after its own line")
    func teams() throws {
        let hash = try #require(Self.ana.password).text
        let users = try DeskUsers(
            text: "ana analyst \(hash) cards\nteam cards kind=card,cash_out&at_least=5\nben viewer \(hash)\n")
        let ana = try #require(users.byName["ana"])
        #expect(ana.team == "cards" && ana.scope.kinds == [.card, .cashOut] && ana.scope.atLeast?.value == 500)
        #expect(users.byName["ben"]?.scope == .everything)
        #expect(DeskUsers.line(ana) == "ana analyst \(hash) cards")
        for (text, line) in [
            ("ana analyst \(hash) cards", 1), ("team cards kind=card\nteam cards kind=card", 2), ("team cards", 1),
            ("team cards kind=x", 1), ("team cards colour=red", 1), ("team Cards kind=card", 1),
            ("team cards kind=card&kind=card", 1), ("team cards at_least=x", 1), ("team cards ", 1),
        ] {
            let fault = #expect(throws: DeskUsers.Fault.self, "\(text)") { try DeskUsers(text: text) }
            #expect(fault?.line == line)
        }
    }
}
