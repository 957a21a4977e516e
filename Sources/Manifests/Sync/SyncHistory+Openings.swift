import Records

// What was opened of a window cannot be closed again, and two windows that differ by few records tell of them. So each party refuses by
// itself what would tell too much, whatever the coordinator orders.
extension SyncHistory {
    /// Throws where a task's window is too much like another's, or was validated often enough.
    ///
    /// An order counts from when all three parties have accepted it: before, none of them has sent anything.
    func checkOpenings(_ task: SyncOrder.Task, at time: Int64) throws(SyncRefusal) {
        guard let window = task.window else { return }
        let budget = terms.openings
        let since = time - Int64(budget.days) * 86_400
        var (onWindow, ofChallenger) = (0, 0)
        for job in jobs where job.time > since && job.mayHaveOpened {
            guard let other = job.order.task.window else { continue }
            switch (task, job.order.task) {
            case (.validate(let new), .validate(let old)):
                guard window == other || !window.overlaps(other) else { throw .overlapping(job.order.number) }
                if window == other { onWindow += 1 }
                if new.challenger != nil, model(of: new) == model(of: old) { ofChallenger += 1 }
            default:
                guard !window.isNearly(other, apart: Int64(budget.apart)) else { throw .tooNear(job.order.number) }
            }
        }
        guard max(onWindow, ofChallenger) < budget.most else { throw .budget(budget) }
    }

    /// What a challenger is, whether it was validated before it was sealed or after.
    private func model(of task: ValidateTask) -> Digest32? {
        switch task.challenger {
        case .candidate(let candidate): candidate
        case .model(let model): version(sealedAs: model)?.candidate ?? model
        case nil: nil
        }
    }
}
