import Records
import Support
import Testing
import Tokens

@Suite("Laws of the shared key")
struct KeyLawTests {
    /// A line's value at zero from two of its values, as Lagrange has it, by OpenSSL's numbers.
    private func atZero(_ a: PartyID, _ valueA: Scalar, _ b: PartyID, _ valueB: Scalar) -> [UInt8] {
        let (x, y) = (Scalar(UInt64(a.rawValue + 1)), Scalar(UInt64(b.rawValue + 1)))
        func weight(_ own: Scalar, _ other: Scalar) -> [UInt8] {
            OpenSSLCurve.multiply(other.bytes, OpenSSLCurve.invert(OpenSSLCurve.subtract(other.bytes, own.bytes)))
        }
        return OpenSSLCurve.add(
            OpenSSLCurve.multiply(valueA.bytes, weight(x, y)), OpenSSLCurve.multiply(valueB.bytes, weight(y, x)))
    }

    private func shares(_ consortium: Consortium) -> [Scalar] {
        [number(consortium.zero), number(consortium.one), number(consortium.two)]
    }

    private func expectOneKey(_ consortium: Consortium) {
        let shares = shares(consortium)
        var keys: Set<[UInt8]> = []
        for (a, b) in [(PartyID.zero, PartyID.one), (.zero, .two), (.one, .two), (.two, .one), (.two, .zero)] {
            keys.insert(atZero(a, shares[a.rawValue], b, shares[b.rawValue]))
        }
        #expect(keys.count == 1)
        for key in keys { #expect(OpenSSLCurve.generator(times: key) == consortium.publicKey.key.compressed) }
        for party in PartyID.allCases {
            let expected = OpenSSLCurve.generator(times: shares[party.rawValue].bytes)
            #expect(expected == consortium.publicKey[party].compressed)
        }
    }

    private func update(_ consortium: Consortium, seed: UInt64) throws -> TokenUpdate {
        var generator = SplitMix64(seed)
        return try TokenUpdate(contributedBy: &generator, context: consortium.context)
    }

    private func rotated(_ old: Consortium, _ update: borrowing TokenUpdate) -> Consortium {
        Consortium(
            zero: update.moved(old.zero), one: update.moved(old.one), two: update.moved(old.two),
            context: TokenContext(consortium: old.context.consortium, epoch: update.to))
    }

    @Test("any two shares are the same key, after refreshes and rotations in any order", arguments: 0..<8)
    func oneKey(order: Int) throws {
        var consortium = try Consortium(seed: UInt64(50 + order))
        expectOneKey(consortium)
        for step in 0..<3 {
            let before = shares(consortium)
            if order >> step & 1 == 0 {
                consortium = try consortium.refreshed(seed: UInt64(order * 10 + step))
            } else {
                consortium = rotated(consortium, try update(consortium, seed: UInt64(order * 10 + step)))
            }
            expectOneKey(consortium)
            #expect(Set(before + shares(consortium)).count == 6)
        }
    }

    @Test("one share is no key, and neither are two of different refreshes")
    func mixed() throws {
        let old = try Consortium(seed: 60)
        let new = try old.refreshed(seed: 61)
        let key = old.publicKey.key.compressed
        for (a, b) in [(PartyID.zero, PartyID.one), (.zero, .two), (.one, .two)] {
            let mixed = atZero(a, shares(old)[a.rawValue], b, shares(new)[b.rawValue])
            #expect(OpenSSLCurve.generator(times: mixed) != key)
        }
        for share in shares(old) { #expect(OpenSSLCurve.generator(times: share.bytes) != key) }
    }

    @Test("a refresh and a rotation come to the same tokens in either order")
    func commute() throws {
        let start = try Consortium(seed: 62)
        let factor = try update(start, seed: 63)
        let refreshedFirst = rotated(try start.refreshed(seed: 64), factor)
        let rotatedFirst = try rotated(start, factor).refreshed(seed: 64)
        #expect(refreshedFirst.publicKey.key == rotatedFirst.publicKey.key)
        let tokens = try refreshedFirst.tokens(inputs, by: [.zero, .two])
        #expect(try tokens == rotatedFirst.tokens(inputs, by: [.one, .two]))
        #expect(try tokens == factor.moved(start.tokens(inputs)))
    }

    @Test("two rotations multiply the key by both factors, and back undoes each")
    func factors() throws {
        let start = try Consortium(seed: 65)
        let first = try update(start, seed: 66)
        let middle = rotated(start, first)
        let second = try update(middle, seed: 67)
        let end = rotated(middle, second)
        let factors = try [first.withSecretBytes { $0 }, second.withSecretBytes { $0 }].map { try Scalar(bytes: $0) }
        #expect(number(end.wholeKey()) == number(start.wholeKey()) * factors[0] * factors[1])
        let tokens = try start.tokens(inputs)
        let moved = second.moved(first.moved(tokens))
        #expect(first.movedBack(second.movedBack(moved)) == tokens)
        #expect(second.movedBack(first.movedBack(moved)) == tokens)
        #expect(first.moved(first.movedBack(tokens)) == tokens && first.movedBack([]) == [])
        for (token, expected) in zip(moved, tokens) {
            let product = (factors[0] * factors[1]).bytes
            #expect(token.bytes == OpenSSLCurve.sum([(product, expected.bytes)]))
        }
    }

    @Test("the factor and the commitments are OpenSSL's hashes of what the three showed")
    func transcripts() throws {
        var generator = SplitMix64(68)
        let context = TokenContext(consortium: Array("bank ring".utf8), epoch: TokenEpoch(0x0102_0304_0506_0708))
        func prefixed(_ bytes: [UInt8]) -> [UInt8] { [0, UInt8(bytes.count)] + bytes }
        func transcript(_ label: String) -> [UInt8] {
            prefixed(Array("cordon/token-rotation/\(label)/v1".utf8)) + prefixed(context.consortium)
                + [1, 2, 3, 4, 5, 6, 7, 8]
        }
        let zero = RotationContribution(party: .zero, using: &generator)
        let one = RotationContribution(party: .one, using: &generator)
        let two = RotationContribution(party: .two, using: &generator)
        let shown = [zero.withSecretBytes { $0 }, one.withSecretBytes { $0 }, two.withSecretBytes { $0 }]
        let commitments = shown.enumerated().map { party, bytes in
            OpenSSLCurve.sha256(transcript("commitment") + [UInt8(party)] + bytes)
        }
        #expect(commitments[0] == zero.commitment(for: context) && commitments[2] == two.commitment(for: context))
        let update = try TokenUpdate(zero, one, two, commitments: commitments, context: context)
        #expect(update.from == context.epoch && update.to == TokenEpoch(0x0102_0304_0506_0709))
        let factor = OpenSSLCurve.hashToScalar(
            transcript("factor") + shown.joined(), tag: Array("CordonTokensV1-RotationFactor".utf8))
        #expect(update.withSecretBytes { $0 } == factor)
    }

    @Test("digests are OpenSSL's hashes of what they name, and differ for each part of it")
    func digests() throws {
        let key = try Consortium(seed: 69).publicKey
        let elements = [key.key] + key.shares
        #expect(
            key.digest == OpenSSLCurve.sha256(Array("cordon/token-key/v1".utf8) + elements.flatMap(\.compressed)))
        var generator = SplitMix64(70)
        let dealing = KeyDealing(dealer: .one, using: &generator)
        let refresh = KeyDealing(refreshBy: .one, using: &generator)
        let constant = try #require(dealing.commitments.constant)
        func expected(_ dealer: UInt8, _ constant: [UInt8], _ slope: GroupElement) -> [UInt8] {
            OpenSSLCurve.sha256(Array("cordon/token-dealing/v1".utf8) + [dealer] + constant + slope.compressed)
        }
        #expect(dealing.commitments.digest == expected(1, constant.compressed, dealing.commitments.slope))
        #expect(refresh.commitments.digest == expected(1, [0], refresh.commitments.slope))
        let slope = dealing.commitments.slope
        let all = [
            dealing.commitments, DealingCommitments(dealer: .two, constant: constant, slope: slope),
            DealingCommitments(dealer: .one, constant: slope, slope: constant),
            DealingCommitments(dealer: .one, constant: nil, slope: slope),
            DealingCommitments(dealer: .one, constant: constant, slope: constant),
        ]
        #expect(Set(all.map(\.digest)).count == all.count)
    }

    @Test("a dealing's values are those of a line: the one in the middle is half of the sum of the outer two")
    func lines() {
        var generator = SplitMix64(71)
        for isRefresh in [false, true] {
            for dealer in PartyID.allCases {
                let dealing =
                    isRefresh
                    ? KeyDealing(refreshBy: dealer, using: &generator) : KeyDealing(dealer: dealer, using: &generator)
                let values = [
                    number(dealing.subShare(for: .zero)), number(dealing.subShare(for: .one)),
                    number(dealing.subShare(for: .two)),
                ]
                #expect(values[0] + values[2] == values[1] + values[1])
                #expect(Set(values).count == 3)
                let constant = values[0] + values[0] - values[1]
                #expect(constant.isZero == isRefresh)
                let slope = GroupElement.generator(times: secret(values[1] - values[0]))
                #expect(dealing.commitments.slope == slope && dealing.commitments.dealer == dealer)
                #expect(dealing.commitments.constant?.compressed == OpenSSLCurve.generator(times: constant.bytes))
            }
        }
    }

    @Test("a party's share is the same in whatever order the dealings came")
    func order() throws {
        var generator = SplitMix64(72)
        let first = KeyDealing(dealer: .zero, using: &generator)
        let second = KeyDealing(dealer: .one, using: &generator)
        let third = KeyDealing(dealer: .two, using: &generator)
        var found: Set<Scalar> = []
        var keys: Set<TokenPublicKey> = []
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var generation = KeyGeneration(party: .one)
            for at in order {
                switch at {
                case 0: try generation.receive(first.commitments, subShare: first.subShare(for: .one))
                case 1: try generation.receive(second.commitments, subShare: second.subShare(for: .one))
                default: try generation.receive(third.commitments, subShare: third.subShare(for: .one))
                }
            }
            let share = try generation.finish()
            found.insert(number(share))
            keys.insert(share.publicKey)
            #expect(share.party == .one)
        }
        #expect(found.count == 1 && keys.count == 1)
    }

    @Test("epochs are numbered from 1, in order, each with the one before but the first")
    func epochs() {
        #expect(TokenEpoch.first == TokenEpoch(1) && TokenEpoch.first.next == TokenEpoch(2))
        #expect(TokenEpoch.first.previous == nil && TokenEpoch(0).previous == nil)
        for number in [2, 3, 1 << 32, .max] as [UInt64] {
            #expect(TokenEpoch(number).previous == TokenEpoch(number - 1))
            #expect(TokenEpoch(number - 1) < TokenEpoch(number) && !(TokenEpoch(number) < TokenEpoch(number)))
            #expect(TokenEpoch(number - 1).next == TokenEpoch(number))
        }
        let context = TokenContext(consortium: [1, 2], epoch: TokenEpoch(2))
        #expect(context.previous == TokenContext(consortium: [1, 2], epoch: .first))
        #expect(context.previous?.previous == nil)
    }
}
