import Copenssl
import Crypto
import Foundation

/// An X.509 certificate of version 3 (RFC 5280) of a key on P-256, signed by ECDSA with SHA-256. OpenSSL makes it.
struct Certificate {
    /// Whose key signs, by common name; of a root it is the subject's own.
    struct Issuer {
        var name: String
        var key: P256.Signing.PrivateKey
    }

    /// An extension in OpenSSL's notation (x509v3_config(5)), such as `critical,CA:TRUE,pathlen:0`.
    struct Extension {
        var nid: Int32
        var value: String
    }

    /// The distinguished encoding.
    let der: [UInt8]

    /// - Parameters:
    ///   - subject: the common name.
    ///   - validity: seconds since 1970, both ends within it.
    /// - Throws: `PKIError` where OpenSSL refuses a part, such as a name that is too long.
    init(
        subject: String, key: P256.Signing.PublicKey, issuer: Issuer, validity: ClosedRange<Int64>,
        extensions: [Extension]
    ) throws(PKIError) {
        guard let certificate = X509_new() else { throw .failed(reason: "there is no memory for a certificate") }
        defer { X509_free(certificate) }
        // Version 3 is written as 2.
        try Self.check(X509_set_version(certificate, 2), "version")
        try Self.number(certificate)
        try Self.setName(X509_get_subject_name(certificate), subject)
        try Self.setName(X509_get_issuer_name(certificate), issuer.name)
        try Self.setTime(X509_getm_notBefore(certificate), validity.lowerBound)
        try Self.setTime(X509_getm_notAfter(certificate), validity.upperBound)
        try Self.withKey(key.derRepresentation, d2i_PUBKEY) { X509_set_pubkey(certificate, $0) }
        for part in extensions { try Self.add(part, to: certificate) }
        var secret = issuer.key.derRepresentation
        defer { secret.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        try Self.withKey(secret, d2i_AutoPrivateKey) {
            // The signature's length; 0 where there is none.
            min(X509_sign(certificate, $0, EVP_sha256()), 1)
        }
        der = try Self.encode(certificate)
    }

    /// The certificate as PEM text (RFC 7468), with a line end behind it.
    var pem: String { certificatePEM(der) }

    /// A serial number of 159 random bits, as RFC 5280 allows at most (20 bytes, not negative).
    private static func number(_ certificate: OpaquePointer) throws(PKIError) {
        guard let number = BN_new() else { throw .failed(reason: "there is no memory for a serial number") }
        defer { BN_free(number) }
        try check(BN_rand(number, 159, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY), "serial number")
        try check(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) == nil ? 0 : 1, "serial number")
    }

    private static func setTime(_ time: UnsafeMutablePointer<ASN1_TIME>?, _ seconds: Int64) throws(PKIError) {
        // A year of five digits is written, and is no time.
        try check(ASN1_TIME_set(time, Int(seconds)) == nil ? 0 : ASN1_TIME_check(time), "validity")
    }

    private static func setName(_ name: OpaquePointer?, _ text: String) throws(PKIError) {
        // MBSTRING_UTF8, a macro that Swift does not see.
        let utf8: Int32 = 0x1000
        let bytes = Array(text.utf8)
        try check(
            X509_NAME_add_entry_by_NID(name, NID_commonName, utf8, bytes, Int32(bytes.count), -1, 0), "name")
    }

    private static func add(_ part: Extension, to certificate: OpaquePointer) throws(PKIError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
        let made = X509V3_EXT_conf_nid(nil, &context, part.nid, part.value)
        defer { X509_EXTENSION_free(made) }
        try check(made == nil ? 0 : X509_add_ext(certificate, made, -1), "extension")
    }

    /// Reads a key's DER and lends it; `use` gives 1 where all is well.
    private static func withKey(
        _ der: Data,
        _ read: (
            UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int
        ) -> OpaquePointer?,
        _ use: (OpaquePointer) -> Int32
    ) throws(PKIError) {
        let key = der.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var at = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return read(nil, &at, bytes.count)
        }
        guard let key else { throw .failed(reason: "OpenSSL can't read the key") }
        defer { EVP_PKEY_free(key) }
        try check(use(key), "key")
    }

    private static func encode(_ certificate: OpaquePointer) throws(PKIError) -> [UInt8] {
        let count = i2d_X509(certificate, nil)
        // Into no memory OpenSSL would write what it allocates itself.
        try check(min(count, 1), "encoding")
        var der = [UInt8](repeating: 0, count: Int(count))
        let written = der.withUnsafeMutableBufferPointer { bytes in
            var at = bytes.baseAddress
            return i2d_X509(certificate, &at)
        }
        try check(written == count ? 1 : 0, "encoding")
        return der
    }

    private static func check(_ result: Int32, _ part: String) throws(PKIError) {
        guard result == 1 else { throw .failed(reason: "OpenSSL refuses the \(part)") }
    }
}

/// A certificate in its distinguished encoding as PEM text (RFC 7468), with a line end behind it.
package func certificatePEM(_ der: [UInt8]) -> String {
    let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
}

/// SHA-256 of the first certificate of a PEM file, by which a roster pins it.
///
/// - Throws: `PKIError` where the file can't be read, or holds none.
package func certificateFingerprint(file: String) throws(PKIError) -> [UInt8] {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8),
        let begin = text.range(of: "-----BEGIN CERTIFICATE-----"),
        let end = text.range(of: "-----END CERTIFICATE-----", range: begin.upperBound..<text.endIndex),
        let der = Data(
            base64Encoded: String(text[begin.upperBound..<end.lowerBound]), options: .ignoreUnknownCharacters)
    else { throw .noCertificate(file: file) }
    return Array(SHA256.hash(data: der))
}
