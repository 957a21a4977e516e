package import Records

/// A member's scored rows as one party holds them, of which the member chooses some: the bits of each, and behind them a byte of
/// what is public among the parties of it (`shown`), which the member learns of a row that it chose.
///
/// What a row hides is zero in it, so that no choice, however made, says anything of it.
package struct ReasonRows: Sendable, Unprinted {
    /// Thermometer bits of a row.
    package let bits: Int
    package private(set) var count = 0
    /// Component `i` of party i, `width` bytes a row.
    private(set) var first: [UInt8] = []
    /// Component `i + 1`.
    private(set) var second: [UInt8] = []
    private let party: PartyID

    /// Bytes of a row and its public byte.
    var width: Int { (bits + 7) / 8 + 1 }

    package init(bits: Int, at party: PartyID) {
        self.bits = bits
        self.party = party
    }

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - row: `(bits + 7) / 8` bytes a component.
    ///   - hiding: its bits that are to be as of the lowest bin.
    ///   - shown: the same at all parties.
    package mutating func append(_ row: BitShares, hiding: [Range<Int>], shown: UInt8) {
        precondition(row.first.count == width - 1 && row.second.count == width - 1, "a row has its bits")
        // What is public is component 0.
        first += Self.clearing(row.first, hiding) + [party == .zero ? shown : 0]
        second += Self.clearing(row.second, hiding) + [party == .two ? shown : 0]
        count += 1
    }

    private static func clearing(_ bytes: [UInt8], _ ranges: [Range<Int>]) -> [UInt8] {
        var out = bytes
        for range in ranges { for bit in range { out[bit >> 3] &= ~(1 << UInt8(bit & 7)) } }
        return out
    }

    /// This party's XOR shares of the rows that are chosen, one after the other: all that it can compute by itself of the inner
    /// product of choice and rows. Its time hangs on the numbers of rows and choices alone.
    ///
    /// - Parameter choices: a bit a row each, in shares.
    func chosen(by choices: [BitShares]) -> [UInt8] {
        let width = width
        let both = zip(first, second).map { $0 ^ $1 }
        var out = [UInt8](repeating: 0, count: choices.count * width)
        out.withUnsafeMutableBufferPointer { out in
            first.withUnsafeBufferPointer { first in
                both.withUnsafeBufferPointer { both in
                    for (at, choice) in choices.enumerated() {
                        for row in 0..<count {
                            let bit = UInt8(row & 7)
                            // c_i (r_i + r_{i+1}) + c_{i+1} r_i
                            let mine = 0 &- (choice.first[row >> 3] >> bit & 1)
                            let other = 0 &- (choice.second[row >> 3] >> bit & 1)
                            for place in 0..<width {
                                let from = row &* width &+ place
                                out[at &* width &+ place] ^= mine & both[from] ^ other & first[from]
                            }
                        }
                    }
                }
            }
        }
        return out
    }

    package var description: String { "ReasonRows(\(count) of \(bits) bits)" }
}
