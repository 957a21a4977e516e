/// Signs, and quotients by powers of two.
extension SecureSteps {
    /// Whether elements of Z_2^64 are negative in two's complement: their top bits, in XOR shares. Five rounds, 90 bytes a party.
    package func negative(_ values: AdditiveShares<UInt64>, _ step: TrainingStep) -> Interaction<XORShares<UInt8>> {
        let known = Deal(
            first: Array(values.first[terms(values.count).asFirst]),
            second: Array(values.second[terms(values.count).asSecond]))
        return carries(clientSums(values), known, of: values.count, digits: 8, top: true, step)
            .then { join($0, digits: 8, step) }
    }

    /// The largest whole number at or below x / 2^bits in Z_2^32, exactly. 2 + log2(bits / 8), rounded up, + 2 rounds; 37 bytes a
    /// party for 24 bits.
    ///
    /// x + 2^62 = a + b less a wrap, which is a multiple of 2^(64 - bits) after the shift and so falls out of the smaller ring.
    /// What is missing is the carry of the low bits.
    ///
    /// - Parameters:
    ///   - values: above -2^62 and below 2^62.
    ///   - bits: 8, 16, 24 or 32.
    package func truncate(
        _ values: AdditiveShares<UInt64>, by bits: Int, _ step: TrainingStep
    ) -> Interaction<AdditiveShares<UInt32>> {
        precondition(bits % 8 == 0 && (8...32).contains(bits), "whole digits, and what wraps falls out of 32 bits")
        let count = values.count
        let terms = terms(count)
        let moved = values.adding(1 << 62, at: party)
        let sums = clientSums(moved)
        let low: UInt64 = 1 << UInt64(bits) - 1
        func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> UInt64(bits)) }
        let known = Deal(
            first: moved.first[terms.asFirst].map { $0 & low }, second: moved.second[terms.asSecond].map { $0 & low })
        let pairs = carries(sums.map { $0 & low }, known, of: count, digits: bits / 8, top: false, step)
        return pairs.beside(share(sums.map(high), of: count, in: Addition.self, step)).then { pairs, parts in
            var out = parts
            for at in terms.asFirst { out.first[at] &+= high(moved.first[at]) }
            for at in terms.asSecond { out.second[at] &+= high(moved.second[at]) }
            return join(pairs, digits: bits / 8, step)
                .then { toRing($0, as: UInt32.self, step) }
                .map { [out] in ($0 + out).adding(0 &- high(1 << 62), at: party) }
        }
    }
}
