import Crypto
import CryptoExtras
import Secrets
import ThreeParty

/// The pseudo-random stream of a batch's one-hot shares, AES-128-CTR.
func streams(_ work: Workload) -> Kernel {
    let key = Workload.random(16)
    let symmetric = SymmetricKey(data: key)
    let whole = key + [UInt8](repeating: 0, count: 16)
    let row = work.shape.dealBytes
    let count = Workload.batch * row
    return Kernel(
        name: "pseudo-random stream", input: [UInt8](repeating: 0, count: count),
        ways: [
            .init(name: "CryptoExtras, the whole batch") { out in
                guard let nonce = try? AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16)),
                    let stream = try? AES._CTR.encrypt(
                        [UInt8](repeating: 0, count: count), using: symmetric, nonce: nonce)
                else { preconditionFailure("AES-CTR takes a 16-byte key and nonce") }
                out.copyBytes(from: stream)
            },
            .init(name: "OpenSSL in place, the whole batch", isProduct: true) { out in
                var stream = CounterStream(SecretKey(bytes: whole))
                stream.fill(out)
            },
            .init(name: "OpenSSL in place, a transaction at a time") { out in
                var stream = CounterStream(SecretKey(bytes: whole))
                for event in 0..<Workload.batch {
                    stream.fill(UnsafeMutableRawBufferPointer(rebasing: out[event * row..<(event + 1) * row]))
                }
            },
        ])
}
