import Copenssl
import Support
import Testing
import Tokens

@Suite("Arithmetic modulo P-256's field and order")
struct ArithmeticTests {
    static let modulus = Words(0xFFFF_FFFF_FFFF_FFFF, 0x0000_0000_FFFF_FFFF, 0, 0xFFFF_FFFF_0000_0001)
    static let order = Words(
        0xF3B9_CAC2_FC63_2551, 0xBCE6_FAAD_A717_9E84, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000)

    /// Numbers around every edge, and some that a seed gives.
    static let numbers: [Words] = {
        var generator = SplitMix64(1)
        var numbers = [Words(0), Words(1), Words(2), Words(.max, .max, .max, .max), Words(0, 0, 0, 1 << 63)]
        for modulus in [modulus, order] {
            numbers.append(modulus)
            numbers.append(Words.subtract(modulus, Words(1)).difference)
            numbers.append(Words.add(modulus, Words(1)).sum)
        }
        for _ in 0..<12 {
            numbers.append(Words(generator.next(), generator.next(), generator.next(), generator.next()))
        }
        return numbers
    }()

    private func scalar(_ number: Words) -> Scalar {
        Scalar(reducing: [UInt8](repeating: 0, count: 16) + number.bigEndianBytes)
    }

    /// The same by OpenSSL's integers.
    private func reference(
        _ a: Words, _ b: Words, _ modulus: Words,
        _ operation: (OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32
    ) -> [UInt8] {
        let context = BN_CTX_new()
        let inputs = [a, b, modulus].map { BN_bin2bn($0.bigEndianBytes, 32, nil) }
        let result = BN_new()
        defer {
            (inputs + [result]).forEach { BN_free($0) }
            BN_CTX_free(context)
        }
        #expect(operation(result, inputs[0], inputs[1], inputs[2], context) == 1)
        var bytes = [UInt8](repeating: 0, count: 32)
        #expect(BN_bn2binpad(result, &bytes, 32) == 32)
        return bytes
    }

    @Test("sums, differences and products are OpenSSL's")
    func operations() {
        for a in Self.numbers {
            for b in Self.numbers {
                let (x, y) = (FieldElement(reducing: a), FieldElement(reducing: b))
                #expect((x + y).number.bigEndianBytes == reference(a, b, Self.modulus, BN_mod_add))
                #expect((x - y).number.bigEndianBytes == reference(a, b, Self.modulus, BN_mod_sub))
                #expect((x * y).number.bigEndianBytes == reference(a, b, Self.modulus, BN_mod_mul))
                let (s, t) = (scalar(a), scalar(b))
                #expect((s + t).bytes == reference(a, b, Self.order, BN_mod_add))
                #expect((s - t).bytes == reference(a, b, Self.order, BN_mod_sub))
                #expect((s * t).bytes == reference(a, b, Self.order, BN_mod_mul))
            }
        }
    }

    @Test("an inverse times its number is one; zero's is zero")
    func inverses() {
        for number in Self.numbers {
            let element = FieldElement(reducing: number)
            #expect(element * element.inverse == (element.isZero ? .zero : .one))
            let scalar = scalar(number)
            #expect(scalar * scalar.inverse == Scalar(scalar.isZero ? 0 : 1))
        }
    }

    @Test("of a number and its negative, one has a root where the number is not zero")
    func roots() {
        for number in Self.numbers {
            let element = FieldElement(reducing: number)
            if let root = element.squareRoot { #expect(root.squared == element) }
            #expect((element.squareRoot == nil) != ((-element).squareRoot == nil) || element.isZero)
        }
    }

    @Test("a wide number is reduced as OpenSSL reduces it")
    func wide() {
        var generator = SplitMix64(2)
        for _ in 0..<20 {
            let bytes = (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let wide = BN_bin2bn(bytes, 48, nil)
            let order = BN_bin2bn(Self.order.bigEndianBytes, 32, nil)
            let context = BN_CTX_new()
            #expect(BN_div(nil, wide, wide, order, context) == 1)
            var rest = [UInt8](repeating: 0, count: 32)
            BN_bn2binpad(wide, &rest, 32)
            #expect(Scalar(reducing: bytes).bytes == rest)
            BN_CTX_free(context)
            BN_free(wide)
            BN_free(order)
        }
    }

    @Test("a scalar is below the order, and a secret one is not zero")
    func ranges() throws {
        let order = Self.order.bigEndianBytes
        let last = Words.subtract(Self.order, Words(1)).difference.bigEndianBytes
        #expect(refusal { () throws(TokenError) in _ = try Scalar(bytes: order) } == .scalarOutOfRange)
        #expect(try Scalar(bytes: last) + Scalar(1) == Scalar(0))
        #expect(refusal { () throws(TokenError) in _ = try Scalar(bytes: Array(last.dropLast())) } == .malformed)
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(try Scalar(bytes: zero).isZero)
        #expect(refusal { () throws(TokenError) in _ = try TokenScalar(bytes: zero) } == .scalarIsZero)
        #expect(refusal { () throws(TokenError) in _ = try TokenScalar(bytes: order) } == .scalarOutOfRange)
        #expect(refusal { () throws(TokenError) in _ = try TokenScalars(bytes: [last, zero]) } == .scalarIsZero)
    }
}
