import Desk
import DeskFront
import DeskStore
import HTTPFront
import NIOHTTP1
import Records
import Support
import Testing

/// Second looks and samples by the pages' own forms.
struct SamplePagesTests {
    private let item = DeskSamples.item(0)

    @Test("a second person judges without being shown the first verdict, and both are shown then")
    func second() async throws {
        let pages = try Pages()
        let (ana, ben, sue) = (
            try pages.enter("ana", .analyst), try pages.enter("ben", .analyst), try pages.enter("sue", .supervisor)
        )
        let set = try await pages.call(
            .POST, "/house/rules", as: sue,
            form: [
                "token": sue.token, "rules": "# of all\r\njudged_twice 1000\r\n", "version": "0",
                "act": DeskSamples.act(1).hex,
            ])
        #expect(set.status == .seeOther)
        let verdict = [
            "finding": "fraud", "fraud_type": "romance", "remark": "said by the sister", "version": "0",
        ]
        let judged = try await pages.call(
            .POST, "/alerts/\(item)/verdict", as: ana, form: verdict.merging(["token": ana.token]) { $1 })
        #expect(judged.status == .seeOther)
        for target in ["/alerts/\(item)", "/queue?shown=closed", "/queue?shown=closed&awaits=look"] {
            let (own, blind) = (
                try await pages.call(.GET, target, as: ana), try await pages.call(.GET, target, as: ben)
            )
            #expect(own.text.contains("finding fraud"), "\(target)")
            #expect(!blind.text.contains("finding fraud") && blind.text.contains(item.hex), "\(target)")
            #expect(!blind.text.contains("said by the sister") && !blind.text.contains("verdict: "), "\(target)")
        }
        for (visitor, isListed) in [(ana, true), (ben, false)] {
            let list = try await pages.call(.GET, "/queue?shown=closed&finding=fraud", as: visitor)
            #expect(list.text.contains(item.hex) == isListed)
        }
        // The feed is the same for all who listen.
        let events = try FeedCache(index: pages.index).batch(behind: try pages.index.feedEnds().kept).events
        let verdicts = events.filter { $0.english.contains("\"act\":\"verdict\"") }
        #expect(verdicts.count == 1)
        for event in verdicts {
            for text in [event.english, event.german] {
                #expect(!text.lowercased().contains("fraud") && !text.contains("Betrug"))
            }
        }
        let page = try await pages.call(.GET, "/alerts/\(item)", as: ben)
        #expect(page.text.contains("action=\"/alerts/\(item)/second\""))
        let own = try await pages.call(
            .POST, "/alerts/\(item)/second", as: ana,
            form: verdict.merging(["token": ana.token, "version": "1"]) { $1 })
        #expect(own.status == .conflict)
        let wrong = try await pages.call(
            .POST, "/alerts/\(item)/second", as: ben,
            form: ["token": ben.token, "version": "1", "finding": "legitimate", "loss": "5", "remark": "typed <b>"])
        #expect(wrong.status == .unprocessableEntity)
        #expect(wrong.text.contains("typed &lt;b&gt;</textarea>") && !wrong.text.contains("finding fraud\">"))
        let done = try await pages.call(
            .POST, "/alerts/\(item)/second", as: ben,
            form: ["token": ben.token, "version": "1", "finding": "legitimate"])
        #expect(done.status == .seeOther)
        let work = try pages.index.work(on: item)
        #expect(work.judgement?.finding == .fraud && work.second?.second?.finding == .legitimate)
        #expect(try await pages.call(.GET, "/alerts/\(item)", as: ben).text.contains("said by the sister"))
        let figures = try await pages.call(.GET, "/samples", as: sue)
        #expect(figures.text.contains("0 / 1") && figures.text.contains(item.hex))
        // A program that may see figures alone is shown no alert.
        let text = DeskKey.text(random: [UInt8](repeating: 1, count: 32))
        let until = EventTime(seconds: pages.world.clock.microseconds / 1_000_000 + 60)
        let key = DeskKey(actor: Actor(.service, "nightly")!, deeds: [.figures], until: until)
        pages.keys.replace(try DeskKeys(text: DeskKeys.line(key, hash: DeskKey.hash(text), scope: nil)))
        let sums = try await pages.call(.GET, "/samples", as: nil, headers: ["Authorization": "Bearer \(text)"]).text
        #expect(sums.contains("0 / 1") && !sums.contains(item.hex))
        #expect(try await pages.call(.GET, "/samples?days=31", as: sue).status == .badRequest)
        #expect(try await pages.call(.GET, "/samples?page=3", as: sue).status == .badRequest)
    }

    @Test("a share of payments that were let go comes before people, by the desk's own act, and is counted")
    func drawn() async throws {
        let pages = try Pages(alerts: 1, prepare: { world in try world.letGo(1..<40) })
        let sue = try pages.enter("sue", .supervisor)
        let set = try await pages.call(
            .POST, "/house/rules", as: sue,
            form: ["token": sue.token, "rules": "sample approved 1000", "version": "0", "act": DeskSamples.act(1).hex])
        #expect(set.status == .seeOther)
        // Those that were decided before the rule are none of its own.
        try pages.world.letGo(40..<60, at: pages.world.clock.microseconds + 1_000_000)
        let filter = try QueueFilter([("origin", "sample"), ("whose", "anyone")])
        while try pages.index.page(filter, me: nil, now: .max / 2).rows.count < 20 {
            _ = try await pages.call(
                .POST, "/alerts/\(item)/note", as: sue, form: ["token": sue.token, "text": "x"])
        }
        #expect(
            Set(try pages.index.page(filter, me: nil, now: .max / 2).rows.map(\.facts.item))
                == Set((40..<60).map { DeskSamples.item($0) }))
        let figures = try await pages.call(.GET, "/samples?days=30", as: sue)
        #expect(figures.text.contains("of approved payments") && figures.text.contains(">20<"))
    }
}
