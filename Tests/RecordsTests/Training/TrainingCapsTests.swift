import Records
import Support
import Testing

@Suite("Caps of a training")
struct TrainingCapsTests {
    private func member(_ name: String) throws -> MemberID { try #require(MemberID(name)) }

    private func rows(_ counts: [String: Int]) throws -> [MemberID: [Int64]] {
        var next: Int64 = 0
        var rows: [MemberID: [Int64]] = [:]
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            rows[try member(name)] = (0..<count).map { next + Int64($0) * 3 }
            next += 1
        }
        return rows
    }

    @Test("leave a member as many rows as all others have, and the others all of theirs")
    func thinned() throws {
        let all = try rows(["a": 60, "b": 30, "c": 10])
        let kept = TrainingCaps.thinned(all, by: TrainingCoin(seed: 1))
        #expect(try kept[member("a")]?.count == 40)
        #expect(try Set(kept[member("a")] ?? []).isSubset(of: all[member("a")] ?? []))
        #expect(try kept[member("b")] == all[member("b")] && kept[member("c")] == all[member("c")])
        #expect(try kept[member("a")] == kept[member("a")]?.sorted())
    }

    @Test("leave all rows where no member has more than the others, and to a member alone")
    func untouched() throws {
        for counts in [["a": 50, "b": 30, "c": 20], ["a": 50, "b": 50], ["a": 7], ["a": 7, "b": 0], [:]] {
            let all = try rows(counts)
            #expect(TrainingCaps.thinned(all, by: TrainingCoin(seed: 2)) == all)
        }
    }

    @Test("choose rows by the coin: another for another coin, whatever the order in which rows are told")
    func coin() throws {
        let all = try rows(["a": 400, "b": 100])
        let kept = TrainingCaps.thinned(all, by: TrainingCoin(seed: 3))
        #expect(kept != TrainingCaps.thinned(all, by: TrainingCoin(seed: 4)))
        var random = SplitMix64(5)
        let told = all.mapValues { $0.shuffled(using: &random) }
        #expect(TrainingCaps.thinned(told, by: TrainingCoin(seed: 3)) == kept)
        // Early rows stay as often as late ones: 50 expected of each half, a standard deviation of 4.
        let early = try #require(kept[member("a")]).count { $0 < 600 }
        #expect((30...70).contains(early))
    }

    @Test("put a member over the cap that calls more frauds than half of what all others call")
    func frauds() {
        #expect(TrainingCaps.excess(frauds: 50, of: 150) == 0)
        #expect(TrainingCaps.excess(frauds: 51, of: 151) > 0)
        #expect(TrainingCaps.excess(frauds: 49, of: 149) < 0)
        #expect(TrainingCaps.excess(frauds: 0, of: 0) == 0)
        #expect(TrainingCaps.excess(frauds: 1, of: 1) > 0)
        for own in 0...30 {
            for others in 0...30 {
                #expect((TrainingCaps.excess(frauds: own, of: own + others) > 0) == (2 * own > others))
            }
        }
    }
}
