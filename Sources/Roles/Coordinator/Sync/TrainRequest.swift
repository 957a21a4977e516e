import EventLogs
package import Manifests
package import Model
import PipelineFiles
package import Records

/// A training as an operator asks for it, before it is known what the parties have.
package struct TrainRequest: Sendable {
    /// The version's name; nil for `sync-N`, by the order's number.
    package var version: String?
    /// The public bins of the model in force, or of the next spec.
    package var bins: BinnedSpec
    /// Whether the newest frequencies that the parties opened stand in the place of the bins' own.
    package var usesOpenedFrequencies = false
    package var window = TrainWindow()
    package var rule: TrainingRule
    /// Members that take part however many frauds they have, in any order.
    package var admitted: [MemberID] = []
    /// Fewer rows, or fewer frauds, end it before it begins.
    package var leastRows: Int
    package var leastFrauds: Int

    package init(bins: BinnedSpec, rule: TrainingRule, leastRows: Int, leastFrauds: Int) {
        self.bins = bins
        self.rule = rule
        self.leastRows = leastRows
        self.leastFrauds = leastFrauds
    }
}

/// Which rows a training is asked to be of.
package struct TrainWindow: Sendable, Hashable {
    /// Offsets of `consortium.sealed`: from the first on, and before the second; nil for the oldest batch, and for what is decided.
    package var from: Int64?
    package var until: Int64?
    /// The most days before the window's end, and how many of the newest ones are left for the validation. Both are days of the
    /// log's clock.
    package var days: Int?
    package var leave = 0.0

    package init(from: Int64? = nil, until: Int64? = nil, days: Int? = nil, leave: Double = 0) {
        self.from = from
        self.until = until
        self.days = days
        self.leave = leave
    }

    /// A hundred years.
    fileprivate static let mostDays = 36_500
}

/// Why a training can't be ordered as it is asked for.
package enum TrainFault: Error, Sendable, Hashable {
    case noModel
    /// The bins are of no model; the name of the one in force.
    case otherBins(inForce: String)
    case noFrequencies
    case nothingOpened
    case unknownMember(MemberID)
    case days
    case leave
    case nothingScored
    /// The window begins where it ends, or behind that.
    case empty(from: Int64, until: Int64)
}

extension SyncCoordinator {
    /// The task that a request comes to now.
    ///
    /// - Throws: `TrainFault`; `SyncMistake` where no such task can be ordered.
    package func training(_ request: TrainRequest) throws -> TrainTask {
        guard let inForce = try modelInForce(), let champion = try manifest(inForce) else { throw TrainFault.noModel }
        // Of another spec, rows were collected before a model reads it.
        guard let form = try champion.featureSpec == request.bins.id ? champion : newestModel(of: request.bins.id)
        else { throw TrainFault.otherBins(inForce: champion.version) }
        let frequencies = try frequencies(request, form)
        if let stranger = request.admitted.first(where: { name in !roster.members.contains { $0.id == name } }) {
            throw TrainFault.unknownMember(stranger)
        }
        return try TrainTask(
            version: request.version ?? "sync-\(history.nextNumber)", formModel: form.digest,
            window: LogWindows(log).window(request.window, now: now), rule: request.rule, frequencies: frequencies,
            admitted: Array(Set(request.admitted)).sorted(), leastRows: request.leastRows,
            leastFrauds: request.leastFrauds)
    }

    private func frequencies(_ request: TrainRequest, _ form: ModelManifest) throws -> BitFrequencies {
        guard request.usesOpenedFrequencies else {
            guard let frequencies = request.bins.frequencies else { throw TrainFault.noFrequencies }
            return frequencies
        }
        let opened = try history.openedFrequencies(bits: request.bins.bits) { try reads($0, rowsOf: form) }
        guard let opened else { throw TrainFault.nothingOpened }
        return opened
    }
}

extension LogWindows {
    /// The window that was asked for, as far as the parties have scored it.
    ///
    /// - Parameter now: seconds since 1970, by the clock that the log's times are of.
    /// - Throws: `TrainFault`; `SyncMistake` for an offset that is none.
    package func window(_ asked: TrainWindow, now: Int64) throws -> SyncWindow {
        let most = TrainWindow.mostDays
        guard asked.days.map((1...most).contains) ?? true else { throw TrainFault.days }
        guard (0...Double(most)).contains(asked.leave) else { throw TrainFault.leave }
        guard let standing = try standing() else { throw TrainFault.nothingScored }
        let end = now - Int64(asked.leave * Double(EventTime.day))
        let last = try asked.until ?? (asked.leave > 0 ? offset(at: EventTime(seconds: end)) : standing.sealed)
        var first = try asked.from ?? firstBatch() ?? 0
        if let days = asked.days {
            first = max(first, try offset(at: EventTime(seconds: end - Int64(days) * EventTime.day)))
        }
        let until = min(last, standing.sealed)
        guard first < until else { throw TrainFault.empty(from: first, until: until) }
        return try SyncWindow(first..<until, labels: standing.labels)
    }
}

extension TrainFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noModel: "no model is in force yet: deal the first one with `cordon model deal`"
        case .otherBins(let version):
            "the bins are of no model that was dealt; \(version) is in force: take the ones published with it"
        case .noFrequencies:
            "the bins do not say how often each bit is set: make them with this version's `cordon model train`"
        case .nothingOpened:
            "nothing was opened of rows of these bins yet: leave `--opened-frequencies` out, or look at the roster's openings"
        case .unknownMember(let member): "`--admit \(member)`: the roster has no such member"
        case .days: "`--days` is 1 to 36500"
        case .leave: "`--leave` is 0 to 36500"
        case .nothingScored: "the parties have scored nothing yet"
        case .empty(let from, let until):
            "the window is empty: it begins at offset \(from) and ends before \(until)"
        }
    }
}
