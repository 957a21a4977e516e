import Crypto
import Foundation
import Keys
import Records
import Support
import Testing

@Suite("Certificates for development")
struct CertificateAuthorityTests {
    private let folder: TemporaryFolder
    /// 2023-11-14T22:13:20Z.
    private static let now: Int64 = 1_700_000_000
    private static let basicConstraints: [UInt8] = [0x55, 0x1D, 0x13]
    private static let keyUsage: [UInt8] = [0x55, 0x1D, 0x0F]
    private static let extendedKeyUsage: [UInt8] = [0x55, 0x1D, 0x25]
    private static let alternativeNames: [UInt8] = [0x55, 0x1D, 0x11]

    init() throws { folder = try TemporaryFolder() }

    private func issue(_ pki: CertificateAuthority, _ party: PartyID) throws -> (CertificateParts, [UInt8]) {
        let directory = folder.path(party.name)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let (pem, fingerprint) = try pki.issue(to: party, directory: directory)
        #expect(try folder.bytes("\(party.name)/tls.pem") == Data(pem.utf8))
        return (try #require(CertificateParts(pem: pem)), fingerprint)
    }

    @Test("the digest that fingerprints are compared with is SHA-256")
    func digest() {
        #expect(hexadecimal(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(hexadecimal(sha256(Array("abc".utf8))) == abc)
        // Two blocks.
        let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        #expect(hexadecimal(sha256(long)) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test("the authority signs itself, and may sign nothing but certificates and lists of withdrawn ones")
    func authority() throws {
        let pki = try CertificateAuthority(now: Self.now)
        let root = try #require(CertificateParts(pem: pki.authorityPEM))
        #expect(root.issuer == root.subject)
        #expect(String(decoding: root.subject, as: UTF8.self).hasSuffix("Cordon development CA"))
        let constraints = try #require(root.extensions[Self.basicConstraints])
        // An authority, with no other below it.
        #expect(constraints.isCritical && constraints.value == [0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, 0x00])
        let usage = try #require(root.extensions[Self.keyUsage])
        // Bits 5 and 6 (RFC 5280, 4.2.1.3).
        #expect(usage.isCritical && usage.value == [0x03, 0x02, 0x01, 0x06])
        #expect(pki.authorityPEM.hasSuffix("-----\n"))
    }

    @Test("a party's is named after it, good as server and client, and signs no other", arguments: PartyID.allCases)
    func parties(party: PartyID) throws {
        let pki = try CertificateAuthority(now: Self.now)
        let root = try #require(CertificateParts(pem: pki.authorityPEM))
        let (certificate, fingerprint) = try issue(pki, party)
        #expect(certificate.issuer == root.subject && fingerprint == sha256(certificate.der))
        // One common name, as a text.
        let name = Array(party.name.utf8)
        #expect(certificate.subject.suffix(name.count) == name[...] && certificate.subject.count == 11 + name.count)
        #expect(certificate.extensions[Self.basicConstraints]?.value == [0x30, 0x00])
        #expect(certificate.extensions[Self.basicConstraints]?.isCritical == true)
        // Bit 0: signatures.
        #expect(certificate.extensions[Self.keyUsage]?.value == [0x03, 0x02, 0x07, 0x80])
        // id-kp-serverAuth and id-kp-clientAuth (RFC 5280, 4.2.1.12).
        let purpose: [UInt8] = [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03]
        #expect(
            certificate.extensions[Self.extendedKeyUsage]?.value == [0x30, 0x14] + purpose + [0x01] + purpose + [0x02])
        #expect(
            certificate.extensions[Self.alternativeNames]?.value
                == [0x30, UInt8(name.count + 2), 0x82, UInt8(name.count)] + name)
    }

    @Test(
        "hold from an hour before they were made, for as many days as is said",
        arguments: [
            (1, "231114211320Z", "231115221320Z"), (30, "231114211320Z", "231214221320Z"),
            (365, "231114211320Z", "241113221320Z"), (3650, "231114211320Z", "331111221320Z"),
            // From 2050 on with four digits of the year (RFC 5280, 4.1.2.5).
            (36_500, "231114211320Z", "21231021221320Z"),
        ])
    func validity(days: Int, from: String, until: String) throws {
        let pki = try CertificateAuthority(now: Self.now, days: days)
        #expect(CertificateParts(pem: pki.authorityPEM)?.validity == [from, until])
        #expect(try issue(pki, .one).0.validity == [from, until])
        // And a year where nothing is said.
        if days == 365 {
            #expect(
                CertificateParts(pem: try CertificateAuthority(now: Self.now).authorityPEM)?.validity == [from, until])
        }
    }

    @Test("each authority's key signed its root and what it issued, and nothing of another's", arguments: 0..<10)
    func chains(round: Int) throws {
        let made = try (0..<5).map { at in
            let pki = try CertificateAuthority(now: Self.now + Int64(round))
            let root = try #require(CertificateParts(pem: pki.authorityPEM))
            return (root, try issue(pki, PartyID.allCases[at % 3]).0)
        }
        // ecdsa-with-SHA256, without parameters (RFC 5758, 3.2).
        let algorithm: [UInt8] = [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
        for (one, (root, leaf)) in made.enumerated() {
            for (other, (authority, _)) in made.enumerated() {
                #expect(leaf.isIssued(by: authority) == (one == other))
                #expect(root.isIssued(by: authority) == (one == other))
            }
            #expect(
                !leaf.isIssued(by: leaf) && root.algorithms + leaf.algorithms == Array(repeating: algorithm, count: 4))
        }
    }

    @Test("the key in a party's file is its certificate's")
    func keyFile() throws {
        let (certificate, _) = try issue(CertificateAuthority(now: Self.now), .one)
        let text = String(decoding: try folder.bytes("party-1/tls.key"), as: UTF8.self)
        let key = try P256.Signing.PrivateKey(pemRepresentation: text).publicKey
        #expect(key.rawRepresentation == certificate.key.rawRepresentation)
    }

    @Test("have a number, and a key, of their own each time")
    func fresh() throws {
        let pki = try CertificateAuthority(now: Self.now)
        var (numbers, fingerprints, keys) = (Set<[UInt8]>(), Set<[UInt8]>(), Set<Data>())
        for party in PartyID.allCases + PartyID.allCases {
            let (certificate, fingerprint) = try issue(pki, party)
            numbers.insert(certificate.serial)
            // Positive, in at most 20 bytes (RFC 5280, 4.1.2.2), and of many random bits.
            #expect((8...20).contains(certificate.serial.count) && certificate.serial[0] < 128)
            fingerprints.insert(fingerprint)
            keys.insert(try folder.bytes("\(party.name)/tls.key"))
        }
        #expect(numbers.count == 6 && fingerprints.count == 6 && keys.count == 6)
        #expect(fingerprints.allSatisfy { $0.count == 32 })
    }

    @Test("their keys are files that only their owner may read, and stand in no certificate")
    func keys() throws {
        let (certificate, _) = try issue(CertificateAuthority(now: Self.now), .two)
        let path = folder.path("party-2/tls.key")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        let lines = String(decoding: try folder.bytes("party-2/tls.key"), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "-----BEGIN PRIVATE KEY-----" && lines.last == "-----END PRIVATE KEY-----")
        let key = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        // PKCS #8 around the curve's private key (RFC 5915): 32 bytes in an octet string behind the version 1.
        let start = try #require(key.firstRange(of: Data([0x02, 0x01, 0x01, 0x04, 0x20]))).upperBound
        let secret = Data(key[start..<start + 32])
        #expect(Data(certificate.der).firstRange(of: secret) == nil)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("party-2")).sorted() == [
                "tls.key", "tls.pem",
            ])
    }

    @Test("are not made where the key can't be written, or the end of validity can't be said")
    func notWritten() throws {
        try folder.write("", to: "file")
        let pki = try CertificateAuthority(now: Self.now)
        let path = folder.path("file")
        #expect(throws: PKIError.failed(reason: "OpenSSL refuses the validity")) {
            // In the year 10,000 and later, which no certificate can say.
            try CertificateAuthority(now: Self.now, days: 3_000_000)
        }
        #expect(throws: KeystoreError.notWritten(path: path + "/tls.key")) {
            try pki.issue(to: .zero, directory: path)
        }
    }
}
