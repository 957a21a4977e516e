import Crypto
import Foundation
package import Records
import SwiftASN1
import X509

/// A certificate authority for one machine or a test bench: a self-signed root and one TLS certificate a party, good as
/// server and as client. In production a consortium brings its own; the roster pins certificates either way.
///
/// Certificates are X.509 version 3 (RFC 5280) with keys on P-256, signed by ECDSA with SHA-256. The authority's key is
/// in memory only and goes with this value, so nothing can be issued under the same root later.
package struct DevelopmentPKI {
    private let authority: Certificate
    private let authorityKey: Certificate.PrivateKey
    private let now: Date
    private let days: Int

    /// The error for a root that can't be made or written as PEM, with the reason of the library's.
    package enum PKIError: Error, Sendable, Hashable {
        case failed(reason: String)
    }

    /// Makes the root, with a fresh key.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970, when validity starts (less one hour, for skewed clocks).
    ///   - days: how long the root and all that it issues hold from `now` on.
    package init(now: Int64, days: Int = 365) throws(PKIError) {
        self.now = Date(timeIntervalSince1970: Double(now))
        self.days = days
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        do {
            let name = try DistinguishedName { CommonName("Cordon development CA") }
            authority = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
                notValidBefore: self.now - 3600, notValidAfter: self.now + Double(days) * 86_400, issuer: name,
                subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                }, issuerPrivateKey: key)
        } catch {
            throw .failed(reason: "\(error)")
        }
        authorityKey = key
    }

    /// The root's certificate as PEM text (RFC 7468), the same each time.
    package func authorityPEM() throws(PKIError) -> String {
        do { return try authority.serializeAsPEM().pemString + "\n" } catch { throw .failed(reason: "\(error)") }
    }

    /// Makes a party's TLS key and certificate, named after the party (`party-0`) as common name and as DNS name, and
    /// writes them to `tls.key`, which only the owner may read, and `tls.pem` in the folder.
    ///
    /// - Returns: the certificate's PEM text, and the SHA-256 of its DER encoding, by which the roster pins it.
    /// - Throws: `KeystoreError.notWritten` where the key can't be written, and errors of the libraries.
    package func issue(to party: PartyID, directory: String) throws -> (pem: String, fingerprint: [UInt8]) {
        let key = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PrivateKey(key).publicKey,
            notValidBefore: now - 3600, notValidAfter: now + Double(days) * 86_400, issuer: authority.subject,
            subject: try DistinguishedName { CommonName(party.name) }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([.dnsName(party.name)])
            }, issuerPrivateKey: authorityKey)
        try FileKeystore.writePrivate(key.pemRepresentation + "\n", to: directory + "/tls.key")
        let pem = try certificate.serializeAsPEM()
        let text = pem.pemString + "\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/tls.pem"))
        return (text, Array(SHA256.hash(data: pem.derBytes)))
    }
}
