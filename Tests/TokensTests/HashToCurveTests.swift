import Testing
import Tokens

@Suite("Hashing to P-256 (RFC 9380)")
struct HashToCurveTests {
    struct File: Decodable {
        let dst: String
        let vectors: [Vector]
    }

    struct Vector: Decodable {
        struct Point: Decodable {
            let x: String
            let y: String
        }
        let msg: String
        let u: [String]
        let Q0: Point
        let Q1: Point
        let P: Point
    }

    private func isEqual(_ point: CurvePoint, _ expected: Vector.Point) throws -> Bool {
        let element = try #require(GroupElement(point))
        return hex(element.x.number.bigEndianBytes) == expected.x && hex(element.y.number.bigEndianBytes) == expected.y
    }

    @Test("gives appendix J.1.1's field elements, mapped points and sums")
    func known() throws {
        let file = try vectors("rfc9380/p256-xmd-sha256-sswu-ro.json", as: File.self)
        #expect(file.vectors.count == 5)
        for vector in file.vectors {
            let (message, tag) = (Array(vector.msg.utf8), Array(file.dst.utf8))
            let (first, second) = HashToCurve.fieldElements(message, tag: tag)
            #expect([first, second].map { hex($0.number.bigEndianBytes) } == vector.u)
            #expect(try isEqual(HashToCurve.map(first), vector.Q0))
            #expect(try isEqual(HashToCurve.map(second), vector.Q1))
            #expect(try isEqual(HashToCurve.point(message, tag: tag), vector.P))
        }
    }

    @Test(
        "expands messages as appendix K.1 does",
        arguments: [
            ("", 0x20, "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235"),
            ("abc", 0x20, "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615"),
            (
                "abcdef0123456789", 0x80,
                "ef904a29bffc4cf9ee82832451c946ac3c8f8058ae97d8d629831a74c6572bd9ebd0df635cd1f208e2038e760c4994984ce73f"
                    + "0d55ea9f22af83ba4734569d4bc95e18350f740c07eef653cbb9f87910d833751825f0ebefa1abe5420bb52be14cf489b3"
                    + "7fe1a72f7de2d10be453b2c9d9eb20c7e3f6edc5a60629178d9478df"
            ),
        ])
    func expansion(message: String, count: Int, expected: String) {
        let tag = Array("QUUX-V01-CS02-with-expander-SHA256-128".utf8)
        #expect(hex(HashToCurve.expand(Array(message.utf8), tag: tag, count: count)) == expected)
    }

    @Test("maps the inputs where the denominator would be zero")
    func exceptions() throws {
        // Z²u⁴ + Zu² is zero for u = 0 and for u² = 1/10.
        let tenth = try #require(FieldElement(10).inverse.squareRoot)
        for u in [FieldElement.zero, tenth, -tenth] {
            let element = try #require(GroupElement(HashToCurve.map(u)))
            #expect(CurvePoint.rightSide(element.x) == element.y.squared)
            #expect(element.y.isOdd == u.isOdd)
        }
    }
}
