import Sealing
import Secrets
import Support
import Testing

/// Boxes that are sealed again to the same bytes, and of which no two have one key.
@Suite("A salted box")
struct SaltedBoxTests {
    private let data: [UInt8] = [1, 2, 3]
    private let label: [[UInt8]] = [[7], [8, 9]]

    private func key(_ byte: UInt8 = 1) -> SecretKey { SecretKey(bytes: [UInt8](repeating: byte, count: 32)) }

    private func seal(_ plaintext: [UInt8], from origin: [UInt8] = [], by byte: UInt8 = 1) -> [UInt8] {
        SealedBox.seal(plaintext, salted: label, from: origin, under: key(byte), associated: data)
    }

    @Test("opens to what was sealed, at the cost of a salt and a tag", arguments: [0, 1, 15, 16, 17, 4096])
    func roundTrip(count: Int) throws {
        var random = SplitMix64(UInt64(count))
        let plaintext = random.bytes(count)
        let box = seal(plaintext, from: [5])
        #expect(box.count == count + 32)
        #expect(try SealedBox.open(box, salted: label, under: key(), associated: data) == plaintext)
    }

    @Test("has the same bytes again for the same plaintext and origin, and others in all its parts for any other")
    func determinism() {
        let plaintext = Array("fourteen bytes".utf8)
        let box = seal(plaintext, from: [5])
        #expect(seal(plaintext, from: [5]) == box)
        var boxes = [box, seal(plaintext, from: [6]), seal(plaintext), seal(plaintext, from: [5], by: 2)]
        boxes.append(SealedBox.seal(plaintext, salted: [[7]], from: [5], under: key(), associated: data))
        boxes += plaintext.indices.map { at in
            var other = plaintext
            other[at] ^= 1
            return seal(other, from: [5])
        }
        #expect(Set(boxes.map { $0.prefix(16) }).count == boxes.count, "salts")
        // Under one key the first bytes of these texts would be alike but for one bit.
        #expect(Set(boxes.map { $0.dropFirst(16).prefix(8) }).count == boxes.count, "ciphertexts")
    }

    @Test("where text ends and origin begins is no matter of chance")
    func parts() {
        #expect(seal([1, 2], from: [3]).prefix(16) != seal([2], from: [3, 1]).prefix(16))
        #expect(seal([], from: [1]).prefix(16) != seal([1], from: []).prefix(16))
    }

    @Test("is refused with any bit changed, cut anywhere, longer, or under another key, label or header")
    func tampered() {
        let box = seal(Array("fourteen bytes".utf8), from: [5])
        func isRefused(_ box: [UInt8], label: [[UInt8]]? = nil, by byte: UInt8 = 1, data: [UInt8]? = nil) -> Bool {
            do throws(SealedBox.OpenError) {
                _ = try SealedBox.open(
                    box, salted: label ?? self.label, under: key(byte), associated: data ?? self.data)
                return false
            } catch { return error == .notAuthentic }
        }
        #expect(!isRefused(box))
        for at in box.indices {
            for bit in 0..<8 {
                var changed = box
                changed[at] ^= 1 << UInt8(bit)
                #expect(isRefused(changed))
            }
            #expect(isRefused(Array(box.prefix(at))))
        }
        #expect(isRefused(box + [0]) && isRefused([0] + box))
        for other in [[], [[7]], [[7, 8, 9]], [[8, 9], [7]], [[7], [8, 9], []]] as [[[UInt8]]] {
            #expect(isRefused(box, label: other), "\(other)")
        }
        #expect(isRefused(box, by: 2) && isRefused(box, data: []) && isRefused(box, data: [1, 2, 3, 0]))
    }

    @Test("is of its own kind: none of the other kinds opens as it, nor it as one of them")
    func kinds() {
        let plaintext = Array("fourteen bytes".utf8)
        let salted = seal(plaintext)
        let once = SealedBox.seal(plaintext, once: label, under: key(), associated: data)
        let nonced = SealedBox.seal(plaintext, under: key(), associated: data)
        for box in [once, nonced] {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(box, salted: label, under: key(), associated: data)
            }
        }
        for box in [salted, nonced] {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(box, once: label, under: key(), associated: data)
            }
        }
        for box in [salted, once] {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(box, under: key(), associated: data)
            }
        }
    }
}

@Suite("A record's tag")
struct RecordTagTests {
    private func bytes(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).map { at in
            UInt8(text.dropFirst(at).prefix(2), radix: 16) ?? 0
        }
    }

    private func make(_ body: [UInt8], _ key: [UInt8]) -> [UInt8] { RecordTag.make(body, under: SecretKey(bytes: key)) }

    private func isValid(_ tag: [UInt8], _ body: [UInt8], _ key: [UInt8]) -> Bool {
        RecordTag.isValid(tag, of: body, under: SecretKey(bytes: key))
    }

    @Test("is HMAC-SHA-256: RFC 4231, cases 1 to 4")
    func vectors() {
        for (key, body, tag) in [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                (1...25).map { $0 }, [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
        ] as [([UInt8], [UInt8], String)] {
            #expect(make(body, key) == bytes(tag))
            #expect(isValid(bytes(tag), body, key))
        }
        // FIPS 180-4.
        #expect(
            RecordTag.digest(Array("abc".utf8))
                == bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    }

    @Test("holds whole or not at all: no part of it, nothing behind it, no bit of body or tag changed")
    func whole() {
        let key = [UInt8](repeating: 3, count: 32)
        let body = Array("a record".utf8)
        let tag = make(body, key)
        #expect(tag.count == RecordTag.byteCount && isValid(tag, body, key))
        for at in tag.indices {
            #expect(!isValid(Array(tag.prefix(at)), body, key))
            for bit in 0..<8 {
                var changed = tag
                changed[at] ^= 1 << UInt8(bit)
                #expect(!isValid(changed, body, key))
            }
        }
        #expect(!isValid(tag + [0], body, key) && !isValid([], [], key))
        for at in body.indices {
            var changed = body
            changed[at] ^= 1
            #expect(!isValid(tag, changed, key))
        }
        #expect(!isValid(tag, body, [UInt8](repeating: 4, count: 32)))
    }
}
