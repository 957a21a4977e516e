import Copenssl
package import Secrets

/// The key derivation scrypt (RFC 7914): each guess of a passphrase costs its memory and time.
package struct Scrypt: Sendable, Hashable {
    /// The logarithm of N to base 2.
    package let cost: Int
    package let blockSize: Int
    package let parallelism: Int

    /// 128 MiB, and about 0.3 s of one processor.
    package static let standard = Scrypt(cost: 17, blockSize: 8, parallelism: 1)!

    /// Nil where it is more than a gigabyte of memory or 16 times the standard's work, or none at all: a file names the cost, and
    /// may come from elsewhere.
    package init?(cost: Int, blockSize: Int, parallelism: Int) {
        guard (1...20).contains(cost), (1...32).contains(blockSize), (1...16).contains(parallelism),
            blockSize << cost <= 8 << 20
        else { return nil }
        self.cost = cost
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// A key of 32 bytes.
    package func key(_ passphrase: [UInt8], salt: [UInt8]) -> SecretKey {
        var bytes = derive(passphrase, salt: salt, count: 32)
        defer { wipe(&bytes) }
        return SecretKey(bytes: bytes)
    }

    package func derive(_ passphrase: [UInt8], salt: [UInt8], count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { out, filled in
            let memory = UInt64(128 * blockSize) * (1 << UInt64(cost) + UInt64(parallelism) + 2) + 1 << 20
            let isDone = passphrase.withUnsafeBytes { passphrase in
                EVP_PBE_scrypt(
                    passphrase.bindMemory(to: CChar.self).baseAddress, passphrase.count, salt, salt.count,
                    1 << UInt64(cost), UInt64(blockSize), UInt64(parallelism), memory, out.baseAddress, count)
            }
            precondition(isDone == 1, "there is no memory for scrypt")
            filled = count
        }
    }
}
