import Records

// What was opened of a window cannot be closed again, and two windows that differ by few records tell of them. So each party
// refuses by itself what would tell too much, whatever the coordinator orders.
extension SyncHistory {
    /// A histogram that a validation opens of its window. Two of one model by the same thresholds are the same.
    private struct Histogram: Hashable {
        /// The order to train it, where the parties did; else the digest of its manifest.
        let model: Digest32
        let thresholds: ValidateTask.Thresholds
    }

    /// Throws where a task's window is too much like another's, or enough was opened of the window or of the challenger.
    ///
    /// An order counts from when all three parties have accepted it: before, none of them has sent anything.
    func checkOpenings(_ task: SyncOrder.Task, at time: Int64) throws(SyncRefusal) {
        guard let window = task.window else { return }
        let limits = terms.openings
        let since = time - Int64(limits.days) * 86_400
        var (opened, windows): (Set<Histogram>, Set<SyncWindow>) = ([], [window])
        for job in jobs where job.time > since && job.mayHaveOpened {
            guard let other = job.order.task.window else { continue }
            switch (task, job.order.task) {
            case (.validate(let new), .validate(let old)):
                guard window == other || !window.overlaps(other) else { throw .overlapping(job.order.number) }
                if window == other { opened.formUnion(histograms(of: old)) }
                if let challenger = model(of: new.challenger), challenger == model(of: old.challenger) {
                    windows.insert(other)
                }
            default:
                guard !window.isNearly(other, apart: Int64(limits.apart)) else { throw .tooNear(job.order.number) }
            }
        }
        guard case .validate(let new) = task else { return }
        guard opened.union(histograms(of: new)).count <= limits.histograms else { throw .histograms(limits) }
        guard windows.count <= limits.windows else { throw .windows(limits) }
    }

    private func histograms(of task: ValidateTask) -> Set<Histogram> {
        var all: Set = [Histogram(model: model(task.champion), thresholds: task.championThresholds)]
        if let challenger = model(of: task.challenger), let thresholds = task.challengerThresholds {
            all.insert(Histogram(model: challenger, thresholds: thresholds))
        }
        return all
    }

    /// What a challenger is, whether it is looked at before it is sealed or after.
    private func model(of challenger: ValidateTask.Challenger?) -> Digest32? {
        switch challenger {
        case .candidate(let candidate): candidate
        case .model(let digest): model(digest)
        case nil: nil
        }
    }

    private func model(_ digest: Digest32) -> Digest32 { version(sealedAs: digest)?.candidate ?? digest }
}
