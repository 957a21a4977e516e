import Records
import Support
import Testing

/// Algorithm P of Knuth's second volume by lists: what is drawn is taken out, and the first of what is left takes its place.
@Suite("Draws of a coin, step by step")
struct DrawOracleTests {
    @Test("are those of a shuffle by the coin's words", arguments: 1...12 as ClosedRange<UInt64>)
    func shuffled(seed: UInt64) {
        var random = SplitMix64(seed)
        let coin = TrainingCoin(seed: seed)
        for _ in 0..<8 {
            let bits = Int.random(in: 1...60, using: &random)
            let count = Int.random(in: 0...bits, using: &random)
            let (tree, level) = (Int.random(in: 0..<1_024, using: &random), Int.random(in: 0..<8, using: &random))
            var (left, drawn) = (Array(0..<bits), [Int]())
            for word in coin.words(tree: tree, level: level, count: count) {
                let place = Int(word) % left.count
                drawn.append(left[place])
                left[place] = left[0]
                left.removeFirst()
            }
            #expect(coin.draw(tree: tree, level: level, bits: bits, count: count) == drawn)
        }
    }

    @Test("have words that are SHA-256 of coin, tree, level and block, and more words go on where fewer end")
    func words() {
        let coin = TrainingCoin(digest: Digest32(of: [[7]]))
        let all = coin.words(tree: 0x0102, level: 3, count: 2_048)
        for block in 0..<256 {
            var stream = SHA256Stream()
            stream.add(coin.digest.bytes)
            stream.add([1, 2, 3, UInt8(block)])
            let hash = Digest32(stream)
            #expect(all[block * 8..<block * 8 + 8].flatMap(\.bigEndianBytes) == hash.bytes)
        }
        for count in 0...40 { #expect(coin.words(tree: 0x0102, level: 3, count: count) == Array(all.prefix(count))) }
    }

    @Test("put a row where the digest of coin and offset does, whichever sign the offset has")
    func places() {
        let coin = TrainingCoin(seed: 5)
        for offset in [0, 1, -1, 255, 256, .max, .min] as [Int64] {
            let digest = Digest32(of: [Array("cordon/train/row/v1".utf8), coin.digest.bytes, offset.bigEndianBytes])
            #expect(coin.place(of: offset) == UInt64(bigEndianBytes: digest.bytes.prefix(8)))
        }
        #expect(Set((-500..<500).map { coin.place(of: $0) }).count == 1_000)
        #expect(coin.place(of: 1) != TrainingCoin(seed: 6).place(of: 1))
        #expect(TrainingCoin(digest: coin.digest) == coin)
    }

    /// By rows: each has what it has in whole numbers, so the sum over a node is no matter of rounding.
    @Test(
        "a candidate's part of a node is the sum over its rows of what the bit weighs",
        arguments: 1...10 as ClosedRange<UInt64>)
    func covariance(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let frequency = try #require(Millionths(Int.random(in: 0...1_000_000, using: &random)))
        let weight = BitWeights(frequency: frequency, rule: .standard)
        let rows = (0..<50).map { _ in
            (bit: Bool.random(using: &random), residual: Int.random(in: -2_048...2_048, using: &random))
        }
        let byRows = rows.reduce(0) { $0 + ($1.bit ? weight.ones - weight.all : -weight.all) * $1.residual }
        let ones = rows.filter(\.bit).reduce(0) { $0 + $1.residual }
        #expect(weight.covariance(ones: ones, all: rows.reduce(0) { $0 + $1.residual }) == byRows)
        let frequencies = try #require(BitFrequencies(ones: [0, 25, 50], rows: 50))
        let each = frequencies.bits.map { BitWeights(frequency: $0, rule: .standard) }
        #expect(TrainingRule.standard.weights(frequencies) == each && each[1] != each[0])
    }
}
