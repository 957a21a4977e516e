import Foundation
package import Records

/// What a training is to compute, but for the coin and the rows themselves.
package struct TrainTask: Sendable, Hashable {
    /// The model's name for people, as its header will have it.
    package let version: String
    /// The digest of the manifest by whose form rows are read.
    package let formModel: Digest32
    package let window: SyncWindow
    package let rule: TrainingRule
    /// Of the population, one a thermometer bit.
    package let frequencies: BitFrequencies
    /// Members whose frauds may be more than half of all others', ascending.
    package let admitted: [MemberID]
    /// Fewer rows, or fewer frauds, end a training before it begins.
    package let leastRows: Int
    package let leastFrauds: Int

    /// - Throws: `text`, `frequencies`, `members` or `least`.
    package init(
        version: String, formModel: Digest32, window: SyncWindow, rule: TrainingRule, frequencies: BitFrequencies,
        admitted: [MemberID] = [], leastRows: Int, leastFrauds: Int
    ) throws(SyncMistake) {
        try SyncBounds.text(version, "version", most: 64)
        guard (1...16_384).contains(frequencies.bits.count) else { throw .frequencies }
        try SyncBounds.members(admitted)
        guard 0 < leastFrauds, leastFrauds <= leastRows, leastRows <= SyncBounds.mostRows else { throw .least }
        self.version = version
        self.formModel = formModel
        self.window = window
        self.rule = rule
        self.frequencies = frequencies
        self.admitted = admitted
        self.leastRows = leastRows
        self.leastFrauds = leastFrauds
    }

    init(_ wire: WireTrainTask) throws(SyncMistake) {
        let frequencies = wire.frequencies.compactMap { Millionths(Int($0)) }
        guard frequencies.count == wire.frequencies.count else { throw .frequencies }
        try self.init(
            version: wire.version, formModel: SyncBounds.digest(wire.formModel), window: SyncWindow(wire.window),
            rule: Self.rule(wire.rule), frequencies: BitFrequencies(frequencies),
            admitted: SyncBounds.members(wire.admitted), leastRows: Int(wire.leastRows),
            leastFrauds: Int(wire.leastFrauds))
    }

    private static func rule(_ wire: WireSyncRule) throws(SyncMistake) -> TrainingRule {
        guard let rate = Millionths(Int(wire.rate)) else { throw .rule(.rate) }
        guard let clip = Millionths(Int(wire.clip)) else { throw .rule(.clip) }
        do throws(TrainingRule.Invalid) {
            return try TrainingRule(
                trees: Int(wire.trees), stages: wire.stages.map { Int($0) }, group: Int(wire.group),
                candidates: Int(wire.candidates), fraction: Int(wire.fraction), rate: rate, prior: Int(wire.prior),
                weightBits: Int(wire.weightBits), tableBits: Int(wire.tableBits), clip: clip, spread: Int(wire.spread))
        } catch { throw .rule(error) }
    }

    /// Groups of trees, which progress counts.
    package var groups: Int { rule.trees / rule.group }

    var wire: WireTrainTask {
        var wire = WireTrainTask()
        wire.version = version
        wire.formModel = Data(formModel.bytes)
        wire.window = window.wire
        wire.rule.trees = UInt32(rule.trees)
        wire.rule.stages = rule.stages.map { UInt32($0) }
        wire.rule.group = UInt32(rule.group)
        wire.rule.candidates = UInt32(rule.candidates)
        wire.rule.fraction = UInt32(rule.fraction)
        wire.rule.rate = UInt32(rule.rate.count)
        wire.rule.prior = UInt32(rule.prior)
        wire.rule.weightBits = UInt32(rule.weightBits)
        wire.rule.tableBits = UInt32(rule.tableBits)
        wire.rule.clip = UInt32(rule.clip.count)
        wire.rule.spread = UInt32(rule.spread)
        wire.frequencies = frequencies.bits.map { UInt32($0.count) }
        wire.admitted = admitted.map(\.name)
        wire.leastRows = UInt32(leastRows)
        wire.leastFrauds = UInt32(leastFrauds)
        return wire
    }
}
