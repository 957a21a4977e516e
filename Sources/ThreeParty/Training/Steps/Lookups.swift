/// Reading at a secret place: the client deals a one-hot of what it knows of the place, servers turn it by what they know.
extension SecureSteps {
    /// Whether counts are zero, as elements of Z_2^32. Two rounds; (domain + 2) elements from the parties together.
    ///
    /// - Parameters:
    ///   - counts: below `domain`.
    ///   - domain: a power of two up to 256.
    package func isZero(
        _ counts: AdditiveShares<UInt8>, domain: Int, _ step: TrainingStep
    ) -> Interaction<AdditiveShares<UInt32>> {
        precondition(domain <= 256 && domain & (domain - 1) == 0)
        let terms = terms(counts.count)
        let mask = domain - 1
        var hot = [UInt32](repeating: 0, count: terms.asClient.count * domain)
        for (at, sum) in clientSums(counts).enumerated() { hot[at * domain + Int(sum) & mask] = 1 }
        return deal(hot, of: counts.count, width: domain, in: Addition.self, step).then { dealt in
            func read(_ hot: [UInt32], _ own: ArraySlice<UInt8>) -> [UInt32] {
                zip(own.indices, own).map { hot[($0 - own.startIndex) * domain + Int(0 &- $1) & mask] }
            }
            let answers = Deal(
                first: read(dealt.first, counts.first[terms.asFirst]),
                second: read(dealt.second, counts.second[terms.asSecond]))
            return exchange(answers, of: counts.count, in: Addition.self, step)
        }
    }

    /// A public table's words at secret places, in XOR shares. Two rounds; a bit for each of the table's places from the client of
    /// a place, 4 bytes from each of its servers.
    ///
    /// - Parameters:
    ///   - places: modulo the table's length.
    ///   - table: a power of two of words, at least 64.
    package func lookUp(
        _ places: AdditiveShares<UInt32>, in table: PublicTable, _ step: TrainingStep
    ) -> Interaction<XORShares<UInt32>> {
        let terms = terms(places.count)
        let words = table.count / 64
        var hot = [UInt64](repeating: 0, count: terms.asClient.count * words)
        for (at, sum) in clientSums(places).enumerated() {
            let place = Int(sum) & (table.count - 1)
            hot[at * words + place >> 6] = 1 << UInt64(place & 63)
        }
        return deal(hot, of: places.count, width: words, in: ExclusiveOr.self, step).then { dealt in
            func read(_ hot: [UInt64], _ own: ArraySlice<UInt32>) -> [UInt32] {
                zip(own.indices, own).map {
                    let begin = ($0 - own.startIndex) * words
                    return table.parities(hot[begin..<begin + words], turnedBy: Int($1) & (table.count - 1))
                }
            }
            let answers = Deal(
                first: read(dealt.first, places.first[terms.asFirst]),
                second: read(dealt.second, places.second[terms.asSecond]))
            return exchange(answers, of: places.count, in: ExclusiveOr.self, step)
        }
    }

    /// A public table's words at secret places, as elements of Z_2^64. Four rounds: `lookUp`, and `toRing` of the words' bits.
    func numbers(
        at places: AdditiveShares<UInt32>, in table: PublicTable, _ step: TrainingStep
    ) -> Interaction<AdditiveShares<UInt64>> {
        lookUp(places, in: table, step)
            .then { words in
                let bits: XORShares<UInt8> = words.map { $0.flatMap { word in table.bits(of: word) } }
                return toRing(bits, as: UInt64.self, step)
            }
            .map { bits in bits.map { table.words(of: $0) } }
    }
}

/// A public table of words of up to 32 bits, by bit planes: of each bit, a string of as many bits as the table has places.
package struct PublicTable: Sendable {
    /// Places of the table.
    package let count: Int
    /// Bits of its largest word.
    package let bits: Int
    private let planes: [[UInt64]]

    /// - Parameter words: below 2^32; zeros follow up to the next power of two, at least 64.
    package init(_ words: [UInt32]) {
        var count = 64
        while count < words.count { count *= 2 }
        self.count = count
        bits = 32 - (words.max() ?? 0).leadingZeroBitCount
        var planes = [[UInt64]](repeating: [UInt64](repeating: 0, count: count / 64), count: bits)
        for (place, word) in words.enumerated() {
            for bit in 0..<bits where word >> UInt32(bit) & 1 == 1 {
                planes[bit][place >> 6] |= 1 << UInt64(place & 63)
            }
        }
        self.planes = planes
    }

    /// A word's bits, the lowest first.
    fileprivate func bits(of word: UInt32) -> [UInt8] { (0..<bits).map { UInt8(word >> UInt32($0) & 1) } }

    /// Words of whose bits, lowest first, the elements are shares.
    fileprivate func words(of planes: [UInt64]) -> [UInt64] {
        stride(from: 0, to: planes.count, by: max(1, bits)).map { begin in
            (0..<bits).reduce(0) { $0 &+ planes[begin + $1] << UInt64($1) }
        }
    }

    /// Of each plane the parity of what it has in common with a string of `count` bits that is turned upwards by some places.
    fileprivate func parities(_ hot: ArraySlice<UInt64>, turnedBy places: Int) -> UInt32 {
        let words = count / 64
        let (whole, rest) = (places >> 6, UInt64(places & 63))
        var turned = [UInt64](repeating: 0, count: words)
        for at in 0..<words {
            let (high, low) = (
                hot[hot.startIndex + (at - whole) & (words - 1)], hot[hot.startIndex + (at - whole - 1) & (words - 1)]
            )
            turned[at] = rest == 0 ? high : high << rest | low >> (64 - rest)
        }
        var out: UInt32 = 0
        for (bit, plane) in planes.enumerated() {
            var parity: UInt64 = 0
            for at in 0..<words { parity ^= turned[at] & plane[at] }
            out |= UInt32(truncatingIfNeeded: parity.nonzeroBitCount & 1) << UInt32(bit)
        }
        return out
    }
}
