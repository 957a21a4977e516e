import Copenssl
import Crypto

/// AES-256-GCM (NIST SP 800-38D) by OpenSSL, for boxes of some hundred bytes. What is sealed is the ciphertext, then the tag.
enum AESGCM {
    static let nonceBytes = 12
    static let tagBytes = 16

    // Set once and then only read. Looking the algorithm up costs as much as a small box.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// - Parameters:
    ///   - prefix: what stands before the ciphertext in the result.
    ///   - key: 32 bytes.
    static func seal(
        _ plaintext: [UInt8], after prefix: [UInt8] = [], nonce: [UInt8], under key: SymmetricKey,
        authenticating data: [UInt8]
    ) -> [UInt8] {
        let total = prefix.count + plaintext.count + tagBytes
        return [UInt8](unsafeUninitializedCapacity: total) { out, count in
            for (at, byte) in prefix.enumerated() { out.initializeElement(at: at, to: byte) }
            let body = out.baseAddress! + prefix.count
            let sealed = withContext(key, nonce, seals: true) { context in
                add(data, to: context, output: nil) && add(plaintext, to: context, output: body)
                    && end(context, output: body + plaintext.count)
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), body + plaintext.count) == 1
            }
            precondition(sealed, "OpenSSL seals whatever it is given")
            count = total
        }
    }

    /// Nil where the tag is not this key's for these bytes: then nothing of the plaintext is given out.
    static func open(
        _ sealed: ArraySlice<UInt8>, nonce: [UInt8], under key: SymmetricKey, authenticating data: [UInt8]
    ) -> [UInt8]? {
        guard sealed.count >= tagBytes else { return nil }
        let ciphertext = Array(sealed.dropLast(tagBytes))
        var tag = Array(sealed.suffix(tagBytes))
        var isAuthentic = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: ciphertext.count + 1) { out, count in
            let body = out.baseAddress!
            isAuthentic = withContext(key, nonce, seals: false) { context in
                add(data, to: context, output: nil) && add(ciphertext, to: context, output: body)
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1
                    && end(context, output: body + ciphertext.count)
            }
            if !isAuthentic { out.initialize(repeating: 0) }
            count = isAuthentic ? ciphertext.count : 0
        }
        return isAuthentic ? plaintext : nil
    }

    /// OpenSSL wipes the key with the context.
    private static func withContext(
        _ key: SymmetricKey, _ nonce: [UInt8], seals: Bool, _ body: (OpaquePointer) -> Bool
    ) -> Bool {
        precondition(
            nonce.count == nonceBytes && key.bitCount == 256, "AES-256-GCM takes a key of 32 bytes, a nonce of 12")
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        defer { EVP_CIPHER_CTX_free(context) }
        let began = key.withUnsafeBytes { key in
            EVP_CipherInit_ex(
                context, cipher, nil, key.bindMemory(to: UInt8.self).baseAddress, nonce, seals ? 1 : 0)
        }
        return began == 1 && body(context)
    }

    /// - Parameter output: as many bytes; nil for data that is authenticated alone.
    private static func add(_ bytes: [UInt8], to context: OpaquePointer, output: UnsafeMutablePointer<UInt8>?) -> Bool {
        var written: Int32 = 0
        return bytes.isEmpty || EVP_CipherUpdate(context, output, &written, bytes, Int32(bytes.count)) == 1
    }

    private static func end(_ context: OpaquePointer, output: UnsafeMutablePointer<UInt8>) -> Bool {
        var written: Int32 = 0
        return EVP_CipherFinal_ex(context, output, &written) == 1
    }
}
