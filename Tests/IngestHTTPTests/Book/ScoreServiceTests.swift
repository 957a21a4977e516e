import EventLogs
import HTTPFront
import IngestHTTP
import Policy
import Records
import Support
import Telemetry
import Testing

@Suite("Scores over a log")
struct ScoreServiceTests {
    @Test("the record on the topic is the request's, byte for byte, keyed by customer, and its decision is the answer")
    func wholeWay() async throws {
        let bench = try Bench()
        let record = Fixtures.record("t-1", customer: "c-9")
        async let answer = bench.score(record)
        let seen = try await bench.transactions(1)
        #expect(seen[0].value == record && seen[0].key == Array("c-9".utf8))
        try bench.decide("t-1", offset: 0, decision: "decline")
        #expect(try await answer.decision == "decline")
    }

    @Test("one customer's transactions go to the partition that Kafka's own producers would choose")
    func partitioned() async throws {
        let bench = try Bench(partitions: 3)
        let partition = KafkaPartitioner.partition(of: Array("c-9".utf8), among: 3)
        async let answer = bench.score(Fixtures.record("t-1", customer: "c-9"))
        _ = try await bench.transactions(1, partition: partition)
        try bench.decide("t-1", offset: 0, partition: partition)
        #expect(try await answer.decision == "approve")
    }

    @Test("past the deadline the fallback policy answers by amount; once the true decision is there, a repeat has it")
    func degraded() async throws {
        let fallback = try FallbackPolicy(
            steps: [.init(upTo: MinorUnits(5000), band: .approve)], otherwise: .decline)
        let bench = try Bench(fallback: fallback)
        let cheap = try await bench.score(Fixtures.record("t-1"), key: "k", wait: .milliseconds(1))
        #expect(cheap.degraded?.decision == .approve && cheap.degraded?.reason == .deadline)
        let dear = try await bench.score(Fixtures.record("t-2", amount: "50.01"), wait: .milliseconds(1))
        #expect(dear.degraded?.decision == .decline)
        _ = try await bench.transactions(2)
        let again = try await bench.score(Fixtures.record("t-1"), key: "k", wait: .milliseconds(1))
        #expect(again.degraded?.reason == .deadline)
        async let waiting = bench.score(Fixtures.record("t-1"), key: "k")
        try bench.decide("t-1", offset: 0, decision: "review")
        #expect(try await waiting.decision == "review")
        #expect(try await bench.score(Fixtures.record("t-1"), key: "k").decision == "review")
        #expect(try bench.log.end(of: TopicPartition(Topics.transactions(Fixtures.member))) == 2)
        #expect(bench.metrics.value("cordon_http_degraded_total", .init("reason", "deadline")) == 3)
    }

    @Test("many at once with one id are one record, and all have its decision")
    func joined() async throws {
        let bench = try Bench()
        let decisions = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await bench.score(Fixtures.record("t-1")).decision } }
            _ = try await bench.transactions(1)
            try bench.decide("t-1", offset: 0)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(decisions == Array(repeating: "approve", count: 20))
        #expect(try bench.log.end(of: TopicPartition(Topics.transactions(Fixtures.member))) == 1)
    }

    @Test("another transaction under a known id, and a key with another body, are refused with their codes")
    func refusals() async throws {
        let bench = try Bench()
        _ = try await bench.score(Fixtures.record("t-1"), key: "k", wait: .milliseconds(1))
        await #expect(throws: Problem(rejected: "id_conflict", field: nil)) {
            try await bench.score(Fixtures.record("t-1", amount: "9.99"))
        }
        await #expect(throws: Problem(.idempotencyKeyReuse)) {
            try await bench.score(Fixtures.record("t-2"), key: "k")
        }
        await #expect(throws: Problem(.notATransaction)) {
            try await bench.score(Array("{\"type\":\"label\",\"transaction\":\"t-1\",\"fraud\":true}".utf8))
        }
        await #expect(throws: Problem(rejected: "amount_negative", field: "amount")) {
            try await bench.score(Fixtures.record("t-3", amount: "-1"))
        }
    }

    @Test("what the stream rejects later is the answer, too")
    func rejectedLater() async throws {
        let bench = try Bench()
        async let answer = bench.score(Fixtures.record("t-1"))
        _ = try await bench.transactions(1)
        try bench.reject("id_conflict", offset: 0)
        do {
            _ = try await answer
            Issue.record("there is an answer")
        } catch { #expect((error as? Problem)?.status == 409) }
    }

    @Test(
        "what the parties refuse is the answer at once, and again to whoever asks again; other stages' records are not")
    func refusedByParties() async throws {
        let bench = try Bench()
        async let answer = bench.score(Fixtures.record("t-1"))
        _ = try await bench.transactions(1)
        try bench.reject("box_not_opened", offset: 0, stage: "scoring")
        try bench.reject("over_budget", offset: 0, stage: "decision")
        let expected = Problem(rejected: "over_budget", field: nil)
        do {
            _ = try await answer
            Issue.record("there is an answer")
        } catch { #expect(error as? Problem == expected) }
        await #expect(throws: expected) { try await bench.score(Fixtures.record("t-1")) }
        #expect(try bench.log.end(of: TopicPartition(Topics.transactions(Fixtures.member))) == 1)
    }

    @Test("a transaction that another writer put first is answered by its decision, and one that differs is a conflict")
    func otherWriter() async throws {
        let bench = try Bench()
        let topic = TopicPartition(Topics.transactions(Fixtures.member))
        try bench.log.append([NewRecord(topic, value: Fixtures.record("t-1"))])
        async let same = bench.score(Fixtures.record("t-1"))
        _ = try await bench.transactions(2)
        try bench.decide("t-1", offset: 0, decision: "review")
        #expect(try await same.decision == "review")
        await #expect(throws: Problem(rejected: "id_conflict", field: nil)) {
            try await bench.score(Fixtures.record("t-1", customer: "c-2"))
        }
        #expect(try bench.log.end(of: topic) == 2)
    }

    @Test(
        "after a restart, recent decisions are read back: a repeat has its answer, and another transaction is a conflict"
    )
    func restarted() async throws {
        let first = try Bench()
        async let answer = first.score(Fixtures.record("t-1"), key: "k")
        _ = try await first.transactions(1)
        try first.decide("t-1", offset: 0, decision: "decline")
        #expect(try await answer.decision == "decline")
        first.end()
        let second = try Bench(folder: first.folder)
        #expect(try await second.score(Fixtures.record("t-1"), key: "k").decision == "decline")
        await #expect(throws: Problem(rejected: "id_conflict", field: nil)) {
            try await second.score(Fixtures.record("t-1", amount: "1.00"))
        }
    }

    @Test("while the log takes nothing, the fallback answers at once; what waits goes in when the log is back")
    func outage() async throws {
        let bench = try Bench(wrap: { StubbornLog($0) })
        let log = try #require(bench.service.log as? StubbornLog)
        log.fail(.unreachable(reason: "test"))
        let first = try await bench.score(Fixtures.record("t-1"))
        #expect(first.degraded?.reason == .logUnavailable && first.degraded?.recorded == false)
        let second = try await bench.score(Fixtures.record("t-2"))
        #expect(second.degraded?.reason == .logUnavailable)
        await #expect(throws: Problem(.logUnavailable)) {
            try await bench.service.take([Fixtures.record("t-3")], until: .now + .seconds(60))
        }
        log.fail(nil)
        #expect(try await bench.transactions(2).map(\.value) == [Fixtures.record("t-1"), Fixtures.record("t-2")])
        async let true1 = bench.score(Fixtures.record("t-1"))
        try bench.decide("t-1", offset: 0)
        #expect(try await true1.decision == "approve")
    }

    @Test("a record that the log refuses for good takes no other with it")
    func refusedByLog() async throws {
        let bench = try Bench(wrap: { StubbornLog($0) })
        let log = try #require(bench.service.log as? StubbornLog)
        log.fail(.failed(reason: "too large"))
        let answer = try await bench.score(Fixtures.record("t-1"))
        #expect(answer.degraded?.reason == .logUnavailable && answer.degraded?.recorded == false)
        log.fail(nil)
        async let again = bench.score(Fixtures.record("t-1"))
        _ = try await bench.transactions(1)
        try bench.decide("t-1", offset: 0)
        #expect(try await again.decision == "approve")
    }

    @Test("more than the queue holds gets the fallback's answer, and a batch is refused whole")
    func overloaded() async throws {
        let bench = try Bench(capacity: 0)
        let answer = try await bench.score(Fixtures.record("t-1"))
        #expect(answer.degraded?.reason == .overloaded && answer.degraded?.recorded == false)
        await #expect(throws: Problem(.logUnavailable)) {
            try await bench.service.take([Fixtures.record("t-3")], until: .now + .seconds(60))
        }
    }

    @Test("an agent that stops sends everybody home with the fallback's answer")
    func stopping() async throws {
        let bench = try Bench()
        async let answer = bench.score(Fixtures.record("t-1"))
        _ = try await bench.transactions(1)
        bench.service.stop()
        #expect(try await answer.degraded?.reason == .stopping)
        #expect(try await bench.score(Fixtures.record("t-2")).degraded?.reason == .stopping)
    }

    @Test("of a batch each is taken, known or refused by itself, and nothing is appended twice")
    func batch() async throws {
        let bench = try Bench()
        let records = [
            Fixtures.record("t-1"), Fixtures.record("t-2"), Fixtures.record("t-1"), Array("{".utf8),
            Fixtures.record("t-2", amount: "1.00"),
        ]
        let items = try await bench.service.take(records, until: .now + .seconds(60))
        #expect(items.map(\.transaction) == ["t-1", "t-2", "t-1", nil, nil])
        #expect(items.map(\.repeat) == [false, false, true, nil, nil])
        #expect(items.map { $0.problem?.code } == [nil, nil, nil, "malformed_json", "id_conflict"])
        #expect(try bench.log.end(of: TopicPartition(Topics.transactions(Fixtures.member))) == 2)
    }
}
