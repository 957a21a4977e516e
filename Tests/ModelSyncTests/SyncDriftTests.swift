import Evaluation
import EventLogs
import Manifests
import ModelSync
import Records
import Roles
import Support
import Testing
import ThreeParty

@Suite("Drift by what the parties opened")
struct SyncDriftTests {
    private let told: ToldValidations
    /// Thermometer bits of the features of the world's rows.
    private let bits = [7, 7, 7, 7]

    init() throws { told = try ToldValidations() }

    /// Of so many rows the bits of four features, of which each bin has as many but the first feature's, whose rows are all in one.
    private func features(_ rows: Int, first bin: Int? = nil) throws -> FeatureCounts {
        let even = (1...7).map { UInt32(rows * (8 - $0) / 8) }
        let first = bin.map { bin in (1...7).map { $0 <= bin ? UInt32(rows) : 0 } } ?? even
        return try FeatureCounts(rows: rows, ones: first + even + even + even)
    }

    private func train(_ features: FeatureCounts?) throws -> SyncVersion {
        let job = try told.coordinator.order(told.world.training(), within: 60)
        let report = try TrainedReport(
            plan: .zero, coin: .zero, rows: 240, frauds: 40, ringBits: 16, features: features)
        try told.end(job) { _ in .trained(report) }
        return try #require(told.coordinator.history.version(of: job.digest))
    }

    /// A validation of one window.
    ///
    /// - Parameters:
    ///   - high: rows of the models whose scores are in the last bin, of all in the first and the last.
    private func look(
        _ range: Range<Int64>, labels: Int64, challenger: ValidateTask.Challenger? = nil, champion high: UInt32,
        challengerHigh: UInt32 = 0, _ features: FeatureCounts?
    ) throws {
        let thresholds = try ValidateTask.Thresholds(fraction: 4, scores: ToldValidations.thresholds)
        let job = try told.coordinator.order(
            .validate(
                ValidateTask(
                    challenger: challenger, champion: told.world.champion, window: SyncWindow(range, labels: labels),
                    challengerThresholds: challenger == nil ? nil : thresholds, championThresholds: thresholds,
                    leastFrauds: 1, leastLegitimate: 1)), within: 60)
        func counts(_ high: UInt32) throws -> BinCounts {
            try BinCounts(legitimate: [1_004 - high, 0, 0, high], frauds: [10, 0, 0, 10])
        }
        let opened = try ValidatedReport.Opened(
            challenger: challenger == nil ? nil : counts(challengerHigh), champion: counts(high), features: features)
        try told.end(job) { _ in .validated(try ValidatedReport(opened: opened, boxes: [])) }
    }

    private func drift(_ model: Digest32? = nil) -> SyncDrift {
        SyncDrift(told.coordinator.history, inForce: model ?? told.world.champion) { _ in true }
    }

    @Test("of a dealt model is told beside the first rows that were looked at, windows of one validation together")
    func dealt() throws {
        let rule = try DriftRule()
        #expect(drift().looks.isEmpty && drift().newest(bits: bits, by: rule) == nil)
        #expect(told.coordinator.history.modelLookedAt == nil)
        try look(0..<500, labels: 9, champion: 100, features(1_024))
        try look(500..<1_000, labels: 9, champion: 300, features(1_024))
        #expect(told.coordinator.history.modelLookedAt == told.world.champion)
        let first = drift()
        #expect(first.looks.map(\.range) == [0..<1_000] && first.looks[0].number == 2)
        #expect(first.looks[0].scores == [1_628, 0, 0, 420])
        #expect(try first.looks[0].features == features(2_048))
        // It is what later rows are held against.
        #expect(first.newest(bits: bits, by: rule) == nil)
        // Other labels: another validation.
        try look(1_000..<1_500, labels: 10, champion: 200, features(1_024))
        var newest = try #require(drift().newest(bits: bits, by: rule))
        #expect(newest.number == 3 && !newest.isTrigger && newest.features.count == 4)
        #expect(newest.scores.index?.value ?? 1 < 0.01 && newest.mostOfFeatures ?? 1 < 0.01)
        let pair = try #require(drift().scores(of: drift().looks[1]))
        #expect(pair.reference == [1_628, 0, 0, 420] && pair.current == [814, 0, 0, 210])
        // Scores that have changed, and a feature that has.
        try look(1_500..<2_000, labels: 11, champion: 900, nil)
        newest = try #require(drift().newest(bits: bits, by: rule))
        #expect(newest.isTrigger && newest.features.isEmpty && newest.mostOfFeatures == nil)
        try look(2_000..<2_500, labels: 12, champion: 200, features(1_024, first: 7))
        newest = try #require(drift().newest(bits: bits, by: rule))
        guard case .trigger = newest.features[0], case .stable = newest.features[1], case .stable = newest.scores else {
            Issue.record("\(newest)")
            return
        }
        #expect(newest.isTrigger && newest.number == 5)
    }

    @Test("of a model that the parties trained is told beside its own rows, and the first scores by it")
    func trained() throws {
        let own = try features(960, first: 3)
        let version = try train(own)
        try look(
            240..<740, labels: 9, challenger: .candidate(version.candidate), champion: 500, challengerHigh: 100,
            features(1_024, first: 3))
        // As long as it is not in force, its rows are nobody's reference but the first.
        let model = Digest32(of: [[9]])
        #expect(drift(model).looks.allSatisfy { $0.scores == nil })
        let sealed = try seal(version)
        try look(
            740..<1_240, labels: 10, challenger: .model(sealed), champion: 500, challengerHigh: 400, features(1_024))
        let drift = drift(sealed)
        #expect(drift.looks.map(\.scores) == [nil, [914, 0, 0, 110], [614, 0, 0, 410]])
        // Rows that it was trained on are no later ones.
        #expect(drift.features(of: drift.looks[0], bits: bits) == nil && drift.scores(of: drift.looks[1]) == nil)
        #expect(drift.features(of: drift.looks[1], bits: bits)?.first?.reference == [0, 0, 0, 960, 0, 0, 0, 0])
        let newest = try #require(drift.newest(bits: bits, by: DriftRule()))
        guard case .trigger = newest.features[0], case .trigger = newest.scores else {
            Issue.record("\(newest)")
            return
        }
        // Other bits than were opened.
        #expect(drift.features(of: drift.looks[2], bits: [7, 7, 7]) == nil)
        let history = told.coordinator.history
        // Of rows of another form, though of as many bits, nothing can be compared but scores.
        let champion = told.world.champion
        let (own28, own27) = (
            history.openedFrequencies(bits: 28) { $0 == champion }, history.openedFrequencies(bits: 27) { _ in true }
        )
        let others = history.openedFrequencies(bits: 28) { $0 != champion }
        #expect(own28?.bits.first?.count == 875_000 && own27 == nil && others == nil)
        let apart = SyncDrift(history, inForce: sealed) { $0 != champion }
        #expect(apart.looks.map(\.scores) == drift.looks.map(\.scores))
        #expect(apart.looks.allSatisfy { $0.features == nil })
        #expect(try apart.newest(bits: bits, by: DriftRule())?.features.isEmpty == true)
    }

    private func seal(_ version: SyncVersion) throws -> Digest32 {
        let coordinator = told.coordinator
        let form = try #require(try coordinator.manifest(told.world.champion))
        let validated = try #require(coordinator.history.version(of: version.candidate))
        let figures = try #require(SyncFigures(validated, in: coordinator.history))
        let task = try SliceTests.planner().sealing(
            of: validated, by: figures, form: form, consortium: "c", rounded: false)
        let job = try coordinator.order(.seal(task), within: 60)
        let done = try told.end(job) {
            .sealed(
                try SealedReport(
                    encapsulated: [UInt8](repeating: UInt8($0.rawValue), count: 32),
                    box: [UInt8](repeating: 1, count: 20)))
        }
        guard case .sealed(let model) = done.outcome else { throw SyncWorld.Stuck() }
        return model
    }

    @Test("is not told of sums that no thermometer has, nor of windows of other bins")
    func others() throws {
        try look(0..<500, labels: 9, champion: 100, features(1_024))
        let rising = try FeatureCounts(rows: 1_024, ones: (0..<28).map { UInt32($0) })
        try look(500..<900, labels: 10, champion: 100, rising)
        let drift = drift()
        #expect(drift.features(of: drift.looks[1], bits: bits)?.allSatisfy { $0.current.isEmpty } == true)
        let newest = try #require(drift.newest(bits: bits, by: DriftRule()))
        #expect(newest.features.allSatisfy { $0 == .unknown } && newest.mostOfFeatures == nil && !newest.isTrigger)
    }
}
