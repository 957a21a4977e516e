import Desk
import DeskFront
import DeskStore
import EventLogs
import Foundation
import Policy
import Records
import Secrets
import Stages
import Support
import Testing

/// pipelines/asyncapi/cordon.json against what runs.
struct AsyncAPITests {
    private let schema: Schema

    init() throws { schema = try Schema(file: "pipelines/asyncapi/cordon.json") }

    private func schema(_ name: String) -> Any { ["$ref": "#/components/schemas/\(name)"] }

    private func fault(_ text: some StringProtocol, _ name: String) throws -> String? {
        schema.fault(try JSONSerialization.jsonObject(with: Data(text.utf8)), schema(name))
    }

    @Test("it has every topic that is created, and no other")
    func topics() throws {
        let file = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("pipelines/topics.yaml"), encoding: .utf8)
        let created = file.matches(of: #/name: ([^,]+),/#).map { String($0.1).replacing("<member>", with: "{member}") }
        let channels = try #require(schema.at("channels") as? [String: [String: Any]])
        let addresses = channels.values.compactMap { $0["address"] as? String }
        #expect(created.count > 15)
        #expect(Set(addresses).subtracting(["/feed", "{endpoint}"]) == Set(created))
        #expect(addresses.count == created.count + 2)
    }

    @Test("examples are as their schemas say, and every reference leads somewhere")
    func examples() throws {
        let messages = try #require(schema.at("components", "messages") as? [String: [String: Any]])
        var count = 0
        for (name, message) in messages {
            let payload = try #require(message["payload"])
            for example in message["examples"] as? [[String: Any]] ?? [] {
                count += 1
                let value = try #require(example["payload"])
                #expect(schema.fault(value, payload) == nil, "\(name)")
            }
        }
        #expect(count == 6)
        let channels = try #require(schema.at("channels") as? [String: [String: Any]])
        for (name, channel) in channels {
            for (key, reference) in channel["messages"] as? [String: [String: String]] ?? [:] {
                #expect(reference["$ref"] == "#/components/messages/\(key)" && messages[key] != nil, "\(name)")
            }
        }
    }

    @Test("what the feed and webhooks send is as the schemas say: every kind of act, and nothing that no schema names")
    func events() throws {
        let log = try DeskLog()
        try log.alert(0..<30)
        let member = DeskSamples.member
        let (ana, ben) = (Actor(.person, "ana")!, Actor(.person, "ben")!)
        let acts: [(Actor, Act)] = [
            (ana, .claim(lease: 60)), (ana, .note("seen")), (ana, .release), (ana, .assign(to: ben, lease: 60)),
            (ben, .judge(Judgement(.fraud, fraudType: .romance, loss: MinorUnits(500)))), (ana, .reopen),
            (ana, .raise(SourcePosition(offset: 3), transaction: "t")),
            (ana, .aside(.snooze(until: log.clock.microseconds + 3_600_000_000, wakes: [.label]))),
            (ana, .aside(.wake(nil))), (.desk, .soon),
            (ana, .aside(.pause(until: log.clock.microseconds + 3_600_000_000, .customer))), (ana, .aside(.resume)),
            (ana, .second(Judgement(.fraud))), (.desk, .late), (ana, .confirm), (ana, .object),
            (ana, .house(HouseRules())),
            (ana, .ruleSnooze(.start(RuleSnooze.Order(rule: "r", about: nil, until: 9, reason: "why")))),
            (ana, .ruleSnooze(.end)), (ana, .filter(.drop)),
            (ana, .filter(.save(try #require(SavedFilter("f", QueueFilter([("band", "review")]), team: nil))))),
            (.desk, .ruleSnooze(.over)),
            (ana, .file(.open(title: "ring", about: nil, isAnother: false))),
            (ana, .file(.link(to: DeskSamples.item(5)))), (ana, .file(.unlink)), (ana, .file(.task("call"))),
            (ana, .file(.finish(task: 0))), (ana, .file(.close(nil))),
            (
                ana,
                .bulk(.start(try #require(BulkOrder(.note("n"), items: [BulkItem(DeskSamples.item(4), version: 0)]))))
            ),
            (ana, .bulk(.cancel)),
        ]
        for (actor, act) in acts {
            let record = DeskRecord(
                id: ActID(random: randomBytes(16)), item: DeskSamples.item(3), actor: actor, writtenAt: 5_000_000,
                act: act)
            let json = record.json(member: member)
            try log.log.append([NewRecord(TopicPartition(Topics.cases(member)), key: record.key, value: json)])
            let text = String(decoding: json, as: UTF8.self)
            // What an act has beside its own is the act's; the envelope is held here.
            let fault = try fault(text, "DeskAct")
            #expect(fault == nil || fault?.hasPrefix("$.data: ") == true, "\(fault ?? "")")
        }
        let desk = try log.desk("index")
        try desk.projection.catchUp()
        let events = try FeedCache(index: desk.index).batch(behind: FeedCursor(alerts: [0], cases: 0)).events
        #expect(events.count >= 37)
        var words: Set<String> = []
        for event in events {
            let isAlert = if case .alert = event.event.what { true } else { false }
            if case .act(let done) = event.event.what { words.insert(done.record.act.word) }
            for text in [event.english, event.german] {
                #expect(try fault(text, isAlert ? "FeedAlert" : "FeedAct") == nil)
            }
            let message = String(decoding: event.message, as: UTF8.self)
            #expect(try fault(message, isAlert ? "WebhookAlert" : "WebhookAct") == nil)
        }
        let known = try #require(schema.at("components", "schemas", "ActWord", "enum") as? [String])
        // What is refused here, such as a second person's word on what nobody proposed, is told of elsewhere.
        #expect(Set(acts.map(\.1.word)) == Set(known))
        #expect(words.isSubset(of: known))
        #expect(
            words.isSuperset(of: ["claim", "release", "assign", "verdict", "reopen", "note", "raise", "snooze", "wake"])
        )
    }

    @Test(
        "why an alert was one is told as the schema says, of whatever state, and with what the agent keeps for itself")
    func reasons() throws {
        let reasons = try JSONDecoder().decode(
            [Reason].self,
            from: Data(
                #"""
                [{"feature":"f","kind":"frauds","entity":"terminal","over":3600,"delay":60,"scope":"consortium"},
                {"feature":"p","kind":"distinct","entity":"customer","of":"payee","over":60,"value":7,"usual":[1,2.5]}]
                """#.utf8))
        let place = ReasonsEvent.Place(
            first: 3, end: 9, row: 2, epoch: 1, model: String(repeating: "0a", count: 32))
        for data in [
            ReasonsEvent.Detail(state: .wanted, modelVersion: "m", place: place, values: [1, 0.5], named: ["payee"]),
            ReasonsEvent.Detail(state: .given, modelVersion: "m", reasons: reasons, hidden: ["device"]),
            ReasonsEvent.Detail(state: .noCard, modelVersion: "m"),
            ReasonsEvent.Detail(state: .refused, modelVersion: "m", code: "too_late"),
        ] {
            let event = ReasonsEvent(
                id: DeskSamples.item(1).hex, member: DeskSamples.member, transaction: "t",
                time: EventTime(seconds: 5), data: data)
            let fault = try fault(String(decoding: event.json, as: UTF8.self), "Reasons")
            #expect(fault == nil, "\(fault ?? "")")
        }
    }

    @Test("an alert and a decision of the topics are as the schema says, with what else they have")
    func topicEvents() throws {
        for type in ["org.cordon.decision.v1", DeskSamples.event(DeskSamples.facts(1)).type] {
            let json = String(decoding: DeskSamples.event(DeskSamples.facts(1), type: type).json, as: UTF8.self)
            let fault = try fault(json, "Decision")
            // The schema names what every decision has; more may stand beside it.
            #expect(fault == nil || fault?.hasSuffix("is not named") == true, "\(fault ?? "")")
        }
    }
}
