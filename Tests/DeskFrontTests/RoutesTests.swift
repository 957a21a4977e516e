import Desk
import DeskFront
import DeskStore
import EventLogs
import Foundation
import HTTPFront
import Keys
import LocalStore
import NIOHTTP1
import Policy
import Records
import Support
import Testing

struct RoutesTests {
    private let first = DeskSamples.item(0)

    @Test(
        "take the next, give a verdict, and the next of the filter is there, with a way back; a form that is sent twice counts once"
    )
    func way() async throws {
        let pages = try Pages()
        let ana = try pages.enter("ana", .analyst)
        let start = try await pages.call(.POST, "/next", as: ana, form: ["token": ana.token, "filter": "at_least=0"])
        let target = try #require(start.location)
        let item = try #require(ItemID(target.dropFirst("/alerts/".count).prefix(32)))
        #expect(target.hasSuffix("?at_least=0.00"))
        #expect(try pages.index.work(on: item).holder?.actor == ana.actor)
        let form = [
            "token": ana.token, "filter": "at_least=0.00", "version": "1", "act": DeskSamples.act(9).hex,
            "finding": "fraud",
            "fraud_type": "romance", "known_by": "customer_report", "loss": "12.50", "remark": "on the phone",
        ]
        let done = try await pages.call(.POST, "/alerts/\(item)/verdict", as: ana, form: form)
        #expect(done.status == .seeOther)
        #expect(done.location?.contains("done=\(item)") == true)
        let work = try pages.index.work(on: item)
        #expect(
            work.judgement == Judgement(.fraud, fraudType: .romance, source: .customerReport, loss: MinorUnits(1250)))
        let again = try await pages.call(.POST, "/alerts/\(item)/verdict", as: ana, form: form)
        #expect(again.status == .seeOther)
        #expect(try pages.index.work(on: item) == work)
        let next = try await pages.call(.GET, try #require(done.location), as: ana)
        #expect(next.text.contains("/alerts/\(item)/reopen"))
        let undone = try await pages.call(
            .POST, "/alerts/\(item)/reopen", as: ana,
            form: ["token": ana.token, "act": DeskSamples.act(10).hex, "version": "\(work.version)"])
        #expect(undone.status == .seeOther)
        #expect(try pages.index.work(on: item).state == .open)
    }

    @Test("who comes from the closed list and gives another verdict goes on with the next open alert")
    func fromClosed() async throws {
        let pages = try Pages()
        let ana = try pages.enter("ana", .analyst)
        for step in ["verdict", "reopen", "verdict"] {
            let reply = try await pages.call(
                .POST, "/alerts/\(first)/\(step)", as: ana,
                form: [
                    "token": ana.token, "filter": "shown=closed&finding=fraud", "finding": "fraud",
                    "version": "\(try pages.index.work(on: first).version)",
                ])
            #expect(reply.status == .seeOther, "\(step)")
            #expect(reply.location?.hasPrefix("/alerts/") == true)
        }
    }

    @Test("what can't be taken is said, and the form has what was typed")
    func refused() async throws {
        let pages = try Pages()
        let (ana, ben) = (try pages.enter("ana", .analyst), try pages.enter("ben", .analyst))
        _ = try await pages.call(.POST, "/alerts/\(first)/claim", as: ana, form: ["token": ana.token])
        let cases: [(as: Pages.Visitor, form: [String: String], HTTPResponseStatus)] = [
            (ben, ["finding": "fraud", "version": "1"], .conflict),
            (ana, ["finding": "fraud", "version": "0"], .conflict),
            (ana, ["finding": "maybe", "version": "1"], .unprocessableEntity),
            (ana, ["finding": "legitimate", "version": "1", "loss": "1"], .unprocessableEntity),
            (ana, ["finding": "fraud", "version": "1", "loss": "1.234"], .unprocessableEntity),
            (ana, ["finding": "fraud", "version": "x"], .badRequest),
        ]
        for (visitor, form, status) in cases {
            var form = form
            form["token"] = visitor.token
            form["remark"] = "typed <b>with care</b>"
            let reply = try await pages.call(.POST, "/alerts/\(first)/verdict", as: visitor, form: form)
            #expect(reply.status == status, "\(form)")
            if status != .badRequest, visitor.actor == ana.actor {
                #expect(reply.text.contains("typed &lt;b&gt;with care&lt;/b&gt;</textarea>"))
            }
            #expect(!reply.text.contains("<b>with"))
        }
        #expect(try pages.index.work(on: first).state == .open)
        for wrong in ["x", String(repeating: "f", count: 32)] {
            #expect(try await pages.call(.GET, "/alerts/\(wrong)", as: ana).status == .notFound)
            #expect(
                try await pages.call(.POST, "/alerts/\(wrong)/claim", as: ana, form: ["token": ana.token]).status
                    == .notFound)
        }
        for query in ["colour=red", "after=x", "band=none", "origin=nowhere", "a=%"] {
            #expect(try await pages.call(.GET, "/queue?\(query)", as: ana).status == .badRequest, "\(query)")
        }
        #expect(
            try await pages.call(.POST, "/alerts/\(first)/note", as: ana, form: ["token": ana.token, "text": " "])
                .status
                == .unprocessableEntity)
    }

    @Test("what a page fails at is the log's to say and not the page's, and neither says what was asked for")
    func failed() async throws {
        let pages = try Pages()
        try SQLiteConnection(path: pages.index.path).script("DROP TABLE rules")
        let reply = try await pages.call(
            .GET, "/queue?rule=secret-rule&customer=secret-name", as: try pages.enter("ana", .analyst))
        #expect(reply.status == .internalServerError)
        #expect(pages.failures.all.count == 1)
        for text in pages.failures.all + [reply.text] { #expect(!text.contains("secret") && !text.contains("SELECT")) }
        #expect(!reply.text.contains("SQL"))
    }

    @Test("no page has a script or style within it, and each says that none may run")
    func policy() async throws {
        let pages = try Pages()
        let ana = try pages.enter("ana", .analyst)
        for target in ["/queue", "/queue?shown=closed", "/alerts/\(first)", "/link/abc", "/queue?colour=red"] {
            let reply = try await pages.call(.GET, target, as: ana)
            let policy = try #require(reply.headers["Content-Security-Policy"].first)
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(reply.text.range(of: "<script(?! src=\"/assets/)", options: .regularExpression) == nil)
            #expect(reply.text.range(of: " (style|on[a-z]+)=", options: .regularExpression) == nil)
            #expect(reply.body.count < 100_000)
        }
    }

    @Test(
        "what people typed is for those who see names: it may have some, and roles without them are told how long it is"
    )
    func maskedTexts() async throws {
        let pages = try Pages(alerts: 5)
        let (eve, ana) = (try pages.enter("eve", .auditor), try pages.enter("ana", .analyst))
        let (secret, item) = ("Maria Muster", DeskSamples.item(0))
        func post(_ target: String, _ act: Int, _ form: [String: String]) async throws {
            let all = form.merging(["token": ana.token, "act": DeskSamples.act(act).hex]) { $1 }
            #expect(try await pages.call(.POST, target, as: ana, form: all).status == .seeOther, "\(target)")
        }
        try await post("/alerts/\(item)/note", 1, ["text": "called \(secret)"])
        try await post(
            "/alerts/\(item)/case", 3,
            ["case": "new", "opening": DeskSamples.act(2).hex, "title": "of \(secret)", "version": "0"])
        let file = try #require(ItemID(DeskSamples.act(2).hex))
        try await post("/cases/\(file)/note", 4, ["text": "\(secret) again"])
        try await post("/cases/\(file)/task", 5, ["text": "call \(secret)"])
        let version = try pages.index.work(on: item).version
        try await post(
            "/alerts/\(item)/verdict", 6, ["finding": "fraud", "remark": "said \(secret)", "version": "\(version)"])
        for target in ["/alerts/\(item)", "/cases", "/cases/\(file)", "/queue?shown=closed", "/dashboard"] {
            let page = try await pages.call(.GET, target, as: eve)
            #expect(page.status == .ok && !page.text.contains("Muster"), "\(target)")
        }
        #expect(try await pages.call(.GET, "/alerts/\(item)", as: eve).text.contains("(19 characters)"))
        for target in ["/alerts/\(item)", "/cases", "/cases/\(file)"] {
            #expect(try await pages.call(.GET, target, as: ana).text.contains(secret), "\(target)")
        }
        // With a reason an auditor sees one alert's page as it is.
        let form = ["token": eve.token, "reason": "complaint 17"]
        #expect(
            try await pages.call(.POST, "/alerts/\(item)/names", as: eve, form: form).text.contains("called \(secret)"))
    }

    @Test("an auditor's pages have no name of a customer, payee, device or transaction")
    func masked() async throws {
        let pages = try Pages(alerts: 30)
        let (auditor, analyst) = (try pages.enter("eve", .auditor), try pages.enter("ana", .analyst))
        for number in 0..<30 {
            let payment = DeskSamples.payment(number)
            let target = "/alerts/\(DeskSamples.item(number))"
            let page = try await pages.call(.GET, target, as: auditor)
            let names = [payment.entities[.payee], payment.entities[.device], payment.entities[.ip]].compactMap { $0 }
            for name in names + [">\(payment.customer)<", ">\(payment.id)<"] {
                #expect(!page.text.contains(name), "\(name)")
            }
            if let payee = payment.entities[.payee] {
                #expect(try await pages.call(.GET, target, as: analyst).text.contains(payee))
            }
        }
    }
}
