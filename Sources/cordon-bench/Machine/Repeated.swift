import Crypto
import Foundation
import Records
import Sealing
import Secrets
import Terminal
import ThreeParty
import Tokens

/// One thread's work, done again and again for a tenth of a second; medians of five.
enum Repeated {
    static func median(_ measure: () throws -> Double) rethrows -> Double {
        percentile(try (0..<5).map { _ in try measure() }.sorted(), 0.5) ?? 0
    }

    /// GB/s of pseudo-random stream, as the parties make it; 64 KB a call.
    static func pseudoRandomness() -> Double {
        let prf = PairwisePRF(SecretKey(bytes: randomBytes(32)))
        let digest = Digest32(of: [Array("machine".utf8)])
        return gigabytes(of: 1 << 16) { prf.bytes(.lookupOneHot, digest: digest, count: 1 << 16)[0] }
    }

    /// Microseconds to seal and to open a box of 1 KB.
    static func boxes() throws -> (seal: Double, open: Double) {
        let key = SecretKey(bytes: randomBytes(32))
        let (plaintext, header) = (randomBytes(1024), randomBytes(32))
        let box = SealedBox.seal(plaintext, under: key, associated: header)
        guard try SealedBox.open(box, under: key, associated: header) == plaintext else {
            throw Failure("a box gave other bytes than it was made of")
        }
        let seal = median { seconds { SealedBox.seal(plaintext, under: key, associated: header)[0] } }
        let open = median { seconds { (try? SealedBox.open(box, under: key, associated: header))?[0] ?? 0 } }
        return (seal * 1_000_000, open * 1_000_000)
    }

    static func hashes() -> Double {
        let bytes = randomBytes(1 << 20)
        return gigabytes(of: bytes.count) { SHA256.hash(data: bytes).withUnsafeBytes { $0[0] } }
    }

    /// Of 128 MB, more than caches hold.
    static func copies() -> Double {
        let bytes = 1 << 27
        let from = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        let to = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        defer {
            from.deallocate()
            to.deallocate()
        }
        from.initializeMemory(as: UInt8.self, repeating: 1)
        to.initializeMemory(as: UInt8.self, repeating: 2)
        return gigabytes(of: bytes) {
            to.copyMemory(from: UnsafeRawBufferPointer(from))
            return to[bytes - 1]
        }
    }

    private static func gigabytes(of bytes: Int, _ work: () -> UInt8) -> Double {
        median { Double(bytes) / seconds(work) / 1_000_000_000 }
    }

    /// Of one call, over as many as fill a tenth of a second. What the work returns is used, so that it is done.
    private static func seconds(_ work: () -> UInt8) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var (calls, used) = (0, 0 as UInt8)
        repeat {
            used ^= work()
            calls += 1
        } while clock.now - start < .milliseconds(100)
        let seconds = (clock.now - start) / .seconds(1)
        withExtendedLifetime(used) {}
        return seconds / Double(calls)
    }
}
