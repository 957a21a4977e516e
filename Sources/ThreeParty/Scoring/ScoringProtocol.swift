/// What the scoring of batches declares: a stream for each partition of `consortium.sealed`, its frames, and its randomness.
extension LinkProtocol {
    /// Its id stands in every frame and never changes.
    package static let scoring = LinkProtocol(
        id: 0, name: "scoring",
        kinds: [
            .proposal: "proposal", .conditionBits: "conditionBits", .refusals: "refusals", .lookupDeal: "lookupDeal",
            .completed: "completed", .abort: "abort", .countDeal: "countDeal", .countBits: "countBits",
            .countBitsHash: "countBitsHash", .scorePart: "scorePart", .scorePartHash: "scorePartHash",
            .comparisonKeys: "comparisonKeys",
        ],
        labels: [
            .conditionZeroShare, .lookupOneHot, .scoreZeroShare, .dealHash, .countOneHot, .countZeroShare,
            .contentKey, .recordZeroShare, .outcomeZeroShare, .checkKey, .decisionTag, .frameHash,
            .roundingTag, .roundingMask, .comparisonSeed, .roundingZeroShare,
        ],
        // A dozen batches under way, each with a handful of frames.
        mostWaiting: 64)
}

extension StreamID {
    /// The batches of one partition of `consortium.sealed`.
    package static func scoring(_ partition: UInt32) -> StreamID {
        StreamID(protocol: LinkProtocol.scoring.id, number: partition)
    }
}

extension Frame.Kind {
    /// The leader names a plan. Digest: the plan's. Payload: see `PlanProposal`.
    package static let proposal = Frame.Kind(rawValue: 1)
    /// Masked condition bits, to the previous party, after the sender's word on the records (`Word`). Digest: the plan's.
    package static let conditionBits = Frame.Kind(rawValue: 2)
    /// The sender's word, and the hash of its `conditionBits`, to the next party; before counts are looked up of its
    /// `countDeal`, to the previous one; of labels the word alone, to both. Digest: the plan's.
    package static let refusals = Frame.Kind(rawValue: 3)
    /// One-hot shares, to the next party. Digest: of the plan, the refusals that all three agreed on, and the first round's frames.
    package static let lookupDeal = Frame.Kind(rawValue: 4)
    /// The sender's score shares are in the log; of labels, that it has agreed. To the leader. Digest: as for `lookupDeal`.
    package static let completed = Frame.Kind(rawValue: 5)
    /// The sender gave the batch up. Payload: empty.
    package static let abort = Frame.Kind(rawValue: 6)
    /// One-hot shares of counts, to the next party, after the sender's word. Digest: the plan's.
    package static let countDeal = Frame.Kind(rawValue: 7)
    /// Masked thermometer bits of counts, to the previous party. Digest: as for `lookupDeal`.
    package static let countBits = Frame.Kind(rawValue: 8)
    /// The hash of the sender's `countBits`, to the next party, which does not get them. Digest: as for `lookupDeal`.
    package static let countBitsHash = Frame.Kind(rawValue: 9)
    /// Where scores are rounded: the sender's tag and its masked score shares, to the previous party. Digest: as for `lookupDeal`.
    package static let scorePart = Frame.Kind(rawValue: 10)
    /// The sender's tag, and the hash of its `scorePart`, to the next party. Digest: as for `lookupDeal`.
    package static let scorePartHash = Frame.Kind(rawValue: 11)
    /// Comparison keys of every third record, to both. Digest: of the agreed one and what all three said in their parts.
    package static let comparisonKeys = Frame.Kind(rawValue: 12)
}

extension StepLabel {
    /// XOR zero-share of the condition bits; hangs on the plan's digest.
    package static let conditionZeroShare = StepLabel("cordon/step/1/zero-share")
    /// Shares of the leaf lookups' one-hots; hangs on the agreed digest, as `scoreZeroShare`.
    package static let lookupOneHot = StepLabel("cordon/step/2/one-hot")
    /// Additive zero-share of the scores.
    package static let scoreZeroShare = StepLabel("cordon/step/2/zero-share")
    /// No mask: the key under which a party hashes the one-hot shares that it was dealt, which their dealer does not know.
    package static let dealHash = StepLabel("cordon/step/2/deal-hash")
    /// Shares of the count lookups' one-hots; hangs on the plan's digest.
    package static let countOneHot = StepLabel("cordon/count/1/one-hot")
    /// XOR zero-share of the counts' thermometer bits; hangs on the agreed digest.
    package static let countZeroShare = StepLabel("cordon/count/2/zero-share")
    /// No mask: the key of a pair of parties under which they hash what their boxes hold; hangs on the plan's digest, as all of
    /// checks.
    package static let contentKey = StepLabel("cordon/check/content-key")
    /// XOR zero-share of the words of checks.
    package static let recordZeroShare = StepLabel("cordon/check/zero-share")
    /// Additive zero-share of the checks of labels' outcomes.
    package static let outcomeZeroShare = StepLabel("cordon/check/outcome-zero-share")
    /// No mask: the leader's two parts of the key of all three parties under which they hash what their checks give.
    package static let checkKey = StepLabel("cordon/check/key")
    /// No mask: the key of a frame's sender and receiver under which they hash it for the third party; hangs on the frame's digest.
    package static let frameHash = StepLabel("cordon/round/hash")
    /// No mask: what a party says of the digest of what it was dealt; hangs on that, under the key that it shares with the dealer.
    package static let roundingTag = StepLabel("cordon/rounding/tag")
    /// Additive mask of a score share that goes to the previous party, which the next one knows; hangs on the agreed digest and the
    /// tag.
    package static let roundingMask = StepLabel("cordon/rounding/mask")
    /// Seeds of comparison keys, which a client and a server have in common.
    package static let comparisonSeed = StepLabel("cordon/rounding/seed")
    /// XOR zero-share of the bits of rounded scores; hangs on the rounded digest.
    package static let roundingZeroShare = StepLabel("cordon/rounding/zero-share")
    /// The tag of party 0's decision on a batch, which proves to the others that it is the leader's.
    package static let decisionTag = StepLabel("cordon/decision/tag")
}
