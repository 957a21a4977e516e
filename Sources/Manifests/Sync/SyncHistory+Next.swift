package import Records

/// What is next for the coordinator to do, as far as the history says.
package enum SyncStep: Sendable, Hashable {
    /// Nothing is under way, and no version waits for anything.
    case nothing
    /// An order is under way; these parties have not said their last word.
    case wait(order: Digest32, missing: [PartyID])
    /// The newest version is to be validated as a challenger; so many orders to do it came to nothing.
    case validate(candidate: Digest32, failures: Int)
    /// It is validated, and to be sealed.
    case seal(candidate: Digest32, failures: Int)
    /// It is sealed: it goes into force, waits, or is turned down. So many approvals are still missing for the first.
    case decide(model: Digest32, approvals: Int)
}

extension SyncHistory {
    /// What is next for the coordinator. A version that a newer one followed waits for nothing any more.
    ///
    /// - Parameter time: now, in seconds since 1970.
    package func next(at time: Int64) -> SyncStep {
        if let open, open.order.expires >= time { return .wait(order: open.digest, missing: open.missing) }
        guard let version = versions.last, version.decisions.isEmpty else { return .nothing }
        if let sealed = version.sealed {
            let approving = version.approving(after: lastSequence).count
            return .decide(model: sealed.model, approvals: max(0, terms.approvals - approving))
        }
        func failures(_ isOfVersion: (SyncOrder.Task) -> Bool) -> Int {
            jobs.count { isOfVersion($0.order.task) && $0.outcome == nil }
        }
        guard !version.validations.isEmpty else {
            let failures = failures {
                if case .validate(let task) = $0 { task.challenger == .candidate(version.candidate) } else { false }
            }
            return .validate(candidate: version.candidate, failures: failures)
        }
        let failed = failures { if case .seal(let task) = $0 { task.candidate == version.candidate } else { false } }
        return .seal(candidate: version.candidate, failures: failed)
    }

    /// The order that a party has to do something about; nil where it has none, has said its last word, or would begin too late.
    ///
    /// - Parameter time: now, in seconds since 1970.
    package func task(of party: PartyID, at time: Int64) -> SyncJob? {
        guard let open, open.parties[party]?.last == nil else { return nil }
        let hasBegun = open.parties[party]?.codeVersion != nil
        return hasBegun || open.order.expires >= time ? open : nil
    }
}
