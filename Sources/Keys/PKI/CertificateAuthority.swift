import Copenssl
import Crypto
import Foundation
package import Records

/// The error for a certificate that can't be made, with the part that is at fault, or that can't be read.
package enum PKIError: Error, Sendable, Hashable, CustomStringConvertible {
    case failed(reason: String)
    case noCertificate(file: String)

    package var description: String {
        switch self {
        case .failed(let reason): "the certificate can't be made: \(reason)"
        case .noCertificate(let file): "\(file) holds no certificate (PEM) that this user can read"
        }
    }
}

/// A certificate authority that issues at once and then is gone: a self-signed root and TLS certificates of parties, good as server
/// and as client. A party makes one for itself, or a development set one for all three; the roster pins certificates either way.
///
/// Certificates are X.509 version 3 (RFC 5280) with keys on P-256, signed by ECDSA with SHA-256. The authority's key is
/// in memory only and goes with this value, so nothing can be issued under the same root later.
package struct CertificateAuthority {
    private let root: Certificate
    private let authority: Certificate.Issuer
    private let validity: ClosedRange<Int64>

    /// Makes the root, with a fresh key.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970, when validity starts (less one hour, for skewed clocks).
    ///   - name: the root's common name.
    ///   - days: how long the root and all that it issues hold from `now` on.
    package init(name: String = "Cordon development CA", now: Int64, days: Int = 365) throws(PKIError) {
        validity = now - 3600...now + Int64(days) * 86_400
        authority = Certificate.Issuer(name: name, key: P256.Signing.PrivateKey())
        root = try Certificate(
            subject: authority.name, key: authority.key.publicKey, issuer: authority, validity: validity,
            extensions: [
                .init(nid: NID_basic_constraints, value: "critical,CA:TRUE,pathlen:0"),
                .init(nid: NID_key_usage, value: "critical,keyCertSign,cRLSign"),
            ])
    }

    /// The root's certificate as PEM text (RFC 7468), the same each time.
    package var authorityPEM: String { root.pem }
    /// The same in its distinguished encoding.
    package var authorityDER: [UInt8] { root.der }

    /// Makes a party's TLS key and certificate, named after the party (`party-0`) as common name and as DNS name, and
    /// writes them to `tls.key`, which only the owner may read, and `tls.pem` in the folder.
    ///
    /// - Returns: the certificate's PEM text, and the SHA-256 of its DER encoding, by which the roster pins it.
    /// - Throws: `KeystoreError.notWritten` where the key can't be written, `PKIError`, and errors of the file system.
    package func issue(to party: PartyID, directory: String) throws -> (pem: String, fingerprint: [UInt8]) {
        let key = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            subject: party.name, key: key.publicKey, issuer: authority, validity: validity,
            extensions: [
                .init(nid: NID_basic_constraints, value: "critical,CA:FALSE"),
                .init(nid: NID_key_usage, value: "critical,digitalSignature"),
                .init(nid: NID_ext_key_usage, value: "serverAuth,clientAuth"),
                .init(nid: NID_subject_alt_name, value: "DNS:\(party.name)"),
            ])
        try PrivateFile.write(key.pemRepresentation + "\n", to: directory + "/tls.key")
        try Data(certificate.pem.utf8).write(to: URL(fileURLWithPath: directory + "/tls.pem"))
        return (certificate.pem, Array(SHA256.hash(data: certificate.der)))
    }
}
