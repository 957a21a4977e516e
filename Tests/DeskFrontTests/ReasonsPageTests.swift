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

@Suite("Reasons and the way of a label on an alert's page")
struct ReasonsPageTests {
    private let member = DeskSamples.member

    /// An event of reasons as an agent writes it.
    private func event(_ number: Int, _ data: String) -> NewRecord {
        let json = """
            {"specversion":"1.0","id":"\(DeskSamples.item(number))","source":"/members/\(member)","type":"org.cordon.reasons.v1",
            "subject":"t","time":"2025-01-01T00:00:00Z","datacontenttype":"application/json","data":\(data)}
            """
        return NewRecord(TopicPartition(Topics.reasons(member)), value: Array(json.utf8))
    }

    private let given = """
        {"state":"given","modelVersion":"m1","hidden":["device"],"reasons":[
        {"feature":"t_frauds","kind":"frauds","entity":"terminal","over":2592000,"delay":604800,"scope":"consortium"},
        {"feature":"amount","kind":"amount","value":812.5,"usual":[5,95]},
        {"feature":"payees","kind":"distinct","entity":"customer","of":"payee","over":86400,"value":7},
        {"feature":"odd<b>","kind":"new_kind","value":1}]}
        """

    private func page(_ pages: Pages, _ number: Int = 0, _ language: String = "en") async throws -> String {
        let ana = try pages.enter("ana", .analyst)
        return try await pages.call(
            .GET, "/alerts/\(DeskSamples.item(number))", as: ana, headers: ["Accept-Language": language]
        ).text
    }

    @Test("the consortium's are told in words with the model's window, own ones with value and what is usual")
    func words() async throws {
        let pages = try Pages(prepare: { try $0.log.append([self.event(0, self.given)]) })
        let text = try await page(pages)
        #expect(text.contains("Confirmed frauds in the consortium with this terminal, 7 to 37 days before"))
        #expect(text.contains("Amount: 812.50, usually 5 to 95"))
        #expect(text.contains("Different ones: payee, customer (a day): 7"))
        #expect(text.contains("Consortium: contributed (device;") && text.contains("odd&lt;b&gt;: 1"))
        let german = try await page(pages, 0, "de")
        #expect(german.contains("7 bis 37 Tage davor") && german.contains("812,50, sonst 5 bis 95"))
        // An alert of which nobody asked has no such section.
        #expect(try await !page(pages, 1).contains("class=\"reasons\""))
    }

    @Test("where there are none it says why; what was told once stays")
    func none() async throws {
        let pages = try Pages(prepare: { world in
            try world.log.append([
                self.event(0, #"{"state":"wanted","modelVersion":"m1"}"#),
                self.event(1, #"{"state":"wanted","modelVersion":"m1"}"#),
                self.event(1, #"{"state":"no_card","modelVersion":"m1"}"#),
                self.event(2, #"{"state":"refused","modelVersion":"m1","code":"over_budget"}"#),
                self.event(3, #"{"state":"given","modelVersion":"m1","reasons":[]}"#),
                self.event(4, self.given),
                self.event(4, #"{"state":"refused","modelVersion":"m1","code":"no_answer"}"#),
                NewRecord(TopicPartition(Topics.reasons(self.member)), value: Array("none".utf8)),
            ])
        })
        #expect(try await page(pages, 0).contains("The parties are being asked."))
        #expect(try await page(pages, 1).contains("has no scorecard"))
        #expect(try await page(pages, 2).contains("gave no reasons (over_budget)"))
        #expect(try await page(pages, 3).contains("No single feature stands out"))
        #expect(try await page(pages, 4).contains("7 to 37 days before"))
    }

    @Test("a trial shows them for its half alone")
    func trial() async throws {
        let pages = try Pages(
            alerts: 12, triesReasons: true,
            prepare: { world in
                try world.log.append((0..<12).map { self.event($0, self.given) })
            })
        var shown = 0
        for number in 0..<12 {
            let isShown = try await page(pages, number).contains("class=\"reasons\"")
            #expect(isShown == ReasonsTrial.shows(DeskSamples.item(number)))
            if isShown { shown += 1 }
        }
        #expect((1..<12).contains(shown))
    }

    @Test("a verdict's label is shown on its way: when it leaves, that it is counted, and what a correction changes")
    func journey() async throws {
        let terms = LabelTerms(bucket: 86_400, delay: 7 * 86_400)
        let payment = DeskSamples.payment(0)
        func label(_ world: DeskLog, fraud: Bool) throws {
            let record = LabelText(mapping: .canonical)?.record(Verdict(transaction: payment.id, fraud: fraud))
            try world.log.append([NewRecord(TopicPartition(Topics.transactions(member)), value: record ?? [])])
        }
        func later(_ world: DeskLog) throws {
            let late = DeskSamples.payment(90, time: payment.time.seconds + 9 * 86_400)
            try world.log.append([
                NewRecord(TopicPartition(Topics.transactions(member)), value: CanonicalJSON.encode(late))
            ])
        }
        func judge(_ world: DeskLog) throws {
            try world.log.append([
                NewRecord(
                    TopicPartition(Topics.cases(member)),
                    value: DeskRecord(
                        id: DeskSamples.act(1), item: DeskSamples.item(0), actor: Actor(.person, "ana")!, writtenAt: 1,
                        expects: nil, act: .judge(Judgement(.fraud)), remark: ""
                    ).json(member: member))
            ])
        }
        let early = try Pages(
            labelTerms: terms,
            prepare: {
                try judge($0); try label($0, fraud: true)
            })
        // Before any verdict the page tells what one would correct: nothing while the label's time has not come.
        let fresh = try Pages(labelTerms: terms, prepare: { _ in })
        #expect(try await !page(fresh).contains("The parties know this payment"))
        let silent = try Pages(labelTerms: terms, prepare: { try later($0) })
        #expect(try await page(silent).contains("The parties know this payment as “legitimate” already"))
        let known = try Pages(
            labelTerms: terms,
            prepare: {
                try label($0, fraud: true); try later($0)
            })
        #expect(try await page(known).contains("The parties know this payment as “fraud” already"))
        #expect(try await page(known, 0, "de").contains("Die Parteien kennen diese Zahlung schon als „Betrug“"))
        let waiting = try await page(early)
        #expect(waiting.contains("leaves with all labels of its bucket") && !waiting.contains("had left before"))
        let counted = try Pages(
            labelTerms: terms,
            prepare: { world in
                try judge(world)
                try label(world, fraud: true)
                try later(world)
                for party in PartyID.allCases {
                    var wire = WireLabelReceipt()
                    (wire.schema, wire.party) = (1, UInt32(party.rawValue))
                    wire.counted = SourcePosition(offset: 100).wire
                    try world.log.append([NewRecord(TopicPartition(Topics.receipts(self.member)), value: wire.encoded)])
                }
            })
        #expect(try await page(counted).contains("✓ counted by all three parties"))
        let late = try Pages(
            labelTerms: terms,
            prepare: {
                try judge($0); try later($0); try label($0, fraud: true)
            })
        let corrected = try await page(late)
        #expect(corrected.contains("had left before") && corrected.contains("“legitimate”"))
        #expect(corrected.contains("✓ sealed for the parties") && !corrected.contains("✓ counted"))
        // A desk that was not told when labels leave says less.
        let plain = try Pages(prepare: {
            try judge($0); try label($0, fraud: true)
        })
        #expect(try await page(plain).contains("label on the member"))
    }
}
