import Crypto
import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Foundation
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// The regulator's figures, and what leaves the desk about a case.
struct ReportRoutesTests {
    /// Ten days into the second quarter: all samples are of the first days of 2025.
    private func desk() throws -> (pages: Pages, ana: Pages.Visitor) {
        let pages = try Pages(
            alerts: 40,
            prepare: { world in
                // The labels of the first ten payments say fraud.
                try world.log.append(
                    (0..<10).map { number in
                        NewRecord(
                            TopicPartition(Topics.transactions(DeskSamples.member)),
                            value: CanonicalJSON.encode(Verdict(transaction: "t-\(number)", fraud: true)))
                    })
            })
        pages.world.clock.advance(.seconds(100 * 86_400))
        return (pages, try pages.enter("ana", .analyst))
    }

    /// Payments that were not declined: those are all that a report has.
    private func paid(_ range: Range<Int>) -> [Transaction] {
        range.filter { DeskSamples.facts($0).band != .decline }.map { DeskSamples.payment($0) }
    }

    private func remote(_ range: Range<Int>, _ kinds: [PaymentKind]) -> [Transaction] {
        paid(range).filter { payment in
            payment.kind.map(kinds.contains) == true && (payment.channel == .online || payment.channel == .mobile)
        }
    }

    @Test("a quarter's rates are those of its payments and labels, on the page and as a file")
    func rates() async throws {
        let (pages, ana) = try desk()
        let file = try await pages.call(.GET, "/reports/fraud-rate.json?quarter=2025-Q1", as: ana)
        let report = try JSONDecoder().decode(FraudRateReport.self, from: Data(file.body))
        #expect(report.quarter == "2025-Q1" && report.isComplete)
        for (instrument, kinds) in [(Instrument.card, [PaymentKind.card]), (.transfer, [.transfer, .instantTransfer])] {
            let rate = try #require(report.rates.first { $0.instrument == instrument })
            let (all, frauds) = (remote(0..<40, kinds), remote(0..<10, kinds))
            func sum(_ payments: [Transaction]) -> Int64 { payments.reduce(0) { $0 + $1.amount.value } }
            #expect(rate.payments == Int64(all.count))
            #expect(rate.value == MinorUnits(sum(all)).decimal)
            #expect(rate.byPaymentDate.fraud == MinorUnits(sum(frauds)).decimal)
            #expect(rate.byRegistrationDate == rate.byPaymentDate)
        }
        let page = try await pages.call(.GET, "/reports", as: ana).text
        #expect(page.contains("2025-Q1"))
        #expect(page.contains("/reports/half-year.csv?half=2025-H1"))
        let csv = try await pages.call(.GET, "/reports/half-year.csv?half=2025-H1", as: ana)
        #expect(csv.headers["Content-Disposition"].first?.contains("fraud-report-2025-H1.csv") == true)
        let cards = paid(0..<40).filter { $0.kind == .card }.count
        #expect(csv.text.contains("2025-H1,card,all,all,\(cards),"))
        #expect(try await pages.call(.GET, "/reports/half-year.json?half=2025-H1", as: ana).text.contains("notFilled"))
        // A quarter without a payment has no rate.
        let empty = try await pages.call(.GET, "/reports/fraud-rate.json?quarter=2024-Q1", as: ana)
        let none = try JSONDecoder().decode(FraudRateReport.self, from: Data(empty.body))
        #expect(none.rates[0].byPaymentDate.rate == nil)
    }

    @Test("a team has its own payments' figures, and one that goes by amounts is told that there are none")
    func teams() async throws {
        let (pages, _) = try desk()
        let cards = try pages.enter("carl", .analyst, scope: try TeamScope("kind=card"))
        let file = try await pages.call(.GET, "/reports/fraud-rate.json?quarter=2025-Q1", as: cards)
        let report = try JSONDecoder().decode(FraudRateReport.self, from: Data(file.body))
        let transfers = try #require(report.rates.first { $0.instrument == .transfer })
        #expect(transfers.payments == 0 && report.valueWithoutInstrument == "0.00")
        let rich = try pages.enter("rita", .analyst, scope: try TeamScope("at_least=100"))
        for path in ["", "/fraud-rate.json", "/half-year.csv", "/half-year.json"] {
            #expect(try await pages.call(.GET, "/reports\(path)", as: rich).status == .conflict)
        }
        #expect(!(try await pages.call(.GET, "/dashboard", as: rich).text.contains("\"/reports\"")))
    }

    @Test(
        "an address that names no period is refused",
        arguments: ["quarter=2025-H1", "quarter=x", "half=2025-H1", "quarter=2025-Q5"])
    func refused(query: String) async throws {
        let (pages, ana) = try desk()
        #expect(try await pages.call(.GET, "/reports?\(query)", as: ana).status == .badRequest)
    }

    @Test("a case's file has every alert and act in a chain whose digest the page says, and changes with each of them")
    func caseFile() async throws {
        let (pages, ana) = try desk()
        let file = DeskSamples.act(1_000_001).hex
        func post(_ target: String, _ fields: [String: String]) async throws {
            let reply = try await pages.call(
                .POST, target, as: ana, form: fields.merging(["token": ana.token]) { $1 })
            #expect(reply.status == .seeOther, "\(target)")
        }
        try await post("/cases/open", ["act": file, "title": "ring <1>"])
        for number in [3, 4] { try await post("/alerts/\(DeskSamples.item(number))/case", ["case": file]) }
        try await post("/cases/\(file)/note", ["text": "called the customer"])
        let first = try await pages.call(.GET, "/cases/\(file)/file.jsonl", as: ana)
        let lines = first.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 8)
        for (before, line) in zip(lines, lines.dropFirst()) {
            let digest = hexadecimal(SHA256.hash(data: Array(before.utf8)))
            #expect(line.contains("\"previous\":\"\(digest)\""))
        }
        for word in ["ring <1>", "t-3", "t-4", "called the customer", "\"lines\":8"] {
            #expect(first.text.contains(word))
        }
        let digest = hexadecimal(SHA256.hash(data: first.body))
        let page = try await pages.call(.GET, "/cases/\(file)/file", as: ana).text
        #expect(page.contains(digest))
        #expect(page.contains("ring &lt;1&gt;"))
        // The same moment gives the same file; another act another one.
        #expect(try await pages.call(.GET, "/cases/\(file)/file.jsonl", as: ana).body == first.body)
        try await post("/cases/\(file)/note", ["text": "again"])
        let second = try await pages.call(.GET, "/cases/\(file)/file.jsonl", as: ana)
        #expect(second.body != first.body)
        #expect(second.text.split(separator: "\n").count == 9)
        // What would not be whole is no document.
        let writer = Actor(.person, "ana")!
        try pages.world.log.append(
            (0..<DeskIndex.evidenceLimit).map { number in
                let note = DeskRecord(
                    id: DeskSamples.act(2_000_000 + number), item: DeskSamples.item(4), actor: writer,
                    writtenAt: 0, act: .note("n"))
                return NewRecord(
                    TopicPartition(Topics.cases(DeskSamples.member)), value: note.json(member: DeskSamples.member))
            })
        try await post("/cases/\(file)/note", ["text": "and again"])
        for ending in ["", ".jsonl"] {
            #expect(try await pages.call(.GET, "/cases/\(file)/file\(ending)", as: ana).status == .conflict)
        }
    }

    /// 40 alerts, and behind them one of a transfer in euro and one of a transfer whose currency is not known.
    private func makeTransfers() throws -> Pages {
        func transfer(_ number: Int, _ money: Money?) -> Transaction {
            var payment = DeskSamples.payment(number)
            (payment.kind, payment.original) = (.transfer, money)
            return payment
        }
        let euro = try #require(Currency("EUR"))
        let payments = [transfer(40, Money(units: 12_345, currency: euro)), transfer(41, nil)]
        var mapping = Mapping.canonical
        mapping.rates = RateTable(currency: euro)
        return try Pages(
            alerts: 40, mapping: mapping,
            prepare: { world in
                for (number, payment) in zip(40..., payments) {
                    try world.log.append([
                        NewRecord(
                            TopicPartition(Topics.transactions(DeskSamples.member)),
                            value: CanonicalJSON.encode(payment)),
                        NewRecord(
                            TopicPartition(Topics.alerts(DeskSamples.member)),
                            value: DeskSamples.event(DeskSamples.facts(number)).json),
                    ])
                }
            })
    }

    @Test("neither file nor recall shows the first verdict to who may give a second one")
    func blind() async throws {
        let pages = try makeTransfers()
        let (ana, ben, sue) = (
            try pages.enter("ana", .analyst), try pages.enter("ben", .analyst), try pages.enter("sue", .supervisor)
        )
        let (item, file) = (DeskSamples.item(40), DeskSamples.act(1_000_001).hex)
        let steps: [(target: String, visitor: Pages.Visitor, fields: [String: String])] = [
            ("/house/rules", sue, ["rules": "judged_twice 1000", "version": "0", "act": DeskSamples.act(1).hex]),
            ("/cases/open", ana, ["act": file, "title": "ring"]), ("/alerts/\(item)/case", ana, ["case": file]),
            ("/alerts/\(item)/verdict", ana, ["version": "1", "finding": "fraud", "fraud_type": "impersonation"]),
        ]
        for step in steps {
            let reply = try await pages.call(
                .POST, step.target, as: step.visitor, form: step.fields.merging(["token": step.visitor.token]) { $1 })
            #expect(reply.status == .seeOther, "\(step.target)")
        }
        let targets = ["/cases/\(file)/file", "/cases/\(file)/file.jsonl", "/alerts/\(item)/recall"]
        for target in targets {
            #expect(try await pages.call(.GET, target, as: ana).status == .ok, "\(target)")
            let reply = try await pages.call(.GET, target, as: ben)
            #expect(reply.status == .conflict && !reply.text.contains("impersonation"), "\(target)")
        }
        let second = try await pages.call(
            .POST, "/alerts/\(item)/second", as: ben,
            form: [
                "token": ben.token, "version": "\(try pages.index.work(on: item).version)", "finding": "legitimate",
            ])
        #expect(second.status == .seeOther)
        for target in targets { #expect(try await pages.call(.GET, target, as: ben).status == .ok, "\(target)") }
    }

    @Test("a recall is drafted of a transfer in a currency with a verdict of fraud alone; the alert's page leads to it")
    func recall() async throws {
        let pages = try makeTransfers()
        let ana = try pages.enter("ana", .analyst)
        let viewer = try pages.enter("vera", .viewer)
        let card = try #require((0..<40).first { DeskSamples.payment($0).kind == .card })
        func recall(_ number: Int) async throws -> Reply {
            try await pages.call(.GET, "/alerts/\(DeskSamples.item(number))/recall", as: ana)
        }
        func judge(_ number: Int, _ finding: String) async throws {
            let reply = try await pages.call(
                .POST, "/alerts/\(DeskSamples.item(number))/verdict", as: ana,
                form: [
                    "token": ana.token, "version": "0", "finding": finding,
                    "fraud_type": finding == "fraud" ? "impersonation" : "",
                ])
            #expect(reply.status == .seeOther)
        }
        #expect(try await recall(40).text.contains("A recall needs a verdict of fraud that stands."))
        for number in [40, 41, card] { try await judge(number, "fraud") }
        let draft = try await recall(40)
        #expect(draft.status == .ok && draft.headers["Content-Type"] == ["application/xml"])
        #expect(
            draft.headers["Content-Disposition"] == [
                "attachment; filename=\"recall-\(DeskSamples.item(40).hex).xml\""
            ])
        for word in ["<OrgnlTxId>t-40</OrgnlTxId>", "Ccy=\"EUR\">123.45<", "<Cd>FRAD</Cd>", "impersonation"] {
            #expect(draft.text.contains(word))
        }
        #expect(try await recall(41).text.contains("has no currency"))
        #expect(try await recall(card).text.contains("Only credit transfers"))
        // The page leads to what there is, and those to it who may have it.
        let readers: [(Int, Pages.Visitor, Bool)] = [
            (40, ana, true), (41, ana, false), (card, ana, false), (40, viewer, false),
        ]
        for (number, visitor, isThere) in readers {
            let page = try await pages.call(.GET, "/alerts/\(DeskSamples.item(number))", as: visitor)
            #expect(page.status == .ok)
            #expect(page.text.contains("/recall\"") == isThere, "\(number)")
        }
        // A verdict that is taken back is none.
        let reopened = try await pages.call(
            .POST, "/alerts/\(DeskSamples.item(40))/reopen", as: ana, form: ["token": ana.token, "version": "1"])
        #expect(reopened.status == .seeOther)
        #expect(try await recall(40).status == .conflict)
    }
}
