import Support
import Testing
import Tokens

@Suite("Points of P-256 in Jacobian coordinates")
struct CurvePointTests {
    /// Multiples of the generator, computed with whole numbers of any size in affine coordinates.
    static let multiples: [(scalar: String, x: String, y: String)] = [
        (
            "0000000000000000000000000000000000000000000000000000000000000001",
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000002",
            "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
            "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000003",
            "5ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c",
            "8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000014",
            "83a01a9378395bab9bcd6a0ad03cc56d56e6b19250465a94a234dc4c6b28da9a",
            "76e49b6de2f73234ae6a5eb9d612b75c9f2202bb6923f54ff8240aaa86f640b8"
        ),
        (
            "000000000000000000000000000000000000000000000000018ebbb95eed0e13",
            "339150844ec15234807fe862a86be77977dbfb3ae3d96f4c22795513aeaab82f",
            "b1c14ddfdc8ec1b2583f51e85a5eb3a155840f2034730e9b5ada38b674336a21"
        ),
        (
            "0000000000000000000000000000000000159d893d4cdd747246cdca43590e13",
            "1b7e046a076cc25e6d7fa5003f6729f665cc3241b5adab12b498cd32f2803264",
            "bfea79be2b666b073db69a2a241adab0738fe9d2dd28b5604eb8c8cf097c457b"
        ),
        (
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
            "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
            "f888aaee24712fc0d6c26539608bcf244582521ac3167dd661fb4862dd878c2e"
        ),
        (
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"
        ),
    ]

    @Test("known multiples of the generator come out", arguments: multiples)
    func known(scalar: String, x: String, y: String) throws {
        let element = GroupElement.generator(times: try TokenScalar(bytes: bytes(scalar)))
        #expect(hex(element.coordinates) == x + y)
        #expect(try element == GroupElement(coordinates: bytes(x + y)))
    }

    @Test("known multiples come out of doublings and additions, too", arguments: multiples)
    func doubleAndAdd(scalar: String, x: String, y: String) throws {
        var point = CurvePoint.identity
        for byte in try bytes(scalar) {
            for bit in (0..<8).reversed() {
                point = point.doubled
                if byte >> UInt8(bit) & 1 == 1 { point = point + .generator }
            }
        }
        #expect(hex(try #require(GroupElement(point)).coordinates) == x + y)
    }

    /// Points whose Z is not one, so that additions have to bring them to one scale.
    private func points(_ seed: UInt64, _ count: Int) -> [CurvePoint] {
        var generator = SplitMix64(seed)
        return (0..<count).map { _ in
            let element = GroupElement.generator(times: TokenScalar(using: &generator))
            return element.point.doubled + element.point
        }
    }

    private func isSame(_ a: CurvePoint, _ b: CurvePoint) -> Bool { (a - b).isIdentity }

    @Test("addition is associative and commutative", arguments: [1, 2, 3] as [UInt64])
    func laws(seed: UInt64) {
        let points = points(seed, 4)
        for a in points {
            for b in points {
                #expect(isSame(a + b, b + a))
                for c in points { #expect(isSame((a + b) + c, a + (b + c))) }
            }
        }
    }

    @Test("the identity changes nothing on either side, and is its own double and its own opposite")
    func identity() {
        for point in points(4, 3) {
            #expect(isSame(point + .identity, point) && isSame(.identity + point, point))
            #expect(!isSame(point, .identity))
        }
        #expect(CurvePoint.identity.isIdentity && CurvePoint.identity.doubled.isIdentity)
        #expect((-CurvePoint.identity).isIdentity && (CurvePoint.identity + .identity).isIdentity)
        #expect(!CurvePoint.generator.isIdentity)
        #expect(GroupElement(.identity) == nil)
    }

    @Test("a point and its opposite give the identity, and a point twice its double, whatever their Z")
    func opposites() throws {
        for point in points(5, 3) {
            let affine = try #require(GroupElement(point)).point
            for other in [point, affine] {
                #expect((point + -other).isIdentity && (other - point).isIdentity)
                #expect(isSame(point + other, point.doubled))
                #expect(isSame(-(-other), point))
            }
            let negative = try #require(GroupElement(-point))
            let positive = try #require(GroupElement(point))
            #expect(negative.x == positive.x && negative.y == -positive.y && negative != positive)
        }
    }

    @Test("differences are OpenSSL's sums with an opposite scalar")
    func differences() throws {
        var generator = SplitMix64(6)
        for _ in 0..<5 {
            let a = TokenScalar(using: &generator)
            let b = TokenScalar(using: &generator)
            let difference = GroupElement.generator(times: a).point - GroupElement.generator(times: b).point
            let expected = OpenSSLCurve.generator(
                times: OpenSSLCurve.subtract(number(a).bytes, number(b).bytes))
            #expect(GroupElement(difference)?.compressed == expected)
        }
    }

    @Test("the right side of the curve's equation is y², for every multiple and its opposite")
    func equation() throws {
        for point in points(7, 5) {
            let element = try #require(GroupElement(point))
            #expect(CurvePoint.rightSide(element.x) == element.y.squared)
            let root = try #require(CurvePoint.rightSide(element.x).squareRoot)
            #expect(root == element.y || root == -element.y)
        }
    }

    @Test("a sum of multiples is OpenSSL's, for scalars of every kind")
    func sums() throws {
        var generator = SplitMix64(8)
        let elements = (1...6).map { GroupElement.generator(times: secret(Scalar($0))) }
        let last = Scalar(0) - Scalar(1)
        let scalars = [Scalar(0), Scalar(1), last, number(TokenScalar(using: &generator)), Scalar(1 << 63), last]
        let expected = OpenSSLCurve.sum(zip(scalars, elements).map { ($0.bytes, $1.compressed) })
        #expect(GroupElement(GroupElement.sum(elements, times: scalars))?.compressed == expected)
        #expect(GroupElement.sum([], times: []).isIdentity)
        #expect(GroupElement.sum(elements, times: elements.map { _ in Scalar(0) }).isIdentity)
        #expect(GroupElement.sum([elements[0], elements[0]], times: [Scalar(1), last]).isIdentity)
    }

    @Test("what decodes as a point is what OpenSSL takes for one", arguments: [2, 3] as [UInt8])
    func decoding(sign: UInt8) {
        var generator = SplitMix64(9)
        var taken = 0
        for round in 0..<80 {
            // Every fourth is near the modulus, on both sides of it.
            var x = round % 4 == 0 ? OpenSSLCurve.modulus : generator.bytes(32)
            if round % 4 == 0 { x[31] = UInt8(truncatingIfNeeded: 0xE0 + round / 4) }
            let encoded = [sign] + x
            let element = try? GroupElement(compressed: encoded)
            #expect((element != nil) == OpenSSLCurve.isPoint(encoded), "\(hex(encoded))")
            if let element {
                taken += 1
                #expect(element.compressed == encoded)
                #expect(element.y.isOdd == (sign == 3))
            }
        }
        #expect((20...60).contains(taken))
    }
}
