package import Records

/// The masks of one round at one party: streams that it shares with one of its neighbours, under the round's digest.
///
/// That digest hangs on the plan and on every message before this round (`TrainingTranscript`). So a run that goes as one before it
/// has the same masks and sends the same bytes, and a run in which any party sends another byte has other masks from the next round
/// on: no mask ever covers two values. Within a round each stream is drawn once; a second draw is a fault of the program and ends
/// it.
package final class RoundMasks: Unprinted {
    /// Which of a party's two keys.
    enum Neighbour: Hashable { case previous, next }

    private struct Drawn: Hashable {
        let label: StepLabel
        let neighbour: Neighbour
    }

    private let keys: TrainingKeys
    /// What this round's streams hang on.
    package let digest: Digest32
    private var drawn: Set<Drawn> = []

    package init(keys: TrainingKeys, digest: Digest32) {
        self.keys = keys
        self.digest = digest
    }

    /// A stream in common with a neighbour, from its beginning. The neighbour names the same step and use.
    func stream(_ step: TrainingStep, _ use: TrainingStep.Use, with neighbour: Neighbour) -> CounterStream {
        let label = step.label(use)
        let isNew = drawn.insert(Drawn(label: label, neighbour: neighbour)).inserted
        precondition(isNew, "a mask of \(label.text) would serve twice in one round")
        switch neighbour {
        case .previous: return keys.pair.withPrevious.stream(label, digest: digest)
        case .next: return keys.pair.withNext.stream(label, digest: digest)
        }
    }
}

/// The two keys of a party, for as long as a training runs.
package final class TrainingKeys: Sendable, Unprinted {
    let pair: PairKeys

    package init(_ pair: consuming PairKeys) { self.pair = pair }
}
