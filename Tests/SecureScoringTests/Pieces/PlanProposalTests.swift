import Records
import SecureScoring
import Support
import Testing

@Suite("A plan as the leader names it")
struct PlanProposalTests {
    private static func digest(_ random: inout SplitMix64) -> Digest32 { Digest32(of: [random.bytes(8)]) }

    /// A plan at random, of transactions or of labels.
    private static func proposal(_ random: inout SplitMix64) -> PlanProposal {
        let first = Int64.random(in: 0...1 << 40, using: &random)
        let range = first..<first + Int64.random(in: 1...300, using: &random)
        let isLabels = Bool.random(using: &random)
        let repeats = isLabels ? [] : range.filter { _ in Int.random(in: 0..<10, using: &random) == 0 }
        let plan = BatchPlan(
            partition: Int(UInt32.random(in: 0 ... .max, using: &random)),
            range: isLabels ? first..<first : range, labels: isLabels ? range : first..<first,
            repeats: repeats, records: [], model: digest(&random), counted: digest(&random),
            shares: digest(&random), epoch: KeyEpoch(UInt32.random(in: 0 ... .max, using: &random)))
        return PlanProposal(plan, decisions: Int64.random(in: 0 ... .max, using: &random))
    }

    @Test("comes back as it was", arguments: 1...5 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<50 {
            let proposal = Self.proposal(&random)
            let bytes = proposal.encoded
            #expect(bytes.count == PlanProposal.bytes + 8 * proposal.repeats.count)
            #expect(PlanProposal(decoding: bytes) == proposal)
        }
    }

    @Test("that is cut off is none, but for repeats that are missing as a whole")
    func truncated() {
        var random = SplitMix64(3)
        var proposal = Self.proposal(&random)
        proposal.range = 100..<110
        proposal.labels = 7..<7
        proposal.repeats = [100, 104, 109]
        let bytes = proposal.encoded
        for count in 0..<bytes.count {
            let read = PlanProposal(decoding: Array(bytes.prefix(count)))
            guard count >= PlanProposal.bytes, (count - PlanProposal.bytes) % 8 == 0 else {
                #expect(read == nil, "\(count) bytes")
                continue
            }
            // Whoever gets this finds that the digest of the plan is another.
            #expect(read?.repeats == Array(proposal.repeats.prefix((count - PlanProposal.bytes) / 8)))
        }
        #expect(PlanProposal(decoding: bytes + [0]) == nil)
    }

    private struct Shape: Sendable {
        var range: Range<Int64> = 5..<10
        var labels: Range<Int64> = 0..<0
        var repeats: [Int64] = []
        var limit = 5
    }

    private func read(_ shape: Shape) -> PlanProposal? {
        var random = SplitMix64(4)
        var proposal = Self.proposal(&random)
        (proposal.range, proposal.labels, proposal.repeats) = (shape.range, shape.labels, shape.repeats)
        return PlanProposal(decoding: proposal.encoded, limit: shape.limit)
    }

    @Test("is of at least one record and at most the limit, of one kind")
    func sizes() {
        #expect(read(Shape()) != nil && read(Shape(limit: 4)) == nil)
        #expect(read(Shape(range: 5..<5, labels: 0..<5)) != nil)
        #expect(read(Shape(range: 5..<5, labels: 0..<6)) == nil)
        #expect(read(Shape(range: 5..<5)) == nil && read(Shape(labels: 3..<4)) == nil)
        #expect(read(Shape(range: Int64.max - 1..<Int64.max)) != nil)
    }

    @Test("has token keys in ascending order, each epoch once, behind their number")
    func tokenKeys() throws {
        var random = SplitMix64(6)
        var proposal = Self.proposal(&random)
        (proposal.range, proposal.labels, proposal.repeats) = (5..<10, 0..<0, [6, 8])
        let plain = proposal.encoded
        func read(_ epochs: [UInt64], count: Int? = nil) -> PlanProposal? {
            let keys = epochs.flatMap { $0.bigEndianBytes + [UInt8](repeating: UInt8($0 & 255), count: 32) }
            let number = UInt16(count ?? epochs.count).bigEndianBytes
            return PlanProposal(decoding: Array(plain[..<144]) + number + keys + plain[146...])
        }
        #expect(read([]) == proposal)
        let one = try #require(read([7]))
        #expect(one.repeats == [6, 8] && one != proposal && one.encoded.count == plain.count + 40)
        #expect(PlanProposal(decoding: one.encoded) == one)
        #expect(read([1, 2, .max]) != nil)
        for bad in [[2, 1], [1, 1], [0, 3, 2]] as [[UInt64]] { #expect(read(bad) == nil, "\(bad)") }
        #expect(read([1, 2], count: 3) == nil && read([1, 2], count: 1) == nil && read([], count: 65_535) == nil)
    }

    @Test("has repeats in its range alone, each once and in order")
    func repeats() {
        for good in [[], [5], [9], [5, 6, 7, 8, 9]] as [[Int64]] { #expect(read(Shape(repeats: good)) != nil) }
        for bad in [[4], [10], [-1], [6, 6], [7, 6], [5, 10]] as [[Int64]] {
            #expect(read(Shape(repeats: bad)) == nil, "\(bad)")
        }
        #expect(read(Shape(range: 5..<5, labels: 0..<3, repeats: [5])) == nil)
    }

    @Test("has no negative offset, and no range that ends before it begins", arguments: [4, 12, 20, 28])
    func negative(place: Int) {
        var random = SplitMix64(4)
        var proposal = Self.proposal(&random)
        (proposal.range, proposal.labels, proposal.repeats) = (5..<10, 0..<0, [])
        var bytes = proposal.encoded
        bytes[place] = 0x80
        #expect(PlanProposal(decoding: bytes) == nil)
        bytes[place] = 0x7F
        #expect(PlanProposal(decoding: bytes) == nil)
    }
}
