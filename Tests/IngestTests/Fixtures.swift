import Foundation
import Ingest
import Keys
import Model
import Records
import Testing
import ThreeParty

/// A folder of its own that goes with the value that holds it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A small generator with a seed, so that a failure can be run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
}

func member(_ name: String) throws -> MemberID { try #require(MemberID(name)) }

/// One member's sessions of one epoch, at both ends.
struct Sessions {
    let member: MemberID
    let epoch: UInt32
    let members: [PartyID: Session]
    let parties: [PartyID: Session]

    init(_ name: String = "bank-a", epoch: UInt32 = 1) throws {
        member = try #require(MemberID(name))
        self.epoch = epoch
        let zero = HPKEPrivateKey()
        let one = HPKEPrivateKey()
        let two = HPKEPrivateKey()
        let identity = SigningKey()
        let offer = try SessionOffer(
            member: member, epoch: epoch,
            parties: [.zero: zero.publicKey, .one: one.publicKey, .two: two.publicKey], identity: identity)
        let known = [member: identity.verifyingKey]
        members = offer.sessions
        parties = [
            .zero: try Session.accept(offer.announcement, at: .zero, key: zero, members: known),
            .one: try Session.accept(offer.announcement, at: .one, key: one, members: known),
            .two: try Session.accept(offer.announcement, at: .two, key: two, members: known),
        ]
    }

    /// The lookup that a `ShareCollector` asks.
    func find(_ party: PartyID, _ epoch: UInt32) -> Session? { epoch == self.epoch ? members[party] : nil }
}

func payment(
    _ id: String, seconds: Int64, customer: String = "c1", terminal: String = "t1", amount: Int64 = 1000
) -> Transaction {
    Transaction(
        id: id, time: EventTime(seconds: seconds), customer: customer, terminal: terminal, amount: MinorUnits(amount))
}

extension RejectionReason: CustomTestStringConvertible {
    public var testDescription: String { rawValue }
}
