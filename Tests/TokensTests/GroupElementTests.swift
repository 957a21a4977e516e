import Support
import Testing
import Tokens

@Suite("Elements of P-256's group")
struct GroupElementTests {
    private func element(_ small: UInt64) -> GroupElement {
        GroupElement.generator(times: secret(Scalar(small)))
    }

    private func refused(_ bytes: [UInt8]) -> TokenError? {
        refusal { () throws(TokenError) in _ = try GroupElement(compressed: bytes) }
    }

    @Test("an element is encoded in 33 bytes and decoded again, whatever its sign")
    func roundTrip() throws {
        var signs: Set<UInt8> = []
        for small in UInt64(1)...20 {
            let encoded = element(small).compressed
            signs.insert(encoded[0])
            #expect(encoded.count == GroupElement.byteCount)
            #expect(try GroupElement(compressed: encoded) == element(small))
        }
        #expect(signs == [2, 3])
    }

    @Test("both coordinates are read back, and only those of a point")
    func coordinates() throws {
        func refused(_ bytes: [UInt8]) -> TokenError? {
            refusal { () throws(TokenError) in _ = try GroupElement(coordinates: bytes) }
        }
        for small in UInt64(1)...20 {
            let bytes = element(small).coordinates
            #expect(bytes.count == 64)
            #expect(try GroupElement(coordinates: bytes) == element(small))
            #expect(refused(Array(bytes.dropLast())) == .malformed)
            #expect(refused(bytes + [0]) == .malformed)
            for at in [0, 31, 32, 63] {
                var changed = bytes
                changed[at] ^= 1
                #expect(refused(changed) == .pointNotOnCurve)
            }
        }
        #expect(refused([UInt8](repeating: 0, count: 64)) == .pointNotOnCurve)
        // As it is, and the modulus more than it.
        let (x, y) = (element(1).coordinates.prefix(32), ArithmeticTests.modulus.bigEndianBytes)
        #expect(refused(x + y) == .coordinateNotCanonical)
        #expect(refused(y + x) == .coordinateNotCanonical)
    }

    @Test("the identity is refused, as one zero and as 33")
    func identity() {
        #expect(refused([0]) == .pointIsIdentity)
        #expect(refused([UInt8](repeating: 0, count: 33)) == .pointIsIdentity)
        #expect(GroupElement(element(5).point - element(5).point) == nil)
    }

    @Test("an x without a point is refused")
    func offCurve() throws {
        let without = try #require(
            (UInt64(1)...20).first { CurvePoint.rightSide(FieldElement($0)).squareRoot == nil })
        #expect(refused([2] + Words(without).bigEndianBytes) == .pointNotOnCurve)
        #expect(refused([3] + Words(without).bigEndianBytes) == .pointNotOnCurve)
    }

    @Test("an x that is not below the modulus is refused, though its rest has a point")
    func notCanonical() throws {
        let with = try #require(
            (UInt64(0)...20).first { CurvePoint.rightSide(FieldElement($0)).squareRoot != nil })
        let shifted = Words.add(ArithmeticTests.modulus, Words(with)).sum
        #expect(refused([2] + Words(with).bigEndianBytes) == nil)
        #expect(refused([2] + shifted.bigEndianBytes) == .coordinateNotCanonical)
        #expect(refused([3] + ArithmeticTests.modulus.bigEndianBytes) == .coordinateNotCanonical)
    }

    @Test("other lengths and first bytes are refused")
    func malformed() {
        let good = GroupElement.generator.compressed
        #expect(refused([]) == .malformed)
        #expect(refused(good.dropLast()) == .malformed)
        #expect(refused(good + [0]) == .malformed)
        for first in [0, 1, 4, 6, 7, 255] as [UInt8] { #expect(refused([first] + good.dropFirst()) == .malformed) }
    }

    @Test("our additions are OpenSSL's multiples")
    func additions() throws {
        var sum = CurvePoint.generator
        for small in UInt64(2)...12 {
            sum = sum + CurvePoint.generator
            #expect(GroupElement(sum) == element(small))
            #expect(GroupElement(sum.doubled) == element(2 * small))
            #expect(GroupElement(sum - CurvePoint.generator) == element(small - 1))
            #expect(GroupElement(sum + .identity) == GroupElement(.identity + sum))
        }
        #expect((sum - sum).isIdentity)
    }

    @Test(
        "a sum of multiples is the sum of its parts, over more points than one chunk",
        arguments: [1, 2, 63, 64, 65, 130])
    func sums(count: Int) {
        var generator = SplitMix64(UInt64(count))
        let scalars = (0..<count).map { _ in
            Scalar(reducing: (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        let elements = (0..<count).map { element(UInt64($0 + 1)) }
        var total = Scalar(0)
        for at in 0..<count { total = total + scalars[at] * Scalar(UInt64(at + 1)) }
        #expect(
            GroupElement(GroupElement.sum(elements, times: scalars))
                == GroupElement.generator(times: secret(total)))
    }

    @Test("a batch is multiplied as its elements are one by one, and the order takes any of them away")
    func batches() {
        var generator = SplitMix64(4)
        let scalar = TokenScalar(using: &generator)
        let elements = (1...5).map { element($0) }
        #expect(GroupElement.multiply(elements, by: scalar) == elements.map { $0.multiplied(by: scalar) })
        #expect(GroupElement.multiply([], by: scalar) == [])
        let last = secret(Scalar(0) - Scalar(1))
        #expect((element(7).multiplied(by: last).point + element(7).point).isIdentity)
    }

    @Test("what is printed of an element does not name it")
    func description() {
        #expect("\(GroupElement.generator)" == "GroupElement(036b17d1…)")
    }
}
