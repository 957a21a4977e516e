/// Between bits and rings, and from a ring to a wider one.
extension SecureSteps {
    /// Bits as elements of a ring. Two rounds, one element a party.
    ///
    /// With u what the client knows and v what both servers know, x = u ⊕ v = u (1 - 2v) + v: servers compute it from shares of u.
    ///
    /// - Parameter bits: 0 or 1 each.
    package func toRing<E: RingElement>(
        _ bits: XORShares<UInt8>, as ring: E.Type = E.self, _ step: TrainingStep
    ) -> Interaction<AdditiveShares<E>> {
        let terms = terms(bits.count)
        return deal(clientSums(bits).map { E($0) }, of: bits.count, in: Addition.self, step).then { dealt in
            var (ours, theirs) = (dealt.first, dealt.second)
            for at in ours.indices {
                let v = E(truncatingIfNeeded: bits.first[terms.asFirst.lowerBound + at])
                ours[at] = ours[at] &* (1 &- 2 &* v) &+ v
            }
            for at in theirs.indices {
                let v = E(truncatingIfNeeded: bits.second[terms.asSecond.lowerBound + at])
                theirs[at] = theirs[at] &* (1 &- 2 &* v)
            }
            return exchange(Deal(first: ours, second: theirs), of: bits.count, in: Addition.self, step)
        }
    }

    /// Elements of Z_2^32 in -2^30 ..< 2^30 as elements of Z_2^64, exactly. Two rounds, 6.7 bytes a party.
    ///
    /// x + 2^30 = a + b - 2^32 w, with a the client's sum and b what both servers know. As x + 2^30 is below 2^31, the sum wrapped
    /// (w = 1) exactly where the top bit of a or of b is set (compare Kikuchi et al. 2018): w = top(a) + top(b) - top(a) top(b).
    package func lift(_ values: AdditiveShares<UInt32>, _ step: TrainingStep) -> Interaction<AdditiveShares<UInt64>> {
        let count = values.count
        let terms = terms(count)
        let moved = values.adding(1 << 30, at: party)
        let sums = clientSums(moved)
        func withoutTop(_ value: UInt32) -> UInt64 { UInt64(value) &- UInt64(value >> 31) << 32 }
        return deal(sums.map { $0 >> 31 }, of: count, in: Addition.self, step)
            .beside(share(sums.map(withoutTop), of: count, in: Addition.self, step))
            .then { tops, parts in
                var (ours, theirs) = (tops.first, tops.second)
                for at in ours.indices { ours[at] &*= moved.first[terms.asFirst.lowerBound + at] >> 31 }
                for at in theirs.indices { theirs[at] &*= moved.second[terms.asSecond.lowerBound + at] >> 31 }
                let answers = Deal(first: ours, second: theirs)
                return exchange(answers, of: count, in: Addition.self, step).map { both in
                    var out = parts
                    for at in 0..<count {
                        out.first[at] &+= UInt64(both.first[at]) << 32
                        out.second[at] &+= UInt64(both.second[at]) << 32
                    }
                    for at in terms.asFirst { out.first[at] &+= withoutTop(moved.first[at]) }
                    for at in terms.asSecond { out.second[at] &+= withoutTop(moved.second[at]) }
                    return out.adding(0 &- 1 << 30, at: party)
                }
            }
    }
}
