import Desk
import DeskFront
import DeskStore
import EventLogs
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// The pages of rules' snoozes.
struct RuleSnoozeRoutesTests {
    private func fields(_ visitor: Pages.Visitor, _ number: Int, _ more: [String: String] = [:]) -> [String: String] {
        [
            "token": visitor.token, "act": DeskSamples.act(number).hex, "rule": "new-payee", "by": "customer",
            "name": "c-7", "days": "7", "reason": "pays <b>rent</b>",
        ].merging(more) { $1 }
    }

    @Test("a rule is snoozed behind a preview, stands on the page with its end and reason, and is ended there")
    func ways() async throws {
        let pages = try Pages(alerts: 30)
        let eva = try pages.enter("eva", .supervisor)
        let preview = try await pages.call(
            .GET, "/rule-snoozes/new?rule=new-payee&by=customer&name=c-7&days=7&reason=known", as: eva)
        #expect(preview.status == .ok && preview.text.contains("name=\"days\" value=\"7\""))
        #expect(try await pages.call(.POST, "/rule-snoozes/start", as: eva, form: fields(eva, 1)).status == .seeOther)
        let page = try await pages.call(.GET, "/rule-snoozes", as: eva).text
        #expect(
            page.contains("pays &lt;b&gt;rent&lt;/b&gt;") && page.contains("/rule-snoozes/\(DeskSamples.act(1))/end"))
        let again = try await pages.call(.POST, "/rule-snoozes/start", as: eva, form: fields(eva, 2))
        #expect(again.status == .conflict && again.text.contains("pays &lt;b&gt;rent&lt;/b&gt;"))
        let end = "/rule-snoozes/\(DeskSamples.act(1))/end"
        let stale = try await pages.call(.POST, end, as: eva, form: ["token": eva.token, "version": "9"])
        #expect(stale.status == .conflict)
        #expect(
            try await pages.call(.POST, end, as: eva, form: ["token": eva.token, "version": "1"]).status == .seeOther)
        #expect(try await !pages.call(.GET, "/rule-snoozes", as: eva).text.contains(end))
        #expect(pages.failures.all.isEmpty)
    }

    @Test("what can be no snooze is refused with a sentence, and nothing typed is lost")
    func refused() async throws {
        let pages = try Pages(alerts: 3)
        let eva = try pages.enter("eva", .supervisor)
        for more in [
            ["rule": ""], ["reason": ""], ["days": "8"], ["days": "x"], ["by": ""], ["name": ""], ["by": "moon"],
            ["reason": String(repeating: "x", count: 201)],
        ] {
            let reply = try await pages.call(
                .POST, "/rule-snoozes/start", as: eva, form: fields(eva, 1, more),
                headers: ["Accept-Language": "de"])
            #expect(
                reply.status == .unprocessableEntity && reply.text.contains("Eine Stummschaltung braucht"), "\(more)")
        }
        let long = try await pages.call(
            .POST, "/rule-snoozes/start", as: eva, form: fields(eva, 1, ["by": "", "name": "", "days": "30"]))
        #expect(long.status == .conflict)
        #expect(try pages.index.ruleSnoozes(now: 0).running.isEmpty)
    }

    @Test("a team's snooze is its own: it keeps back its alerts alone, and others see neither it nor its customer")
    func teams() async throws {
        let pages = try Pages(alerts: 3)
        let team = try TeamScope("kind=card")
        let eva = try pages.enter("eva", .supervisor, scope: team)
        _ = try await pages.call(.POST, "/rule-snoozes/start", as: eva, form: fields(eva, 1))
        let id = try #require(ItemID(DeskSamples.act(1).hex))
        #expect(try pages.index.ruleSnooze(id)?.snooze.order.scope == team)
        let other = try pages.enter("tom", .supervisor, scope: try TeamScope("kind=transfer"))
        let all = try pages.enter("all", .viewer)
        #expect(try await !pages.call(.GET, "/rule-snoozes", as: other).text.contains("c-7"))
        let page = try await pages.call(.GET, "/rule-snoozes", as: all).text
        // A viewer sees that there is one, a masked name, and no button.
        #expect(page.contains("new-payee") && !page.contains("c-7") && !page.contains("/rule-snoozes/\(id)/end"))
    }

    @Test(
        "a clock is stopped on an alert's page for somebody else's answer, which the page and the queue say, and goes on there"
    )
    func clocks() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        let alert = "/alerts/\(DeskSamples.item(0))"
        for (fields, status) in [
            (["hours": "24"], HTTPResponseStatus.badRequest), (["hours": "5", "waits_for": "partner"], .badRequest),
            (["hours": "24", "waits_for": "partner"], .seeOther), (["hours": "24", "waits_for": "partner"], .conflict),
        ] {
            let form = fields.merging(["token": ana.token]) { $1 }
            #expect(try await pages.call(.POST, alert + "/pause", as: ana, form: form).status == status, "\(fields)")
        }
        let german = ["Accept-Language": "de"]
        #expect(try await pages.call(.GET, alert, as: ana, headers: german).text.contains("auf einen Partner"))
        #expect(try await pages.call(.GET, "/queue", as: ana).text.contains("The clock stands: it waits for a partner"))
        let resumed = try await pages.call(.POST, alert + "/resume", as: ana, form: ["token": ana.token])
        #expect(resumed.status == .seeOther)
        #expect(try await !pages.call(.GET, alert, as: ana).text.contains("The clock stands"))
    }
}
