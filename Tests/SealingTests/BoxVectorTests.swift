import Crypto
import Records
import Sealing
import Secrets
import Support
import Testing

@Suite("Boxes against vectors and other implementations")
struct BoxVectorTests {
    private func open(_ box: [UInt8], _ cipher: BoxCipher, _ data: [UInt8], into plaintext: inout [UInt8]) -> Bool {
        box.withUnsafeBytes { SealedBox.open($0, under: cipher, associated: data, into: &plaintext) }
    }

    @Test("are nonce, ciphertext and tag of the published vectors of XAES-256-GCM", arguments: XAESVector.all)
    func vectors(vector: XAESVector) {
        let cipher = BoxCipher(SecretKey(bytes: vector.key))
        // The box goes behind what is there.
        var out: [UInt8] = [1, 2, 3]
        SealedBox.seal(
            vector.plaintext, nonce: vector.nonce, under: cipher, associated: vector.data, onto: &out)
        #expect(out == [1, 2, 3] + vector.nonce + vector.ciphertext)
        var plaintext: [UInt8] = [7]
        let opened = open(Array(out.dropFirst(3)), cipher, vector.data, into: &plaintext)
        #expect(opened && plaintext == vector.plaintext)
    }

    @Test("sealed once are under HMAC-SHA-256 of the label's parts and a nonce of zeros", arguments: 0...4)
    func once(parts: Int) throws {
        let secret = [UInt8](repeating: 3, count: 32)
        let label: [[UInt8]] = (0..<parts).map { [UInt8](repeating: UInt8($0), count: $0 * 100) }
        // Each part behind its length as four bytes, the highest first.
        var message: [UInt8] = []
        for part in label { message += [0, 0, UInt8(part.count >> 8), UInt8(part.count & 255)] + part }
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret))
        let key = SymmetricKey(data: Array(code))
        let plaintext = Array("a share".utf8)
        let theirs = try AES.GCM.seal(
            plaintext, using: key, nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            authenticating: [1, 2] as [UInt8])
        let ours = SealedBox.seal(plaintext, once: label, under: SecretKey(bytes: secret), associated: [1, 2])
        #expect(ours == Array(theirs.ciphertext + theirs.tag))
    }

    @Test("that are salted are boxes sealed once, under a label with a salt of what they hold and where it is from")
    func salted() throws {
        let secret = [UInt8](repeating: 3, count: 32)
        let (label, plaintext) = ([[1, 2], [3]] as [[UInt8]], Array("a share".utf8))
        // Each part behind its length as four bytes.
        var message: [UInt8] = []
        for part in [[1, 2], [3], Array("salt".utf8), [8, 9], plaintext] as [[UInt8]] {
            message += [0, 0, 0, UInt8(part.count)] + part
        }
        let salt = Array(
            HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret)).prefix(16))
        let box = SealedBox.seal(
            plaintext, salted: label, from: [8, 9], under: SecretKey(bytes: secret), associated: [7])
        #expect(
            box == salt
                + SealedBox.seal(plaintext, once: label + [salt], under: SecretKey(bytes: secret), associated: [7]))
        #expect(
            try SealedBox.open(box, salted: label, under: SecretKey(bytes: secret), associated: [7]) == plaintext)
        for (other, origin) in [(plaintext, [8, 8]), (plaintext + [0], [8, 9])] as [([UInt8], [UInt8])] {
            let next = SealedBox.seal(
                other, salted: label, from: origin, under: SecretKey(bytes: secret), associated: [7])
            #expect(next.prefix(16) != box.prefix(16))
        }
        for count in 0..<box.count {
            #expect(throws: SealedBox.OpenError.notAuthentic) {
                try SealedBox.open(
                    Array(box.prefix(count)), salted: label, under: SecretKey(bytes: secret), associated: [7])
            }
        }
    }

    @Test("of one cipher depend on nothing that it did before", arguments: 1...8 as ClosedRange<UInt64>)
    func reuse(seed: UInt64) {
        var random = SplitMix64(seed)
        let secret = random.bytes(32)
        let cipher = BoxCipher(SecretKey(bytes: secret))
        var opened: [UInt8] = []
        var salt = random.bytes(12)
        for _ in 0..<40 {
            let plaintext = random.bytes(Int.random(in: 0...200, using: &random))
            let data = random.bytes(Int.random(in: 0...40, using: &random))
            // Some begin like the one before, and so are under the same derived key.
            let nonce = Bool.random(using: &random) ? random.bytes(24) : salt + random.bytes(12)
            salt = Array(nonce.prefix(12))
            var (used, fresh): ([UInt8], [UInt8]) = ([], [])
            SealedBox.seal(plaintext, nonce: nonce, under: cipher, associated: data, onto: &used)
            SealedBox.seal(
                plaintext, nonce: nonce, under: BoxCipher(SecretKey(bytes: secret)), associated: data,
                onto: &fresh)
            #expect(used == fresh)
            var damaged = used
            damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let opensDamaged = open(damaged, cipher, data, into: &opened)
            #expect(!opensDamaged && opened.isEmpty)
            let opensOther = open(used, cipher, data + [0], into: &opened)
            #expect(!opensOther && opened.isEmpty)
            let opensWhole = open(used, cipher, data, into: &opened)
            #expect(opensWhole && opened == plaintext)
        }
    }

    @Test("shorter than nonce and tag are none", arguments: 0..<40)
    func short(count: Int) {
        let cipher = BoxCipher(SecretKey(bytes: [UInt8](repeating: 1, count: 32)))
        var plaintext: [UInt8] = []
        let opened = open([UInt8](repeating: 0, count: count), cipher, [], into: &plaintext)
        #expect(!opened && plaintext.isEmpty)
        #expect(SealedBox.overhead == 40 && SealedBox.nonceBytes == 24)
    }

    @Test("are as long as what they hold and 40 bytes, and show nothing of it", arguments: [32, 100, 5000])
    func hidden(count: Int) {
        let plaintext = [UInt8](repeating: 0x41, count: count)
        let box = SealedBox.seal(plaintext, under: SecretKey(bytes: [UInt8](repeating: 1, count: 32)), associated: [])
        #expect(box.count == count + 40)
        // Sixteen letters in a row come about once in 2^128 places.
        #expect(!box.indices.contains { box[$0...].starts(with: plaintext.prefix(16)) })
    }

    @Test("are bound to header and party, one behind the other", arguments: PartyID.allCases)
    func associated(party: PartyID) {
        let header: [UInt8] = [8, 1, 18, 1, 97]
        #expect(boxAssociatedData(header: header, party: party) == header + [UInt8(party.rawValue)])
        #expect(boxAssociatedData(header: [], party: party) == [UInt8(party.rawValue)])
        var data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        boxAssociatedData(header: ([0] + header)[1...], party: party, into: &data)
        #expect(data == header + [UInt8(party.rawValue)])
        let labels = labelAssociatedData(header: header, party: party)
        #expect(labels == Array("cordon/labels/v1".utf8) + header + [UInt8(party.rawValue)])
        #expect(scoreBoxLabel == Array("cordon/score/v2".utf8))
    }
}
