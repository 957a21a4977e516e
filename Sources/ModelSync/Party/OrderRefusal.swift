package import Records
package import ThreeParty

/// Why a party does not do what was ordered, as its report has it: a code that stays the same, and a sentence for people.
package struct OrderRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: String
    package let text: String

    package init(_ code: String, _ text: String) {
        self.code = code
        // A report's sentence has a bound (`SyncBounds`).
        self.text = String(text.prefix(500))
    }

    package var description: String { text }

    package static let noRows = OrderRefusal(
        "no-rows", "this party keeps no rows: start it with --rows DAYS, and order anew when it has scored with it")
    package static let expired = OrderRefusal(
        "expired",
        "the order has expired before all three could do it: give it more time, and look at who did not report")
    package static let unknownModel = OrderRefusal(
        "unknown-model", "the order names a model that is not on consortium.manifests, or that this party can't open")
    package static let otherForm = OrderRefusal(
        "other-form",
        "rows of the window are of another form than the model's: its features, cut points or counts are others")
    package static let noneOfBoth = OrderRefusal(
        "other-form",
        """
        no labelled row of the window is of both models' feature specs: collect rows of the one that is not in force \
        (`cordon sync collect`), and take a later window
        """)
    package static let emptyWindow = OrderRefusal(
        "empty-window", "no row of the window has a label: take a larger window, or wait for labels")
    package static let unknownCandidate = OrderRefusal(
        "unknown-candidate", "this party has no share of the candidate: its training is not done, or long past")
    package static let otherHeader = OrderRefusal(
        "other-header", "the header is of another model than was trained: shape, scale, features or order differ")

    /// The order's time was over while this party waited for something.
    package static func expired(_ reason: String) -> OrderRefusal {
        OrderRefusal("expired", "the order has expired, and \(reason)")
    }

    package static func rowsGone(_ reason: String) -> OrderRefusal { OrderRefusal("rows-gone", reason) }

    package static func keysGone(_ epoch: KeyEpoch) -> OrderRefusal {
        OrderRefusal("keys-gone", "this party has no keys of epoch \(epoch), which the order names: order anew")
    }

    /// What a disk says of itself is for this party's log alone.
    package static let notKept = OrderRefusal(
        "not-kept", "this party could not keep how far it is: its log says why; order anew when it can")

    /// The reason of an attempt that another one would meet again.
    package init(_ stop: TrainingStop) {
        switch stop {
        case .refused(let error): self.init(error)
        case .notKept: self = .notKept
        case .peerMissing, .peerSilent, .late, .newerAttempt, .gaveUp: self.init("stopped", "\(stop)")
        }
    }

    package init(_ error: TrainingError) { self.init(Self.code(of: error), "\(error)") }

    private static func code(of error: TrainingError) -> String {
        switch error {
        case .fewRows, .validation(.legitimate): "few-rows"
        case .fewFrauds, .validation(.frauds): "few-frauds"
        case .bounds, .candidates, .card, .tooLarge: "sizes"
        case .validation(.rows), .validation(.members), .validation(.models), .validation(.thresholds),
            .validation(.least):
            "sizes"
        case .otherBase, .rows: "other-rows"
        case .checkpoint: "not-kept"
        case .disagreement, .wrongLength, .unexpected, .otherCoin, .laterJob, .otherSetUp, .columnSums,
            .validation(.sums):
            "departed"
        }
    }
}
