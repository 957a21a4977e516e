import Foundation
import Policy
import Records
import Support
import Testing

@Suite("What a decision's event says")
struct EventDetailTests {
    private func event() throws -> CloudEvent {
        let detail = CloudEvent.Detail(
            transaction: "p-1", decision: "review", rawScore: -5, score: -0.5, probability: 0.25, modelVersion: "v7",
            source: CloudEvent.Source(SourcePosition(partition: 3, offset: 70)),
            transactionTime: "2018-07-05T00:00:31Z", receivedAt: 1, decidedAt: 2)
        return CloudEvent(
            id: "00ff", member: try member("bank-a"), type: CloudEvent.decision, time: EventTime(seconds: 0),
            data: detail)
    }

    private func fullEvent() throws -> CloudEvent {
        var event = try event()
        event.type = CloudEvent.alert
        event.data.scoreDecision = "approve"
        event.data.rules = [.init(id: "r1", reason: "why")]
        event.data.shadowRules = [.init(id: "r2", decision: "decline")]
        event.data.marks = ["late"]
        (event.data.consortiumProbability, event.data.ownScore, event.data.ownModelVersion) = (0.125, -0.5, "own-1")
        (event.data.customer, event.data.terminal, event.data.amount) = ("c1", "t1", "57.16")
        event.data.source.index = 2
        return event
    }

    @Test("is these bytes, with members by name and nothing that is not there")
    func bytes() throws {
        let short = """
            {"data":{"decidedAt":2,"decision":"review","modelVersion":"v7","probability":0.25,"rawScore":-5,\
            "receivedAt":1,"score":-0.5,"source":{"offset":70,"partition":3},"transaction":"p-1",\
            "transactionTime":"2018-07-05T00:00:31Z"},"datacontenttype":"application/json","id":"00ff",\
            "source":"/members/bank-a","specversion":"1.0","subject":"p-1","time":"1970-01-01T00:00:00Z",\
            "type":"org.cordon.decision.v1"}
            """
        #expect(String(decoding: try event().json, as: UTF8.self) == short)
        let full = """
            {"data":{"amount":"57.16","consortiumProbability":0.125,"customer":"c1","decidedAt":2,"decision":"review","marks":["late"],\
            "modelVersion":"v7","ownModelVersion":"own-1","ownScore":-0.5,"probability":0.25,"rawScore":-5,\
            "receivedAt":1,"rules":[{"id":"r1","reason":"why"}],\
            "score":-0.5,"scoreDecision":"approve","shadowRules":[{"decision":"decline","id":"r2"}],\
            "source":{"index":2,"offset":70,"partition":3},"terminal":"t1","transaction":"p-1",\
            "transactionTime":"2018-07-05T00:00:31Z"},"datacontenttype":"application/json","id":"00ff",\
            "source":"/members/bank-a","specversion":"1.0","subject":"p-1","time":"1970-01-01T00:00:00Z",\
            "type":"org.cordon.alert.v1"}
            """
        #expect(String(decoding: try fullEvent().json, as: UTF8.self) == full)
    }

    private func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(fullEvent().json)) as? [String: Any])
    }

    private func read(_ object: [String: Any]) throws -> CloudEvent? {
        CloudEvent(json: Array(try JSONSerialization.data(withJSONObject: object)))
    }

    @Test("is nothing without one of its attributes, and something without what may be absent")
    func missing() throws {
        let whole = try object()
        for name in whole.keys {
            var object = whole
            object[name] = nil
            #expect(try read(object) == nil, "\(name)")
            object[name] = 5
            #expect(try read(object) == nil, "\(name)")
        }
        let data = try #require(whole["data"] as? [String: Any])
        let optional: Set = [
            "amount", "consortiumProbability", "customer", "marks", "ownModelVersion", "ownScore", "rules",
            "scoreDecision",
            "shadowRules", "terminal",
        ]
        for name in data.keys {
            var object = whole
            var changed = data
            changed[name] = nil
            object["data"] = changed
            #expect(try (read(object) != nil) == optional.contains(name), "\(name)")
            changed[name] = ["an": "object"]
            object["data"] = changed
            #expect(try read(object) == nil, "\(name)")
        }
    }

    @Test("may have members that only a newer version knows")
    func unknown() throws {
        var whole = try object()
        whole["dataschema"] = "https://example.org/schema"
        whole["traceparent"] = ["a": 1]
        var data = try #require(whole["data"] as? [String: Any])
        data["later"] = [1, 2]
        whole["data"] = data
        #expect(try read(whole) == fullEvent())
    }

    @Test("gives the place of the first transaction of a record without an index")
    func source() {
        for position in [
            SourcePosition(offset: 0), SourcePosition(partition: 7, offset: .max, index: 0),
            SourcePosition(partition: 7, offset: 5, index: 1), SourcePosition(partition: 0, offset: 5, index: 65_535),
        ] {
            let source = CloudEvent.Source(position)
            #expect(source.index == (position.index == 0 ? nil : position.index) && source.position == position)
        }
    }

    @Test("names member, subject and time by what it is of", arguments: ["a", "bank-b", "b2-"])
    func attributes(name: String) throws {
        var detail = try event().data
        detail.transaction = "p/2"
        let event = CloudEvent(
            id: "x", member: try member(name), type: CloudEvent.alert, time: EventTime(seconds: 951_782_400),
            data: detail)
        #expect(event.source == "/members/\(name)" && event.subject == "p/2" && event.time == "2000-02-29T00:00:00Z")
        #expect(event.specversion == "1.0" && event.datacontenttype == "application/json")
        #expect(event.id == "x" && event.type == "org.cordon.alert.v1" && CloudEvent.decision != CloudEvent.alert)
    }

    private func rule(_ id: String, _ effect: PolicyRule.Effect, _ mode: PolicyRule.Mode = .live) -> PolicyRule {
        PolicyRule(id: id, mode: mode, reason: "because of \(id)", condition: .all([]), effect: effect)
    }

    @Test("says what the policy made of the score, and which rules did it", arguments: Band.allCases)
    func explain(band: Band) throws {
        let probability: Double = [.approve: 0.1, .challenge: 0.3, .review: 0.5, .decline: 0.9][band] ?? 0
        let rules = [
            rule("a", .set(.challenge)), rule("b", .atLeast(.review)), rule("c", .set(.decline), .shadow),
            rule("d", .set(.approve), .shadow),
        ]
        let bands = try ScoreBands(challenge: 0.2, review: 0.4, decline: 0.8)
        let facts = PolicyFacts(transaction: payment("p", seconds: 0), probability: probability)
        var detail = try event().data
        detail.explain(DecisionPolicy(bands: bands, rules: rules).decide(facts))
        #expect(detail.decision == "challenge")
        #expect(detail.scoreDecision == (band == .challenge ? nil : band.rawValue))
        #expect(
            detail.rules == [.init(id: "a", reason: "because of a"), .init(id: "b", reason: "because of b")])
        #expect(detail.shadowRules == [.init(id: "c", decision: "decline"), .init(id: "d", decision: "challenge")])
        // Without rules there is nothing to say but the band.
        var plain = try event().data
        plain.explain(DecisionPolicy(bands: bands).decide(facts))
        #expect(plain.decision == band.rawValue && plain.scoreDecision == nil)
        #expect(plain.rules == nil && plain.shadowRules == nil)
    }

    @Test("bands are named as they are in events, and ordered from mild to severe")
    func bands() {
        #expect(Band.allCases.map(\.rawValue) == ["approve", "challenge", "review", "decline"])
        for (place, band) in Band.allCases.enumerated() {
            for (other, second) in Band.allCases.enumerated() { #expect((band < second) == (place < other)) }
            #expect(PolicyRule.Effect.set(band).band == band && PolicyRule.Effect.atLeast(band).band == band)
            #expect(PolicyRule.Effect.set(band) != .atLeast(band))
        }
        #expect(Band(rawValue: "Approve") == nil && PolicyRule.Mode(rawValue: "shadow") == .shadow)
    }
}
