import Keys
import Support
import Testing

@Suite("Signatures")
struct SigningKeyTests {
    /// RFC 8032, 7.1, tests 1 to 3: secret and public keys.
    private static let pairs = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
        ),
    ]

    private static let secret = bytes(pairs[0].0)
    private let message = Array("an announcement".utf8)

    private func key() throws -> SigningKey {
        guard let key = SigningKey(bytes: Self.secret) else { throw HPKEError.malformedKey }
        return key
    }

    @Test("keys have the public halves of RFC 8032", arguments: pairs)
    func publicKeys(secret: String, expected: String) throws {
        let key = SigningKey(bytes: bytes(secret))
        switch key {
        case .some(let key):
            #expect(key.verifyingKey.bytes == bytes(expected) && key.rawRepresentation == bytes(secret))
            #expect(VerifyingKey(bytes: bytes(expected)) == key.verifyingKey)
        case .none: Issue.record("no key")
        }
    }

    /// Made by another implementation of Ed25519 over the context, a zero and the message.
    @Test(
        "are Ed25519 over the context, a zero byte and the message",
        arguments: [
            (
                "", [],
                "fb6665a8e278a0d6a80450b95d4c4ef7e4bc78694db766e16c8b754f8589e1f3b39709e7d714f8173023cf7d4f46330b216cbf4e9527"
                    + "4b22bbd6125aa14c8f0a"
            ),
            (
                "", [0xAF, 0x82],
                "206ba698dc472241882b96bb0b1f1a2c332d282ddb2cef757555af76ca4892b2b714760ac903e9f51020281478ae4506fab52fe794ce"
                    + "05a1db351cf7d5d48600"
            ),
            (
                "cordon/session/v1", [],
                "5a49c886c0a991b5438547f1199bb7d388a24473679ebc4f8a430a2b8a95d6f7045769db7ad9c44d10a93ec435aac57a5a2d0d1afce7"
                    + "cd209befc67b07ad8503"
            ),
            (
                "cordon/session/v1", [0, 1, 2, 3, 4],
                "3d77f88cf76eb2eb8c02cfcb8dfa8dbfbd1b9572091528b774ce47a65652b5400a08441adaa6a9cefd50a25a5754873467e28b04eb84"
                    + "e1d1e7dd3f2dbe64d501"
            ),
        ] as [(String, [UInt8], String)])
    func vectors(context: String, message: [UInt8], signature: String) throws {
        let key = try key()
        #expect(key.verifyingKey.verifies(bytes(signature), over: message, context: context))
        // Signing may be randomised; what is signed verifies all the same.
        #expect(try key.verifyingKey.verifies(key.sign(message, context: context), over: message, context: context))
        #expect(VerifyingKey.signed(message, context) == Array(context.utf8) + [0] + message)
    }

    @Test("hold for their own message and context alone")
    func bound() throws {
        let key = try key()
        let signature = try key.sign(message, context: "cordon/session/v1")
        let verifying = key.verifyingKey
        #expect(verifying.verifies(signature, over: message, context: "cordon/session/v1"))
        for context in ["", "cordon/session", "cordon/session/v2", "cordon/session/v1 ", "cordon/model/v1"] {
            #expect(!verifying.verifies(signature, over: message, context: context), "\(context)")
        }
        for other in [[], Array(message.dropLast()), message + [0], [0] + message, message.reversed()] {
            #expect(!verifying.verifies(signature, over: other, context: "cordon/session/v1"))
        }
        // What moves from the message's beginning into the context is another message.
        #expect(try !verifying.verifies(key.sign(Array("bc".utf8), context: "a"), over: Array("c".utf8), context: "ab"))
    }

    @Test("come out of a token, whose key stays there, or not at all")
    func token() throws {
        let token = DetachableSigner()
        let key = SigningKey(token)
        let (verifying, raw) = (key.verifyingKey, key.rawRepresentation)
        #expect(verifying == token.verifyingKey && raw == nil)
        let signature = try key.sign(message, context: "c")
        #expect(verifying.verifies(signature, over: message, context: "c"))
        token.isAway = true
        #expect(throws: DetachableSigner.error) { try SigningKey(token).sign(message, context: "c") }
        #expect("\(DetachableSigner.error)" == "the identity does not sign: CKR_TOKEN_NOT_PRESENT")
    }

    @Test("hold under their own key alone", arguments: 1...2)
    func keys(other: Int) throws {
        let signature = try key().sign(message, context: "c")
        let verifying = try #require(VerifyingKey(bytes: bytes(Self.pairs[other].1)))
        #expect(!verifying.verifies(signature, over: message, context: "c"))
        #expect(verifying != (try key().verifyingKey))
    }

    @Test("are none with any bit changed, cut at any place, or with anything behind them")
    func tampered() throws {
        let key = try key()
        let verifying = key.verifyingKey
        let signature = try key.sign(message, context: "c")
        #expect(signature.count == 64 && verifying.verifies(signature, over: message, context: "c"))
        for at in signature.indices {
            for bit in 0..<8 {
                var changed = signature
                changed[at] ^= 1 << bit
                #expect(!verifying.verifies(changed, over: message, context: "c"), "bit \(bit) of byte \(at)")
            }
            #expect(!verifying.verifies(Array(signature.prefix(at)), over: message, context: "c"))
        }
        #expect(!verifying.verifies(signature + [0], over: message, context: "c"))
        #expect(!verifying.verifies([UInt8](repeating: 0, count: 64), over: message, context: "c"))
    }

    @Test("have one form: with the group's order added to their second half they are none (RFC 8032, 5.1.7)")
    func malleable() throws {
        let key = try key()
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        for number in 0..<20 as Range<UInt8> {
            let signature = try key.sign([number], context: "c")
            var other = signature
            var carry = 0
            for at in 0..<32 {
                let sum = Int(signature[32 + at]) + Int(order[at]) + carry
                other[32 + at] = UInt8(sum & 255)
                carry = sum >> 8
            }
            #expect(carry == 0 && other != signature)
            #expect(!key.verifyingKey.verifies(other, over: [number], context: "c"))
        }
    }

    @Test("take keys of 32 bytes", arguments: 0...70)
    func lengths(count: Int) {
        let key = [UInt8](repeating: 9, count: count)
        #expect((VerifyingKey(bytes: key) != nil) == (count == 32))
        switch SigningKey(bytes: key) {
        case .some: #expect(count == 32)
        case .none: #expect(count != 32)
        }
    }

    /// Second coordinates of the points of small order, the prime taken off or not.
    private static let smallOrders = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    @Test("take no key of small order, under which a signature of nobody's holds", arguments: smallOrders)
    func smallOrder(point: String) {
        let point = bytes(point)
        #expect(VerifyingKey(bytes: point) == nil)
        #expect(VerifyingKey(bytes: Array(point[..<31]) + [point[31] | 0x80]) == nil)
        // Its neighbour is an ordinary one, or no point.
        #expect(VerifyingKey(bytes: [point[0] ^ 0x10] + point[1...]) != nil)
    }

    @Test("are made with a fresh key each time where none is given")
    func fresh() {
        #expect(Set((0..<20).map { _ in SigningKey().verifyingKey }).count == 20)
    }
}
