import Records
import SecureScoring
import Synchronization

/// The digests that masks are drawn by where they hang on where a batch begins: that of the first plan of each place. The same at
/// all three parties.
final class MaskTable: Sendable {
    private struct Place: Hashable {
        var transactions: Int64
        var labels: Int64
    }

    private struct State {
        var first: [Place: Digest32] = [:]
        var labels: [Digest32: Digest32] = [:]
        var newest: [Digest32: Digest32] = [:]
    }

    private let state = Mutex(State())

    func note(_ proposal: PlanProposal, _ digest: Digest32) {
        state.withLock { state in
            let place = Place(transactions: proposal.range.lowerBound, labels: proposal.labels.lowerBound)
            let label = state.first[place] ?? digest
            state.first[place] = label
            state.labels[digest] = label
            state.newest[label] = digest
        }
    }

    /// The digest that a plan's masks are drawn by.
    func label(of digest: Digest32) -> Digest32 { state.withLock { $0.labels[digest] ?? digest } }

    /// The newest plan with masks drawn by a digest.
    func plan(of label: Digest32) -> Digest32 { state.withLock { $0.newest[label] ?? label } }
}
