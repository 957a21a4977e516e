import Crypto
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
    let nonces = (0..<Workload.batch).map { _ in Workload.random(SealedBox.nonceBytes) }

    func seal(_ event: Int, under cipher: BoxCipher) -> [UInt8] {
        var box: [UInt8] = []
        SealedBox.seal(plaintexts[event], nonce: nonces[event][...], under: cipher, associated: header, onto: &box)
        return box
    }
}

private func part(_ out: UnsafeMutableRawBufferPointer, _ event: Int, _ bytes: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: out[event * bytes..<(event + 1) * bytes])
}

func sealing() -> Kernel {
    let load = BoxLoad()
    let cipher = BoxCipher(SecretKey(bytes: load.secret))
    let key = SymmetricKey(data: load.secret)
    return Kernel(
        name: "sealing boxes of 128 bytes", input: [UInt8](repeating: 0, count: Workload.batch * boxBytes),
        ways: [
            .init(name: "swift-crypto") { out in
                for event in 0..<Workload.batch {
                    guard let nonce = try? AES.GCM.Nonce(data: load.nonces[event]),
                        let box = try? AES.GCM.seal(
                            load.plaintexts[event], using: key, nonce: nonce, authenticating: load.header
                        ).combined
                    else { preconditionFailure("AES-GCM seals whatever it is given") }
                    box.withUnsafeBytes { part(out, event, boxBytes).copyMemory(from: $0) }
                }
            },
            .init(name: "OpenSSL, a context a box") { out in
                for event in 0..<Workload.batch {
                    let box = load.seal(event, under: BoxCipher(SecretKey(bytes: load.secret)))
                    box.withUnsafeBytes { part(out, event, boxBytes).copyMemory(from: $0) }
                }
            },
            .init(name: "OpenSSL, one context for all", isProduct: true) { out in
                for event in 0..<Workload.batch {
                    load.seal(event, under: cipher).withUnsafeBytes { part(out, event, boxBytes).copyMemory(from: $0) }
                }
            },
        ])
}

func opening() -> Kernel {
    let load = BoxLoad()
    let cipher = BoxCipher(SecretKey(bytes: load.secret))
    let boxes = (0..<Workload.batch).map { load.seal($0, under: cipher) }
    let key = SymmetricKey(data: load.secret)
    func open(_ event: Int, under cipher: BoxCipher, _ plaintext: inout [UInt8], _ out: UnsafeMutableRawBufferPointer) {
        let isOpen = boxes[event].withUnsafeBytes {
            SealedBox.open($0, under: cipher, associated: load.header, into: &plaintext)
        }
        precondition(isOpen, "a box opens under the key that it was sealed under")
        plaintext.withUnsafeBytes { part(out, event, plaintextBytes).copyMemory(from: $0) }
    }
    return Kernel(
        name: "opening boxes of 128 bytes", input: [UInt8](repeating: 0, count: Workload.batch * plaintextBytes),
        ways: [
            .init(name: "swift-crypto") { out in
                for event in 0..<Workload.batch {
                    guard let box = try? AES.GCM.SealedBox(combined: boxes[event]),
                        let plaintext = try? AES.GCM.open(box, using: key, authenticating: load.header)
                    else { preconditionFailure("a box opens under the key that it was sealed under") }
                    plaintext.withUnsafeBytes { part(out, event, plaintextBytes).copyMemory(from: $0) }
                }
            },
            .init(name: "OpenSSL, a context a box") { out in
                var plaintext: [UInt8] = []
                for event in 0..<Workload.batch {
                    open(event, under: BoxCipher(SecretKey(bytes: load.secret)), &plaintext, out)
                }
            },
            .init(name: "OpenSSL, one context for all", isProduct: true) { out in
                var plaintext: [UInt8] = []
                for event in 0..<Workload.batch { open(event, under: cipher, &plaintext, out) }
            },
        ])
}
