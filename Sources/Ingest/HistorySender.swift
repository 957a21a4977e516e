package import EventLogs
package import Model
package import Records
import Sealing
package import Stages

/// The backfill of the parties' counts: sends a member's events from before its agent went live, each with its time, the tokens
/// of what it named, and where its label was due by then whether it was a fraud.
///
/// The same history gives the same records at the same places (`SourcePosition.history`), and parties take a place once: what was
/// broken off is simply sent again.
package final class HistorySender {
    private let terms: ConsortiumTerms
    private let reach: Int64
    private let hasher: EntityHasher
    private let feed: ConsortiumFeed
    private let log: any EventLog
    private let clock: any StageClock

    /// Records that are put into the log at once.
    private static let group = 8

    /// - Parameters:
    ///   - spec: one that tells labels.
    ///   - hasher: the agent's, so that its labels name the same events later.
    package init(
        spec: BinnedSpec, hasher: EntityHasher, feed: ConsortiumFeed, log: any EventLog, clock: any StageClock
    ) {
        guard let counts = spec.counts else { preconditionFailure("history for a spec that tells labels") }
        terms = spec.spec.terms
        // Labels that leave later are of events that the parties have to know.
        reach = max(counts.reach, spec.spec.labelSpan)
        self.hasher = hasher
        self.feed = feed
        self.log = log
        self.clock = clock
    }

    private struct Event {
        var transaction: Transaction
        var fraud: Bool
        var id: EventID
    }

    /// The events of one record.
    private struct Chunk {
        var events: [Event]
        var source: SourcePosition
        var previous: SourcePosition?
        var labelled: Bool
    }

    /// Sends what windows at `end` or later can hold.
    ///
    /// - Parameters:
    ///   - history: in any order.
    ///   - end: what event time has come to; nothing in the history is later.
    ///   - progress: how many of how many events are in the log; first that none is.
    /// - Returns: how many events were sent; nil if stopped before all were.
    package func send(
        _ history: [(transaction: Transaction, fraud: Bool)], through end: EventTime, until stop: () -> Bool,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(LogError) -> Int? {
        let chunks = chunks(history, end)
        let count = chunks.reduce(0) { $0 + $1.events.count }
        var sent = 0
        progress(sent, count)
        for start in stride(from: 0, to: chunks.count, by: Self.group) {
            let group = chunks[start..<min(start + Self.group, chunks.count)]
            let transactions = group.flatMap { $0.events.map(\.transaction) }
            guard var tokens = try tokens(for: transactions, until: stop)?[...] else { return nil }
            let records = group.map { chunk in
                defer { tokens = tokens.dropFirst(chunk.events.count) }
                return record(chunk, tokens)
            }
            try log.append(records)
            sent += transactions.count
            progress(sent, count)
        }
        return sent
    }

    /// Waits for the tokens of some transactions; nil if stopped before they arrived.
    private func tokens(for transactions: [Transaction], until stop: () -> Bool) throws(LogError) -> [BoxedTokens]? {
        guard let source = feed.tokens else {
            return stop() ? nil : [BoxedTokens](repeating: .none, count: transactions.count)
        }
        let names = source.names(in: transactions)
        while !stop() {
            if let tokens = try source.bytes(for: names, until: clock.now + StageThread.patience) { return tokens }
        }
        return nil
    }

    private func record(_ chunk: Chunk, _ tokens: ArraySlice<BoxedTokens>) -> NewRecord {
        let entries = zip(chunk.events, tokens).map { event, tokens in
            LabelEntry(
                event: event.id, fraud: chunk.labelled && event.fraud, time: event.transaction.time,
                tokens: tokens.bytes)
        }
        return NewRecord(
            TopicPartition(Topics.labels),
            value: feed.labels.record(
                entries.inOrder, source: chunk.source, previous: chunk.previous, history: true,
                labelled: chunk.labelled,
                tokenEpoch: tokens.first?.epoch ?? 0))
    }

    /// Chunks of the history in the order of time, each of one day, and with labels or without.
    private func chunks(_ history: [(transaction: Transaction, fraud: Bool)], _ end: EventTime) -> [Chunk] {
        let events = history.filter { $0.transaction.time.seconds >= end.seconds - reach }
            .map { Event(transaction: $0, fraud: $1, id: feed.labels.eventID(hasher.id(of: $0.id))) }
            .sorted {
                $0.transaction.time != $1.transaction.time
                    ? $0.transaction.time < $1.transaction.time
                    : $0.id.bytes.lexicographicallyPrecedes($1.id.bytes)
            }
        let schedule = LabelSchedule(terms, time: end.seconds)
        var chunks: [Chunk] = []
        for event in events {
            let day = event.transaction.time.dayNumber
            let labelled = schedule.isReleased(event.transaction.time.seconds)
            let first = SourcePosition.history(day: day)
            guard let at = chunks.indices.last, chunks[at].source.offset == first.offset else {
                chunks.append(Chunk(events: [event], source: first, labelled: labelled))
                continue
            }
            if chunks[at].labelled == labelled, chunks[at].events.count < LabelHeader.counts.upperBound {
                chunks[at].events.append(event)
            } else {
                let next = SourcePosition.history(day: day, index: chunks[at].source.index + 1)
                chunks.append(Chunk(events: [event], source: next, labelled: labelled))
            }
        }
        for at in chunks.indices.dropFirst() { chunks[at].previous = chunks[at - 1].source }
        return chunks
    }
}
