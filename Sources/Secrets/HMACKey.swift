import Copenssl
import Crypto

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under one key, by OpenSSL. What hangs on the key alone is computed once for all codes, which
/// is most of what the code of a short message costs. It can't be copied or printed, and is wiped when it goes.
package struct HMACKey: ~Copyable, @unchecked Sendable {
    /// Bytes of a code.
    package static let codeBytes = 32
    private static let blockBytes = 64

    /// SHA-256 behind the key's inner block, and behind its outer one; only ever read.
    private let states: UnsafeMutablePointer<SHA256_CTX>

    /// - Parameter key: of any length.
    package init(_ key: borrowing SecretKey) {
        let states = UnsafeMutablePointer<SHA256_CTX>.allocate(capacity: 2)
        states.initialize(repeating: SHA256_CTX(), count: 2)
        self.states = states
        key.lend { key in
            key.withUnsafeBytes { key in
                withUnsafeTemporaryAllocation(byteCount: Self.blockBytes, alignment: 8) { block in
                    defer { OPENSSL_cleanse(block.baseAddress, block.count) }
                    block.initializeMemory(as: UInt8.self, repeating: 0)
                    if key.count > Self.blockBytes {
                        SHA256(key.baseAddress, key.count, block.bindMemory(to: UInt8.self).baseAddress)
                    } else {
                        block.copyMemory(from: key)
                    }
                    for (state, pad) in [0x36, 0x5C].enumerated() as EnumeratedSequence<[UInt8]> {
                        for index in block.indices { block[index] ^= pad }
                        SHA256_Init(states + state)
                        SHA256_Update(states + state, block.baseAddress, block.count)
                        for index in block.indices { block[index] ^= pad }
                    }
                }
            }
        }
    }

    deinit {
        OPENSSL_cleanse(states, 2 * MemoryLayout<SHA256_CTX>.stride)
        states.deallocate()
    }

    /// Puts the code of a message into `code`, which has `codeBytes`.
    package borrowing func code(of message: UnsafeRawBufferPointer, into code: UnsafeMutableRawBufferPointer) {
        precondition(code.count == Self.codeBytes, "a code has 32 bytes")
        let out = code.bindMemory(to: UInt8.self).baseAddress
        withUnsafeTemporaryAllocation(of: SHA256_CTX.self, capacity: 1) { buffer in
            guard let state = buffer.baseAddress else { return }
            state.initialize(to: states[0])
            SHA256_Update(state, message.baseAddress, message.count)
            SHA256_Final(out, state)
            state.pointee = states[1]
            SHA256_Update(state, out, code.count)
            SHA256_Final(out, state)
            OPENSSL_cleanse(state, MemoryLayout<SHA256_CTX>.size)
        }
    }
}
