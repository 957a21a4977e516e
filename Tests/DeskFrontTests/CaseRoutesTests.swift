import Desk
import DeskFront
import DeskStore
import HTTPFront
import NIOHTTP1
import Records
import Support
import Testing

/// Cases, two people and jobs by the pages' own forms.
struct CaseRoutesTests {
    private let first = DeskSamples.item(0)

    private func form(_ visitor: Pages.Visitor, _ act: Int, _ fields: [String: String] = [:]) -> [String: String] {
        fields.merging(["token": visitor.token, "act": DeskSamples.act(act).hex]) { $1 }
    }

    @Test(
        "a case is opened on an alert's page, offered to others of its customer, closed for all, and forms sent twice count once"
    )
    func way() async throws {
        let pages = try Pages(alerts: 40)
        let ana = try pages.enter("ana", .analyst)
        let customer = DeskSamples.payment(0).customer
        let opening = form(
            ana, 1,
            [
                "case": "new", "opening": DeskSamples.act(2).hex, "title": "calls <b>", "about": "customer",
                "name": customer, "version": "0",
            ])
        for _ in 0..<2 {
            let reply = try await pages.call(.POST, "/alerts/\(first)/case", as: ana, form: opening)
            #expect(reply.status == .seeOther)
        }
        let id = try #require(ItemID(DeskSamples.act(2).hex))
        #expect(try pages.index.file(id)?.items == 1)
        let other = try #require((1..<40).first { DeskSamples.payment($0).customer == customer })
        let page = try await pages.call(.GET, "/alerts/\(DeskSamples.item(other))", as: ana)
        #expect(page.text.contains("calls &lt;b&gt;") && page.text.contains(id.hex))
        // Another one about the same name is refused, and what was typed is still there.
        let again = try await pages.call(
            .POST, "/cases/open", as: ana,
            form: form(ana, 3, ["title": "again", "about": "customer", "name": customer]))
        #expect(again.status == .conflict)
        #expect(again.text.contains("value=\"again\""))
        let link = try await pages.call(
            .POST, "/alerts/\(DeskSamples.item(other))/case", as: ana,
            form: form(ana, 4, ["case": id.hex, "version": "0"]))
        #expect(link.status == .seeOther)
        for (act, deed, fields) in [
            (11, "task", ["text": "call back"]), (12, "note", ["text": "she did not order it"]),
            (13, "tick", ["task": "0"]),
        ] {
            let reply = try await pages.call(
                .POST, "/cases/\(id)/\(deed)", as: ana, form: form(ana, act, fields))
            #expect(reply.location == "/cases/\(id)", "\(deed)")
        }
        let file = try await pages.call(.GET, "/cases/\(id)", as: ana)
        #expect(file.text.contains("call back") && file.text.contains("she did not order it"))
        #expect(file.body.count < 100_000)
        let listed = try await pages.call(.GET, "/queue?case=\(id)&whose=anyone", as: ana)
        #expect(listed.text.contains(first.hex) && listed.text.contains(DeskSamples.item(other).hex))
        let none = try await pages.call(.POST, "/cases/\(id)/close", as: ana, form: form(ana, 20, ["finding": "none"]))
        #expect(none.status == .conflict)
        let closed = try await pages.call(
            .POST, "/cases/\(id)/close", as: ana, form: form(ana, 21, ["finding": "fraud", "fraud_type": "romance"]))
        #expect(closed.status == .seeOther)
        while try pages.index.picture(ofCase: id)?.openCount != 0 {
            _ = try await pages.call(
                .POST, "/alerts/\(DeskSamples.item(7))/note", as: ana, form: ["token": ana.token, "text": "x"])
        }
        #expect(try pages.index.work(on: DeskSamples.item(other)).judgement == Judgement(.fraud, fraudType: .romance))
        #expect(try await pages.call(.GET, "/cases?shown=closed", as: ana).text.contains("calls &lt;b&gt;"))
        for (method, target) in [("GET", "/cases/x"), ("POST", "/cases/\(first)/close"), ("GET", "/jobs/\(first)")] {
            let reply = try await pages.call(HTTPMethod(rawValue: method), target, as: ana, form: form(ana, 30))
            #expect(reply.status == .notFound, "\(target)")
        }
    }

    @Test("a verdict over the desk's sum is one person's proposal and another's word; who gave it can't agree to it")
    func twoPeople() async throws {
        let pages = try Pages(alerts: 10)
        let (ana, ben, sue) = (
            try pages.enter("ana", .analyst), try pages.enter("ben", .analyst), try pages.enter("sue", .supervisor)
        )
        let wrong = try await pages.call(
            .POST, "/house/rules", as: sue, form: form(sue, 1, ["rules": "four_eyes x", "version": "0"]))
        #expect(wrong.status == .unprocessableEntity)
        #expect(wrong.text.contains("four_eyes x</textarea>"))
        let set = try await pages.call(
            .POST, "/house/rules", as: sue, form: form(sue, 2, ["rules": "four_eyes 0.01\r\n", "version": "0"]))
        #expect(set.location == "/house")
        #expect(try await pages.call(.GET, "/house", as: ana).text.contains("four_eyes 0.01"))
        let given = try await pages.call(
            .POST, "/alerts/\(first)/verdict", as: ana, form: form(ana, 3, ["finding": "fraud", "version": "0"]))
        #expect(given.status == .seeOther)
        let next = try await pages.call(.GET, try #require(given.location), as: ana)
        #expect(next.text.contains("waits for a second person"))
        #expect(!next.text.contains("/alerts/\(first)/reopen"))
        #expect(try pages.index.dueVerdicts(from: 0, limit: 10).due.isEmpty)
        let own = try await pages.call(.POST, "/alerts/\(first)/confirm", as: ana, form: form(ana, 4))
        #expect(own.status == .conflict)
        let waiting = try await pages.call(.GET, "/queue?awaits=second&whose=anyone", as: ben)
        #expect(waiting.text.contains(first.hex))
        let page = try await pages.call(.GET, "/alerts/\(first)", as: ben)
        #expect(page.text.contains("/alerts/\(first)/confirm"))
        #expect(
            try await pages.call(.GET, "/alerts/\(first)", as: ana).text.contains("/alerts/\(first)/confirm") == false)
        // Whoever takes the next one does not get what waits for somebody else.
        var taken: Set<String> = []
        while case let reply = try await pages.call(.POST, "/next", as: ana, form: ["token": ana.token]),
            let target = reply.location, target.hasPrefix("/alerts/")
        {
            taken.insert(String(target.dropFirst(8).prefix(32)))
        }
        // One is hers already: it opened behind her verdict.
        #expect(taken.count == 8 && !taken.contains(first.hex))
        let agreed = try await pages.call(
            .POST, "/alerts/\(first)/confirm", as: ben, form: form(ben, 5, ["version": "1"]))
        #expect(agreed.status == .seeOther)
        #expect(try pages.index.work(on: first).confirmedBy == ben.actor)
        #expect(try pages.index.dueVerdicts(from: 0, limit: 10).due.map(\.item) == [first])
    }

    @Test(
        "marked ones and all of a filter are shown first, done as a job, and what somebody else has is named and tried again"
    )
    func jobs() async throws {
        let pages = try Pages(alerts: 60)
        let (ana, ben) = (try pages.enter("ana", .analyst), try pages.enter("ben", .analyst))
        let queue = try await pages.call(.GET, "/queue?whose=anyone", as: ana)
        #expect(queue.text.contains("name=\"item\" value=\"") && queue.body.count < 100_000)
        #expect(
            try await pages.call(.GET, "/queue", as: pages.enter("eve", .auditor)).text.contains("checkbox") == false)
        let all = form(ana, 1, ["filter": "whose=anyone", "scope": "all"])
        let preview = try await pages.call(.POST, "/bulk", as: ana, form: all)
        #expect(preview.status == .ok && preview.text.contains("<h1>60 "))
        #expect(try await pages.call(.POST, "/bulk", as: ana, form: form(ana, 1)).status == .unprocessableEntity)
        _ = try await pages.call(.POST, "/alerts/\(first)/claim", as: ben, form: ["token": ben.token])
        for (deed, fields) in [
            ("", [:]), ("verdict", ["finding": "maybe"]), ("assign", ["to": "ben"]), ("link", ["case": "x"]),
            ("note", [:]),
        ] {
            let reply = try await pages.call(
                .POST, "/bulk/start", as: ana, form: all.merging(fields.merging(["deed": deed]) { $1 }) { $1 })
            #expect(reply.status == .unprocessableEntity, "\(deed)")
        }
        let job = all.merging(["deed": "verdict", "finding": "legitimate", "remark": "a till that failed"]) { $1 }
        for _ in 0..<2 {
            let reply = try await pages.call(.POST, "/bulk/start", as: ana, form: job)
            #expect(reply.location == "/jobs/\(DeskSamples.act(1))")
        }
        try await pages.jobIsOver(DeskSamples.act(1), as: ana)
        let page = try await pages.call(.GET, "/jobs/\(DeskSamples.act(1))", as: ana)
        #expect(page.text.contains("59 done") && page.text.contains("1 skipped"))
        #expect(page.text.contains("/alerts/\(first)") && page.text.contains("Somebody else is working on it"))
        #expect(try await pages.call(.GET, "/jobs", as: ana).text.contains("/jobs/\(DeskSamples.act(1))"))
        #expect(try pages.index.history(of: DeskSamples.item(4)).last?.record.remark == "a till that failed")
        // Another's job is tried again by nobody else, and ended by nobody once it is over.
        let retry = "/jobs/\(DeskSamples.act(1))/retry"
        #expect(try await pages.call(.POST, retry, as: ben, form: form(ben, 7)).status == .forbidden)
        let over = try await pages.call(.POST, "/jobs/\(DeskSamples.act(1))/cancel", as: ana, form: form(ana, 8))
        #expect(over.status == .conflict)
        _ = try await pages.call(.POST, "/alerts/\(first)/release", as: ben, form: ["token": ben.token])
        #expect(
            try await pages.call(.POST, retry, as: ana, form: form(ana, 9)).location == "/jobs/\(DeskSamples.act(9))")
        try await pages.jobIsOver(DeskSamples.act(9), as: ana)
        #expect(try pages.index.work(on: first).judgement == Judgement(.legitimate))
        let closed = try await pages.call(
            .POST, "/bulk", as: ana,
            form: form(ana, 10, ["filter": "shown=closed", "item": first.hex, "scope": "marked"]))
        #expect(closed.text.contains("value=\"reopen\"") && !closed.text.contains("value=\"verdict\""))
    }
}
