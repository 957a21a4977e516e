package import EventLogs
package import Manifests
package import Records
package import ThreeParty

/// What a party keeps of its trainings beside the log: entries to go on from after a crash, and its share of a model until all
/// three have theirs, when it is kept with the others (`SyncShares`). Sealed at rest, as all states are; nothing else is in it.
package struct SyncStore: Sendable {
    private let state: any StateStore

    private static let entries = "sync-entries"
    private static let models = "sync-models"
    /// In the place of a share's version, where there is none; then the fraction bits.
    private static let settled: UInt8 = 0

    package init(_ state: any StateStore) { self.state = state }

    /// A model that was trained, as one party has it.
    package struct Trained: Sendable {
        /// Nil where it is kept with the party's shares of models.
        package let share: TrainedShare?
        /// Bits of leaves after the point.
        package let fraction: Int
        /// What is public of it.
        package let report: TrainedReport

        package init(share: TrainedShare, report: TrainedReport) {
            self.init(share: share, fraction: share.fraction, report: report)
        }

        fileprivate init(share: TrainedShare?, fraction: Int, report: TrainedReport) {
            self.share = share
            self.fraction = fraction
            self.report = report
        }

        /// The same, without the share.
        package var settled: Trained { Trained(share: nil, fraction: fraction, report: report) }
    }

    private static let malformed = LogError.corrupted(
        reason: """
            the party's state holds a malformed training, or one of another version of this program; remove its file of trainings, \
            then order them anew
            """)

    // MARK: Under way

    /// What was kept of a training that is under way.
    package func entries(of order: Digest32) throws(LogError) -> [TrainingEntry: [UInt8]] {
        var entries: [TrainingEntry: [UInt8]] = [:]
        for entry in TrainingEntry.allCases { entries[entry] = try state.value(Self.entries, Self.key(entry, order)) }
        return entries
    }

    /// Keeps an entry in the place of the one before; the state has it when this returns.
    package func keep(_ entry: TrainingEntry, _ bytes: [UInt8], of order: Digest32) throws(LogError) {
        let row = StateEntry(key: Self.key(entry, order), value: bytes, order: 0)
        try state.commit([.put(table: Self.entries, row)], positions: [])
    }

    /// Forgets what a training could go on from: all have their model, or it is given up.
    package func forgetEntries(of order: Digest32) throws(LogError) {
        guard try state.value(Self.entries, Self.key(.coin, order)) != nil else { return }
        try state.commit(
            TrainingEntry.allCases.map { .remove(table: Self.entries, key: Self.key($0, order)) }, positions: [])
    }

    private static func key(_ entry: TrainingEntry, _ order: Digest32) -> [UInt8] {
        order.bytes + Array(entry.rawValue.utf8)
    }

    // MARK: Models

    /// - Parameter number: of the order; models of lower numbers can be forgotten by it.
    package func keep(_ model: Trained, of order: Digest32, number: UInt64) throws(LogError) {
        let report = model.report.encoded
        let rest = model.share?.encoded ?? [Self.settled, UInt8(model.fraction)]
        let value = UInt32(report.count).bigEndianBytes + report + rest
        let row = StateEntry(key: order.bytes, value: value, order: Int64(clamping: number))
        try state.commit([.put(table: Self.models, row)], positions: [])
    }

    /// The model of an order to train; nil where this party has none.
    package func model(of order: Digest32) throws(LogError) -> Trained? {
        guard let value = try state.value(Self.models, order.bytes) else { return nil }
        guard value.count >= 4, case let end = 4 + Int(UInt32(bigEndianBytes: value[..<4])), end <= value.count,
            let report = TrainedReport(decoding: Array(value[4..<end]))
        else { throw Self.malformed }
        let rest = Array(value[end...])
        if rest.count == 2, rest[0] == Self.settled {
            return Trained(share: nil, fraction: Int(rest[1]), report: report)
        }
        guard let share = TrainedShare(decoding: rest) else { throw Self.malformed }
        return Trained(share: share, report: report)
    }

    /// Forgets models of orders before this one.
    package func forgetModels(before number: UInt64) throws(LogError) {
        try state.removeAll(in: Self.models, below: Int64(clamping: number))
    }
}
