import Foundation
import Ingest
import Keys
import Model
import Records
import Secrets
import SecureScoring
import Support
import Synchronization
import Testing
import ThreeParty

/// The private keys of the three parties, the same in every test.
enum PartySeeds {
    static func hpke(_ party: PartyID) -> [UInt8] { [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32) }

    /// The pairwise key that `party` shares with the previous one.
    static func pair(_ party: PartyID) -> [UInt8] { [UInt8](repeating: UInt8(party.rawValue) + 11, count: 32) }

    /// The keys that `party` shares with its neighbours.
    static func pairKeys(_ party: PartyID, epoch: KeyEpoch = KeyEpoch(1)) -> PairKeys {
        func key(_ party: PartyID) -> SecretKey {
            SecretKey(bytes: pair(party).map { $0 &+ UInt8(epoch.number - 1) &* 40 })
        }
        return PairKeys(withPrevious: key(party), withNext: key(party.next))
    }

    static func decisionTag(_ party: PartyID) -> DecisionTag { DecisionTag(party: party, keys: pairs(party)) }

    /// Of every epoch, each with keys of its own.
    static func pairs(_ party: PartyID) -> PairKeyring { PairKeyring { PairKeyring.Held(pairKeys(party, epoch: $0)) } }

    static func publicKeys() throws -> [PartyID: HPKEPublicKey] {
        var keys: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { keys[party] = try HPKEPrivateKey(bytes: hpke(party)).publicKey }
        return keys
    }
}

/// A member: its keys, its sessions, and the records that it seals.
struct Bank: Sendable {
    let id: MemberID
    let epoch: UInt32
    let identity: VerifyingKey
    let announcement: WireSessionAnnouncement
    let sessions: [PartyID: Session]
    let seed: [UInt8]

    init(_ name: String, epoch: UInt32 = 1) throws {
        id = try #require(MemberID(name))
        self.epoch = epoch
        // Another one for each name: two banks must not open each other's boxes.
        seed = Digest32(of: [Array(name.utf8)]).bytes
        guard let signing = SigningKey(bytes: seed) else { throw HPKEError.malformedKey }
        let offer = try SessionOffer(
            consortium: "c", member: id, epoch: epoch, parties: try PartySeeds.publicKeys(), identity: signing)
        identity = signing.verifyingKey
        announcement = offer.announcement
        sessions = offer.sessions
    }

    func hpke() throws -> HPKEPrivateKey { try HPKEPrivateKey(bytes: seed) }

    /// A sealed record of a transaction with these features.
    func seal(_ values: [Double], source: Int64, index: Int = 0, spec: BinnedSpec) throws -> [UInt8] {
        let generator = SystemBytes()
        let sealer = TransactionSealer(
            member: id, epoch: epoch, sessions: sessions, spec: spec, idKey: SecretKey(bytes: seed),
            random: generator.next)
        let transaction = Transaction(
            id: "\(source)", time: EventTime(seconds: 1_530_748_831 + source), customer: "c", terminal: "t",
            amount: MinorUnits(1))
        return sealer.seal(
            transaction, event: sealer.eventID(UInt64(source) | UInt64(index) << 32), features: values, tokens: .none,
            at: SealedPlace(source: SourcePosition(offset: source, index: index)))
    }
}

/// Fresh random bytes: results must not depend on them.
struct SystemBytes: Sendable {
    func next(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// Four features of seven edges: bin `b` from values that round to `b`.
func testSpec(_ name: String = "test") throws -> BinnedSpec {
    let features = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
    let edges = (0..<7).map { Double($0) + 0.5 }
    return try BinnedSpec(spec: FeatureSpec(name: name, features: features), edges: features.map { _ in edges })
}

/// A model of random trees; `wide` needs the 32-bit ring.
func randomModel(_ version: String, spec: BinnedSpec, wide: Bool = false) throws -> ClearModel {
    var generator = SplitMix64(state: version.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    let bound: Int32 = wide ? 5_000_000 : 3000
    let trees = (0..<9).map { _ in
        Forest.Tree(
            conditions: (0..<3).map { _ in Int.random(in: 0..<spec.bits, using: &generator) },
            leaves: (0..<8).map { _ in Int32.random(in: -bound...bound, using: &generator) })
    }
    return try ClearModel(
        version: version, binned: spec, forest: Forest(trees: trees, bits: spec.bits),
        calibration: Calibration(points: [.init(score: 0, probability: 0.5)]))
}
