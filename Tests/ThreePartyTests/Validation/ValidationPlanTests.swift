import Records
import Support
import Testing
import ThreeParty

@Suite("A validation's plan")
struct ValidationPlanTests {
    /// A plan's parts, one of which a test changes.
    private struct Parts {
        var source = Digest32(of: [[7]])
        var bits = 12
        var members = ["bank-a", "bank-b"]
        var memberOfRow: [UInt16] = [0, 1, 1]
        var models: [ValidationPlan.Model]
        var least = (frauds: 5, legitimate: 6)
        var pieceBytes = 1 << 20

        init() throws {
            let shape = try #require(ForestShape(bits: 12, trees: 3, depth: 2, ringBits: 16))
            models = [
                ValidationPlan.Model(digest: Digest32(of: [[8]]), shape: shape, fraction: 11, thresholds: [-2, 0, 300])
            ]
        }

        func plan() throws(TrainingError) -> ValidationPlan {
            try ValidationPlan(
                source: source, bits: bits, members: members.compactMap { MemberID($0) }, memberOfRow: memberOfRow,
                models: models, least: least, pieceBytes: pieceBytes)
        }

        var refusal: TrainingError? {
            do throws(TrainingError) {
                _ = try plan()
                return nil
            } catch { return error }
        }

        mutating func model(
            bits: Int = 12, trees: Int = 3, depth: Int = 2, ringBits: Int = 16, thresholds: [Int64] = [-2, 0, 300],
            fraction: Int = 11, digest: UInt8 = 8
        ) throws {
            let shape = try #require(ForestShape(bits: bits, trees: trees, depth: depth, ringBits: ringBits))
            models = [
                ValidationPlan.Model(
                    digest: Digest32(of: [[digest]]), shape: shape, fraction: fraction, thresholds: thresholds)
            ]
        }
    }

    @Test("has the digest of all of its parts, in this order")
    func digest() throws {
        let parts = try Parts()
        func number(_ value: UInt64, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - $0))) }
        }
        let want = framedHash(of: [
            Array("cordon/validate/plan/v1".utf8), parts.source.bytes, number(12, 4), number(2, 4),
            Array("bank-a".utf8), Array("bank-b".utf8), [0, 0, 0, 1, 0, 1], Digest32(of: [[8]]).bytes,
            [12, 3, 2, 16, 11].flatMap { number($0, 4) },
            [UInt64(bitPattern: -2), 0, 300].flatMap { number($0, 8) },
            number(5, 8) + number(6, 8) + number(1 << 20, 8),
        ])
        #expect(try parts.plan().digest.bytes == want)
    }

    @Test("has another digest with any other part")
    func parts() throws {
        var all: [Parts] = [try Parts()]
        func add(_ change: (inout Parts) throws -> Void) throws {
            var parts = try Parts()
            try change(&parts)
            all.append(parts)
        }
        try add { $0.source = Digest32(of: [[6]]) }
        try add { $0.members = ["bank-b", "bank-a"] }
        try add { $0.members.append("bank-c") }
        try add { $0.memberOfRow = [0, 1, 0] }
        try add { $0.memberOfRow.append(0) }
        try add { $0.models.append($0.models[0]) }
        try add { $0.least.frauds = 6 }
        try add { $0.least.legitimate = 5 }
        try add { $0.pieceBytes = 1 << 21 }
        try add { try $0.model(trees: 4) }
        try add { try $0.model(depth: 3) }
        try add { try $0.model(ringBits: 32) }
        try add { try $0.model(thresholds: [-2, 0]) }
        try add { try $0.model(thresholds: [-2, 0, 301]) }
        try add { try $0.model(fraction: 10) }
        try add { try $0.model(digest: 9) }
        let digests = try all.map { try $0.plan().digest }
        #expect(Set(digests).count == all.count)
    }

    @Test("scores 65,536 rows at once at most, however small a forest is")
    func pieces() throws {
        var parts = try Parts()
        try parts.model(trees: 1, depth: 1)
        (parts.memberOfRow, parts.pieceBytes) = ([UInt16](repeating: 0, count: 3 << 16), 1 << 24)
        // Two for the labels, one for frauds, four a piece, two for the sums.
        #expect(try parts.plan().rounds == 2 + 1 + 4 * 3 + 2)
        parts.memberOfRow.append(0)
        #expect(try parts.plan().rounds == 2 + 1 + 4 * 4 + 2)
        // Of one-hots of 256 bytes as many have 16 MiB; of longer ones fewer have.
        try parts.model(trees: 65, depth: 1)
        #expect(try parts.plan().rounds == 2 + 1 + 4 * 4 + 2)
        parts.pieceBytes = 260 << 14
        #expect(try parts.plan().rounds == 2 + 1 + 4 * 13 + 2)
    }

    @Test("takes what a validation takes, up to its limits, and names what is beyond")
    func limits() throws {
        func refusal(_ change: (inout Parts) throws -> Void) throws -> TrainingError? {
            var parts = try Parts()
            try change(&parts)
            return parts.refusal
        }
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.memberOfRow = [] } == .validation(.rows))
        #expect(
            try refusal { $0.memberOfRow = [UInt16](repeating: 0, count: 1 << 24) } == .validation(.rows))
        // A row a piece: 4 rounds each, and five more.
        #expect(
            try refusal {
                ($0.memberOfRow, $0.pieceBytes) = ([UInt16](repeating: 0, count: 16_382), 1)
            } == nil)
        #expect(
            try refusal {
                ($0.memberOfRow, $0.pieceBytes) = ([UInt16](repeating: 0, count: 16_383), 1)
            } == .validation(.rows))
        #expect(try refusal { ($0.members, $0.memberOfRow) = ([], [0]) } == .validation(.members))
        #expect(try refusal { $0.members = ["bank-a", "bank-a"] } == .validation(.members))
        #expect(try refusal { $0.memberOfRow = [0, 2] } == .validation(.members))
        #expect(try refusal { $0.models = [] } == .validation(.models))
        #expect(try refusal { $0.models = [$0.models[0], $0.models[0], $0.models[0]] } == .validation(.models))
        #expect(try refusal { try $0.model(bits: 13) } == .validation(.models))
        #expect(try refusal { try $0.model(thresholds: []) } == .validation(.thresholds))
        #expect(try refusal { try $0.model(thresholds: [1, 1]) } == .validation(.thresholds))
        #expect(try refusal { try $0.model(thresholds: [2, 1]) } == .validation(.thresholds))
        #expect(try refusal { try $0.model(thresholds: Array(1...1_024)) } == nil)
        #expect(try refusal { try $0.model(thresholds: Array(1...1_025)) } == .validation(.thresholds))
        let many = (0..<512).map { "bank-\($0)" }
        #expect(
            try refusal {
                $0.members = many
                try $0.model(thresholds: Array(1...1_023))
            } == nil)
        #expect(
            try refusal {
                $0.members = many
                try $0.model(thresholds: Array(1...1_024))
            } == .validation(.thresholds))
        #expect(try refusal { $0.least.frauds = 0 } == .validation(.least))
        #expect(try refusal { $0.least.legitimate = 0 } == .validation(.least))
    }
}

@Suite("A member's histogram")
struct HistogramShareTests {
    @Test("is what three parties' shares add up to, by bin and class, wherever they wrap")
    func adding() throws {
        // Of two bins: 3 and 1 rows, 0 and 2 frauds.
        let shares: [[UInt8]] = [
            [0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 0, 128, 0, 0, 0],
            [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 128, 0, 0, 0],
            [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 2],
        ]
        let histogram = try #require(ClassHistogram(adding: shares, bins: 2))
        #expect(histogram.legitimate == [3, 1] && histogram.fraud == [0, 2])
        #expect(histogram.rows == 6 && histogram.frauds == 2)
    }

    @Test("is none where a share is missing, or of other bins")
    func lengths() {
        let share = [UInt8](repeating: 0, count: 16)
        #expect(ClassHistogram(adding: [share, share, share], bins: 2) != nil)
        #expect(ClassHistogram(adding: [share, share], bins: 2) == nil)
        #expect(ClassHistogram(adding: [share, share, share, share], bins: 2) == nil)
        #expect(ClassHistogram(adding: [share, share, share + [0]], bins: 2) == nil)
        #expect(ClassHistogram(adding: [share, share, share], bins: 3) == nil)
    }
}
