import Foundation
import Policy
import Records
import Support
import Testing

private func event(type: String = CloudEvent.decision, terminal: String? = nil) throws -> CloudEvent {
    let alert = terminal.map { #","terminal":"\#($0)","customer":"c1","amount":"57.16""# } ?? ""
    let text = """
        {"specversion":"1.0","id":"","source":"","type":"","subject":"","time":"",
         "datacontenttype":"application/json","data":{"transaction":"p-1/\\"é\\"","decision":"review",
         "rawScore":-163840001,"score":-10000.00006103515625,"probability":0.1,"modelVersion":"v7",
         "source":{"partition":3,"offset":9007199254740993},"transactionTime":"2018-07-05T00:00:31Z",
         "receivedAt":1530748831000001,"decidedAt":1530748831020002\(alert)}}
        """
    let detail = try #require(CloudEvent(json: Array(text.utf8))).data
    return CloudEvent(
        id: "00ff", member: try member("bank-a"), type: type,
        time: try #require(EventTime(rfc3339: "2018-07-05T00:00:32Z")), data: detail)
}

@Suite("A decision as a CloudEvent")
struct CloudEventTests {
    @Test("has the attributes that CloudEvents 1.0 requires, in structured JSON")
    func attributes() throws {
        let event = try event()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(event.json)) as? [String: Any])
        #expect(object["specversion"] as? String == "1.0")
        #expect(object["id"] as? String == "00ff")
        #expect(object["source"] as? String == "/members/bank-a")
        #expect(object["type"] as? String == "org.cordon.decision.v1")
        #expect(object["subject"] as? String == "p-1/\"é\"")
        #expect(object["time"] as? String == "2018-07-05T00:00:32Z")
        #expect(object["datacontenttype"] as? String == "application/json")
        // Attribute names are lower-case letters and digits (CloudEvents 1.0, section 3.1).
        for name in object.keys { #expect(name.allSatisfy { $0.isLowercase || $0.isNumber }, "\(name)") }
        let data = try #require(object["data"] as? [String: Any])
        #expect(data["decision"] as? String == "review")
        #expect(data["customer"] == nil && data["terminal"] == nil && data["amount"] == nil)
        // What rules did is there only where they did something.
        #expect(data["rules"] == nil && data["shadowRules"] == nil && data["scoreDecision"] == nil)
    }

    @Test("comes back from its JSON, to the last bit of every number")
    func roundTrip() throws {
        for event in [try event(), try event(type: CloudEvent.alert, terminal: "t1")] {
            #expect(CloudEvent(json: event.json) == event)
        }
        let alert = try event(type: CloudEvent.alert, terminal: "t1").data
        #expect(alert.rawScore == -163_840_001 && alert.score == -163_840_001 / 16_384)
        #expect(alert.probability == 0.1 && alert.source.offset == (1 << 53) + 1)
        #expect(alert.terminal == "t1" && alert.customer == "c1" && alert.amount == "57.16")
    }

    @Test("has every member that its type has, by name, with whatever characters and numbers")
    func everyMember() throws {
        let texts = ["", "a", "\"\\/\u{0}\u{1f}\n\r\t\u{7f}", "é\u{2028}😀", String(repeating: "x\\", count: 300)]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        for (number, text) in texts.enumerated() {
            var event = try event(type: CloudEvent.alert, terminal: text.isEmpty ? nil : "t")
            event.data.decision = text
            event.data.scoreDecision = text
            event.data.marks = number == 0 ? [] : texts
            event.data.rules = number == 0 ? nil : [.init(id: text, reason: "r"), .init(id: "2", reason: text)]
            event.data.shadowRules = [.init(id: text, decision: "d")]
            event.data.source.index = number == 1 ? nil : number
            event.data.rawScore = number == 2 ? .min : .max
            event.data.score = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123456789012345680][number]
            #expect(CloudEvent(json: event.json) == event)
            let ours = try JSONSerialization.jsonObject(with: Data(event.json)) as? NSDictionary
            let foundations = try JSONSerialization.jsonObject(with: encoder.encode(event)) as? NSDictionary
            #expect(ours != nil && ours == foundations, "\(text)")
        }
    }

    @Test("is the same bytes each time")
    func stable() throws { #expect(try event().json == (try event().json)) }

    @Test("is nothing where the JSON is cut or is another object")
    func damaged() throws {
        let json = try event().json
        for count in stride(from: 0, to: json.count, by: 7) {
            #expect(CloudEvent(json: Array(json.prefix(count))) == nil)
        }
        #expect(CloudEvent(json: Array("{}".utf8)) == nil)
        #expect(CloudEvent(json: Array("[1]".utf8)) == nil)
    }
}
