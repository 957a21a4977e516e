package import Desk
package import DeskStore
import Dispatch
import Synchronization

/// Acts on their way: from who asks for one, through the log, back to who waits for what became of it.
package final class ActBook: Sendable {
    /// Why there is no answer yet. The act may take effect all the same: asked for again under its id, it is done once.
    package enum Trouble: Error, Sendable, Hashable, CustomStringConvertible {
        /// Too many wait already; this one was let go.
        case full
        /// The log takes nothing now.
        case logUnavailable
        case stopping

        package var description: String {
            switch self {
            case .full: "the desk has too much to do; try again in a moment"
            case .logUnavailable: "the log can't be reached; try again"
            case .stopping: "the desk is being stopped; try again in a moment"
            }
        }
    }

    private typealias Answer = @Sendable (Result<DeskLedger.Outcome, Trouble>) -> Void

    private struct State {
        var queue: [DeskRecord] = []
        var waiting: [ActID: [Answer]] = [:]
        var isStopped = false
    }

    private static let capacity = 10_000
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    package init() {}

    /// Puts an act into the log and waits until this desk has read it.
    package func settle(_ record: DeskRecord) async throws(Trouble) -> DeskLedger.Outcome {
        let result: Result<DeskLedger.Outcome, Trouble> = await withCheckedContinuation { done in
            ask(record) { done.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `settle`, where the answer is called for, on any thread.
    package func ask(
        _ record: DeskRecord, answer: @escaping @Sendable (Result<DeskLedger.Outcome, Trouble>) -> Void
    ) {
        let trouble: Trouble? = state.withLock { state in
            if state.isStopped { return .stopping }
            guard state.waiting.count < Self.capacity else { return .full }
            // One that is under way already is not asked for twice.
            if state.waiting[record.id] == nil { state.queue.append(record) }
            state.waiting[record.id, default: []].append(answer)
            return nil
        }
        if let trouble { return answer(.failure(trouble)) }
        work.signal()
    }

    /// The acts that wait to be appended, oldest first; waits for the first until a time-out.
    func take(limit: Int, timeout: Double) -> [DeskRecord] {
        if state.withLock({ $0.queue.isEmpty }) { _ = work.wait(timeout: .now() + timeout) }
        return state.withLock { state in
            let records = Array(state.queue.prefix(limit))
            state.queue.removeFirst(records.count)
            return records
        }
    }

    /// Tells who waits what became of acts.
    package func told(_ settled: [SettledAct]) {
        for act in settled { answer(act.id, .success(act.outcome)) }
    }

    func failed(_ records: [DeskRecord], _ trouble: Trouble) {
        for record in records { answer(record.id, .failure(trouble)) }
    }

    /// Takes no more, and lets all go who wait.
    func stop() {
        let answers = state.withLock { state in
            state.isStopped = true
            defer { (state.queue, state.waiting) = ([], [:]) }
            return state.waiting.values.flatMap { $0 }
        }
        for answer in answers { answer(.failure(.stopping)) }
    }

    private func answer(_ id: ActID, _ result: Result<DeskLedger.Outcome, Trouble>) {
        let answers = state.withLock { $0.waiting.removeValue(forKey: id) ?? [] }
        for answer in answers { answer(result) }
    }
}
