import EventLogs
import Foundation
import Ingest
import Records
import Sealing
import Support
import Testing

/// A score of a transaction in partition 0 of its member's topic.
struct OpenedScore {
    var source: Int64
    /// Of the transactions of one record.
    var index: Int
    /// Of a rounded score the number of its step.
    var raw: Int64
    /// How many steps there are; nil where the score is exact.
    var steps: Int?
    var model: Digest32
    var modelVersion: String

    /// Nil for an answer that is a refusal.
    init?(_ answer: Answer) {
        guard case .score(let score, let model, let version) = answer.outcome else { return nil }
        source = answer.source.offset
        index = answer.source.index
        switch score {
        case .exact(let exact): raw = exact
        case .step(let step, let steps): (raw, self.steps) = (Int64(step), steps)
        }
        self.model = model
        modelVersion = version
    }
}

/// What a member makes of its topics.
struct Opened {
    /// Every score that a complete plan gave, in order; a source comes again where a plan was run again.
    var scores: [OpenedScore] = []
    /// What all three parties said to refuse.
    var refused: [Int64: Refusal] = [:]

    /// Source to score. An issue where one source has two.
    func bySource() -> [Int64: Int64] {
        var out: [Int64: Int64] = [:]
        for score in scores {
            #expect(out[score.source] == nil || out[score.source] == score.raw, "source \(score.source)")
            out[score.source] = score.raw
        }
        return out
    }
}

extension World {
    /// Waits until `bank` can open the scores of `count` of its transactions; at most a minute.
    func scores(_ bank: Bank, _ count: Int) throws -> Opened {
        let reader = try log.reader(at: [Position(TopicPartition(Topics.scores(bank.id)), 0)])
        var collector = ShareCollector(member: bank.id) { party, epoch in
            epoch == bank.epoch ? bank.sessions[party] : nil
        }
        var opened = Opened()
        var sources: Set<Int64> = []
        let deadline = Date(timeIntervalSinceNow: 60)
        while sources.count < count, deadline.timeIntervalSinceNow > 0 {
            for record in try reader.next(limit: 1000, timeout: .seconds(1)) {
                for answer in try collector.receive(record.value ?? [], offset: record.position.offset) {
                    if case .refused(let refusal) = answer.outcome { opened.refused[answer.source.offset] = refusal }
                    guard let score = OpenedScore(answer) else { continue }
                    opened.scores.append(score)
                    sources.insert(score.source)
                }
            }
        }
        if sources.count < count { Issue.record("\(sources.count) of \(count) scores; \(entries.errors)") }
        return opened
    }

    /// Waits until a topic has `count` records; at most a minute.
    func records(_ topic: String, _ count: Int) throws -> [LogRecord] {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        var out: [LogRecord] = []
        let deadline = Date(timeIntervalSinceNow: 60)
        while out.count < count, deadline.timeIntervalSinceNow > 0 {
            out += try reader.next(limit: 1000, timeout: .seconds(1))
        }
        return out
    }

    func rejected(_ topic: String, _ count: Int) throws -> [WireRejected] {
        try records(topic, count).map { try #require(WireRejected(decoding: $0.value ?? [])) }
    }

    /// The sources that `party` wrote shares of for `bank`, in the order of the log: once each where nothing was run
    /// again.
    func written(_ party: PartyID, for bank: Bank) throws -> [Int64] {
        try records(Topics.scores(bank.id)).flatMap { record -> [Int64] in
            let shares = try #require(WireScoreShares(decoding: record.value ?? []))
            let header = try #require(WireScoreHeader(decoding: Array(shares.header)))
            return header.party == UInt32(party.rawValue) ? header.sources.map(\.offset) : []
        }
    }
}

/// Feature values of transaction `number`.
func values(_ number: Int64) -> [Double] {
    var generator = SplitMix64(state: UInt64(bitPattern: number) &+ 99)
    return (0..<4).map { _ in Double(Int.random(in: 0...7, using: &generator)) }
}
