import Policy
package import Records
package import Sealing
package import ThreeParty

/// A member's book of the reasons that it asks for. No I/O, no clock.
///
/// What the parties see of a request hangs on nothing but what they see anyway: it comes a fixed time after the one before, as long
/// as the member had a score within the last minute, names all of the member's transactions that a model scored lately, and has as
/// many choices as any other. So alerts are asked for when their turn comes, and dummies in their place where there are none.
package struct ReasonBook: Sendable {
    /// An alert that reasons are wanted of.
    package struct Want: Sendable, Hashable {
        /// The alert's id.
        package var id: String
        package var range: Range<Int64>
        /// Its number among the member's transactions of the batch.
        package var row: Int
        package var epoch: UInt32
        package var model: Digest32

        package init(id: String, range: Range<Int64>, row: Int, epoch: UInt32, model: Digest32) {
            self.id = id
            self.range = range
            self.row = row
            self.epoch = epoch
            self.model = model
        }
    }

    /// What to ask.
    package struct Question: Sendable {
        package var model: Digest32
        package var range: Range<Int64>
        package var rows: Int
        /// The alerts that it is about, with their numbers among the rows.
        package var chosen: [(id: String, row: Int)]
    }

    /// What was told of an alert.
    package struct Answered: Sendable, Hashable {
        package let id: String
        package let answer: ReasonShares.Opened
    }

    /// What became of alerts.
    package enum Outcome: Sendable, Hashable {
        /// By the model.
        case answered(Digest32, [Answered])
        case refused([String], code: String)
    }

    private struct Batch {
        let range: Range<Int64>
        let model: Digest32
        /// The member's transactions by the epoch of their session.
        var rows: [UInt32: Int]
        let seconds: Int64
    }

    private struct Asked {
        var chosen: [String]
        let model: Digest32
        var features: [Int]
        /// Each party's last word.
        var shares: [PartyID: ReasonAnswer.Share] = [:]
        let seconds: Int64
    }

    /// How long batches may be asked about, and how long after the last score, and how long for an answer, in seconds.
    private static let reach: Int64 = 600
    private static let tail: Int64 = 60
    private static let patience: Int64 = 180
    private static let mostTries = 3
    /// Plans of which a record of some parties is there.
    private static let mostPlans = 4096

    private let interval: Int64
    private var batches: [Batch] = []
    /// By plan and epoch, the parties whose record has come.
    private var heard: [Plan: Set<PartyID>] = [:]
    private var order: [Plan] = []
    private var waiting: [Want] = []
    /// Alerts that are asked about, and how often each was.
    private var asking: [String: Want] = [:]
    private var tries: [String: Int] = [:]
    private var asked: [Digest32: Asked] = [:]
    private var lastScore: Int64?
    private var lastAsked: Int64?
    private var turns = 0

    private struct Plan: Hashable, Sendable {
        let digest: Digest32
        let epoch: UInt32
    }

    /// - Parameter daily: choices that the agreement lets a member have answered in a day.
    package init(daily: Int) {
        // A little less than it may, since a day of requests is not one of the log.
        interval = max(5, (Int64(ReasonRequest.choices) * EventTime.day + Int64(daily) - 1) / Int64(max(1, daily)) + 1)
    }

    /// Alerts that wait for their turn, or for an answer.
    package var open: Set<String> { Set(waiting.map(\.id)).union(asked.values.flatMap(\.chosen)) }

    /// Takes a party's record of score shares: `rows` transactions of a batch.
    package mutating func note(
        _ plan: Digest32, of party: PartyID, epoch: UInt32, range: Range<Int64>, rows: Int, model: Digest32,
        at seconds: Int64
    ) {
        let key = Plan(digest: plan, epoch: epoch)
        if heard[key] == nil { order.append(key) }
        heard[key, default: []].insert(party)
        guard heard[key]?.count == PartyID.allCases.count else { return forgetPlans() }
        heard[key] = []
        lastScore = max(lastScore ?? seconds, seconds)
        // Parties that did not come to decide a batch compute another one in its place, and keep the rows of that alone.
        batches.removeAll { $0.range != range && $0.range.overlaps(range) }
        if let at = batches.firstIndex(where: { $0.range == range && $0.model == model }) {
            batches[at].rows[epoch] = rows
        } else {
            let place = batches.firstIndex { $0.range.lowerBound > range.lowerBound } ?? batches.endIndex
            batches.insert(Batch(range: range, model: model, rows: [epoch: rows], seconds: seconds), at: place)
        }
        forgetPlans()
    }

    private mutating func forgetPlans() {
        while order.count > Self.mostPlans { heard[order.removeFirst()] = nil }
    }

    /// Takes an alert.
    package mutating func want(_ want: Want) { waiting.append(want) }

    /// Forgets an alert of which is known what became of it.
    package mutating func forget(_ id: String) { waiting.removeAll { $0.id == id } }

    /// What to ask now; nil where it is not the time.
    package mutating func question(at seconds: Int64) -> Question? {
        batches.removeAll { $0.seconds < seconds - Self.reach }
        guard let lastScore, seconds <= lastScore + Self.tail, seconds >= (lastAsked ?? .min / 2) + interval else {
            return nil
        }
        var models: [Digest32] = []
        for batch in batches where !models.contains(batch.model) { models.append(batch.model) }
        guard !models.isEmpty else { return nil }
        lastAsked = seconds
        // Where there are two, each in its turn: which one does not hang on alerts.
        turns += 1
        let model = models[turns % models.count]
        var window = batches.filter { $0.model == model }
        var rows = window.reduce(0) { $0 + $1.rows.values.reduce(0, +) }
        while rows > ReasonRequest.mostRows, let first = window.first {
            rows -= first.rows.values.reduce(0, +)
            window.removeFirst()
        }
        guard let first = window.first, let last = window.last, rows > 0 else { return nil }
        var starts: [Range<Int64>: (start: Int, batch: Batch)] = [:]
        var start = 0
        for batch in window {
            starts[batch.range] = (start, batch)
            start += batch.rows.values.reduce(0, +)
        }
        var chosen: [(id: String, row: Int)] = []
        for one in waiting where chosen.count < ReasonRequest.choices && one.model == model {
            // Of a batch with two epochs' sessions the member doesn't know in which order its transactions are.
            guard let (start, batch) = starts[one.range], batch.rows.count == 1,
                let count = batch.rows[one.epoch], one.row < count
            else { continue }
            chosen.append((one.id, start + one.row))
        }
        return Question(
            model: model, range: first.range.lowerBound..<last.range.upperBound, rows: rows, chosen: chosen)
    }

    /// Takes note that a question is on its way.
    ///
    /// - Parameter features: thermometer bits of the model's features.
    package mutating func note(_ question: Question, as request: Digest32, features: [Int], at seconds: Int64) {
        asked[request] = Asked(
            chosen: question.chosen.map(\.id), model: question.model, features: features, seconds: seconds)
        tries.merge(question.chosen.map { ($0.id, 1) }) { $0 + $1 }
        let ids = Set(question.chosen.map(\.id))
        for one in waiting where ids.contains(one.id) { asking[one.id] = one }
        waiting.removeAll { ids.contains($0.id) }
    }

    /// Takes a party's word.
    ///
    /// - Returns: what became of alerts with it; nil while other parties' words are missing, or where it is of nothing that was
    ///   asked.
    package mutating func note(_ answer: ReasonAnswer) -> Outcome? {
        guard var one = asked[answer.request] else { return nil }
        switch answer.word {
        case .failure(let refusal):
            asked[answer.request] = nil
            return refused(one.chosen, refusal.rawValue, isFinal: Self.isFinal(refusal))
        case .success(let share):
            one.shares[answer.party] = share
            asked[answer.request] = one
            let shares = PartyID.allCases.compactMap { one.shares[$0] }.filter { $0.plan == share.plan }.map(\.bytes)
            guard shares.count == PartyID.allCases.count else { return nil }
            asked[answer.request] = nil
            guard
                let opened = ReasonShares.opened(shares, choices: ReasonRequest.choices, features: one.features)
            else { return refused(one.chosen, "no_answer", isFinal: true) }
            for id in one.chosen { end(id) }
            return .answered(one.model, zip(one.chosen, opened).map { Answered(id: $0, answer: $1) })
        }
    }

    /// Whether asking again would change nothing.
    private static func isFinal(_ refusal: ReasonRefusal) -> Bool {
        switch refusal {
        case .notOpened, .noCard, .rowsGone, .malformed: true
        case .overBudget, .expired, .otherModel, .otherRows, .peerRefused: false
        }
    }

    private mutating func end(_ id: String) {
        asking[id] = nil
        tries[id] = nil
    }

    /// Gives alerts up, or another turn.
    private mutating func refused(_ ids: [String], _ code: String, isFinal: Bool) -> Outcome? {
        var given: [String] = []
        for id in ids {
            if !isFinal, tries[id] ?? 0 < Self.mostTries, let want = asking[id] {
                waiting.append(want)
            } else {
                given.append(id)
                end(id)
            }
        }
        return given.isEmpty ? nil : .refused(given, code: code)
    }

    /// Gives up what nobody answers, and alerts whose batches can't be asked about any more.
    package mutating func expire(at seconds: Int64) -> [Outcome] {
        var outcomes: [Outcome] = []
        for (request, one) in asked where one.seconds < seconds - Self.patience {
            asked[request] = nil
            if let outcome = refused(one.chosen, "no_answer", isFinal: false) { outcomes.append(outcome) }
        }
        // A batch that is not there yet may come; one that has gone does not.
        guard let oldest = batches.first?.range.lowerBound else { return outcomes }
        let late = waiting.filter { want in
            want.range.lowerBound < oldest
                || batches.contains { batch in
                    // With two epochs' sessions, or computed in the place of the one that the alert was scored in.
                    (batch.range == want.range ? batch.rows.count > 1 : batch.range.overlaps(want.range))
                        && batch.seconds < seconds - Self.tail
                }
        }
        guard !late.isEmpty else { return outcomes }
        for want in late {
            forget(want.id)
            end(want.id)
        }
        return outcomes + [.refused(late.map(\.id), code: "too_late")]
    }
}
