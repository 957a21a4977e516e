/// For each place of a one-hot's share, the parity of the bits there and above.
struct SuffixParities: ~Copyable {
    private let words: UnsafeMutableBufferPointer<UInt64>
    private var ring: UInt64 = 0

    init() { words = .allocate(capacity: (CountDomain.mostEvents + 1) / 64) }

    deinit { words.deallocate() }

    /// - Parameter share: of a whole domain, place 0 in the least significant bit of the first byte.
    mutating func read(_ share: UnsafeRawBufferPointer) {
        ring = UInt64(share.count) * 8
        // The parity of all words above, in each bit.
        var above: UInt64 = 0
        for word in (0..<share.count / 8).reversed() {
            var bits = UInt64(littleEndian: share.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
            bits ^= bits &>> 1
            bits ^= bits &>> 2
            bits ^= bits &>> 4
            bits ^= bits &>> 8
            bits ^= bits &>> 16
            bits ^= bits &>> 32
            bits ^= above
            words[word] = bits
            above = 0 &- (bits & 1)
        }
    }

    private func parity(from place: UInt64) -> UInt64 { words[Int(place >> 6)] >> (place & 63) & 1 }

    /// XORs this server's share of the thermometer bits of one lookup into `out`, a transaction's packed bits.
    ///
    /// Counts at or above a threshold are places from `threshold - rotation` up to `-rotation`, around the end of the ring.
    func pick(
        _ queries: CountQueries, _ event: Int, _ slot: Int, rotation: UInt16,
        into out: UnsafeMutableBufferPointer<UInt8>
    ) {
        let shape = queries.shape
        let end = (0 &- UInt64(rotation)) & (ring - 1)
        let (all, beyond) = (parity(from: 0), parity(from: end))
        let base = event * shape.bits
        for bit in shape.range(of: slot) {
            let threshold = UInt64(queries.thresholds[base + bit])
            // No count of the window's events reaches the end of the ring.
            guard threshold < ring else { continue }
            let begin = (threshold &+ end) & (ring - 1)
            let wraps = (end &- begin) >> 63
            // At 0, all of the ring: begin and end are one place, and what is between them would be nothing.
            let picked = threshold == 0 ? all : parity(from: begin) ^ beyond ^ (all & wraps)
            out[bit >> 3] ^= UInt8(truncatingIfNeeded: picked << UInt64(bit & 7))
        }
    }
}
