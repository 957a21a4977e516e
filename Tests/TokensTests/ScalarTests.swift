import Support
import Testing
import Tokens

/// Gives words from a list, and then stops the test.
private struct ScriptedGenerator: RandomNumberGenerator {
    var words: [UInt64]
    var drawn = 0

    mutating func next() -> UInt64 {
        drawn += 1
        return words.removeFirst()
    }
}

@Suite("Numbers modulo the group's order")
struct ScalarTests {
    static let zero = [UInt8](repeating: 0, count: 32)

    /// The order with something added to its last byte, which is 0x51.
    private static func nearOrder(_ shift: Int) -> [UInt8] {
        var bytes = OpenSSLCurve.order
        bytes[31] = UInt8(Int(bytes[31]) + shift)
        return bytes
    }

    private func scalars(_ seed: UInt64, _ count: Int) -> [Scalar] {
        var generator = SplitMix64(seed)
        return (0..<count).map { _ in Scalar(reducing: generator.bytes(48)) }
    }

    @Test("the order is OpenSSL's, and so is the field's modulus")
    func constants() {
        #expect(ArithmeticTests.order.bigEndianBytes == OpenSSLCurve.order)
        #expect(ArithmeticTests.modulus.bigEndianBytes == OpenSSLCurve.modulus)
    }

    @Test("32 bytes below the order are read, and give the same bytes back")
    func roundTrip() throws {
        for scalar in scalars(1, 20) { #expect(try Scalar(bytes: scalar.bytes) == scalar) }
        for shift in [-0x51, -2, -1] {
            #expect(try Scalar(bytes: Self.nearOrder(shift)).bytes == Self.nearOrder(shift))
        }
        #expect(try Scalar(bytes: Self.zero) == Scalar(0))
        #expect(Scalar(0x0102_0304_0506_0708).bytes == [UInt8](repeating: 0, count: 24) + [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("32 bytes from the order on are out of range", arguments: [0, 1, 2, 0xAE])
    func outOfRange(shift: Int) {
        let bytes = Self.nearOrder(shift)
        #expect(refusal { () throws(TokenError) in _ = try Scalar(bytes: bytes) } == .scalarOutOfRange)
        #expect(refusal { () throws(TokenError) in _ = try TokenScalar(bytes: bytes) } == .scalarOutOfRange)
        #expect(refusal { () throws(TokenError) in _ = try TokenScalars(bytes: [bytes]) } == .scalarOutOfRange)
    }

    @Test("any other count of bytes is malformed, whatever is in them")
    func lengths() {
        for count in Array(0...64) where count != 32 {
            for byte in [0, 1, 255] as [UInt8] {
                let bytes = [UInt8](repeating: byte, count: count)
                #expect(refusal { () throws(TokenError) in _ = try Scalar(bytes: bytes) } == .malformed)
                #expect(refusal { () throws(TokenError) in _ = try TokenScalar(bytes: bytes) } == .malformed)
                #expect(refusal { () throws(TokenError) in _ = try TokenScalars(bytes: [bytes]) } == .malformed)
            }
        }
    }

    @Test("a ring's laws hold", arguments: [2, 3, 4] as [UInt64])
    func ring(seed: UInt64) {
        let all = scalars(seed, 4) + [Scalar(0), Scalar(1), -Scalar(1)]
        for a in all {
            #expect(a + Scalar(0) == a && a * Scalar(1) == a && a * Scalar(0) == Scalar(0))
            #expect(a - a == Scalar(0) && a + -a == Scalar(0) && -(-a) == a)
            for b in all {
                #expect(a + b == b + a && a * b == b * a && a - b == -(b - a))
                for c in all {
                    #expect((a + b) + c == a + (b + c))
                    #expect((a * b) * c == a * (b * c))
                    #expect(a * (b + c) == a * b + a * c)
                }
            }
        }
    }

    @Test("an inverse is OpenSSL's, and undoes a product")
    func inverses() {
        for a in scalars(5, 8) {
            #expect(a.inverse.bytes == OpenSSLCurve.invert(a.bytes))
            #expect(a.inverse.inverse == a)
            for b in scalars(6, 2) { #expect(a * b * b.inverse == a && (a * b).inverse == a.inverse * b.inverse) }
        }
        #expect(Scalar(1).inverse == Scalar(1) && (-Scalar(1)).inverse == -Scalar(1))
    }

    @Test(
        "48 bytes are reduced to what OpenSSL's division leaves",
        arguments: [
            [UInt8](repeating: 0, count: 48), [UInt8](repeating: 255, count: 48),
            [UInt8](repeating: 0, count: 16) + OpenSSLCurve.order, [1] + [UInt8](repeating: 0, count: 47),
            [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 32),
            [UInt8](repeating: 255, count: 16) + [UInt8](repeating: 0, count: 32),
        ])
    func wide(bytes: [UInt8]) {
        #expect(Scalar(reducing: bytes).bytes == OpenSSLCurve.reduce(bytes, by: OpenSSLCurve.order))
    }

    @Test("only zero is zero")
    func zeros() {
        #expect(Scalar(0).isZero && (Scalar(1) - Scalar(1)).isZero && (-Scalar(0)).isZero)
        #expect(!Scalar(1).isZero && !Scalar(.max).isZero && !(-Scalar(1)).isZero)
    }

    @Test("secret numbers are drawn word by word, and what is zero or not below the order is drawn again")
    func rejection() {
        let good: [UInt64] = [7, 8, 9, 10]
        let max: [UInt64] = [.max, .max, .max, .max]
        let order: [UInt64] = [
            0xF3B9_CAC2_FC63_2551, 0xBCE6_FAAD_A717_9E84, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000,
        ]
        let below = [order[0] - 1] + order[1...]
        for (script, draws) in [
            (good, 4), (max + good, 8), (order + good, 8), ([0, 0, 0, 0] + good, 8), (max + order + max + good, 16),
        ] {
            var generator = ScriptedGenerator(words: script)
            let drawn = number(TokenScalar(using: &generator))
            #expect(drawn.bytes == Words(7, 8, 9, 10).bigEndianBytes)
            #expect(generator.drawn == draws)
        }
        var generator = ScriptedGenerator(words: below)
        #expect(number(TokenScalar(using: &generator)) == -Scalar(1))
    }

    @Test("a batch of secret numbers is the same generator's single ones, and none is equal to another")
    func batches() throws {
        var one = SplitMix64(7)
        var other = SplitMix64(7)
        let batch = TokenScalars(count: 20, using: &one)
        #expect(batch.count == 20)
        let singles = (0..<20).map { _ in number(TokenScalar(using: &other)) }
        #expect(Set(singles).count == 20)
        // Blinding the generator's double as many times shows each of the batch.
        let inputs = singles.indices.map { [UInt8($0)] }
        let blinded = try TokenContext.tokens.blind(inputs, by: batch)
        for (at, input) in inputs.enumerated() {
            let point = try #require(GroupElement(TokenContext.tokens.hashToGroup(input)))
            #expect(blinded[at] == point.multiplied(by: secret(singles[at])))
        }
        let empty = TokenScalars(count: 0, using: &one)
        #expect(empty.count == 0)
        #expect(try TokenContext.tokens.blind([], by: empty) == [])
    }

    @Test("a copy is the same number, and a product is OpenSSL's")
    func products() {
        var generator = SplitMix64(8)
        for _ in 0..<5 {
            let a = TokenScalar(using: &generator)
            let b = TokenScalar(using: &generator)
            #expect(number(a.copy()) == number(a))
            #expect(number(a.multiplied(by: b)).bytes == OpenSSLCurve.multiply(number(a).bytes, number(b).bytes))
            #expect(number(a.multiplied(by: b)) == number(b.multiplied(by: a)))
        }
    }

    @Test("of a batch with several faults, the first is named")
    func batchErrors() {
        let good = Scalar(5).bytes
        func refused(_ batch: [[UInt8]]) -> TokenError? {
            refusal { () throws(TokenError) in _ = try TokenScalars(bytes: batch) }
        }
        #expect(refused([good, good]) == nil)
        #expect(refused([]) == nil)
        #expect(refused([good, Self.zero, OpenSSLCurve.order]) == .scalarIsZero)
        #expect(refused([good, OpenSSLCurve.order, Self.zero]) == .scalarOutOfRange)
        #expect(refused([[1], OpenSSLCurve.order]) == .malformed)
    }
}
