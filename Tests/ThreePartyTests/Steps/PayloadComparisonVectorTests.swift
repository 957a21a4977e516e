import Foundation
import Testing
import ThreeParty

/// The comparison with a payload against an independent computation (scripts/vectors/payload_comparison.py).
@Suite("The comparison with a payload against vectors")
struct PayloadComparisonVectorTests {
    struct File: Decodable {
        var cases: [Case]
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var width: Int
        var alpha: UInt64
        var payload: [UInt32]
        var cipher: String
        var seeds: [String]
        var key: String
        var numbers: [UInt64]
        /// By server and number.
        var answers: [[[UInt32]]]

        var testDescription: String { "\(alpha) of \(width) bits" }

        func seed(_ server: Int) -> UInt128 {
            PayloadComparisonVectorTests.bytes(seeds[server]).reversed().reduce(0) { $0 << 8 | UInt128($1) }
        }
    }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Vectors/comparison-v1/keys.json")
        guard let data = try? Data(contentsOf: file), let read = try? JSONDecoder().decode(File.self, from: data) else {
            Issue.record("no vectors in \(file.path)")
            return []
        }
        return read.cases
    }()

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap {
            UInt8(String(decoding: Array(hex.utf8)[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    @Test("keys are the same byte for byte, and so are both servers' answers", arguments: cases)
    func same(_ vector: Case) {
        let comparison = PayloadComparison(width: vector.width, cipherKey: Self.bytes(vector.cipher))
        var key: [UInt8] = []
        comparison.deal(
            vector.alpha, PayloadComparison.Payload(vector.payload[0], vector.payload[1]),
            seeds: (vector.seed(0), vector.seed(1)), into: &key)
        #expect(key == Self.bytes(vector.key))
        for server in 0..<2 {
            let answers = key.withUnsafeBytes {
                comparison.answer($0, isSecond: server == 1, seed: vector.seed(server), at: vector.numbers)
            }
            #expect(answers.map { [$0[0], $0[1]] } == vector.answers[server])
        }
    }

    @Test("there are cases of both rings")
    func rings() {
        #expect(Self.cases.count == 7 && Set(Self.cases.map(\.width)) == [16, 32])
    }
}
