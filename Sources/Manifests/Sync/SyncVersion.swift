package import Records

/// A model that the three parties trained, and where it comes from: all that can be asked of it later.
package struct SyncVersion: Sendable, Hashable {
    /// The sealed model, as its manifest has it.
    package struct Sealed: Sendable, Hashable {
        /// The digest of the manifest.
        package let model: Digest32
        /// The digest of the order to seal.
        package let order: Digest32
        package let header: [UInt8]
        /// Encapsulated key and box of parties 0, 1 and 2.
        package let boxes: [[UInt8]]
    }

    package struct Approval: Sendable, Hashable {
        package let by: OperatorID
        /// The sequence of the decision before it.
        package let after: UInt64
        /// The whole record, for the model's activation.
        package let record: [UInt8]
    }

    /// The digest of the order to train.
    package let candidate: Digest32
    package let number: UInt64
    /// Window, form, rule, frequencies.
    package let task: TrainTask
    /// Plan, coin, rows, frauds, ring, members that were left out.
    package let trained: TrainedReport
    /// Of each party's program.
    package let codeVersions: [PartyID: String]
    /// The digests of the orders by which it was validated as challenger, in order; their jobs have the counts.
    package internal(set) var validations: [Digest32] = []
    package internal(set) var sealed: Sealed?
    package internal(set) var approvals: [Approval] = []
    /// Decisions on it, and those that brought the model before it back.
    package internal(set) var decisions: [SyncDecision] = []

    init?(_ job: SyncJob) {
        guard case .train(let task) = job.order.task, case .trained(let report) = job.outcome else { return nil }
        candidate = job.digest
        number = job.order.number
        self.task = task
        trained = report
        codeVersions = job.parties.compactMapValues(\.codeVersion)
    }

    /// What a party keeps its share of a model by that was trained and has no manifest.
    ///
    /// - Parameter candidate: the digest of the order to train.
    package static func share(of candidate: Digest32) -> Digest32 {
        Digest32(of: [Array("cordon/sync/candidate/v1".utf8), candidate.bytes])
    }

    package var isTurnedDown: Bool { decisions.contains { $0.kind == .turnDown } }
    /// The decision that put it in force last; nil where none did.
    package var promotion: SyncDecision? { decisions.last { $0.kind == .promote && $0.model == sealed?.model } }

    /// The operators whose approval counts for the next decision.
    func approving(after last: UInt64) -> [OperatorID] { approvals.filter { $0.after == last }.map(\.by) }

    /// What differs between a model header and what was trained; nil for one of it.
    ///
    /// - Parameter epoch: of the order to seal.
    func mistake(in header: WireModelHeader, consortium: String, epoch: KeyEpoch?) -> String? {
        let rule = task.rule
        let expected: [(String, Bool)] = [
            ("schema", header.schema == ModelManifest.schema),
            ("consortium", header.consortium == consortium),
            ("version", header.version == task.version),
            ("order", Array(header.order) == candidate.bytes),
            ("number of bits", Int(header.bits) == task.frequencies.bits.count),
            ("number of trees", Int(header.trees) == rule.trees),
            ("depth", Int(header.depth) == rule.depth),
            ("ring", Int(header.ringBits) == trained.ringBits),
            ("scale", Int(header.fractionBits) == rule.fraction),
            ("calibration", header.calibration.isCalibration),
            ("epoch of keys", header.keyEpoch == epoch?.number ?? 0),
        ]
        return expected.first { !$0.1 }?.0
    }
}

extension [WireCalibrationPoint] {
    /// Whether scores ascend and probabilities do not fall.
    fileprivate var isCalibration: Bool {
        (1...ModelManifest.mostSteps).contains(count) && allSatisfy { (0...1).contains($0.probability) }
            && zip(self, dropFirst()).allSatisfy { $0.score < $1.score && $0.probability <= $1.probability }
    }
}
