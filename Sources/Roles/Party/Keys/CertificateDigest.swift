import Crypto
import Foundation
import Records

/// The SHA-256 of a certificate's DER encoding, by which rosters and offers pin it; nil where there is no file.
///
/// - Parameter path: of a PEM file (RFC 7468), of which the first certificate counts.
func certificateDigest(_ path: String) throws -> Digest32? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    let body = lines.drop { $0 != "-----BEGIN CERTIFICATE-----" }.dropFirst().prefix { !$0.hasPrefix("-----END") }
    guard let der = Data(base64Encoded: body.joined()), !der.isEmpty else {
        throw RoleError.certificate(path: path)
    }
    return Digest32(SHA256.hash(data: der))
}
