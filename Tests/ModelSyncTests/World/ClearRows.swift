import Manifests
import Model
import ModelSync
import Records
import Support
import Testing
import ThreeParty

/// Invented labelled rows in the clear, and each party's share of them.
struct ClearRows: Sendable {
    let spec: BinnedSpec
    let rule: TrainingRule
    let frequencies: BitFrequencies
    let thermometers: [[UInt8]]
    let frauds: [Bool]
    /// Of each row its member's place among `SyncWorld.members`.
    let owners: [UInt16]
    /// The rows that are trained on, and those that are validated on, by their places.
    let trained: Range<Int64>
    let later: Range<Int64>
    /// The next feature spec, the rows by it, and which have no row of it: their members did not share it.
    let next: BinnedSpec
    let nextThermometers: [[UInt8]]
    let nextFrequencies: BitFrequencies
    static func lacksNext(_ row: Int) -> Bool { row % 7 == 3 }
    private let shares: [PartyID: TrainingRows]
    private let nextShares: [PartyID: TrainingRows]

    init(rows: Int = 240, later: Int = 160, trees: Int = 4) throws {
        let features = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
        let edges = (0..<7).map { Double($0) + 0.5 }
        let spec = try BinnedSpec(
            spec: FeatureSpec(name: "test", features: features, tellsLabels: true), edges: features.map { _ in edges })
        self.spec = spec
        rule = try TrainingRule(trees: trees, stages: [1, 1], group: 2, candidates: 6)
        let nextFeatures = (0..<3).map { Feature(name: "g\($0)", kind: .amount) }
        let nextEdges = [[2.5, 4.5, 5.5], (0..<11).map { Double($0) * 5 + 2.5 }, [3.5]]
        let next = try BinnedSpec(
            spec: FeatureSpec(name: "next", features: nextFeatures, tellsLabels: true), edges: nextEdges)
        self.next = next
        var random = SplitMix64(state: 19)
        var nextThermometers: [[UInt8]] = []
        var thermometers: [[UInt8]] = []
        var frauds: [Bool] = []
        var owners: [UInt16] = []
        for _ in 0..<rows + later {
            let values = (0..<4).map { _ in Double(Int.random(in: 0...7, using: &random)) }
            thermometers.append(spec.thermometer(spec.bins(values)))
            // Its second feature is the product of two, which tell together what neither tells alone.
            nextThermometers.append(next.thermometer(next.bins([values[0], values[0] * (7 - values[2]), values[3]])))
            frauds.append(
                values[0] > 4 && values[2] < 4
                    ? Int.random(in: 0..<4, using: &random) > 0
                    : Int.random(in: 0..<12, using: &random) == 0)
            owners.append(UInt16.random(in: 0..<3, using: &random))
        }
        self.thermometers = thermometers
        self.frauds = frauds
        self.owners = owners
        trained = 0..<Int64(rows)
        self.later = Int64(rows)..<Int64(rows + later)
        let columns = BitColumns(thermometers: thermometers, bits: spec.bits, fraud: frauds)
        frequencies = try #require(BitFrequencies(ones: columns.ones, rows: columns.count))
        self.nextThermometers = nextThermometers
        let nextColumns = BitColumns(thermometers: nextThermometers, bits: next.bits, fraud: frauds)
        nextFrequencies = try #require(BitFrequencies(ones: nextColumns.ones, rows: nextColumns.count))
        shares = Self.shared(thermometers, bits: spec.bits, frauds, &random)
        nextShares = Self.shared(nextThermometers, bits: next.bits, frauds, &random)
    }

    private static func shared(
        _ thermometers: [[UInt8]], bits: Int, _ frauds: [Bool], _ random: inout SplitMix64
    ) -> [PartyID: TrainingRows] {
        var shares = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, TrainingRows(bits: bits)) })
        func byte() -> UInt8 { UInt8.random(in: 0...255, using: &random) }
        for (row, fraud) in zip(thermometers, frauds) {
            let (zero, one) = (row.map { _ in byte() }, row.map { _ in byte() })
            let parts = [zero, one, row.indices.map { row[$0] ^ zero[$0] ^ one[$0] }]
            let (first, second) = (UInt16(byte() & 1), UInt16(byte() & 1))
            let labels = [first, second, first ^ second ^ (fraud ? 1 : 0)]
            for party in PartyID.allCases {
                shares[party]?.append(
                    BitShares(first: parts[party.rawValue], second: parts[party.next.rawValue]),
                    label: CountShare(first: labels[party.rawValue], second: labels[party.next.rawValue]))
            }
        }
        return shares
    }

    /// A model of random trees, of these rows' form.
    var championModel: ClearModel { get throws { try Self.model("v1", spec) } }

    /// The same of the next spec, as it is dealt so that rows of it can be collected.
    var nextModel: ClearModel { get throws { try Self.model("n1", next) } }

    private static func model(_ version: String, _ spec: BinnedSpec) throws -> ClearModel {
        var generator = SplitMix64(state: 71)
        let trees = (0..<5).map { _ in
            Forest.Tree(
                conditions: (0..<2).map { _ in Int.random(in: 0..<spec.bits, using: &generator) },
                leaves: (0..<4).map { _ in Int32.random(in: -300...300, using: &generator) })
        }
        return try ClearModel(
            version: version, binned: spec, forest: Forest(trees: trees, bits: spec.bits),
            calibration: Calibration(points: [.init(score: 0, probability: 0.5)]))
    }

    /// Rows of a range that have both forms, by their places.
    func both(_ range: Range<Int64>) -> [Int] { range.map { Int($0) }.filter { !Self.lacksNext($0) } }

    func nextColumns(_ range: Range<Int64>) -> BitColumns {
        let places = both(range)
        return BitColumns(
            thermometers: places.map { nextThermometers[$0] }, bits: next.bits, fraud: places.map { frauds[$0] })
    }

    func columns(_ range: Range<Int64>) -> BitColumns {
        let places = range.map { Int($0) }
        return BitColumns(
            thermometers: places.map { thermometers[$0] }, bits: spec.bits, fraud: places.map { frauds[$0] })
    }

    /// What a party's scoring would have kept: an offset a row, all labelled.
    func source(_ party: PartyID) -> Source { Source(rows: self, party: party) }

    struct Source: SyncRowSource {
        let rows: ClearRows
        let party: PartyID

        func rows(
            _ range: Range<Int64>, labels: Int64, form: ModelManifest, beside other: ModelManifest?, under _: KeyEpoch?
        ) throws -> SyncRows {
            let forms = [form] + (other.map { [$0] } ?? [])
            let places = range.clamped(to: 0..<rows.later.upperBound)
            let chosen = places.map { Int($0) }.filter { place in
                forms.allSatisfy { $0.featureSpec == rows.spec.id || !ClearRows.lacksNext(place) }
            }
            func read(_ form: ModelManifest) throws -> TrainingRows {
                let kept = form.featureSpec == rows.spec.id ? rows.shares : rows.nextShares
                guard let all = kept[party] else { throw SyncRowsMissing.never("no rows") }
                var out = TrainingRows(bits: all.bits)
                for place in chosen { out.append(all[place].shares, label: all[place].label) }
                return out
            }
            return SyncRows(
                source: TrainingSource(
                    rows: try read(form), members: SyncWorld.members, memberOf: chosen.map { rows.owners[$0] },
                    offsets: chosen.map { Int64($0) },
                    digest: Digest32(
                        of: [range.lowerBound.bigEndianBytes, range.upperBound.bigEndianBytes]
                            + forms.map { $0.featureSpec.bigEndianBytes })),
                events: chosen.count, otherForms: places.count - chosen.count, beside: try other.map(read))
        }
    }
}
