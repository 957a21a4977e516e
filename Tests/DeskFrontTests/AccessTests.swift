import Desk
import DeskFront
import EventLogs
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// Who may use which route, on whose object.
struct AccessTests {
    private static let looking: [DeskRole] = [.viewer, .analyst, .supervisor, .auditor]
    private static let reporting: [DeskRole] = [.analyst, .supervisor, .auditor]
    private static let working: [DeskRole] = [.analyst, .supervisor]

    /// Every route as it is declared, with the roles that may: a new one fails here until it is listed.
    private static let expected: [String: [DeskRole]] = [
        "GET / - nothing": DeskRole.allCases, "GET /account - nothing": DeskRole.allCases,
        "GET /queue look list look": looking, "GET /alerts/{} look alert look": looking, "GET /feed look list": looking,
        "POST /next work list": working, "POST /alerts/{}/claim work alert": working,
        "POST /alerts/{}/release work alert": working, "POST /alerts/{}/reopen reopen alert": working,
        "POST /alerts/{}/note work alert": working, "POST /alerts/{}/verdict work alert": working,
        "GET /payments work list look": working, "GET /payments/{} work object look": working,
        "POST /payments/{}/raise work object": working,
        "GET /looks audit nothing look": [.auditor, .admin], "POST /alerts/{}/names unmask alert": [.auditor],
        "GET /webhooks manage nothing": [.admin], "POST /add-webhook manage nothing": [.admin],
        "POST /webhooks/{} manage object": [.admin],
        "GET /cases look list look": looking, "GET /cases/{} look object look": looking,
        "POST /cases/open work nothing": working, "POST /cases/{}/note work object": working,
        "POST /cases/{}/task work object": working, "POST /cases/{}/tick work object": working,
        "POST /cases/{}/owner work object": working, "POST /cases/{}/close work object": working,
        "POST /cases/{}/confirm work object": working, "POST /cases/{}/object work object": working,
        "POST /cases/{}/reopen reopen object": working, "POST /alerts/{}/case work alert": working,
        "POST /alerts/{}/confirm work alert": working, "POST /alerts/{}/object work alert": working,
        "POST /bulk work list": working, "POST /bulk/start work list": working, "GET /jobs look list look": looking,
        "GET /jobs/{} look object look": looking, "POST /jobs/{}/cancel work object": working,
        "POST /jobs/{}/retry work object": working, "GET /house look nothing": looking,
        "POST /house/rules assign nothing": [.supervisor], "POST /alerts/{}/snooze work alert": working,
        "POST /filters/save work nothing": working, "POST /filters/{}/drop work object": working,
        "POST /alerts/{}/wake work alert": working, "POST /alerts/{}/pause work alert": working,
        "POST /alerts/{}/resume work alert": working, "GET /dashboard figures list look": reporting,
        "GET /samples figures list look": reporting, "POST /alerts/{}/second work alert": working,
        "GET /trials rules nothing": [.supervisor], "POST /trials/start rules nothing": [.supervisor],
        "GET /trials/{} rules object look": [.supervisor], "POST /trials/{}/cancel rules object": [.supervisor],
        "GET /reports figures list look": reporting, "GET /reports/fraud-rate.json figures list look": reporting,
        "GET /reports/half-year.csv figures list look": reporting,
        "GET /reports/half-year.json figures list look": reporting,
        "GET /cases/{}/file names object look": working, "GET /cases/{}/file.jsonl names object look": working,
        "GET /alerts/{}/recall names alert look": working,
        "GET /rule-snoozes look list look": looking, "GET /rule-snoozes/new rules list look": [.supervisor],
        "POST /rule-snoozes/start rules nothing": [.supervisor],
        "POST /rule-snoozes/{}/end rules object": [.supervisor],
        "POST /rule-snoozes/{}/confirm rules object": [.supervisor],
        "POST /rule-snoozes/{}/object rules object": [.supervisor],
    ]
    private static let open = ["POST /sign-in", "GET /link/{}", "POST /link", "POST /sign-out"]

    /// What is tried of each route.
    private struct Try {
        var declaration: String
        var method: HTTPMethod
        var target: String
        /// The same of an object that there is none of; nil of a route that is about none.
        var missing: String?
        var roles: [DeskRole]
    }

    /// - Parameter number: of the alert and payment that the routes are tried on.
    private func tries(on number: Int) -> [Try] {
        Self.expected.map { declaration, roles in
            let words = declaration.split(separator: " ").map(String.init)
            func target(_ number: Int) -> String {
                let name =
                    if words[1].hasPrefix("/payments") { "0.\(number).0" } else if words[1].hasPrefix("/cases") {
                        DeskSamples.act(1_000_000 + number).hex
                    } else if words[1].hasPrefix("/jobs") {
                        DeskSamples.act(2_000_000 + number).hex
                    } else if words[1].hasPrefix("/filters") {
                        DeskSamples.act(5_000_000 + number).hex
                    } else if words[1].hasPrefix("/rule-snoozes") {
                        DeskSamples.act(4_000_000 + number).hex
                    } else if words[1].hasPrefix("/trials") { DeskSamples.act(3_000_000 + number).hex } else {
                        DeskSamples.item(number).hex
                    }
                return words[1].replacing("{}", with: name)
            }
            return Try(
                declaration: declaration, method: HTTPMethod(rawValue: words[0]), target: target(number),
                missing: words[1].contains("{}") ? target(9999) : nil, roles: roles)
        }
    }

    /// A tester that finds nothing.
    private struct Tester: RuleTester {
        func read(_ text: String) -> TriedRule {
            let policy = DecisionPolicy(bands: try! ScoreBands(review: 0.5, decline: 0.9))
            return TriedRule(text: text, present: policy, candidate: policy)
        }

        func test(_ rule: TriedRule, within scope: TeamScope, progress: (_ done: Int, _ of: Int) -> Bool)
            -> BacktestReport?
        {
            BacktestReport(repeats: 0, rejected: 0, unscored: 0)
        }
    }

    /// A case that holds the alert of a number, a job that has it, and a trial: all of somebody who sees everything.
    private func makeObjects(of number: Int, in pages: Pages) async throws {
        let maker = try pages.enter("maker", .supervisor)
        let (file, job) = (DeskSamples.act(1_000_000 + number).hex, DeskSamples.act(2_000_000 + number).hex)
        let item = DeskSamples.item(number).hex
        for (target, fields) in [
            ("/cases/open", ["act": file, "title": "a case"]), ("/alerts/\(item)/case", ["case": file]),
            ("/bulk/start", ["act": job, "item": item, "deed": "release"]),
            (
                "/filters/save",
                ["act": DeskSamples.act(5_000_000 + number).hex, "name": "cards", "filter": "kind=card"]
            ),
            (
                "/rule-snoozes/start",
                [
                    "act": DeskSamples.act(4_000_000 + number).hex, "rule": "cash-at-night", "by": "customer",
                    "name": "c-1",
                    "days": "1", "reason": "known",
                ]
            ),
            ("/trials/start", ["act": DeskSamples.act(3_000_000 + number).hex, "rule": "x"]),
        ] {
            let made = try await pages.call(
                .POST, target, as: maker, form: fields.merging(["token": maker.token]) { $1 })
            #expect(made.status == .seeOther, "\(target)")
        }
        try await pages.jobIsOver(DeskSamples.act(2_000_000 + number), as: maker)
    }

    @Test("every route that there is is listed here, and is declared or a way in or out")
    func listed() throws {
        let pages = try Pages(alerts: 1)
        #expect(Set(pages.declared) == Set(Self.expected.keys))
        #expect(pages.declared.count == Self.expected.count)
        // A server has each path once, whatever the method.
        #expect(Set(pages.routes.map(\.path)).count == pages.routes.count)
        let names = Set(pages.routes.map { "\($0.method.rawValue) \($0.path)" })
        let known = pages.declared.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } + Self.open
        #expect(names.filter { !$0.hasPrefix("GET /assets/") } == Set(known))
    }

    @Test(
        "every route lets in the roles that are listed for it, and nobody without a session, form token or page of ours"
    )
    func roles() async throws {
        let pages = try Pages(tester: Tester())
        let cases = TopicPartition(Topics.cases(DeskSamples.member))
        try await makeObjects(of: 0, in: pages)
        let end = try pages.world.log.end(of: cases)
        for tried in tries(on: 0) {
            let (method, target) = (tried.method, tried.target)
            #expect(
                try await pages.call(method, target, as: nil).status == (method == .POST ? .forbidden : .unauthorized))
            for role in DeskRole.allCases {
                let visitor = try pages.enter("someone", role)
                let form = ["token": visitor.token]
                if method == .POST {
                    #expect(try await pages.call(method, target, as: visitor).status == .forbidden, "\(tried)")
                    let foreign = try await pages.call(
                        method, target, as: visitor, form: form, headers: ["Sec-Fetch-Site": "cross-site"])
                    #expect(foreign.status == .forbidden, "\(tried)")
                }
                guard method == .GET || !tried.roles.contains(role) else { continue }
                let reply = try await pages.call(method, target, as: visitor, form: form)
                // A conflict is an answer, too: there is no draft of a recall without a verdict of fraud.
                let isLetIn = [.ok, .seeOther, .conflict].contains(reply.status)
                #expect(isLetIn == tried.roles.contains(role), "\(tried) \(role)")
                if !isLetIn { #expect(reply.status == .forbidden) }
            }
        }
        // Of all these none has changed anything.
        #expect(try pages.world.log.end(of: cases) == end)
    }

    @Test(
        "another team's alert is answered as if there were none, by every route and to every role, and nothing is changed"
    )
    func foreign() async throws {
        let pages = try Pages(alerts: 40, tester: Tester())
        let cases = TopicPartition(Topics.cases(DeskSamples.member))
        let team = try TeamScope("kind=card")
        let foreign = try #require((0..<40).first { DeskSamples.payment($0).kind == .transfer })
        try await makeObjects(of: foreign, in: pages)
        let end = try pages.world.log.end(of: cases)
        let own = try #require((0..<40).first { DeskSamples.payment($0).kind == .card })
        for tried in tries(on: foreign) {
            guard let missing = tried.missing else { continue }
            for role in tried.roles {
                let visitor = try pages.enter("someone", role, scope: team)
                let form = ["token": visitor.token, "version": "0", "finding": "fraud", "text": "x"]
                let reply = try await pages.call(tried.method, tried.target, as: visitor, form: form)
                let none = try await pages.call(tried.method, missing, as: visitor, form: form)
                #expect(reply.status == .notFound && reply.body == none.body, "\(tried) \(role)")
            }
        }
        #expect(try pages.world.log.end(of: cases) == end)
        let ana = try pages.enter("ana", .analyst, scope: team)
        #expect(try await pages.call(.GET, "/alerts/\(DeskSamples.item(own))", as: ana).status == .ok)
    }

    @Test("lists, the next alert, and links on an alert's page have a team's own alerts alone")
    func lists() async throws {
        let pages = try Pages(alerts: 40)
        let ana = try pages.enter("ana", .analyst, scope: try TeamScope("kind=card"))
        let foreign = (0..<40).filter { DeskSamples.payment($0).kind != .card }.map { DeskSamples.item($0).hex }
        let own = (0..<40).filter { DeskSamples.payment($0).kind == .card }.map { DeskSamples.item($0) }
        for query in ["", "?whose=anyone", "?kind=transfer", "?at_least=0"] {
            let list = try await pages.call(.GET, "/queue\(query)", as: ana)
            #expect(list.status == .ok)
            for item in foreign { #expect(!list.text.contains(item)) }
        }
        for item in own {
            let page = try await pages.call(.GET, "/alerts/\(item)", as: ana)
            for item in foreign { #expect(!page.text.contains(item)) }
        }
        // Nor does an address tell of another team's alert that it was the one before.
        for (done, isTold) in [(own[1].hex, true), (foreign[0], false), (DeskSamples.item(9999).hex, false)] {
            let page = try await pages.call(.GET, "/alerts/\(own[0])?done=\(done)", as: ana)
            #expect(page.text.contains(done) == isTold)
        }
        for _ in own {
            let next = try await pages.call(.POST, "/next", as: ana, form: ["token": ana.token])
            let item = try #require(next.location.flatMap { ItemID($0.dropFirst("/alerts/".count).prefix(32)) })
            #expect(own.contains(item))
        }
        let none = try await pages.call(.POST, "/next", as: ana, form: ["token": ana.token])
        #expect(none.location?.hasPrefix("/queue") == true)
    }
}
