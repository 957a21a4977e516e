package import Keys
package import Manifests
package import Records

/// What is next for the coordinator to do about keys: a function of what the log says and of the time. So whoever conducts may end
/// at any moment, and another goes on.
package struct EpochConductor: Sendable, Hashable {
    /// Seconds after which an attempt that stands still gives way to the next, where a rotation is due.
    package var patience: Int64
    /// Seconds from an epoch's activation until the one before is closed.
    package var grace: Int64
    /// Of the parties' HPKE keys; nil for that of the keys in force.
    package var suite: KEMSuite?
    package var refreshesModels: Bool
    package var refreshesCounts: Bool

    package init(
        patience: Int64 = 600, grace: Int64 = 60, suite: KEMSuite? = nil, refreshesModels: Bool = true,
        refreshesCounts: Bool = true
    ) {
        self.patience = patience
        self.grace = grace
        self.suite = suite
        self.refreshesModels = refreshesModels
        self.refreshesCounts = refreshesCounts
    }

    package enum Step: Sendable, Hashable {
        case order(EpochOrder)
        case manifest(EpochManifest)
        /// Puts a record into each partition of `consortium.sealed` where the epoch begins, or ends, and tells where. None was
        /// written before a time, in seconds since 1970.
        case place(EpochPlaces.Kind, EpochKeys, since: Int64)
        /// Others are to act, or time is to pass.
        case wait(EpochStanding)
    }

    /// The next step.
    ///
    /// - Parameters:
    ///   - time: now, in seconds since 1970.
    ///   - isDue: whether a rotation is wanted, as far as none has come so far that it goes on by itself.
    package func step(_ history: EpochHistory, at time: Int64, isDue: Bool) -> Step {
        switch history.standing {
        case .rest, .erasure:
            return isDue ? .order(order(history, attempt: 1)) : .wait(history.standing)
        case .offers, .ready:
            guard let rotation = history.rotation, isDue, time >= rotation.time + patience else { break }
            return .order(order(history, attempt: rotation.order.attempt + 1))
        case .manifest(_, let attempt):
            guard let keys = history.composed else { break }
            return .manifest(EpochManifest(keys, attempt: attempt))
        case .activation(let epoch):
            guard let life = history.life(epoch) else { break }
            return .place(.activation, life.keys, since: life.agreed)
        case .closing(let epoch, let since):
            guard let life = history.life(epoch), time >= since + grace else { break }
            return .place(.closing, life.keys, since: since + grace)
        }
        return .wait(history.standing)
    }

    private func order(_ history: EpochHistory, attempt: UInt32) -> EpochOrder {
        EpochOrder(
            epoch: history.newest.number.next, attempt: attempt, agreement: history.membership.agreement,
            suite: max(suite ?? .x25519, history.newest.suite), refreshesModels: refreshesModels,
            refreshesCounts: refreshesCounts)
    }
}

/// When keys are rotated by themselves.
package struct KeySchedule: Sendable, Hashable {
    package let cron: CronForm
    /// When the program began, in seconds since 1970: what was due before any order, and before that, is not made up for.
    package let began: Int64

    package init(cron: CronForm, began: Int64) {
        self.cron = cron
        self.began = began
    }

    /// Whether a rotation is due: the schedule has come round since the last order.
    ///
    /// - Parameter time: now, in seconds since 1970.
    package func isDue(_ history: EpochHistory, at time: Int64) -> Bool {
        let ordered = history.rotation?.time ?? history.lives.last.flatMap { $0.order == nil ? nil : $0.ordered }
        guard let next = cron.next(after: EventTime(seconds: ordered ?? began)) else { return false }
        return next.seconds <= time
    }
}

extension EpochHistory {
    /// The epoch that a rotation which is wanted now comes to: the one that is under way, or else the next.
    package var target: KeyEpoch {
        switch standing {
        case .activation, .closing: newest.number
        case .rest, .offers, .manifest, .ready, .erasure: newest.number.next
        }
    }

    /// Whether an epoch is in force, and the one before it closed.
    package func isDone(_ epoch: KeyEpoch) -> Bool {
        guard let life = life(epoch), life.isActive, epoch > terms.founding.number else { return false }
        return self.life(KeyEpoch(epoch.number - 1))?.closing != nil
    }
}
