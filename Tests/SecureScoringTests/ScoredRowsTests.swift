import EventLogs
import Foundation
import Model
import Records
import SecureScoring
import Support
import Telemetry
import Testing
import ThreeParty

@Suite("Parties that keep the rows that they scored", .serialized)
struct ScoredRowsTests {
    private var counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld(rows: RowLimits(days: 90, bytes: 1 << 30)) }

    /// What the parties take beside the bits that members share.
    enum Taken: CaseIterable, Sendable { case counts, labelsAlone }

    private mutating func use(_ taken: Taken) throws {
        guard taken == .labelsAlone else { return }
        counted = try CountedWorld(rows: RowLimits(days: 90, bytes: 1 << 30), spec: labelledSpec())
    }

    // MARK: In the clear

    private typealias ClearRow = (thermometer: [UInt8], fraud: Bool)

    /// The rows that should be kept, from the values that were scored in the clear.
    private func clear() -> [ClearRow] {
        counted.sent.filter { counted.labelled.contains($0.event) }.map { event, values in
            var bytes = [UInt8](repeating: 0, count: (counted.spec.bits + 7) / 8)
            var bit = 0
            for (value, edges) in zip(values, counted.spec.edges) {
                for edge in edges {
                    if value >= edge { bytes[bit >> 3] |= 1 << UInt8(bit & 7) }
                    bit += 1
                }
            }
            return (bytes, counted.clear.frauds.contains(event))
        }
    }

    private func windows() throws -> [PartyID: RowWindow] {
        let form = try form()
        var windows: [PartyID: RowWindow] = [:]
        // All that each of them knows.
        let kept = try PartyID.allCases.compactMap { try world.scoredRows($0).kept }
        let request = RowWindow.Request(
            form: form, bits: counted.spec.bits,
            range: (kept.map(\.range.lowerBound).max() ?? 0)..<(kept.map(\.range.upperBound).min() ?? 0),
            labels: kept.map(\.labels).min() ?? 0)
        for party in PartyID.allCases { windows[party] = try world.scoredRows(party).window(request) }
        return windows
    }

    /// The form of the model that scored.
    private func form() throws -> Digest32 {
        let score = try #require(world.scores(world.a, 1).scores.first)
        let model = try world.models(.zero).model(score.model)
        return try #require(model).manifest.rowForm
    }

    /// The three parties hold shares of the rows in the clear, and agree on which they are.
    private func expectRows(_ comment: Comment? = nil) throws {
        let windows = try windows()
        let parties = try PartyID.allCases.map { try #require(windows[$0]) }
        let expected = clear()
        #expect(Set(parties.map(\.digest)).count == 1, comment)
        for party in parties {
            #expect(party.events == counted.sent.count, comment)
            try #require(party.rows.count == expected.count, comment)
        }
        for (row, want) in expected.enumerated() {
            let rows = parties.map { $0.rows[row] }
            for (own, next) in zip(rows, rows.dropFirst() + rows.prefix(1)) {
                #expect(own.shares.second == next.shares.first && own.label.second == next.label.first)
            }
            let bits = want.thermometer.indices.map { at in rows.reduce(0) { $0 ^ $1.shares.first[at] } }
            #expect(bits == want.thermometer, "row \(row)")
            #expect(rows.reduce(0) { $0 ^ $1.label.first } == (want.fraud ? 1 : 0), "row \(row)")
        }
    }

    /// Days of history, then days that are sent and labelled, all but the last.
    private func live(_ days: Range<Int64>) throws {
        for day in days {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores("day \(day)")
            if day != days.upperBound - 1 {
                try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
            }
        }
    }

    // MARK: The whole way

    @Test("train on them the forest that the reference trainer makes of them in the clear", arguments: Taken.allCases)
    mutating func training(taken: Taken) throws {
        try use(taken)
        try world.start()
        let past = counted.day(0)
        try counted.history(past, frauds: Set(past.filter { $0.number % 3 == 1 }), day: 0)
        try live(1..<21)
        // The last word on an event counts.
        let corrected = Array(counted.sent.map(\.event).prefix(30))
        try counted.label(corrected, frauds: Set(corrected.filter { $0.number % 5 == 0 }))
        // So that it is counted.
        try counted.send([counted.event(0, day: 21, "t1", nil)])
        try counted.expectScores()
        world.stop()
        try expectRows()
        let expected = clear()
        #expect(expected.count == 190)
        let columns = BitColumns(
            thermometers: expected.map(\.thermometer), bits: counted.spec.bits, fraud: expected.map(\.fraud))
        let training = RowTraining(
            rule: try TrainingRule(trees: 4, stages: [1, 1, 1], group: 2, candidates: 12),
            frequencies: try #require(BitFrequencies(ones: columns.ones, rows: columns.count)),
            coin: TrainingCoin(seed: 5))
        let windows = try windows()
        let want = try ReferenceTrainer(
            rule: training.rule, frequencies: training.frequencies, coin: training.coin
        ).train(columns)
        let got = try training.run(windows)
        #expect(got.trees.map(\.conditions) == want.trees.map(\.conditions))
        #expect(got.trees.map(\.leaves) == want.trees.map(\.leaves))
        // Counts, too, and not what is the same in all rows.
        #expect(want.trees.flatMap(\.conditions).contains { $0 >= counted.spec.ownBits } == (taken == .counts))
        #expect(Set(want.trees.flatMap(\.leaves)).count > 8)
        // Who has other rows trains nothing.
        var others = windows
        let store = try world.scoredRows(.two)
        let kept = try #require(store.kept)
        let form = try form()
        others[.two] = try store.window(
            RowWindow.Request(form: form, bits: counted.spec.bits, range: kept.range, labels: kept.labels - 1))
        #expect(throws: TrainingError.self) { try training.run(others) }
    }

    // MARK: Restarts

    enum Lost: String, CaseIterable, Sendable { case nothing, leaderState, followerState, followerCounts, allCounts }

    @Test(
        "keep each row once after a restart, whatever is left of their other state", arguments: Lost.allCases,
        Taken.allCases)
    mutating func restarts(lost: Lost, taken: Taken) throws {
        try use(taken)
        for days in [0..<3, 8..<11, 16..<18] as [Range<Int64>] {
            try world.start()
            try live(days)
            world.stop()
            switch lost {
            case .nothing: break
            case .leaderState: try world.forgetState(.zero)
            case .followerState: try world.forgetState(.one)
            case .followerCounts: try world.forgetState(.two, countsOnly: true)
            case .allCounts: try world.forgetState(countsOnly: true)
            }
        }
        try world.start()
        try counted.send(counted.day(20))
        try counted.expectScores()
        world.stop()
        try expectRows()
    }

    @Test("keep each row once where messages are lost, and batches are computed again")
    func lostMessages() throws {
        let first = Times(4)
        let second = Times(40)
        world.wire.decide { frame, _ in
            // Bits of the fortieth frame on are lost now and then, and so are words that a batch is in the log.
            if frame.kind == .completed { return first.take() ? .drop : .pass }
            return frame.kind == .lookupDeal && !second.take() && frame.batch % 7 == 0 ? .drop : .pass
        }
        try world.start(patience: .milliseconds(300))
        try live(0..<12)
        #expect(world.entries.wait(for: "batch stopped", from: .zero) != nil)
        world.stop()
        try expectRows()
        for party in PartyID.allCases {
            let metrics = try #require(world.metrics[party])
            #expect(metrics.value("cordon_rows_kept") == Double(counted.sent.count))
            #expect(metrics.value("cordon_row_labels_kept") >= Double(counted.labelled.count))
            #expect(metrics.value("cordon_row_bytes") > 1000)
        }
    }

    @Test("keep nothing where nobody asks for it")
    func off() throws {
        let counted = try CountedWorld()
        try counted.world.start()
        try counted.send(counted.day(0))
        try counted.expectScores()
        counted.world.stop()
        let files = try FileManager.default.contentsOfDirectory(atPath: counted.world.path)
        #expect(files.contains("party-0.sqlite.counts") && !files.contains { $0.contains("rows") })
        #expect(counted.world.metrics[.zero]?.value("cordon_rows_kept") == 0)
    }
}
