import Audit
import Desk
import DeskFront
import DeskStore
import Foundation
import HTTPFront
import NIOHTTP1
import Records
import Support
import Testing

/// The page with figures.
struct DashboardTests {
    /// The words of a page's tables, row by row, without markup.
    private func cells(_ page: String, _ figure: String) throws -> [[String]] {
        let start = try #require(page.range(of: "id=\"\(figure)\""))
        let body = page[start.upperBound...].prefix { _ in true }
        let section = body[..<(try #require(body.range(of: "</section>")).lowerBound)]
        return section.split(separator: "<tr>").dropFirst(2).map { row in
            row.split(separator: "<").compactMap { part -> String? in
                let text = part.split(separator: ">", omittingEmptySubsequences: false).last.map(String.init) ?? ""
                return text.contains { !$0.isWhitespace } ? text : nil
            }
        }
    }

    private func judge(_ pages: Pages, _ number: Int, _ finding: String, by visitor: Pages.Visitor) async throws {
        let reply = try await pages.call(
            .POST, "/alerts/\(DeskSamples.item(number))/verdict", as: visitor,
            form: ["token": visitor.token, "version": "0", "finding": finding])
        #expect(reply.status == .seeOther)
    }

    private func desk() async throws -> (pages: Pages, ana: Pages.Visitor) {
        let pages = try Pages(alerts: 40)
        // Alerts are of the first hour of 2025.
        pages.world.clock.advance(.seconds(3600))
        let ana = try pages.enter("ana", .analyst)
        for number in 0..<6 { try await judge(pages, number, number < 2 ? "fraud" : "legitimate", by: ana) }
        try await judge(pages, 6, "suspicious", by: ana)
        return (pages, ana)
    }

    @Test("a verdict shows in every figure that counts it, each with its definition and as a table")
    func verdicts() async throws {
        let (pages, ana) = try await desk()
        let page = try await pages.call(.GET, "/dashboard?days=7", as: ana).text
        let days = try cells(page, "by-day")
        #expect(days.count == 7)
        #expect(days[0] == ["2025-01-01", "40", "2", "1", "0", "4", "33", "0"])
        #expect(days[1...].allSatisfy { $0.dropFirst().allSatisfy { $0 == "0" } })
        // The picture's bar of that day is as high as there is room for, in parts by their counts, each of which says its own.
        for (kind, words, height) in [
            ("fraud", "fraud 2", "5.8"), ("legitimate", "legitimate 4", "11.6"), ("open", "open 33", "95.7"),
        ] {
            let mark = try #require(page.firstRange(of: "height=\"\(height)\"><title>01-01: \(words)</title>"))
            #expect(page[..<mark.lowerBound].split(separator: "<rect ").last?.hasPrefix("class=\"\(kind)\"") == true)
        }
        let precision = try cells(page, "precision")
        #expect(precision.last?.prefix(5).map { $0 } == ["all", "40", "2", "4", "33%"])
        #expect(try cells(page, "backlog")[0] == ["of today", "33"])
        #expect(try cells(page, "times").map { $0[2] }.compactMap { Int($0) }.reduce(0, +) == 7)
        for rule in DeskSamples.rules {
            let own = (0..<40).filter { DeskSamples.facts($0).rules.contains(rule) }
            #expect(try cells(page, "rules").contains { $0[0] == rule && $0[1] == "\(own.count)" })
        }
        let figures = page.components(separatedBy: "<section class=\"figure\"").count - 1
        #expect(figures == 7)
        #expect(page.components(separatedBy: "What this counts").count - 1 == figures)
        #expect(page.components(separatedBy: "As a table").count - 1 == figures)
        let german = try await pages.call(.GET, "/dashboard", as: ana, headers: ["Accept-Language": "de"]).text
        #expect(german.contains("Rückstand nach Alter") && !german.contains("What this counts"))
    }

    @Test("a team's figures are of its own alerts, and say nothing of people; amounts of a team are looked at, too")
    func teams() async throws {
        let (pages, _) = try await desk()
        for text in ["kind=card", "at_least=500"] {
            let team = try TeamScope(text)
            let own = (0..<40).filter {
                let payment = DeskSamples.payment($0)
                return team.has(
                    band: DeskSamples.facts($0).band, kind: payment.kind, channel: payment.channel,
                    amount: payment.amount)
            }
            #expect(!own.isEmpty && own.count < 40)
            let sue = try pages.enter("sue", .supervisor, scope: team)
            let page = try await pages.call(.GET, "/dashboard", as: sue).text
            #expect(try cells(page, "by-day")[0][1] == "\(own.count)")
            #expect(!page.contains("id=\"people\"") && page.contains("Of your team"))
            #expect(page.contains("id=\"value\"") == (team.atLeast == nil))
        }
    }

    @Test("who gives work to others sees everybody by name, others the sum and their own line")
    func people() async throws {
        let (pages, ana) = try await desk()
        // Each verdict claims the next alert for its giver.
        let free = try #require(
            try (0..<40).first { number in
                let work = try pages.index.work(on: DeskSamples.item(number))
                return work.state == .open && work.holder == nil
            })
        try await judge(pages, free, "legitimate", by: try pages.enter("abel", .analyst))
        let all = try cells(
            try await pages.call(.GET, "/dashboard", as: try pages.enter("sue", .supervisor)).text, "people")
        #expect(all == [["all", "8", "8"], ["abel", "1", "1"], ["ana", "7", "7"]])
        #expect(
            try cells(try await pages.call(.GET, "/dashboard", as: ana).text, "people") == [
                ["all", "8", "8"], ["ana", "7", "7"],
            ])
        let auditor = try await pages.call(.GET, "/dashboard", as: try pages.enter("rex", .auditor)).text
        #expect(try cells(auditor, "people") == [["all", "8", "8"]])
    }

    @Test("an address that is no page of figures is refused", arguments: ["days=8", "days=x", "days=-7", "by=kind"])
    func refused(query: String) async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        #expect(try await pages.call(.GET, "/dashboard?\(query)", as: ana).status == .badRequest)
    }

    @Test("who has no role for figures is led to none, and looking at them is written down")
    func looks() async throws {
        let pages = try Pages(alerts: 1)
        let vic = try pages.enter("vic", .viewer)
        #expect(try await pages.call(.GET, "/dashboard", as: vic).status == .forbidden)
        #expect(!(try await pages.call(.GET, "/queue", as: vic).text.contains("/dashboard")))
        let ana = try pages.enter("ana", .analyst)
        #expect(try await pages.call(.GET, "/queue", as: ana).text.contains("href=\"/dashboard\""))
        _ = try await pages.call(.GET, "/dashboard", as: ana)
        let entries = try pages.access.entries(.init(), limit: 9).entries.map(\.entry)
        #expect(
            entries.contains { $0.event.fields[.route] == "GET /dashboard" && $0.event.fields[.actor] == "person:ana" })
    }
}
