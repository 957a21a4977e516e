import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Stages

/// The coordinator of keys, which orders what is wanted and carries it on. Its process may end at any moment, and another one goes
/// on from the log.
final class SimulatedConductor {
    private let terms: Terms
    private let keys: FileKeystore
    private let log: any EventLog
    private let clock: SimulatedClock
    private var process: KeyCoordinator?
    private var book: EpochBook?
    private var looking = Throttle(.milliseconds(50))
    /// The epoch that rotations are to come to.
    private(set) var wanted: KeyEpoch

    init(_ terms: Terms, wanted: KeyEpoch?, keys: FileKeystore, log: any EventLog, clock: SimulatedClock) {
        self.terms = terms
        self.keys = keys
        self.log = log
        self.clock = clock
        self.wanted = wanted ?? KeyEpoch(terms.roster.epoch)
    }

    /// What the log says of epochs of keys now; nil where it can't be read.
    var history: EpochHistory? {
        if book == nil { book = try? EpochBook(terms.roster, log: log) }
        return try? book?.refresh()
    }

    private var isWanting: Bool { wanted > KeyEpoch(terms.roster.epoch) }

    /// Wants an epoch more than there is.
    func order() { wanted = max(wanted, (history?.newest.number ?? wanted).next) }

    func restart() { process = nil }

    /// Does what is next, where anything is wanted.
    func turn() {
        guard isWanting, looking.isDue(at: clock.now) else { return }
        do {
            let process = try self.process ?? KeyCoordinator(terms.roster, keystore: keys, log: log, clock: clock)
            self.process = process
            _ = try process.advance(EpochConductor(patience: 5, grace: 1)) { [wanted] in $0.newest.number < wanted }
        } catch { process = nil }
    }

    /// What is waited for, in words; nil where nothing is.
    ///
    /// - Parameter erased: whether parties are to have erased what they had of closed epochs, too.
    func isWaiting(erased: Bool) -> String? {
        guard isWanting, let history else { return nil }
        guard history.isDone(wanted) else { return "epoch \(wanted) of keys has not come: \(history.standing)" }
        guard erased, case .erasure = history.standing else { return nil }
        return "\(history.standing)"
    }
}
