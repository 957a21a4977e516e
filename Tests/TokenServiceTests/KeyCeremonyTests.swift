import Foundation
import Keys
import Records
import Testing
import TokenService
import Tokens

@Suite("A party's side of making a key, record by record")
struct KeyCeremonyTests {
    let id = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1))

    /// Macros of the tests take copyable values alone.
    private final class Machine {
        private var machine: KeyCeremony

        init(_ id: KeyGenerationID, _ party: PartyID) throws {
            machine = try KeyCeremony(id: id, party: party, seed: secret(UInt8(party.rawValue)))
        }

        var failure: KeyGenerationFailure? { machine.failure }
        var isComplete: Bool { machine.isComplete }
        var publicKey: TokenPublicKey? { machine.publicKey }

        func next() throws -> WireTokenKeyBody? { try machine.next() }
        /// Whether there was a key to keep.
        func keep() -> Bool { machine.takeKey() != nil }
        func receive(_ body: WireTokenKeyBody, from sender: PartyID) { machine.receive(body, from: sender) }
    }

    /// Two honest parties and one that the test plays, after all three have committed.
    private final class Round {
        let one: Machine
        let two: Machine
        let cheat: CheatingDealer
        private(set) var keys: [PartyID: HPKEPublicKey] = [:]

        init(_ id: KeyGenerationID) throws {
            one = try Machine(id, .one)
            two = try Machine(id, .two)
            cheat = try CheatingDealer(id: id, party: .zero)
        }

        func deliver(_ body: WireTokenKeyBody, from sender: PartyID) throws {
            one.receive(body, from: sender)
            two.receive(body, from: sender)
            if case .commitment(let commitment) = body.step {
                keys[sender] = try HPKEPublicKey(bytes: Array(commitment.agreementKey))
            }
        }

        func commit() throws {
            try deliver(cheat.commitment(), from: .zero)
            try step()
        }

        /// The honest parties' next step.
        func step() throws {
            let bodies = (try #require(try one.next()), try #require(try two.next()))
            try deliver(bodies.0, from: .one)
            try deliver(bodies.1, from: .two)
        }

        /// Both have named the party that the test plays, say so in public, and have no key.
        func expectCheated(_ error: TokenError) throws {
            #expect(one.failure == .cheated(.zero, error))
            try expectComplaint(error)
        }

        /// It is named, and nobody knows whether it or the third showed what others did not see.
        func expectDisagreed() throws {
            #expect(one.failure == .disagreed(.zero))
            try expectComplaint(.keyInconsistent)
        }

        private func expectComplaint(_ error: TokenError) throws {
            let complaint = try #require(try one.next()?.complaint)
            #expect(complaint.accused == 0)
            #expect(complaint.code == error.code)
            #expect(!one.isComplete)
        }
    }

    @Test("without a departure three manifests end it; the key is the three lines' sum")
    func honest() throws {
        let round = try Round(id)
        try round.commit()
        try round.deliver(round.cheat.dealing(round.keys), from: .zero)
        try round.step()
        let key = try #require(round.one.publicKey)
        #expect(round.two.publicKey == key)
        // Nothing is said of a key before it is kept.
        #expect(try round.one.next() == nil)
        #expect(round.one.keep() && round.two.keep() && !round.one.keep())
        let manifest = try #require(try round.one.next())
        try round.step()
        #expect(!round.one.isComplete)
        var mine = round.cheat.body()
        mine.manifest = manifest.manifest
        try round.deliver(mine, from: .zero)
        #expect(round.one.isComplete)
        #expect(try round.one.next() == nil)
        // What comes after the end changes nothing.
        var late = round.cheat.body()
        late.complaint.accused = 1
        try round.deliver(late, from: .zero)
        #expect(round.one.failure == nil)
    }

    @Test("each departure is named, with its code", arguments: Departure.allCases)
    func departures(_ departure: Departure) throws {
        let round = try Round(id)
        switch departure {
        case .commitmentOfOtherLength:
            var body = round.cheat.commitment()
            body.commitment.digest.removeLast()
            try round.deliver(body, from: .zero)
            try round.expectCheated(.malformed)
        case .agreementKeyOfSmallOrder:
            var body = round.cheat.commitment()
            body.commitment.agreementKey = Data(repeating: 0, count: 32)
            round.one.receive(body, from: .zero)
            try round.expectCheated(.malformed)
        case .dealingBeforeAllCommitted:
            try round.deliver(round.cheat.commitment(), from: .zero)
            try round.deliver(round.cheat.dealing([:]), from: .zero)
            try round.expectDisagreed()
        case .otherLineThanCommitted:
            // The line is dealt as it should be, and was chosen after the others had committed.
            var body = round.cheat.commitment()
            body.commitment.digest = Data(try CheatingDealer(id: id, party: .zero).commitments.digest)
            try round.deliver(body, from: .zero)
            try round.step()
            try round.deliver(round.cheat.dealing(round.keys), from: .zero)
            try round.expectCheated(.dealingInvalid(.zero))
        case .noPoint:
            try round.commit()
            var body = try round.cheat.dealing(round.keys)
            body.dealing.constant = Data(repeating: 0, count: 33)
            try round.deliver(body, from: .zero)
            try round.expectCheated(.dealingInvalid(.zero))
        case .subShareOffTheLine:
            try round.commit()
            try round.deliver(round.cheat.dealing(round.keys, wrongFor: .one), from: .zero)
            try round.expectCheated(.dealingInvalid(.zero))
            #expect(round.two.failure == nil)
        case .boxThatDoesNotOpen:
            try round.commit()
            var body = try round.cheat.dealing(round.keys)
            body.dealing.subShares[0].box[0] ^= 1
            try round.deliver(body, from: .zero)
            try round.expectCheated(.dealingInvalid(.zero))
        case .noSubShare, .twoSubShares:
            try round.commit()
            var body = try round.cheat.dealing(round.keys)
            if departure == .noSubShare {
                body.dealing.subShares.remove(at: 0)
            } else {
                body.dealing.subShares.append(body.dealing.subShares[0])
            }
            try round.deliver(body, from: .zero)
            try round.expectCheated(.dealingInvalid(.zero))
        case .manifestOfAnotherKey, .manifestThatIsNoKey, .manifestTooEarly:
            try round.commit()
            if departure != .manifestTooEarly {
                try round.deliver(round.cheat.dealing(round.keys), from: .zero)
                try round.step()
            }
            let other = try SharedKey(seed: 3).publicKey
            var body = round.cheat.body()
            body.manifest.key = Data(other.key.compressed)
            body.manifest.shares = other.shares.map { Data($0.compressed) }
            if departure == .manifestThatIsNoKey { body.manifest.shares.swapAt(0, 1) }
            try round.deliver(body, from: .zero)
            if departure == .manifestThatIsNoKey {
                try round.expectCheated(.keyInconsistent)
            } else {
                try round.expectDisagreed()
            }
        case .complaintAboutNobody:
            var body = round.cheat.body()
            body.complaint.accused = 3
            try round.deliver(body, from: .zero)
            try round.expectCheated(.malformed)
        }
    }

    enum Departure: CaseIterable {
        case commitmentOfOtherLength, agreementKeyOfSmallOrder, dealingBeforeAllCommitted, otherLineThanCommitted
        case noPoint, subShareOffTheLine, boxThatDoesNotOpen, noSubShare, twoSubShares
        case manifestOfAnotherKey, manifestThatIsNoKey, manifestTooEarly, complaintAboutNobody
    }

    @Test("a party's first word counts; other key generations are none of this one's business")
    func firstCounts() throws {
        let round = try Round(id)
        for other in [
            KeyGenerationID(consortium: "test", epoch: TokenEpoch(2)),
            KeyGenerationID(consortium: "test", epoch: TokenEpoch(1), attempt: 2),
            KeyGenerationID(consortium: "other", epoch: TokenEpoch(1)),
        ] {
            try round.deliver(CheatingDealer(id: other, party: .zero).commitment(), from: .zero)
        }
        try round.deliver(round.cheat.commitment(), from: .zero)
        // Another line's commitment, too late.
        let second = try CheatingDealer(id: id, party: .zero).commitment()
        round.one.receive(second, from: .zero)
        round.two.receive(second, from: .zero)
        try round.step()
        try round.deliver(round.cheat.dealing(round.keys), from: .zero)
        try round.step()
        #expect(round.one.failure == nil)
        #expect(round.one.publicKey != nil)
    }

    @Test("the same seed says the same, another seed, attempt or party something else")
    func deterministic() throws {
        func first(_ party: PartyID, _ seed: UInt8, _ id: KeyGenerationID) throws -> WireTokenKeyCommitment? {
            try KeyCeremony(id: id, party: party, seed: secret(seed)).next()?.commitment
        }
        let base = try first(.one, 1, id)
        #expect(try first(.one, 1, id) == base)
        let next = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1), attempt: 2)
        for other in [try first(.one, 2, id), try first(.one, 1, next), try first(.two, 1, id)] {
            #expect(other?.digest != base?.digest)
            #expect(other?.agreementKey != base?.agreementKey)
        }
    }
}
