/// The comparison x ≤ α of a number α that the dealer knows with numbers that two servers know, as additive shares of a payload
/// that the dealer chooses: the payload where it holds, zeros where it does not. So servers sum over many comparisons without a
/// message.
///
/// A distributed comparison function, as `SharedComparison` is, with sums in a ring in the place of bits (Boyle et al., "Function
/// secret sharing for mixed-mode and fixed-point secure computation", Eurocrypt 2021). Trees, seeds and corrections are the same.
/// Values are added on the way to lower numbers alone: each seed gives one for its lower half, and the key's correction makes the
/// two servers' add up to the payload where α goes to the upper half, and to nothing where it goes along. So the sum is 0 as far as
/// α's path goes, and what x picks up is where it leaves it, or at α itself. Each value hides one correction, so the key tells
/// nothing of either.
///
/// A key has `keyBytes`: for each level from the highest bit on 16 bytes of seed, whose two lowest bits are the corrections of the
/// bit that says which tree corrects (left, right), and 8 bytes of payload; then 8 bytes for α itself. Numbers little-endian.
package struct PayloadComparison: ~Copyable {
    /// Two elements of Z_2^32.
    package typealias Payload = SIMD2<UInt32>

    private let width: Int
    private let cipher: FixedCipher

    /// - Parameters:
    ///   - width: bits of α, 16 or 32.
    ///   - cipherKey: 16 bytes, no secret.
    package init(width: Int, cipherKey: some Collection<UInt8>) {
        self.width = width
        cipher = FixedCipher(key: cipherKey)
    }

    private static let payloadBytes = 8
    private static let levelBytes = 16 + payloadBytes

    /// Bytes of a key.
    package static func keyBytes(width: Int) -> Int { width * levelBytes + payloadBytes }

    /// What a seed of which `block` is the hash adds.
    private static func value(_ block: UInt128) -> Payload {
        Payload(UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32))
    }

    private static func negated(_ value: Payload, _ bit: UInt8) -> Payload { bit == 0 ? value : .zero &- value }

    private static func write(_ value: Payload, to key: inout [UInt8]) {
        (UInt64(value[0]) | UInt64(value[1]) << 32).withLittleEndianBytes { key += $0 }
    }

    private static func read(_ key: UnsafeRawBufferPointer, at place: Int) -> Payload {
        let word = UInt64(littleEndian: key.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        return Payload(UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
    }

    /// The dealer's part: appends the key.
    ///
    /// Memory access depends on α, which is uniformly random to the dealer.
    ///
    /// - Parameters:
    ///   - alpha: below 2^`width`.
    ///   - seeds: of the first and the second server, pseudo-random.
    package func deal(_ alpha: UInt64, _ payload: Payload, seeds: (UInt128, UInt128), into key: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt128.self, capacity: 12) { scratch in
            let blocks = UnsafeMutableBufferPointer(rebasing: scratch[..<6])
            let hashes = UnsafeMutableBufferPointer(rebasing: scratch[6...])
            /// Of either tree's seed the left seed, the right one, and the left value.
            func hash(_ one: UInt128, _ other: UInt128) {
                (blocks[0], blocks[1], blocks[2]) = (one, one | 1, one | 2)
                (blocks[3], blocks[4], blocks[5]) = (other, other | 1, other | 2)
                cipher.hash(UnsafeBufferPointer(blocks), into: hashes)
            }
            var (first, second) = (seeds.0 & .seed, seeds.1 & .seed)
            var (corrects, alsoCorrects): (UInt8, UInt8) = (0, 1)
            /// What makes both servers' values add up to `sum`.
            func correction(to sum: Payload) -> Payload {
                Self.negated(Self.value(hashes[5]) &- Self.value(hashes[2]) &+ sum, alsoCorrects)
            }
            for level in 0..<width {
                let bit = UInt8(truncatingIfNeeded: alpha >> UInt64(width - 1 - level)) & 1
                let (kept, lost) = (Int(bit), Int(1 - bit))
                hash(first, second)
                let seed = (hashes[lost] ^ hashes[3 + lost]) & .seed
                let left = (hashes[0] ^ hashes[3]).isCorrected ^ bit ^ 1
                let right = (hashes[1] ^ hashes[4]).isCorrected ^ bit
                (seed | UInt128(left | right << 1)).withLittleEndianBytes { key += $0 }
                Self.write(correction(to: bit == 1 ? payload : .zero), to: &key)
                func follow(_ block: UInt128, _ corrects: UInt8) -> (UInt128, UInt8) {
                    (
                        block & .seed ^ seed.times(corrects),
                        block.isCorrected ^ corrects & (bit == 0 ? left : right)
                    )
                }
                (first, corrects) = follow(hashes[kept], corrects)
                (second, alsoCorrects) = follow(hashes[3 + kept], alsoCorrects)
            }
            hash(first, second)
            Self.write(correction(to: payload), to: &key)
        }
    }

    /// A server's part: for each of some numbers, its share of the payload where the number is at most α, and of zeros elsewhere.
    ///
    /// Numbers go down the tree together as far as they have a way in common. Time and memory access depend on them.
    ///
    /// - Parameters:
    ///   - key: `keyBytes`.
    ///   - isSecond: which server this is.
    ///   - seed: its own.
    ///   - numbers: below 2^`width`, ascending, the same at both servers.
    package func answer(
        _ key: UnsafeRawBufferPointer, isSecond: Bool, seed: UInt128, at numbers: [UInt64]
    ) -> [Payload] {
        precondition(key.count == Self.keyBytes(width: width), "a key of another length")
        let negates: UInt8 = isSecond ? 1 : 0
        var nodes = [Node(seed: seed & .seed, corrects: negates, sum: .zero, end: numbers.count)]
        var below: [Node] = []
        var blocks: [UInt128] = []
        var hashes = [UInt128](repeating: 0, count: 3 * numbers.count + 1)
        nodes.reserveCapacity(numbers.count + 1)
        below.reserveCapacity(numbers.count + 1)
        blocks.reserveCapacity(3 * numbers.count + 1)
        func hashAll() {
            hashes.withUnsafeMutableBufferPointer { hashes in
                blocks.withUnsafeBufferPointer {
                    cipher.hash($0, into: UnsafeMutableBufferPointer(rebasing: hashes[..<$0.count]))
                }
            }
        }
        for level in 0..<width {
            let place = level * Self.levelBytes
            let corrections = UInt128(littleEndian: key, at: place)
            let (correction, bits) = (corrections & .seed, UInt8(truncatingIfNeeded: corrections & ~.seed))
            let value = Self.read(key, at: place + 16)
            let top: UInt64 = 1 << UInt64(width - 1 - level)
            blocks.removeAll(keepingCapacity: true)
            below.removeAll(keepingCapacity: true)
            var begin = 0
            for node in nodes {
                let middle = Self.firstUpper(numbers, begin..<node.end, top)
                if middle > begin {
                    blocks.append(node.seed)
                    blocks.append(node.seed | 2)
                    below.append(Node(seed: 0, corrects: node.corrects, sum: node.sum, end: middle))
                }
                if middle < node.end {
                    blocks.append(node.seed | 1)
                    below.append(Node(seed: 1, corrects: node.corrects, sum: node.sum, end: node.end))
                }
                begin = node.end
            }
            hashAll()
            var hash = 0
            for at in below.indices {
                let (block, corrects, isRight) = (hashes[hash], below[at].corrects, below[at].seed == 1)
                hash += 1
                if !isRight {
                    let sum = Self.value(hashes[hash]) &+ value &* Payload(repeating: UInt32(corrects))
                    below[at].sum &+= Self.negated(sum, negates)
                    hash += 1
                }
                below[at].seed = block & .seed ^ correction.times(corrects)
                below[at].corrects = block.isCorrected ^ corrects & (bits >> (isRight ? 1 : 0) & 1)
            }
            swap(&nodes, &below)
        }
        blocks.removeAll(keepingCapacity: true)
        for node in nodes { blocks.append(node.seed | 2) }
        hashAll()
        let value = Self.read(key, at: width * Self.levelBytes)
        var out: [Payload] = []
        out.reserveCapacity(numbers.count)
        for (at, node) in nodes.enumerated() {
            let sum = Self.value(hashes[at]) &+ value &* Payload(repeating: UInt32(node.corrects))
            let whole = node.sum &+ Self.negated(sum, negates)
            while out.count < node.end { out.append(whole) }
        }
        return out
    }

    /// A place of the tree that some of the numbers go through, up to `end`; the place before has those below them.
    private struct Node {
        var seed: UInt128
        var corrects: UInt8
        var sum: Payload
        var end: Int
    }

    /// The first in a range whose bit `top` is set, or the range's end. Numbers of a range are the same above that bit.
    private static func firstUpper(_ numbers: [UInt64], _ range: Range<Int>, _ top: UInt64) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] & top == 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension UInt64 {
    fileprivate func withLittleEndianBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: littleEndian, body)
    }
}
