import Model
import Support
import Testing

@Suite("Cut points from a sample")
struct TailRefinedEdgesTests {
    /// A quantile after Hyndman and Fan's type 7.
    private func quantile(_ sorted: [Double], _ level: Double) -> Double {
        let at = level * Double(sorted.count - 1)
        let low = Int(at)
        guard low + 1 < sorted.count else { return sorted[low] }
        return sorted[low] + (sorted[low + 1] - sorted[low]) * (at - Double(low))
    }

    @Test("are the sixteenths and, in both tails, halves of halves")
    func levels() {
        // On 0 ... 32,768 every level is a whole number.
        let sample = (0...32_768).map(Double.init)
        let sixteenths = (1..<16).map { Double($0) * 2048 }
        let upper = (2..<16).map { 32_768 - Double(32_768 >> $0) }
        let lower = (2..<8).map { Double(32_768 >> $0) }
        #expect(tailRefinedEdges(sample) == Set(sixteenths + upper + lower).sorted())
        #expect(tailRefinedEdges(sample.reversed()) == tailRefinedEdges(sample))
    }

    @Test("ascend, lie within the sample and are quantiles of it", arguments: 1...12 as ClosedRange<UInt64>)
    func properties(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let count = Int.random(in: 1...2000, using: &random)
        let kinds = Int.random(in: 1...3, using: &random)
        let sample = (0..<count).map { _ -> Double in
            switch kinds {
            case 1: Double.random(in: -1e9...1e9, using: &random)
            case 2: Double(Int.random(in: 0...20, using: &random))
            default: Double.random(in: 0...1, using: &random) < 0.95 ? 0 : Double.random(in: 0...100, using: &random)
            }
        }
        let edges = tailRefinedEdges(sample)
        let sorted = sample.sorted()
        #expect(!edges.isEmpty && edges.count <= 31)
        #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 })
        #expect(edges[0] >= sorted[0] && edges[edges.count - 1] <= sorted[count - 1])
        let sixteenths = (1..<16).map { Double($0) / 16 }
        let upper = (2..<16).map { 1 - 1 / Double(1 << $0) }
        let lower = (2..<8).map { 1 / Double(1 << $0) }
        let levels: [Double] = sixteenths + upper + lower
        let quantiles = Set(levels.map { quantile(sorted, $0) })
        #expect(edges.allSatisfy { quantiles.contains($0) })
        // Nothing is lost but repetition.
        #expect(quantiles.count == edges.count)
    }

    @Test("of nothing are none, of one value that value")
    func degenerate() {
        #expect(tailRefinedEdges([]).isEmpty)
        #expect(tailRefinedEdges([7]) == [7])
        #expect(tailRefinedEdges([Double](repeating: -3, count: 100)) == [-3])
    }

    @Test("are fewer where fewer are asked for", arguments: [8, 16, 32])
    func fewer(bins: Int) {
        let sample = (0...4096).map(Double.init)
        let edges = tailRefinedEdges(sample, bins: bins)
        #expect(edges.count < bins && edges.contains(2048))
        #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("fit a whole spec, one list a feature, from the feature's own column")
    func fitting() throws {
        var random = SplitMix64(state: 3)
        let spec = FeatureSpec(
            name: "s", features: ["a", "b", "c"].map { Feature(name: $0, kind: .amount) })
        let rows = (0..<500).map { _ in
            [Double.random(in: 0...1, using: &random), 5, Double(Int.random(in: 0...3, using: &random))]
        }
        let binned = try BinnedSpec(fitting: spec, to: rows)
        for feature in 0..<3 { #expect(binned.edges[feature] == tailRefinedEdges(rows.map { $0[feature] })) }
        #expect(binned.edges[1] == [5])
        #expect(throws: BinnedSpec.Invalid.noEdges) { try BinnedSpec(fitting: spec, to: []) }
    }
}
