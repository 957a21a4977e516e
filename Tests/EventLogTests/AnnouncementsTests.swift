import EventLogs
import Simulation
import Testing

@Suite("Announcements")
struct AnnouncementsTests {
    private let log: SimulatedLog
    private let topic = TopicPartition("consortium.sessions")

    init() throws {
        let clock = SimulatedClock(start: 0)
        log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        try log.create([TopicSettings(name: topic.topic)])
    }

    private func announce(_ texts: String?...) throws {
        try log.append(texts.map { NewRecord(topic, value: $0.map { Array($0.utf8) }) })
    }

    /// The key before the sign, the value behind it; nil for what has no sign.
    private func verified(_ record: LogRecord) -> (key: String, value: String)? {
        let parts = String(decoding: record.value ?? [], as: UTF8.self).split(separator: "=")
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    @Test("are found by their key, also those that come later")
    func found() throws {
        var known = try Announcements<String, String>(on: topic.topic, in: log)
        try announce("a=1", "b=2")
        #expect(try known.value(of: "b", verified: verified) == "2")
        #expect(try known.value(of: "c", verified: verified) == nil)
        try announce("c=3")
        #expect(try known.value(of: "c", verified: verified) == "3")
    }

    @Test("stay as they were first, and are told in the log's order")
    func first() throws {
        var known = try Announcements<String, String>(on: topic.topic, in: log)
        try announce("b=1", "a=1", "b=2")
        #expect(try known.all(verified: verified) == ["1", "1"])
        try announce("a=3", "c=4")
        #expect(try known.all(verified: verified) == ["1", "1", "4"])
        #expect(try known.value(of: "b", verified: verified) == "1")
    }

    @Test("that are refused, and tombstones, are passed over, and looked at once")
    func refused() throws {
        var known = try Announcements<String, String>(on: topic.topic, in: log)
        try announce("nothing", nil, "a=1")
        var looks = 0
        let verify: (LogRecord) -> (key: String, value: String)? = { record in
            looks += 1
            return verified(record)
        }
        #expect(try known.value(of: "a", verified: verify) == "1")
        #expect(try known.value(of: "b", verified: verify) == nil)
        #expect(try known.value(of: "a", verified: verify) == "1")
        #expect(looks == 2)
    }

    @Test("are all read, however many there are")
    func many() throws {
        var known = try Announcements<String, String>(on: topic.topic, in: log)
        for number in 0..<300 { try announce("\(number)=x") }
        #expect(try known.value(of: "299", verified: verified) == "x")
        #expect(try known.all(verified: verified).count == 300)
    }

    @Test("are asked for again where the log can't be reached")
    func unreachable() throws {
        var known = try Announcements<String, String>(on: topic.topic, in: log)
        try announce("a=1")
        log.disturb(.refuseReads(1))
        #expect(throws: LogError.self) { try known.value(of: "a", verified: verified) }
        #expect(try known.value(of: "a", verified: verified) == "1")
    }
}
