import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// Payments that nothing alerted on, and that people put before the desk.
struct ReportedPaymentTests {
    /// A payment that was approved, at the end of the log.
    private func approve(_ number: Int, in world: DeskLog) throws {
        var facts = DeskSamples.facts(number)
        facts.band = .approve
        let source = TopicPartition(Topics.transactions(DeskSamples.member))
        facts.source = SourcePosition(offset: try world.log.end(of: source))
        try world.log.append([
            NewRecord(source, value: CanonicalJSON.encode(DeskSamples.payment(number))),
            NewRecord(
                TopicPartition(Topics.decisions(DeskSamples.member)),
                value: DeskSamples.event(facts, type: "org.cordon.decision.v1").json),
        ])
    }

    private func settled(_ pages: Pages, _ target: String, as visitor: Pages.Visitor) async throws -> Reply {
        // What was appended is read by the desk's own thread: an act behind it is there only once it is, too.
        _ = try await pages.call(
            .POST, "/alerts/\(DeskSamples.item(0))/note", as: visitor, form: ["token": visitor.token, "text": "x"])
        return try await pages.call(.GET, target, as: visitor)
    }

    @Test("a payment that never alerted is found by each of its names, put before the desk, judged, and has its label")
    func way() async throws {
        let pages = try Pages(alerts: 3)
        let ana = try pages.enter("ana", .analyst)
        try approve(3, in: pages.world)
        let payment = DeskSamples.payment(3)
        let empty = try await settled(pages, "/payments", as: ana)
        #expect(empty.status == .ok)
        #expect(
            try await pages.call(.GET, "/queue?whose=anyone", as: ana).text.contains(DeskSamples.item(3).hex) == false)
        for (by, name) in [("transaction", payment.id), ("customer", payment.customer)] {
            let found = try await pages.call(.GET, "/payments?by=\(by)&name=\(name)", as: ana)
            #expect(found.text.contains("/payments/0.3.0"), "\(by)")
        }
        #expect(
            try await pages.call(.GET, "/payments?by=card&name=none", as: ana).text.contains("No payment has this name")
        )
        let page = try await pages.call(.GET, "/payments/0.3.0", as: ana)
        #expect(page.text.contains("/payments/0.3.0/raise"))
        let form = ["token": ana.token, "act": DeskSamples.act(70).hex, "remark": "the customer called"]
        for _ in 0..<2 {
            let raised = try await pages.call(.POST, "/payments/0.3.0/raise", as: ana, form: form)
            #expect(raised.location == "/alerts/\(DeskSamples.item(3))")
        }
        // Under another name it is another act, and the payment is there already.
        let again = try await pages.call(.POST, "/payments/0.3.0/raise", as: ana, form: ["token": ana.token])
        #expect(again.status == .conflict)
        #expect(try await pages.call(.GET, "/payments/0.3.0", as: ana).location == "/alerts/\(DeskSamples.item(3))")
        let row = try #require(try pages.index.alert(DeskSamples.item(3)))
        #expect(row.origin == .reported)
        #expect(row.facts.expectedLoss == payment.amount.value)
        #expect(row.facts.band == .approve)
        #expect(row.kind == payment.kind)
        let listed = try await pages.call(.GET, "/queue?origin=reported", as: ana)
        #expect(listed.text.contains(DeskSamples.item(3).hex))
        #expect(!listed.text.contains(DeskSamples.item(1).hex))
        let alert = try await pages.call(.GET, "/alerts/\(DeskSamples.item(3))", as: ana)
        #expect(alert.status == .ok)
        #expect(alert.text.contains("the customer called"))
        let judged = try await pages.call(
            .POST, "/alerts/\(DeskSamples.item(3))/verdict", as: ana,
            form: ["token": ana.token, "finding": "fraud", "known_by": "customer_report", "version": "0"])
        #expect(judged.status == .seeOther)
        let due = try pages.index.dueVerdicts(from: 0, limit: 10).due
        #expect(due.map(\.item) == [DeskSamples.item(3)])
        #expect(due.first?.fraud == true)
        #expect(due.first?.payment?.transaction == payment.id)
    }

    @Test("what is no payment, or has no decision, is refused, and nothing is changed")
    func refused() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        // A transaction that came twice is decided once.
        try pages.world.log.append([
            NewRecord(
                TopicPartition(Topics.transactions(DeskSamples.member)),
                value: CanonicalJSON.encode(DeskSamples.payment(0)))
        ])
        _ = try await settled(pages, "/payments", as: ana)
        let end = try pages.world.log.end(of: TopicPartition(Topics.cases(DeskSamples.member)))
        for place in ["0.9.0", "x", "0.1", "-1.0.0", "0.0.0.0"] {
            #expect(try await pages.call(.GET, "/payments/\(place)", as: ana).status == .notFound, "\(place)")
            let raised = try await pages.call(.POST, "/payments/\(place)/raise", as: ana, form: ["token": ana.token])
            #expect(raised.status == .notFound)
        }
        let raised = try await pages.call(.POST, "/payments/0.1.0/raise", as: ana, form: ["token": ana.token])
        #expect(raised.status == .unprocessableEntity)
        let alerted = try await pages.call(.POST, "/payments/0.0.0/raise", as: ana, form: ["token": ana.token])
        #expect(alerted.status == .conflict)
        for query in ["by=shoe", "name=a&before=x", "colour=red"] {
            #expect(try await pages.call(.GET, "/payments?\(query)", as: ana).status == .badRequest, "\(query)")
        }
        #expect(try pages.world.log.end(of: TopicPartition(Topics.cases(DeskSamples.member))) == end)
    }
}
