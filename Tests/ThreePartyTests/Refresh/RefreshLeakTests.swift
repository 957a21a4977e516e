import Records
import Support
import Testing
import ThreeParty

/// Who has an old share of one party and a new one of another, with all keys of that other, lacks the part of the generation's key
/// that the two others drew, and that was erased. So where, for fixed values and old shares, every byte of the new share is uniform
/// over that part, and independent of its neighbours, both shares together tell nothing.
@Suite("What shares of two generations tell together")
struct RefreshLeakTests {
    private static let runs = 320
    /// The statistic has 15 degrees of freedom: above 90 less than once in 10^12.
    private static let bound = 90.0

    /// The worst, over all places, of a chi-squared statistic of 16 bins (half bytes), and of the same for differences of
    /// neighbours.
    private func unevenness(_ views: [[UInt8]]) -> Double {
        let expected = Double(views.count) / 16
        var worst = 0.0
        for place in views[0].indices {
            var bins = [[Int]](repeating: [Int](repeating: 0, count: 16), count: 4)
            for view in views {
                let difference = view[place] &- view[(place + 1) % view.count]
                for (bin, value) in [view[place] & 15, view[place] >> 4, difference & 15, difference >> 4].enumerated()
                {
                    bins[bin][Int(value)] += 1
                }
            }
            for bin in bins {
                worst = max(worst, bin.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected })
            }
        }
        return worst
    }

    /// Generations whose parts are those of one cell, but for what `party` can't draw.
    private func generations(unknownTo party: PartyID) throws -> [[RefreshKey]] {
        var generator = SplitMix64(state: 99)
        return try (0..<Self.runs).map { _ in
            var cell = RefreshCell()
            cell.keys[party.previous.rawValue] = generator.bytes(32)
            return try cell.made().keys
        }
    }

    @Test("a new share is uniform whatever was shared, beside another party's old one", arguments: PartyID.allCases)
    func uniform(party: PartyID) throws {
        let generations = try generations(unknownTo: party)
        for value: UInt16 in [0, 1, 0xFFFF] {
            var generator = SplitMix64(state: 3)
            let shared = Shared<UInt16, Addition>([value, value], in: Addition.self, &generator)
            let bits = Shared<UInt8, ExclusiveOr>([UInt8(truncatingIfNeeded: value)], in: ExclusiveOr.self, &generator)
            let views = generations.map { keys in
                let fresh = RefreshCell.refreshed(shared, by: keys)[party.rawValue]
                let rows = RefreshCell.refreshed(bits, by: keys, place: "bits")[party.rawValue]
                // Both components: the one that the other party's old share has, and the one that it lacks.
                return UInt16.pack(fresh.first) + rows.first + UInt16.pack(fresh.second) + rows.second
            }
            #expect(unevenness(views) < Self.bound)
        }
    }

    @Test("what a party receives while a generation is made is uniform", arguments: PartyID.allCases)
    func received(party: PartyID) throws {
        var generator = SplitMix64(state: 98)
        let views = try (0..<Self.runs).map { _ in
            var cell = RefreshCell()
            cell.keys[party.previous.rawValue] = generator.bytes(32)
            return Array(try cell.made().received[party.rawValue].prefix(RefreshKey.keyBytes))
        }
        #expect(unevenness(views) < Self.bound)
    }

    /// All that is opened of components, some of an older generation, by whoever holds all three.
    private func sum(
        _ old: Shares<UInt32, Addition>, of one: PartyID, _ new: Shares<UInt32, Addition>, of other: PartyID
    ) -> [UInt32] {
        var components: [PartyID: [UInt32]] = [one: old.first, one.next: old.second]
        components[other] = new.first
        components[other.next] = new.second
        return old.first.indices.map { at in components.values.reduce(0) { $0 &+ $1[at] } }
    }

    @Test("an old share of one party and a new one of another add up to nothing; of one generation they open the value")
    func mixed() throws {
        let values: [UInt32] = [1, 2, 3, .max]
        var generator = SplitMix64(state: 4)
        let shared = Shared<UInt32, Addition>(values, in: Addition.self, &generator)
        let keys = try RefreshCell().made().keys
        let fresh = RefreshCell.refreshed(shared, by: keys)
        for one in PartyID.allCases {
            for other in [one.next, one.previous] {
                let mixed = sum(shared.at(one), of: one, fresh[other.rawValue], of: other)
                #expect(zip(mixed, values).allSatisfy { $0 != $1 })
                #expect(sum(fresh[one.rawValue], of: one, fresh[other.rawValue], of: other) == values)
                #expect(sum(shared.at(one), of: one, shared.at(other), of: other) == values)
            }
        }
    }

    @Test("who has the generation's key, too, opens the value: so it has to be erased")
    func erased() throws {
        var generator = SplitMix64(state: 4)
        let shared = Shared<UInt32, Addition>([77], in: Addition.self, &generator)
        let keys = try RefreshCell().made().keys
        let old = keys[0].refreshed(shared.at(.zero), of: .zero, object: .zero, place: "test")
        let fresh = RefreshCell.refreshed(shared, by: keys)
        #expect(sum(old, of: .zero, fresh[1], of: .one) == [77])
    }
}
