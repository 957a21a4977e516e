import Foundation
import Records
import Support
import Testing
import TokenService
import Tokens

/// Three honest parties of a ceremony for a new key, whose records the test carries, and may damage.
private final class Ceremony {
    private final class Machine {
        var machine: KeyCeremony

        init(_ id: KeyGenerationID, _ party: PartyID) throws {
            machine = try KeyCeremony(id: id, party: party, seed: secret(UInt8(party.rawValue) + 40))
        }
    }

    private var machines: [PartyID: Machine] = [:]

    /// All three have committed.
    init(_ id: KeyGenerationID = KeyGenerationID(consortium: "test", epoch: TokenEpoch(1))) throws {
        for party in PartyID.allCases { machines[party] = try Machine(id, party) }
        let commitments = try PartyID.allCases.map { (sender: $0, body: try said(by: $0)) }
        for (sender, body) in commitments { for party in PartyID.allCases { apply(body, to: party, from: sender) } }
    }

    func said(by party: PartyID) throws -> WireTokenKeyBody {
        guard let body = try machines[party]?.machine.next() else { throw TokenError.tooFewParties }
        return body
    }

    func apply(_ body: WireTokenKeyBody, to party: PartyID, from sender: PartyID) {
        machines[party]?.machine.receive(body, from: sender)
    }

    func failure(_ party: PartyID) -> KeyGenerationFailure? { machines[party]?.machine.failure }
    func publicKey(_ party: PartyID) -> TokenPublicKey? { machines[party]?.machine.publicKey }
}

@Suite("A party's part of a key, damaged on its way")
struct KeyPartTests {
    /// What party 1 finds when party 0's dealing comes to it changed.
    private func failure(_ change: (inout WireTokenKeyBody) throws -> Void) throws -> KeyGenerationFailure? {
        let ceremony = try Ceremony()
        var body = try ceremony.said(by: .zero)
        try change(&body)
        ceremony.apply(body, to: .one, from: .zero)
        return ceremony.failure(.one)
    }

    private static let cheated = KeyGenerationFailure.cheated(.zero, .dealingInvalid(.zero))

    /// The place of the sub-share for party 1.
    private func place(_ body: WireTokenKeyBody) throws -> Int {
        try #require(body.dealing.subShares.firstIndex { $0.party == 1 })
    }

    @Test("is taken whole, and three of them make one key at each party")
    func whole() throws {
        #expect(try failure { _ in } == nil)
        let ceremony = try Ceremony()
        let dealings = try PartyID.allCases.map { (sender: $0, body: try ceremony.said(by: $0)) }
        for party in PartyID.allCases {
            for (sender, body) in dealings { ceremony.apply(body, to: party, from: sender) }
        }
        let keys = PartyID.allCases.compactMap { ceremony.publicKey($0)?.digest }
        #expect(keys.count == 3 && Set(keys).count == 1)
    }

    @Test("is its party's fault where the box for a reader is cut off anywhere, or longer, or not there")
    func cutBoxes() throws {
        let whole = try Ceremony().said(by: .zero)
        let box = whole.dealing.subShares[try place(whole)].box
        for count in 0..<box.count {
            let found = try failure { $0.dealing.subShares[try place($0)].box = Data(box.prefix(count)) }
            #expect(found == Self.cheated, "\(count) bytes")
        }
        #expect(try failure { $0.dealing.subShares[try place($0)].box.append(0) } == Self.cheated)
        #expect(try failure { $0.dealing.subShares.remove(at: try place($0)) } == Self.cheated)
        #expect(try failure { $0.dealing.subShares = [] } == Self.cheated)
        // Two for one reader, of which it is not known which counts.
        #expect(try failure { $0.dealing.subShares.append($0.dealing.subShares[try place($0)]) } == Self.cheated)
    }

    @Test("is its party's fault where any bit of the box for a reader was changed")
    func changedBoxes() throws {
        let whole = try Ceremony().said(by: .zero)
        for at in whole.dealing.subShares[try place(whole)].box.indices {
            let found = try failure { $0.dealing.subShares[try place($0)].box[at] ^= UInt8(1 << (at % 8)) }
            #expect(found == Self.cheated, "byte \(at)")
        }
    }

    @Test("is its party's fault where what it shows of its line is no point, or another one than it committed to")
    func points() throws {
        let point = GroupElement.generator.compressed
        let whole = try Ceremony().said(by: .zero).dealing
        for count in 0..<point.count {
            #expect(try failure { $0.dealing.constant = Data(whole.constant.prefix(count)) } == Self.cheated)
            #expect(try failure { $0.dealing.slope = Data(whole.slope.prefix(count)) } == Self.cheated)
        }
        for other in [point, [UInt8](repeating: 0, count: 33), [2] + [UInt8](repeating: 0xFF, count: 32)] {
            #expect(try failure { $0.dealing.constant = Data(other) } == Self.cheated)
            #expect(try failure { $0.dealing.slope = Data(other) } == Self.cheated)
        }
        let swapped = try failure { ($0.dealing.constant, $0.dealing.slope) = (whole.slope, whole.constant) }
        #expect(swapped == Self.cheated)
    }

    @Test("is its party's fault where it is of another kind than the ceremony's")
    func otherKind() throws {
        #expect(try failure { $0.contribution = WireTokenKeyContribution() } == Self.cheated)
    }

    @Test("opens in its own attempt, epoch and consortium alone", arguments: 0..<3)
    func bound(number: Int) throws {
        let other = [
            KeyGenerationID(consortium: "test", epoch: TokenEpoch(1), attempt: 2),
            KeyGenerationID(consortium: "test", epoch: TokenEpoch(2)),
            KeyGenerationID(consortium: "tesu", epoch: TokenEpoch(1)),
        ][number]
        let foreign = try Ceremony(other).said(by: .zero)
        let box = foreign.dealing.subShares[try place(foreign)].box
        #expect(try failure { $0.dealing.subShares[try place($0)].box = box } == Self.cheated)
        // As it stands it is none of this ceremony's business.
        let ceremony = try Ceremony()
        ceremony.apply(foreign, to: .one, from: .zero)
        #expect(ceremony.failure(.one) == nil)
    }

    @Test("is for one reader alone: what is sealed for another one does not open")
    func reader() throws {
        let found = try failure { body in
            let own = try place(body)
            body.dealing.subShares[own].box = body.dealing.subShares[1 - own].box
        }
        #expect(found == Self.cheated)
    }
}
