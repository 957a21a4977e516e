package import Desk
import Dispatch
package import Records
import Synchronization

/// Rules that people try on the past, one after the other in the background. They are this desk's own, change nothing, and end with
/// it: who wants one again starts it again.
package final class RuleTrials: Sendable {
    /// Why no trial begins.
    enum Refusal: Error, Sendable, CustomStringConvertible {
        case fault(RuleFault)
        /// So many wait already.
        case full

        var description: String {
            switch self {
            case .fault(let fault): "\(fault)"
            case .full: "too many trials wait already"
            }
        }
    }

    enum State: Sendable {
        case waiting
        /// Records that are read, of how many.
        case running(done: Int, of: Int)
        case done(BacktestReport)
        case failed
        case cancelled

        var isOver: Bool {
            switch self {
            case .waiting, .running: false
            case .done, .failed, .cancelled: true
            }
        }
    }

    struct Trial: Sendable {
        let id: ItemID
        /// What was typed, and the ids of its rules. Policies may hold long lists, and go when the trial is over.
        var text: String
        var ids: [String]
        var by: Actor
        /// What its asker's team works on: nothing else is counted.
        var scope: TeamScope
        /// When it was asked for, and how long it took, in microseconds.
        var at: Int64
        var took: Int64?
        var state = State.waiting
    }

    private let tester: any RuleTester
    private let clock: any WallClock
    private let failed: @Sendable (any Error) -> Void
    private let queue = DispatchQueue(label: "rule-trials", qos: .utility)
    private let trials = Mutex<[Trial]>([])

    /// Trials that are kept, and that may wait.
    private static let kept = 50
    private static let waiting = 5

    /// - Parameter failed: told why a trial could not be made.
    package init(
        _ tester: any RuleTester, clock: any WallClock, failed: @escaping @Sendable (any Error) -> Void
    ) {
        self.tester = tester
        self.clock = clock
        self.failed = failed
    }

    /// The latest first.
    var all: [Trial] { trials.withLock { $0.reversed() } }

    func trial(_ id: ItemID) -> Trial? { trials.withLock { $0.first { $0.id == id } } }

    /// Begins a trial. One under the same id is begun once.
    func start(_ text: String, as id: ItemID, by actor: Actor, within scope: TeamScope) throws(Refusal) {
        if trial(id) != nil { return }
        let rule: TriedRule
        do throws(RuleFault) { rule = try tester.read(text) } catch { throw .fault(error) }
        let new = Trial(id: id, text: rule.text, ids: rule.ids, by: actor, scope: scope, at: clock.microseconds)
        let isTaken = trials.withLock { trials in
            if trials.contains(where: { $0.id == id }) { return true }
            guard trials.count(where: { !$0.state.isOver }) < Self.waiting else { return false }
            trials.append(new)
            // What is over goes first.
            while trials.count > Self.kept, let old = trials.firstIndex(where: { $0.state.isOver }) {
                trials.remove(at: old)
            }
            return true
        }
        guard isTaken else { throw .full }
        queue.async { [self] in run(new, rule) }
    }

    func cancel(_ id: ItemID) { set(id, .cancelled) }

    /// Waits for all that was asked for before.
    package func wait() { queue.sync {} }

    private func run(_ trial: Trial, _ rule: TriedRule) {
        guard set(trial.id, .running(done: 0, of: 0)) else { return }
        let began = clock.microseconds
        do {
            let report = try tester.test(rule, within: trial.scope) { done, all in
                set(trial.id, .running(done: done, of: all))
            }
            guard let report else { return }
            trials.withLock { trials in
                guard let place = trials.firstIndex(where: { $0.id == trial.id }) else { return }
                trials[place].took = clock.microseconds - began
            }
            set(trial.id, .done(report))
        } catch {
            failed(error)
            set(trial.id, .failed)
        }
    }

    /// - Returns: whether it goes on; what is over stays so.
    @discardableResult
    private func set(_ id: ItemID, _ state: State) -> Bool {
        trials.withLock { trials in
            guard let place = trials.firstIndex(where: { $0.id == id }), !trials[place].state.isOver else {
                return false
            }
            trials[place].state = state
            return true
        }
    }
}
