import Sealing
import Secrets
import Testing

private let plaintext = Array("fourteen bytes".utf8)
private let data: [UInt8] = [1, 2, 3]

private func key(_ byte: UInt8) -> SecretKey { SecretKey(bytes: [UInt8](repeating: byte, count: 32)) }

@Suite("A sealed box")
struct SealedBoxTests {
    @Test("opens to what was sealed, under its key and for its header", arguments: [0, 1, 16, 100_000])
    func roundTrip(count: Int) throws {
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let box = SealedBox.seal(plaintext, under: key(1), associated: data)
        #expect(box.count == count + SealedBox.overhead)
        #expect(try SealedBox.open(box, under: key(1), associated: data) == plaintext)
        let once = SealedBox.seal(plaintext, once: [[1]], under: key(1), associated: data)
        #expect(once.count == count + 16)
        #expect(try SealedBox.open(once, once: [[1]], under: key(1), associated: data) == plaintext)
    }

    @Test("is refused with any byte changed, cut at any place, or with anything behind it")
    func tampered() {
        let box = SealedBox.seal(plaintext, under: key(1), associated: data)
        let once = SealedBox.seal(plaintext, once: [[1]], under: key(1), associated: data)
        for at in box.indices {
            var changed = box
            changed[at] ^= 0x80
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(changed, under: key(1), associated: data)
            }
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(Array(box.prefix(at)), under: key(1), associated: data)
            }
        }
        for at in once.indices {
            var changed = once
            changed[at] ^= 1
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(changed, once: [[1]], under: key(1), associated: data)
            }
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(Array(once.prefix(at)), once: [[1]], under: key(1), associated: data)
            }
        }
        #expect(throws: SealedBox.OpenError.notAuthentic) {
            try SealedBox.open(box + [0], under: key(1), associated: data)
        }
    }

    @Test("leaves nothing of the one opened before where it does not open")
    func leftOver() {
        let cipher = BoxCipher(key(1))
        let box = SealedBox.seal(plaintext, under: key(1), associated: data)
        var opened: [UInt8] = []
        for count in 0...box.count {
            opened = Array("of a box before".utf8)
            let isOpen = Array(box.prefix(count)).withUnsafeBytes {
                SealedBox.open($0, under: cipher, associated: data, into: &opened)
            }
            #expect(isOpen == (count == box.count) && opened == (isOpen ? plaintext : []), "\(count) bytes")
        }
    }

    @Test("is refused under another key, for another header, or for another label")
    func bound() {
        let box = SealedBox.seal(plaintext, under: key(1), associated: data)
        let once = SealedBox.seal(plaintext, once: [[1], [2]], under: key(1), associated: data)
        #expect(throws: SealedBox.OpenError.notAuthentic) { try SealedBox.open(box, under: key(2), associated: data) }
        for other in [[], [1, 2], [1, 2, 3, 0], [1, 2, 4]] as [[UInt8]] {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(box, under: key(1), associated: other)
            }
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(once, once: [[1], [2]], under: key(1), associated: other)
            }
        }
        // Labels don't run into each other.
        for label in [[], [[1, 2]], [[1], [2], []], [[], [1], [2]], [[2], [1]]] as [[[UInt8]]] {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(once, once: label, under: key(1), associated: data)
            }
        }
    }

    @Test("has a fresh nonce each time, unless it is sealed once for a label: then the same bytes again")
    func determinism() {
        func seal() -> [UInt8] { SealedBox.seal(plaintext, under: key(1), associated: data) }
        #expect(Set((0..<100).map { _ in Array(seal().prefix(24)) }).count == 100)
        func once(_ label: [[UInt8]], _ byte: UInt8 = 1) -> [UInt8] {
            SealedBox.seal(plaintext, once: label, under: key(byte), associated: data)
        }
        #expect(once([[1]]) == once([[1]]))
        let boxes = [once([[1]]), once([[2]]), once([[1], []]), once([[1]], 2)]
        #expect(Set(boxes.map { $0.prefix(plaintext.count) }).count == 4)
    }
}
