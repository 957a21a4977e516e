import Foundation
import Sealing
import Secrets

private let plaintextBytes = 128
private let boxBytes = plaintextBytes + SealedBox.overhead

/// Boxes of about what a member sends a party, under one key.
private struct BoxLoad {
    let secret = Workload.random(32)
    let header = Workload.random(32)
    let plaintexts = (0..<Workload.batch).map { _ in Workload.random(plaintextBytes) }
    let nonces: [[UInt8]]

    /// - Parameter run: boxes under one derived key.
    init(run: Int) {
        var nonces: [[UInt8]] = []
        for event in 0..<Workload.batch {
            let salt = event % run == 0 ? Workload.random(12) : Array(nonces[event - 1].prefix(12))
            nonces.append(salt + Workload.random(12))
        }
        self.nonces = nonces
    }

    func seal(_ event: Int, under cipher: BoxCipher) -> [UInt8] {
        var box: [UInt8] = []
        SealedBox.seal(plaintexts[event], nonce: nonces[event], under: cipher, associated: header, onto: &box)
        return box
    }
}

private func part(_ out: UnsafeMutableRawBufferPointer, _ event: Int, _ bytes: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: out[event * bytes..<(event + 1) * bytes])
}

/// - Parameter run: boxes under one derived key; the product has 4,096.
func sealing(run: Int) -> Kernel {
    let load = BoxLoad(run: run)
    let cipher = BoxCipher(SecretKey(bytes: load.secret))
    return Kernel(
        name: "sealing boxes of 128 bytes, \(run) a derived key",
        input: [UInt8](repeating: 0, count: Workload.batch * boxBytes),
        ways: [
            .init(name: "OpenSSL, contexts a box") { out in
                for event in 0..<Workload.batch {
                    let box = load.seal(event, under: BoxCipher(SecretKey(bytes: load.secret)))
                    box.withUnsafeBytes { part(out, event, boxBytes).copyMemory(from: $0) }
                }
            },
            .init(name: "OpenSSL, contexts for all", isProduct: true) { out in
                for event in 0..<Workload.batch {
                    load.seal(event, under: cipher).withUnsafeBytes { part(out, event, boxBytes).copyMemory(from: $0) }
                }
            },
        ])
}

/// - Parameter run: boxes under one derived key; the product has up to 4,096.
func opening(run: Int) -> Kernel {
    let load = BoxLoad(run: run)
    let cipher = BoxCipher(SecretKey(bytes: load.secret))
    let boxes = (0..<Workload.batch).map { load.seal($0, under: cipher) }
    func open(_ event: Int, under cipher: BoxCipher, _ plaintext: inout [UInt8], _ out: UnsafeMutableRawBufferPointer) {
        let isOpen = boxes[event].withUnsafeBytes {
            SealedBox.open($0, under: cipher, associated: load.header, into: &plaintext)
        }
        precondition(isOpen, "a box opens under the key that it was sealed under")
        plaintext.withUnsafeBytes { part(out, event, plaintextBytes).copyMemory(from: $0) }
    }
    return Kernel(
        name: "opening boxes of 128 bytes, \(run) a derived key",
        input: [UInt8](repeating: 0, count: Workload.batch * plaintextBytes),
        ways: [
            .init(name: "OpenSSL, contexts a box") { out in
                var plaintext: [UInt8] = []
                for event in 0..<Workload.batch {
                    open(event, under: BoxCipher(SecretKey(bytes: load.secret)), &plaintext, out)
                }
            },
            .init(name: "OpenSSL, contexts for all", isProduct: true) { out in
                var plaintext: [UInt8] = []
                for event in 0..<Workload.batch { open(event, under: cipher, &plaintext, out) }
            },
        ])
}
