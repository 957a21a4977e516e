import Copenssl
import Foundation

extension FileKeystore {
    /// By the times and beginnings of files; what they hold stays unread.
    package func inventory() throws(KeystoreError) -> [KeyRecord] {
        var records: [KeyRecord] = []
        let protection = try Self.protection(of: directory)
        if let uri = protection.identity, let (kind, _) = KeyKind.of(file: "identity.key") {
            records.append(KeyRecord(kind: kind, epoch: nil, holding: .token, place: uri, made: nil))
        }
        var names = Set(files())
        if let credentials {
            let all = (try? FileManager.default.contentsOfDirectory(atPath: credentials)) ?? []
            names.formUnion(all.filter { KeyKind.of(file: $0) != nil })
        }
        for name in names.sorted() {
            guard let (kind, epoch) = KeyKind.of(file: name) else { continue }
            let credential = credential(name)
            let path = credential ?? path(name)
            records.append(
                KeyRecord(
                    kind: kind, epoch: epoch,
                    holding: credential != nil
                        ? .credential : PrivateFile.begins(path, with: FolderKey.mark) ? .protected : .clear,
                    // When systemd copied a credential says nothing of the key.
                    place: path, made: credential == nil ? PrivateFile.made(path) : nil,
                    expiry: kind.name == "TLS"
                        ? Self.certificateEnd(self.path(of: name.dropLast(".key".count) + ".pem")) : nil))
        }
        return records
    }

    /// The end of a certificate's validity, in seconds since 1970; nil where there is none.
    private static func certificateEnd(_ path: String) -> Int64? {
        guard let pem = PrivateFile.contents(path) else { return nil }
        let read = pem.withUnsafeBytes { pem -> OpaquePointer? in
            guard let input = BIO_new_mem_buf(pem.baseAddress, Int32(pem.count)) else { return nil }
            defer { BIO_free(input) }
            return PEM_read_bio_X509(input, nil, nil, nil)
        }
        guard let certificate = read else { return nil }
        defer { X509_free(certificate) }
        var (days, seconds) = (Int32(0), Int32(0))
        guard let zero = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(zero) }
        guard ASN1_TIME_diff(&days, &seconds, zero, X509_get0_notAfter(certificate)) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
