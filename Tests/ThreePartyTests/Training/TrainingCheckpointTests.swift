import Model
import Records
import Support
import Testing
import ThreeParty

/// The bytes of a checkpoint as they are read by hand: mark, plan, groups, two digests, three lengths, then components in pairs.
private struct CheckpointBytes {
    static let mark = Array("cordon/train/checkpoint/v1".utf8)
    /// Where groups, digests, lengths and shares begin.
    static let groups = mark.count + 32
    static let transcript = groups + 4
    static let setUp = transcript + 32
    static let lengths = setUp + 32
    static let shares = lengths + 12

    let bytes: [UInt8]

    func big(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    func little(at place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) } }
    var counts: [Int] { (0..<3).map { big(at: Self.lengths + 4 * $0) } }

    /// Component i or i + 1 of the conditions' bits.
    func conditions(_ second: Int) -> [UInt8] {
        let begin = Self.shares + second * counts[0]
        return Array(bytes[begin..<begin + counts[0]])
    }

    /// Component i or i + 1 of the leaves.
    func leaves(_ second: Int) -> [UInt32] {
        let begin = Self.shares + 2 * counts[0] + 4 * second * counts[1]
        return (0..<counts[1]).map { little(at: begin + 4 * $0) }
    }

    /// Component i or i + 1 of the residuals.
    func residuals(_ second: Int) -> [UInt32] {
        let begin = Self.shares + 2 * counts[0] + 8 * counts[1] + 4 * second * counts[2]
        return (0..<counts[2]).map { little(at: begin + 4 * $0) }
    }
}

@Suite("A training's checkpoint")
struct TrainingCheckpointTests {
    private static let candidates = 3

    private func cell(rows: Int = 21, stages: [Int] = [1, 1], prior: Int = 20, seed: UInt64 = 51) throws -> TrainingCell
    {
        let rule = try TrainingRule(trees: 4, stages: stages, group: 2, candidates: Self.candidates, prior: prior)
        return try TrainingCell(rows: rows, bits: 9, rule: rule, seed: seed)
    }

    private func bytes(_ cell: TrainingCell) throws -> [PartyID: [[UInt8]]] {
        try cell.run().checkpoints.mapValues { $0.map { $0.encoded(plan: cell.plan) } }
    }

    private func decoded(_ bytes: [UInt8], _ plan: TrainingPlan) -> Result<TrainingCheckpoint, TrainingError> {
        do throws(TrainingError) { return .success(try TrainingCheckpoint(decoding: bytes, plan: plan)) } catch {
            return .failure(error)
        }
    }

    private func isRefused(_ bytes: [UInt8], _ plan: TrainingPlan) -> Bool {
        guard case .failure(.checkpoint) = decoded(bytes, plan) else { return false }
        return true
    }

    @Test("has its mark, plan, groups, digests and lengths at their places, and nothing behind the shares")
    func layout() throws {
        let cell = try cell()
        let kept = try bytes(cell)
        for party in PartyID.allCases {
            let ofParty = try #require(kept[party])
            #expect(ofParty.count == 2)
            for (group, bytes) in ofParty.enumerated() {
                let read = CheckpointBytes(bytes: bytes)
                #expect(Array(bytes[..<CheckpointBytes.mark.count]) == CheckpointBytes.mark)
                #expect(Array(bytes[CheckpointBytes.mark.count..<CheckpointBytes.groups]) == cell.plan.digest.bytes)
                #expect(read.big(at: CheckpointBytes.groups) == group + 1)
                let trees = 2 * (group + 1)
                // Two stages of three candidates, four leaves a tree, and 21 rows in whole lanes of sixteen.
                #expect(read.counts == [trees * 2 * Self.candidates, trees * 4, 32])
                let shares = 2 * read.counts[0] + 8 * read.counts[1] + 8 * read.counts[2]
                #expect(bytes.count == CheckpointBytes.shares + shares)
                // All parties stand at the same messages.
                let digests = CheckpointBytes.transcript..<CheckpointBytes.lengths
                #expect(bytes[digests] == kept[.zero]![group][digests])
            }
            let setUp = CheckpointBytes.setUp..<CheckpointBytes.lengths
            let transcript = CheckpointBytes.transcript..<CheckpointBytes.setUp
            #expect(ofParty[0][setUp] == ofParty[1][setUp])
            #expect(ofParty[0][transcript] != ofParty[1][transcript])
        }
    }

    @Test(
        "holds the reference trainer's conditions and leaves, and the residuals that they leave of every row",
        arguments: [1, 15, 16, 17, 21])
    func content(rows: Int) throws {
        let cell = try cell(rows: rows)
        let (kept, clear) = (try bytes(cell), try cell.clear())
        let isFraud = (0..<rows).map { row in
            PartyID.allCases.reduce(0 as UInt16) { $0 ^ cell.rows[$1]![row].label.first } & 1 == 1
        }
        let base = cell.rule.base(rows: rows, frauds: isFraud.count { $0 })
        for group in 0..<2 {
            let read = PartyID.allCases.map { CheckpointBytes(bytes: kept[$0]![group]) }
            for party in PartyID.allCases {
                let (own, next) = (read[party.rawValue], read[party.next.rawValue])
                #expect(own.conditions(1) == next.conditions(0) && own.leaves(1) == next.leaves(0))
                #expect(own.residuals(1) == next.residuals(0))
            }
            func sum(_ part: (CheckpointBytes) -> [UInt32]) -> [Int32] {
                let parts = read.map(part)
                return parts[0].indices.map { Int32(bitPattern: parts[0][$0] &+ parts[1][$0] &+ parts[2][$0]) }
            }
            let hot = read[0].conditions(0).indices.map { at in read.reduce(0) { $0 ^ $1.conditions(0)[at] } }
            let (leaves, residuals) = (sum { $0.leaves(0) }, sum { $0.residuals(0) })
            var left = isFraud.map { ($0 ? cell.rule.one : 0) - base }
            for tree in 0..<2 * (group + 1) {
                for level in 0..<2 {
                    let places = cell.coin.draw(tree: tree, level: level, bits: 9, count: Self.candidates)
                    let own = hot[(tree * 2 + level) * Self.candidates..<(tree * 2 + level + 1) * Self.candidates]
                    let chosen = clear.trees[tree].conditions[level]
                    #expect(Array(own) == places.map { $0 == chosen ? 1 : 0 })
                }
                let ofTree = (0..<4).map { Int(leaves[tree * 4 + $0]) }
                // The forest's constant stands in its first tree when it is served, and in none here.
                #expect(ofTree.map { $0 + (tree == 0 ? base : 0) } == clear.trees[tree].leaves.map { Int($0) })
                for (row, bytes) in cell.thermometers.enumerated() {
                    var leaf = 0
                    for (level, bit) in clear.trees[tree].conditions.enumerated() {
                        leaf |= Int(bytes[bit / 8] >> UInt8(bit % 8) & 1) << level
                    }
                    left[row] -= ofTree[leaf]
                }
            }
            #expect(residuals.prefix(rows).map { Int($0) } == left)
            #expect(residuals.dropFirst(rows).allSatisfy { $0 == 0 })
        }
    }

    @Test("is refused where it is cut after any of its bytes, or goes on behind its last")
    func cut() throws {
        let cell = try cell()
        let kept = try #require(bytes(cell)[.two])
        for whole in kept {
            #expect(!isRefused(whole, cell.plan))
            #expect((0..<whole.count).filter { !isRefused(Array(whole[..<$0]), cell.plan) } == [])
            for more in [1, 4, 64] { #expect(isRefused(whole + [UInt8](repeating: 0, count: more), cell.plan)) }
        }
        // The first group's shares are no part of a checkpoint after two, and the other way around.
        let header = CheckpointBytes.shares
        #expect(isRefused(Array(kept[1][..<header]) + Array(kept[0][header...]), cell.plan))
        #expect(isRefused(Array(kept[0][..<header]) + Array(kept[1][header...]), cell.plan))
    }

    @Test("is refused with any bit of its mark, plan, groups or lengths changed; other bits come back as they are")
    func bits() throws {
        let cell = try cell()
        let whole = try #require(bytes(cell)[.zero]?.first)
        for place in whole.indices {
            let isHeld = (CheckpointBytes.transcript..<CheckpointBytes.lengths).contains(place)
            for bit: UInt8 in 0..<8 where place < CheckpointBytes.shares || bit == UInt8(place % 8) {
                var changed = whole
                changed[place] ^= 1 << bit
                switch decoded(changed, cell.plan) {
                case .failure(let error):
                    #expect(error == .checkpoint && place < CheckpointBytes.shares && !isHeld, "byte \(place)")
                case .success(let checkpoint):
                    #expect(place >= CheckpointBytes.shares || isHeld, "byte \(place), bit \(bit)")
                    #expect(checkpoint.encoded(plan: cell.plan) == changed)
                }
            }
        }
    }

    @Test("is refused for groups that the plan has not, even with as many shares as they would have")
    func beyond() throws {
        let cell = try cell()
        let whole = try #require(bytes(cell)[.one]?.first)
        func emptied(_ groups: Int) -> [UInt8] {
            let counts = [groups * 2 * 2 * Self.candidates, groups * 2 * 4, 32]
            let numbers = counts.flatMap { UInt32($0).bigEndianBytes }
            let shares = 2 * counts[0] + 8 * (counts[1] + counts[2])
            var out = Array(whole[..<CheckpointBytes.groups])
            out += UInt32(groups).bigEndianBytes
            out += whole[CheckpointBytes.transcript..<CheckpointBytes.lengths]
            out += numbers
            return out + [UInt8](repeating: 0, count: shares)
        }
        #expect((1...2).allSatisfy { !isRefused(emptied($0), cell.plan) })
        #expect([3, 4, 100].allSatisfy { isRefused(emptied($0), cell.plan) })
    }

    @Test("is refused under a plan of other rows, another rule, coin or source")
    func foreign() throws {
        let cell = try cell()
        let whole = try #require(bytes(cell)[.zero]?.last)
        let plans = try [
            self.cell(rows: 22).plan, self.cell(prior: 21).plan, self.cell(stages: [2]).plan, self.cell(seed: 52).plan,
            TrainingPlan(
                plan: Digest32(of: [[0]]), rule: cell.rule, coin: cell.coin, frequencies: cell.frequencies, rows: 21),
        ]
        #expect(plans.allSatisfy { isRefused(whole, $0) })
        #expect(!isRefused(whole, try self.cell().plan))
    }

    @Test("prints its groups, and nothing that it holds")
    func unprinted() throws {
        let checkpoint = try #require(cell().run().checkpoints[.one]?.last)
        #expect("\(checkpoint)" == "TrainingCheckpoint(2 groups)")
        #expect(Mirror(reflecting: checkpoint).children.isEmpty)
        var dumped = ""
        dump(checkpoint, to: &dumped)
        #expect(!dumped.contains("first") && !dumped.contains("bytes"))
    }
}
