import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Foundation
import Policy
import Records
import Secrets
import Stages
import Support
import Synchronization
import Telemetry
import Testing
import Webhooks

/// A sender that hands nothing over before its test says how.
private final class Hands: WebhookSender {
    struct Letter: Sendable {
        var id: String
        var url: String
        var body: String
        var signatures: Int
        var done: @Sendable (AttemptOutcome) -> Void
    }

    let letters = Mutex<[Letter]>([])

    func send(
        _ body: [UInt8], to address: WebhookAddress, headers: [(name: String, value: String)],
        done: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        let fields = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
        letters.withLock {
            $0.append(
                Letter(
                    id: fields["webhook-id"]!, url: "\(address)", body: String(decoding: body, as: UTF8.self),
                    signatures: fields["webhook-signature"]!.split(separator: " ").count, done: done))
        }
    }

    func take() -> [Letter] {
        letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
    }
}

/// A desk with a store of endpoints, turned by hand.
private struct World {
    let log: DeskLog
    let desk: DeskParts
    let store: WebhookStore
    let hands = Hands()
    let notices = Notices()

    final class Notices: Sendable { let all = Mutex<[WebhookStage.Notice]>([]) }

    init(alerts: Int = 0) throws {
        log = try DeskLog()
        try log.alert(0..<alerts)
        desk = try log.desk("index")
        try desk.projection.catchUp()
        store = try WebhookStore(path: log.folder.path("webhooks/file"))
    }

    func stage() throws -> WebhookStage {
        try WebhookStage(
            store: store, index: desk.index, feed: FeedCache(index: desk.index), sender: hands, mail: WebhookMail(),
            clock: log.clock, metrics: desk.metrics, waits: false, jitter: { 1 },
            told: { [notices] notice in notices.all.withLock { all in all.append(notice) } })
    }

    func add(_ name: String, kinds: WebhookEndpoint.Kinds = .alerts, filter: QueueFilter = QueueFilter()) throws {
        try store.add(
            name, to: WebhookAddress("https://\(name).example/"), filter: filter, kinds: kinds,
            secret: WebhookSecret(shared: randomBytes(32)))
    }

    func come(_ numbers: Range<Int>) throws {
        try log.alert(numbers)
        try desk.projection.catchUp()
    }

    /// Turns until nothing is left to do now, answering all; returns what was delivered.
    func run(_ stage: WebhookStage, _ answer: (Hands.Letter) -> AttemptOutcome?) throws -> [Hands.Letter] {
        var delivered: [Hands.Letter] = []
        while true {
            let turn = try stage.turn(until: log.clock.now)
            let letters = hands.take()
            for letter in letters {
                guard let outcome = answer(letter) else { continue }
                if outcome.isDelivered { delivered.append(letter) }
                letter.done(outcome)
            }
            if turn == .idle, letters.isEmpty { return delivered }
        }
    }
}

private let fine = AttemptOutcome.answered(status: 200, retryAfter: nil)

@Suite(.timeLimit(.minutes(5)))
struct WebhookStageTests {
    @Test("an endpoint gets what comes once it is there, by its filter, each event once, as the feed has it")
    func delivers() throws {
        let world = try World(alerts: 5)
        var declined = QueueFilter()
        declined.band = .decline
        try world.add("all")
        try world.add("declined", filter: declined)
        let stage = try world.stage()
        #expect(try world.run(stage) { _ in fine }.isEmpty)
        try world.come(5..<40)
        let delivered = try world.run(stage) { _ in fine }
        let ids = delivered.filter { $0.url.hasPrefix("https://all.") }.map(\.id)
        #expect(ids == (5..<40).map { "alerts.0.\($0)" })
        let wanted = (5..<40).filter { DeskSamples.facts($0).band == .decline }
        #expect(delivered.filter { $0.url.hasPrefix("https://declined.") }.map(\.id) == wanted.map { "alerts.0.\($0)" })
        let feed = try world.desk.index.events(behind: FeedCursor(alerts: [5], cases: 0), limit: 1000).events
        for (event, letter) in zip(feed, delivered.filter { $0.url.hasPrefix("https://all.") }) {
            #expect(letter.body.contains(event.json(.english)) && letter.body.hasSuffix("\"type\":\"alert\"}"))
        }
    }

    @Test("a desk that ends at any turn sends nothing under two ids, loses nothing, and repeats only what had no end")
    func restarts() throws {
        for cut in 1..<12 {
            let world = try World()
            try world.add("one")
            var stage = try world.stage()
            _ = try world.run(stage) { _ in fine }
            try world.come(0..<30)
            var seen: [String: Int] = [:]
            // Turns of one sender that ends in the middle; what it had in its hands may have arrived.
            for _ in 0..<cut {
                _ = try stage.turn(until: world.log.clock.now)
                for letter in world.hands.take() {
                    seen[letter.id, default: 0] += 1
                    letter.done(fine)
                }
            }
            stage = try world.stage()
            for letter in try world.run(stage, { _ in fine }) { seen[letter.id, default: 0] += 1 }
            #expect(Set(seen.keys) == Set((0..<30).map { "alerts.0.\($0)" }), "\(cut)")
            #expect(seen.values.allSatisfy { $0 <= 2 } && seen.values.count { $0 == 2 } <= 8, "\(cut)")
        }
    }

    @Test("a paused endpoint keeps its queue, and so does one that is gone; both go on where they were")
    func pauses() throws {
        let world = try World()
        try world.add("one")
        let stage = try world.stage()
        _ = try world.run(stage) { _ in fine }
        try world.store.set("one", active: false)
        try world.come(0..<5)
        #expect(try world.run(stage) { _ in fine }.isEmpty)
        try world.store.set("one", active: true)
        #expect(try world.run(stage) { _ in fine }.count == 5)
        try world.come(5..<9)
        #expect(try world.run(stage) { _ in .answered(status: 410, retryAfter: nil) }.isEmpty)
        let endpoint = try #require(try world.store.endpoints().first)
        #expect(endpoint.state == .disabled && endpoint.reason == .gone)
        #expect(world.notices.all.withLock { $0 }.contains(.disabled(endpoint: "one", .gone)))
        try world.come(9..<12)
        #expect(try world.run(stage) { _ in fine }.isEmpty)
        try world.store.set("one", active: true)
        #expect(Set(try world.run(stage) { _ in fine }.map(\.id)) == Set((5..<12).map { "alerts.0.\($0)" }))
    }

    @Test("what was given up is listed and sent again; a replay sends all since a time, under the same ids")
    func again() throws {
        let world = try World()
        try world.add("one")
        let stage = try world.stage()
        _ = try world.run(stage) { _ in fine }
        try world.come(0..<6)
        let bad = AttemptOutcome.answered(status: 400, retryAfter: nil)
        for number in 6..<40 {
            _ = try world.run(stage) { $0.id == "alerts.0.2" ? bad : fine }
            // Others come, so that the endpoint is well.
            try world.come(number..<number + 1)
            world.log.clock.advance(.seconds(80_000))
        }
        _ = try world.run(stage) { $0.id == "alerts.0.2" ? bad : fine }
        let failed = try world.store.messages(of: "one", .givenUp, limit: 10)
        #expect(failed.map(\.id) == ["alerts.0.2"] && failed.first?.last == "400" && failed.first?.attempts == 11)
        #expect(try world.store.resend("one") == 1)
        #expect(try world.run(stage) { _ in fine }.map(\.id) == ["alerts.0.2"])
        #expect(try world.store.resend("one", id: "alerts.0.5") == 1)
        #expect(try world.run(stage) { _ in fine }.map(\.id) == ["alerts.0.5"])
        try world.store.replay("one", since: DeskSamples.facts(0).decidedAt)
        #expect(Set(try world.run(stage) { _ in fine }.map(\.id)) == Set((0..<40).map { "alerts.0.\($0)" }))
        #expect(try world.run(stage) { _ in fine }.isEmpty)
        #expect(throws: WebhookStore.Failure.self) { try world.store.resend("two") }
    }

    @Test("a key that was replaced signs beside the new one until its time, and then no more")
    func rotates() throws {
        let world = try World()
        try world.add("one")
        let stage = try world.stage()
        _ = try world.run(stage) { _ in fine }
        let now = world.log.clock.microseconds
        try world.store.rotate("one", to: WebhookSecret(pair: randomBytes(32)), until: now + 60_000_000)
        try world.come(0..<1)
        #expect(try world.run(stage) { _ in fine }.map(\.signatures) == [2])
        world.log.clock.advance(.seconds(61))
        try world.come(1..<2)
        #expect(try world.run(stage) { _ in fine }.map(\.signatures) == [1])
        let file = try FileManager.default.attributesOfItem(atPath: world.log.folder.path("webhooks/file"))
        #expect(file[.posixPermissions] as? Int == 0o600)
    }

    @Test("of two senders of one file the first can keep nothing any more")
    func fences() throws {
        let world = try World()
        try world.add("one")
        let first = try world.stage()
        _ = try world.run(first) { _ in fine }
        let second = try world.stage()
        try world.come(0..<1)
        #expect(throws: WebhookStore.Failure.self) { try first.turn(until: world.log.clock.now) }
        #expect(try world.run(second) { _ in fine }.count == 1)
    }

    @Test("more than a window: the rest waits in the feed, and one endpoint that takes nothing holds up no other")
    func window() throws {
        let world = try World()
        for name in ["dead", "well"] { try world.add(name) }
        let stage = try world.stage()
        _ = try world.run(stage) { _ in fine }
        try world.come(0..<2500)
        let delivered = try world.run(stage) { $0.url.hasPrefix("https://dead.") ? .failed(.noConnection) : fine }
        #expect(delivered.map(\.id) == (0..<2500).map { "alerts.0.\($0)" })
        #expect(world.notices.all.withLock { $0 } == [.failing(endpoint: "dead")])
        let waiting = try world.store.waiting(
            try #require(try world.store.endpoints().first { $0.name == "dead" }).number)
        #expect(waiting.count >= 1000 && waiting.count < 1200)
        var back: Set<String> = []
        while back.count < 2500 {
            world.log.clock.advance(.seconds(300))
            let now = try world.run(stage) { _ in fine }
            #expect(!now.isEmpty)
            if now.isEmpty { break }
            back.formUnion(now.map(\.id))
        }
        #expect(back.count == 2500)
        #expect(world.notices.all.withLock { $0.last } == .recovered(endpoint: "dead"))
    }

    @Test("acts go where they are asked for, and an alert waits for its payment, which a filter may look at")
    func acts() async throws {
        let world = try World()
        try world.add("acts", kinds: .acts)
        try world.add("both", kinds: .both)
        let stage = try world.stage()
        _ = try world.run(stage) { _ in fine }
        // The alert before its payment, as topics are read side by side.
        let member = DeskSamples.member
        let facts = DeskSamples.facts(0)
        try world.log.log.append([
            NewRecord(TopicPartition(Topics.alerts(member)), value: DeskSamples.event(facts).json)
        ])
        try world.desk.projection.catchUp()
        #expect(try world.run(stage) { _ in fine }.isEmpty)
        try world.log.log.append([
            NewRecord(
                TopicPartition(Topics.transactions(member)), value: CanonicalJSON.encode(DeskSamples.payment(0)))
        ])
        try world.desk.projection.catchUp()
        #expect(try world.run(stage) { _ in fine }.map(\.id) == ["alerts.0.0"])
        let record = DeskRecord(
            id: ActID(random: randomBytes(16)), item: facts.item, actor: Actor(.person, "ana")!, writtenAt: 5,
            act: .note("seen"))
        try world.log.log.append([
            NewRecord(TopicPartition(Topics.cases(member)), key: record.key, value: record.json(member: member))
        ])
        try world.desk.projection.catchUp()
        let delivered = try world.run(stage) { _ in fine }
        #expect(
            delivered.map(\.id) == ["cases.0.0", "cases.0.0"]
                && delivered.allSatisfy { $0.body.hasSuffix("\"type\":\"act\"}") })
    }
}
