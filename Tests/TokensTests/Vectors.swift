import Foundation
import Testing
import Tokens

/// Reads a file of Tests/Vectors; throws where it is not there, so that no test passes for want of vectors.
func vectors<T: Decodable>(_ path: String, as type: T.Type) throws -> T {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors").appendingPathComponent(path)
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
}

func bytes(_ hex: some StringProtocol) throws -> [UInt8] {
    let digits = Array(hex.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { at in
        try #require(UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16))
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The error a body ends with; nil where it ends well.
func refusal(_ body: () throws(TokenError) -> Void) -> TokenError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}

/// A secret of a known number, which is not zero.
func secret(_ scalar: Scalar) -> TokenScalar { try! TokenScalar(bytes: scalar.bytes) }

/// The number of a secret, for a test's own arithmetic.
func number(_ secret: borrowing TokenScalar) -> Scalar { secret.withSecretBytes { try! Scalar(bytes: $0) } }

func number(_ share: borrowing TokenKeyShare) -> Scalar { share.withSecretBytes { try! Scalar(bytes: $0) } }

/// Another owner of a share's secret.
func copied(_ share: borrowing TokenKeyShare) -> TokenScalar { secret(number(share)) }
