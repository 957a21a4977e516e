/// The comparison x ≤ α of a number α that the dealer knows with numbers that two servers know, as XOR shares of a bit: a
/// distributed comparison function (Boyle, Gilboa, Ishai, "Function secret sharing: improvements and extensions", CCS 2016; Boyle
/// et al., "Function secret sharing for mixed-mode and fixed-point secure computation", Eurocrypt 2021).
///
/// Both servers have a seed each, and one key in common; together with one seed it tells nothing of α. They are the roots of two
/// trees of seeds. Wherever x leaves the path of α, both trees have the same from there on; on it they have seeds that have nothing
/// to do with each other. The key's correction of a level sees to that, and adds 1 where x leaves to lower numbers. A leaf has 128
/// numbers.
///
/// A key has `keyBytes`: for each level from the highest bit on 16 bytes of seed, little-endian, and a byte with the corrections of
/// a bit: which tree corrects (left, right), and what is added (left, right). Then 16 bytes for the leaf.
struct SharedComparison: ~Copyable {
    /// Bits of α.
    private let width: Int
    private let cipher: FixedCipher

    /// - Parameters:
    ///   - width: 16 or 32.
    ///   - cipherKey: 16 bytes, no secret.
    init(width: Int, cipherKey: some Collection<UInt8>) {
        self.width = width
        cipher = FixedCipher(key: cipherKey)
    }

    private static let leafBits = 7
    private static let levelBytes = 17
    private static func levels(_ width: Int) -> Int { width - leafBits }

    /// Bytes of a key.
    static func keyBytes(width: Int) -> Int { levels(width) * levelBytes + 16 }

    /// What a hash says of the sum, beside correction.
    private static func added(_ block: UInt128) -> UInt8 { UInt8(truncatingIfNeeded: block) >> 1 & 1 }

    /// The dealer's part: appends the key.
    ///
    /// Memory access depends on α, which is uniformly random to the dealer.
    ///
    /// - Parameters:
    ///   - alpha: below 2^`width`.
    ///   - seeds: of the first and the second server, pseudo-random.
    func deal(_ alpha: UInt64, seeds: (UInt128, UInt128), into key: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt128.self, capacity: 8) { scratch in
            let blocks = UnsafeMutableBufferPointer(rebasing: scratch[..<4])
            let hashes = UnsafeMutableBufferPointer(rebasing: scratch[4...])
            /// Two hashes of the first tree's state, then two of the second's.
            func hash(_ one: UInt128, _ other: UInt128) {
                (blocks[0], blocks[1], blocks[2], blocks[3]) = (one, one | 1, other, other | 1)
                cipher.hash(UnsafeBufferPointer(blocks), into: hashes)
            }
            var (first, second) = (seeds.0 & .seed, seeds.1 & .seed)
            var (corrects, alsoCorrects): (UInt8, UInt8) = (0, 1)
            for level in 0..<Self.levels(width) {
                let bit = UInt8(truncatingIfNeeded: alpha >> UInt64(width - 1 - level)) & 1
                let (kept, lost) = (Int(bit), Int(1 - bit))
                hash(first, second)
                let (toLeft, toRight) = (hashes[0] ^ hashes[2], hashes[1] ^ hashes[3])
                let correction = (hashes[lost] ^ hashes[2 + lost]) & .seed
                let left = toLeft.isCorrected ^ bit ^ 1
                let right = toRight.isCorrected ^ bit
                // Lower numbers leave to the left of a 1.
                let (leftSum, rightSum) = (Self.added(toLeft) ^ bit, Self.added(toRight))
                correction.withLittleEndianBytes { key += $0 }
                key.append(left | right << 1 | leftSum << 2 | rightSum << 3)
                func follow(_ block: UInt128, _ corrects: UInt8) -> (UInt128, UInt8) {
                    (
                        block & .seed ^ correction.times(corrects),
                        block.isCorrected ^ corrects & (bit == 0 ? left : right)
                    )
                }
                (first, corrects) = follow(hashes[kept], corrects)
                (second, alsoCorrects) = follow(hashes[2 + kept], alsoCorrects)
            }
            hash(first | 2, second | 2)
            let low = alpha & (1 << UInt64(Self.leafBits) - 1)
            (hashes[0] ^ hashes[2] ^ UInt128.max >> UInt128(127 - low)).withLittleEndianBytes { key += $0 }
        }
    }

    /// A server's part: for each of some numbers, its XOR share of whether it is at most α.
    ///
    /// - Parameters:
    ///   - key: `keyBytes`.
    ///   - isSecond: which server this is.
    ///   - seed: its own.
    ///   - numbers: below 2^`width`, the same at both servers.
    /// - Returns: a 0 or 1 for each.
    func answer(_ key: UnsafeRawBufferPointer, isSecond: Bool, seed: UInt128, at numbers: [UInt64]) -> [UInt8] {
        precondition(key.count == Self.keyBytes(width: width), "a key of another length")
        var blocks = [UInt128](repeating: seed & .seed, count: numbers.count)
        var hashes = blocks
        var corrects = [UInt8](repeating: isSecond ? 1 : 0, count: numbers.count)
        var sums = [UInt8](repeating: 0, count: numbers.count)
        func hashAll() {
            blocks.withUnsafeBufferPointer { blocks in
                hashes.withUnsafeMutableBufferPointer { cipher.hash(blocks, into: $0) }
            }
        }
        for level in 0..<Self.levels(width) {
            let correction = UInt128(littleEndian: key, at: level * Self.levelBytes)
            let bits = key[level * Self.levelBytes + 16]
            let shift = UInt64(width - 1 - level)
            for index in numbers.indices { blocks[index] |= UInt128(numbers[index] >> shift & 1) }
            hashAll()
            for index in numbers.indices {
                let side = UInt8(truncatingIfNeeded: numbers[index] >> shift & 1)
                let (block, corrected) = (hashes[index], corrects[index])
                sums[index] ^= Self.added(block) ^ corrected & (bits >> (2 + side))
                blocks[index] = block & .seed ^ correction.times(corrected)
                corrects[index] = block.isCorrected ^ corrected & (bits >> side & 1)
            }
        }
        for index in numbers.indices { blocks[index] |= 2 }
        hashAll()
        let last = UInt128(littleEndian: key, at: key.count - 16)
        for index in numbers.indices {
            let low = UInt128(numbers[index] & (1 << UInt64(Self.leafBits) - 1))
            let leaf = hashes[index] ^ last.times(corrects[index])
            sums[index] = (sums[index] ^ UInt8(truncatingIfNeeded: leaf >> low)) & 1
        }
        return sums
    }
}
