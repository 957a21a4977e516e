import EventLogs
import Manifests
import Model
import Records
import SecureScoring
import ThreeParty

/// The rows that parties should have kept at the end of a run: of every transaction in a decided batch its bits in the clear, by
/// each spec that members share, and what was said last of it.
struct ExpectedRows {
    private struct Key: Hashable {
        var member: Int
        var id: String
    }

    private struct Row {
        var batch: Range<Int64>
        var key: Key
        /// By spec.
        var thermometers: [[UInt8]]
    }

    private let specs: [BinnedSpec]
    private var rows: [Row] = []
    private var labels: [(end: Int64, key: Key, fraud: Bool)] = []

    init(specs: [BinnedSpec]) { self.specs = specs }

    /// Adds a transaction that was scored.
    ///
    /// - Parameters:
    ///   - batch: the range of its batch.
    ///   - values: by spec, those of its features.
    mutating func add(_ id: String, of member: Int, in batch: Range<Int64>, values: [[Double]]) {
        rows.append(
            Row(
                batch: batch, key: Key(member: member, id: id),
                thermometers: zip(specs, values).map { $0.thermometer($0.bins($1)) }))
    }

    /// Adds a label that was counted.
    ///
    /// - Parameter end: of its batch on `consortium.labels`.
    mutating func label(_ id: String, of member: Int, fraud: Bool, end: Int64) {
        labels.append((end, Key(member: member, id: id), fraud))
    }

    /// What is wrong with the rows that the parties keep, in words.
    func findings(in consortium: SimulatedConsortium) -> [String] {
        let ways: [(Int, beside: Int?)] = specs.count == 1 ? [(0, nil)] : [(0, nil), (1, nil), (0, 1), (1, 0)]
        do { return try ways.flatMap { try compare(consortium, $0, beside: $1) } } catch {
            return ["rows can't be read: \(error)"]
        }
    }

    /// What is wrong with rows by a spec, and by another one of the same events.
    private func compare(
        _ consortium: SimulatedConsortium, _ place: Int, beside other: Int?
    ) throws -> [String] {
        let spec = specs[place]
        let stores = try PartyID.allCases.map { try consortium.scoredRows($0) }
        let kept = stores.compactMap(\.kept)
        guard kept.count == 3 else { return rows.isEmpty ? [] : ["\(3 - kept.count) parties keep no rows"] }
        guard let form = try consortium.rowForm(spec) else { return ["there is no model"] }
        let beside = try other.flatMap { other in
            try consortium.rowForm(specs[other]).map { RowWindow.Request.Form(form: $0, bits: specs[other].bits) }
        }
        let begin = kept.map(\.range.lowerBound).max() ?? 0
        let request = RowWindow.Request(
            form: form, bits: spec.bits, range: begin..<max(begin, kept.map(\.range.upperBound).min() ?? 0),
            labels: kept.map(\.labels).min() ?? 0,
            beside: beside)
        let generation = consortium.epochs.map { $0.generation(under: $0.active.number) } ?? .dealt
        let windows = try zip(PartyID.allCases, stores).map { party, store in
            try store.window(request, in: generation, by: consortium.shares(of: party).rowRefresh(of: party))
        }
        var findings: [String] = []
        if Set(windows.map(\.digest)).count != 1 { findings.append("the parties keep different rows") }
        let scored = rows.filter { request.range.lowerBound <= $0.batch.lowerBound }
        let said = Dictionary(
            labels.filter { $0.end <= request.labels }.map { ($0.key, $0.fraud) }, uniquingKeysWith: { $1 })
        let expected = scored.compactMap { row in said[row.key].map { (row.thermometers, $0) } }
        guard windows.allSatisfy({ $0.events == scored.count && $0.rows.count == expected.count }) else {
            let found = windows.map { "\($0.rows.count) of \($0.events)" }
            return findings + [
                "parties keep \(found) labelled rows, and there are \(expected.count) of \(scored.count)"
            ]
        }
        for (number, want) in expected.enumerated() {
            let parts = windows.map { $0.rows[number] }
            var forms = [(parts.map(\.shares), want.0[place])]
            if let other { forms.append((windows.compactMap { $0.beside?[number].shares }, want.0[other])) }
            for (shares, bits) in forms {
                let opened = bits.indices.map { at in shares.reduce(0) { $0 ^ $1.first[at] } }
                let agree = shares.count == 3 && (0..<3).allSatisfy { shares[$0].second == shares[($0 + 1) % 3].first }
                if !agree || opened != bits { findings.append("row \(number) has other bits than were shared") }
            }
            if parts.reduce(0, { $0 ^ $1.label.first }) != (want.1 ? 1 : 0) {
                findings.append("row \(number) has another label than was said")
            }
        }
        return findings
    }
}
