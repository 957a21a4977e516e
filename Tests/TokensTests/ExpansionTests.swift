import Support
import Testing
import Tokens

@Suite("Hashing to P-256: lengths, tags and the other encoding")
struct ExpansionTests {
    private static let longTag = Array("QUUX-V01-CS02-with-expander-SHA256-128".utf8)
    private static let longQ = "q128_" + String(repeating: "q", count: 128)
    private static let longA = "a512_" + String(repeating: "a", count: 512)

    private static let messages: [(message: String, expected: String)] = [
        ("abcdef0123456789", "eff31487c770a893cfb36f912fbfcbff40d5661771ca4b2cb4eafe524333f5c1"),
        (longQ, "b23a1d2b4d97b2ef7785562a7e8bac7eed54ed6e97e29aa51bfe3f12ddad1ff9"),
        (longA, "4623227bcc01293b8c130bf771da8c298dede7383243dc0993d2d94823958c4c"),
        (
            "",
            "af84c27ccfd45d41914fdff5df25293e221afc53d8ad2ac06d5e3e29485dadbee0d121587713a3e0dd4d5e69e93eb7cd"
                + "4f5df4cd103e188cf60cb02edc3edf18eda8576c412b18ffb658e3dd6ec849469b979d444cf7b26911a08e63cf31f9dc"
                + "c541708d3491184472c2c29bb749d4286b004ceb5ee6b9a7fa5b646c993f0ced"
        ),
        (
            "abc",
            "abba86a6129e366fc877aab32fc4ffc70120d8996c88aee2fe4b32d6c7b6437a647e6c3163d40b76a73cf6a5674ef1d8"
                + "90f95b664ee0afa5359a5c4e07985635bbecbac65d747d3d2da7ec2b8221b17b0ca9dc8a1ac1c07ea6a1e60583e2cb00"
                + "058e77b7b72a298425cd1b941ad4ec65e8afc50303a22c0f99b0509b4c895f40"
        ),
        (
            longQ,
            "80be107d0884f0d881bb460322f0443d38bd222db8bd0b0a5312a6fedb49c1bbd88fd75d8b9a09486c60123dfa1d73c1"
                + "cc3169761b17476d3c6b7cbbd727acd0e2c942f4dd96ae3da5de368d26b32286e32de7e5a8cb2949f866a0b80c58116b"
                + "29fa7fabb3ea7d520ee603e0c25bcaf0b9a5e92ec6a1fe4e0391d1cdbce8c68a"
        ),
        (
            longA,
            "546aff5444b5b79aa6148bd81728704c32decb73a3ba76e9e75885cad9def1d06d6792f8a7d12794e90efed817d96920"
                + "d728896a4510864370c207f99bd4a608ea121700ef01ed879745ee3e4ceef777eda6d9e5e38b90c86ea6fb0b36504ba4"
                + "a45d22e86f6db5dd43d98a294bebb9125d5b794e9d2a81181066eb954966a487"
        ),
    ]

    @Test("expands the other messages of RFC 9380's appendix K.1", arguments: messages)
    func known(message: String, expected: String) {
        let count = expected.utf8.count / 2
        #expect(hex(HashToCurve.expand(Array(message.utf8), tag: Self.longTag, count: count)) == expected)
    }

    @Test(
        "maps one element of the field as appendix J.1.2's encoding to the curve does",
        arguments: [
            (
                "", "b22d487045f80e9edcb0ecc8d4bf77833e2bf1f3a54004d7df1d57f4802d311f",
                "f871caad25ea3b59c16cf87c1894902f7e7b2c822c3d3f73596c5ace8ddd14d1",
                "87b9ae23335bee057b99bac1e68588b18b5691af476234b8971bc4f011ddc99b"
            ),
            (
                "abc", "c7f96eadac763e176629b09ed0c11992225b3a5ae99479760601cbd69c221e58",
                "fc3f5d734e8dce41ddac49f47dd2b8a57257522a865c124ed02b92b5237befa4",
                "fe4d197ecf5a62645b9690599e1d80e82c500b22ac705a0b421fac7b47157866"
            ),
            (
                "abcdef0123456789", "314e8585fa92068b3ea2c3bab452d4257b38be1c097d58a21890456c2929614d",
                "f164c6674a02207e414c257ce759d35eddc7f55be6d7f415e2cc177e5d8faa84",
                "3aa274881d30db70485368c0467e97da0e73c18c1d00f34775d012b6fcee7f97"
            ),
        ])
    func encoding(message: String, u: String, x: String, y: String) throws {
        let tag = Array("QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_NU_".utf8)
        let uniform = HashToCurve.expand(Array(message.utf8), tag: tag, count: 48)
        #expect(hex(OpenSSLCurve.reduce(uniform, by: OpenSSLCurve.modulus)) == u)
        let element = FieldElement(reducing: Words(bigEndian: try bytes(u)))
        #expect(hex(try #require(GroupElement(HashToCurve.map(element))).coordinates) == x + y)
    }

    @Test("is OpenSSL's for every count up to five blocks, and at the largest")
    func counts() {
        let message = Array("cordon".utf8)
        for count in Array(1...160) + [255, 256, 8159, 8160] {
            let expanded = HashToCurve.expand(message, tag: [1, 2, 3], count: count)
            #expect(expanded.count == count)
            #expect(expanded == OpenSSLCurve.expand(message, tag: [1, 2, 3], count: count), "\(count) bytes")
        }
    }

    @Test("takes tags of 1 to 255 bytes, each of which gives other bytes")
    func tags() {
        var seen: Set<[UInt8]> = []
        for count in 1...255 {
            let tag = [UInt8](repeating: 7, count: count)
            let expanded = HashToCurve.expand([], tag: tag, count: 16)
            #expect(expanded == OpenSSLCurve.expand([], tag: tag, count: 16))
            seen.insert(expanded)
        }
        #expect(seen.count == 255)
    }

    @Test("gives other bytes for another message, another tag and another count")
    func separation() {
        let first = HashToCurve.expand([1, 2], tag: [3], count: 32)
        let others = [
            HashToCurve.expand([1], tag: [2, 3], count: 32), HashToCurve.expand([1, 2, 3], tag: [3], count: 32),
            HashToCurve.expand([1, 2], tag: [3, 1], count: 32), HashToCurve.expand([1, 2], tag: [3], count: 33),
        ]
        for other in others { #expect(other.prefix(32) != first[...]) }
        #expect(Set(others.map { Array($0.prefix(32)) }).count == others.count)
    }

    @Test("a tag of none, or of more than 255 bytes, and too many bytes are the caller's mistake")
    func mistakes() async {
        await #expect(processExitsWith: .failure) { _ = HashToCurve.expand([1], tag: [], count: 32) }
        await #expect(processExitsWith: .failure) {
            _ = HashToCurve.expand([1], tag: [UInt8](repeating: 1, count: 256), count: 32)
        }
        await #expect(processExitsWith: .failure) { _ = HashToCurve.expand([1], tag: [1], count: 8161) }
    }

    @Test("maps every element of the field to a point with the element's sign, and an opposite to the opposite point")
    func signs() throws {
        var generator = SplitMix64(20)
        let p = ArithmeticTests.modulus
        let edges = [
            Words(1), Words(2), Words.subtract(p, Words(1)).difference, Words.subtract(p, Words(2)).difference,
        ]
        let random = (0..<20).map { _ in Words(bigEndian: generator.bytes(32)) }
        for u in (edges + random).map({ FieldElement(reducing: $0) }) {
            let element = try #require(GroupElement(HashToCurve.map(u)))
            #expect(CurvePoint.rightSide(element.x) == element.y.squared)
            #expect(element.y.isOdd == u.isOdd)
            let opposite = try #require(GroupElement(HashToCurve.map(-u)))
            #expect(opposite.x == element.x && opposite.y == -element.y)
        }
    }

    @Test("is the sum of two mapped elements, and differs for messages that differ in one bit")
    func sums() throws {
        let tag = Array("test".utf8)
        var seen: Set<GroupElement> = []
        for bit in 0..<16 {
            let message: [UInt8] = [bit < 8 ? 1 << UInt8(bit) : 0, bit < 8 ? 0 : 1 << UInt8(bit - 8)]
            let (first, second) = HashToCurve.fieldElements(message, tag: tag)
            let expected = HashToCurve.map(first) + HashToCurve.map(second)
            let point = HashToCurve.point(message, tag: tag)
            #expect((point - expected).isIdentity)
            let uniform = HashToCurve.expand(message, tag: tag, count: 96)
            let halves = [uniform.prefix(48), uniform.suffix(48)].map {
                OpenSSLCurve.reduce(Array($0), by: OpenSSLCurve.modulus)
            }
            #expect([first, second].map(\.number.bigEndianBytes) == halves)
            seen.insert(try #require(GroupElement(point)))
        }
        #expect(seen.count == 16)
    }
}
