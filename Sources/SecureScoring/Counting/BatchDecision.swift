import EventLogs
import Foundation
import Records
import ThreeParty

/// The leader's record of a batch on `consortium.batches`, written once all three parties have its results in the log: the batch
/// is scored and counted. With the records that it names, it is all that a party needs to count the batch again. Only the leader
/// can make one: it is tagged for each of the two others (`DecisionTag`).
struct BatchDecision {
    var partition: Int
    var range: Range<Int64>
    var labels: Range<Int64>
    var repeats: [Int64]
    var model: Digest32
    /// Of the pairwise keys that the batch was computed under.
    var epoch: KeyEpoch
    var agreed: Digest32
    /// The digest of the first round's frames, on which `agreed` hangs.
    var transcript: Digest32
    var tokenKeys: TokenKeys
    /// The refusal codes of each party, in the order of parties, and those that all three found together, a byte a record; nil
    /// where nothing was refused.
    var codes: [[UInt8]]?

    /// The version of the record's layout.
    private static let schema: UInt32 = 3

    init(_ plan: BatchPlan, _ agreement: Agreement) {
        partition = plan.partition
        range = plan.range
        labels = plan.labels
        repeats = plan.repeats
        model = plan.model
        epoch = plan.epoch
        agreed = agreement.digest
        transcript = agreement.transcript
        tokenKeys = plan.tokenKeys
        codes = agreement.refusals.contains { $0 != nil } ? agreement.codes + [agreement.found] : nil
    }

    /// The decision in a record; nil for bytes that are no decision, or none of the leader's.
    init?(decoding bytes: [UInt8], _ tag: DecisionTag) throws {
        guard let wire = WireBatchDecision(decoding: bytes), wire.schema == Self.schema,
            wire.first >= 0, wire.labelsFirst >= 0, wire.first <= wire.end, wire.labelsFirst <= wire.labelsEnd,
            wire.refusals.isEmpty || wire.refusals.count == 4,
            let model = Digest32(wire.modelDigest), let agreed = Digest32(wire.agreedDigest),
            let transcript = Digest32(wire.transcript), let tokenKeys = TokenKeys(decoding: wire.tokenKeys),
            try tag.isLeaders(wire.tags.map { Array($0) }, of: Self.digest(wire), epoch: KeyEpoch(wire.keyEpoch))
        else { return nil }
        partition = Int(wire.partition)
        range = wire.first..<wire.end
        labels = wire.labelsFirst..<wire.labelsEnd
        repeats = wire.repeats
        self.model = model
        epoch = KeyEpoch(wire.keyEpoch)
        self.agreed = agreed
        self.transcript = transcript
        self.tokenKeys = tokenKeys
        codes = wire.refusals.isEmpty ? nil : wire.refusals.map { Array($0) }
    }

    /// The agreement of the batch with this plan; nil where the decision is of another.
    ///
    /// - Parameter records: how many of the batch were not repeats.
    func agreement(plan: Digest32, records: Int) -> Agreement? {
        let codes = codes ?? [[UInt8]](repeating: [UInt8](repeating: 0, count: records), count: 4)
        guard codes.allSatisfy({ $0.count == records }) else { return nil }
        let agreement = Agreement(
            plan: plan, codes: (codes[0], codes[1], codes[2]), found: codes[3], transcript: transcript)
        return agreement.digest == agreed ? agreement : nil
    }

    /// The decision as a record.
    ///
    /// - Parameter tag: the leader's.
    /// - Throws: `ScoringError.noEpochKeys` where the leader has no keys of the batch's epoch any more.
    func record(_ tag: DecisionTag) throws -> NewRecord {
        var wire = WireBatchDecision()
        wire.schema = Self.schema
        wire.partition = UInt32(partition)
        wire.first = range.lowerBound
        wire.end = range.upperBound
        wire.labelsFirst = labels.lowerBound
        wire.labelsEnd = labels.upperBound
        wire.repeats = repeats
        wire.modelDigest = Data(model.bytes)
        wire.keyEpoch = epoch.number
        wire.agreedDigest = Data(agreed.bytes)
        wire.transcript = Data(transcript.bytes)
        wire.tokenKeys = Data(tokenKeys.encoded)
        wire.refusals = codes.map { $0.map { Data($0) } } ?? []
        guard let tags = try tag.tags(of: Self.digest(wire), epoch: epoch) else {
            throw ScoringError.noEpochKeys(epoch)
        }
        wire.tags = tags.map { Data($0) }
        return NewRecord(TopicPartition(Topics.batches), value: wire.encoded)
    }

    private static func digest(_ wire: WireBatchDecision) -> Digest32 {
        var untagged = wire
        untagged.tags = []
        return Digest32(of: [Array("cordon/decision/v3".utf8), untagged.encoded])
    }
}
