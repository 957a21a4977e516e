import Copenssl
import Keys
import ThreeParty

private let plaintextBytes = 128
private let boxBytes = plaintextBytes + SealedBox.overhead

/// Boxes of about what a member sends a party, under one key.
private struct BoxLoad {
    let secret = Workload.random(32)
    let header = Workload.random(32)
    let plaintexts = (0..<Workload.batch).map { _ in Workload.random(plaintextBytes) }
    let nonces = (0..<Workload.batch).map { _ in Workload.random(SealedBox.nonceBytes) }
}

func sealing() -> Kernel {
    let load = BoxLoad()
    let cipher = OpenSSLBox(load.secret)
    return Kernel(
        name: "sealing boxes of 128 bytes", input: [UInt8](repeating: 0, count: Workload.batch * boxBytes),
        ways: [
            .init(name: "swift-crypto", isProduct: true) { out in
                let key = SecretKey(bytes: load.secret)
                for event in 0..<Workload.batch {
                    let box = SealedBox.seal(
                        load.plaintexts[event], nonce: load.nonces[event], under: key, associated: load.header)
                    UnsafeMutableRawBufferPointer(rebasing: out[(event * boxBytes)...]).copyBytes(from: box)
                }
            },
            .init(name: "OpenSSL, one context for all") { out in
                for event in 0..<Workload.batch {
                    cipher.seal(
                        load.plaintexts[event], nonce: load.nonces[event], header: load.header,
                        into: UnsafeMutableRawBufferPointer(rebasing: out[event * boxBytes..<(event + 1) * boxBytes]))
                }
            },
        ])
}

func opening() -> Kernel {
    let load = BoxLoad()
    let cipher = OpenSSLBox(load.secret)
    let boxes = (0..<Workload.batch).map { event in
        SealedBox.seal(
            load.plaintexts[event], nonce: load.nonces[event], under: SecretKey(bytes: load.secret),
            associated: load.header)
    }
    return Kernel(
        name: "opening boxes of 128 bytes", input: [UInt8](repeating: 0, count: Workload.batch * plaintextBytes),
        ways: [
            .init(name: "swift-crypto", isProduct: true) { out in
                let key = SecretKey(bytes: load.secret)
                for event in 0..<Workload.batch {
                    guard let plaintext = try? SealedBox.open(boxes[event], under: key, associated: load.header) else {
                        preconditionFailure("a box opens under the key that it was sealed under")
                    }
                    UnsafeMutableRawBufferPointer(rebasing: out[(event * plaintextBytes)...])
                        .copyBytes(from: plaintext)
                }
            },
            .init(name: "OpenSSL, one context for all") { out in
                for event in 0..<Workload.batch {
                    let part = out[event * plaintextBytes..<(event + 1) * plaintextBytes]
                    let opened = cipher.open(
                        boxes[event], header: load.header, into: UnsafeMutableRawBufferPointer(rebasing: part))
                    precondition(opened, "a box opens under the key that it was sealed under")
                }
            },
        ])
}

/// AES-256-GCM by OpenSSL, with the key set up once.
private final class OpenSSLBox {
    private let sealing = EVP_CIPHER_CTX_new()
    private let opening = EVP_CIPHER_CTX_new()

    init(_ key: [UInt8]) {
        EVP_EncryptInit_ex(sealing, EVP_aes_256_gcm(), nil, key, nil)
        EVP_DecryptInit_ex(opening, EVP_aes_256_gcm(), nil, key, nil)
    }

    deinit {
        EVP_CIPHER_CTX_free(sealing)
        EVP_CIPHER_CTX_free(opening)
    }

    func seal(_ plaintext: [UInt8], nonce: [UInt8], header: [UInt8], into box: UnsafeMutableRawBufferPointer) {
        guard let bytes = box.bindMemory(to: UInt8.self).baseAddress else { return }
        var length: Int32 = 0
        box.copyBytes(from: nonce)
        let body = bytes + nonce.count
        EVP_EncryptInit_ex(sealing, nil, nil, nil, nonce)
        EVP_EncryptUpdate(sealing, nil, &length, header, Int32(header.count))
        EVP_EncryptUpdate(sealing, body, &length, plaintext, Int32(plaintext.count))
        EVP_EncryptFinal_ex(sealing, body + plaintext.count, &length)
        EVP_CIPHER_CTX_ctrl(sealing, EVP_CTRL_AEAD_GET_TAG, 16, body + plaintext.count)
    }

    func open(_ box: [UInt8], header: [UInt8], into plaintext: UnsafeMutableRawBufferPointer) -> Bool {
        guard let out = plaintext.bindMemory(to: UInt8.self).baseAddress else { return false }
        var length: Int32 = 0
        return box.withUnsafeBufferPointer { box in
            guard let bytes = box.baseAddress else { return false }
            let body = bytes + SealedBox.nonceBytes
            EVP_DecryptInit_ex(opening, nil, nil, nil, bytes)
            EVP_DecryptUpdate(opening, nil, &length, header, Int32(header.count))
            EVP_DecryptUpdate(opening, out, &length, body, Int32(plaintext.count))
            EVP_CIPHER_CTX_ctrl(
                opening, EVP_CTRL_AEAD_SET_TAG, 16, UnsafeMutableRawPointer(mutating: body + plaintext.count))
            return EVP_DecryptFinal_ex(opening, out + plaintext.count, &length) == 1
        }
    }
}
