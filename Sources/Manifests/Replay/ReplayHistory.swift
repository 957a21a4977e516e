package import Records

/// What became of the orders to compute decisions again: a pure fold of the records of `consortium.replays`.
package struct ReplayHistory: Sendable {
    /// An order, with what parties said to it.
    package struct Job: Sendable {
        package let order: ReplayOrder
        package let digest: Digest32
        package fileprivate(set) var answers: [PartyID: ReplayAnswer.Word] = [:]

        /// Whether a party has refused: then nobody learns anything.
        package var isRefused: Bool {
            answers.values.contains { if case .refused = $0 { true } else { false } }
        }
        package var isOpen: Bool { answers.count < PartyID.allCases.count && !isRefused }
    }

    private let founding: SyncTerms
    /// Terms that took the place of those, in the order of their times.
    private var changes: [SyncTermsChange] = []
    /// In the log's order.
    package private(set) var jobs: [Job] = []
    private var places: [Digest32: Int] = [:]

    /// - Parameter terms: those of the roster.
    package init(_ terms: SyncTerms) { founding = terms }

    /// Takes the terms that versions of the agreement have brought by now.
    package mutating func adopt(_ changes: [SyncTermsChange]) { self.changes = changes }

    package func job(_ digest: Digest32) -> Job? { places[digest].map { jobs[$0] } }

    /// Takes a record. An order that comes again, and a second answer of a party, change nothing.
    ///
    /// - Parameter time: of the log, when it came, in seconds since 1970: the terms of then count.
    package mutating func apply(_ record: [UInt8], time: Int64) throws(ReplayRefusal) {
        let terms = changes.last { $0.from <= time }?.terms ?? founding
        guard let wire = WireReplayRecord(decoding: record) else { throw .malformed }
        switch wire.said {
        case .order(let wire):
            let order = try ReplayOrder(verifying: wire, terms: terms)
            guard places[order.digest] == nil else { return }
            places[order.digest] = jobs.count
            jobs.append(Job(order: order, digest: order.digest))
        case .answer(let wire):
            let answer = try ReplayAnswer(verifying: wire, terms: terms)
            guard let place = places[answer.order] else { throw .malformed }
            if jobs[place].answers[answer.party] == nil { jobs[place].answers[answer.party] = answer.word }
        case nil: throw .malformed
        }
    }
}
