import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import Support
import ThreeParty

/// A member that seals what it likes: first as the shipped agent does, then with each party's box opened and sealed anew.
struct AttackingBank {
    let id: MemberID
    let identity: VerifyingKey
    let announcement: WireSessionAnnouncement
    let sessions: [PartyID: Session]

    init(_ name: String, _ parties: [PartyID: HPKEPublicKey]) throws {
        id = try Support.member(name)
        let identity = SigningKey()
        let offer = try SessionOffer(member: id, epoch: 1, parties: parties, identity: identity)
        self.identity = identity.verifyingKey
        announcement = offer.announcement
        sessions = offer.sessions
    }

    /// An honest record of a transaction.
    func seal(
        _ values: [Double], source: Int64, spec: BinnedSpec, tokens: BoxedTokens = .none, time: Int64 = 1_530_748_831
    ) -> [UInt8] {
        let sealer = TransactionSealer(
            member: id, epoch: 1, sessions: sessions, spec: spec,
            idKey: SecretKey(bytes: [UInt8](repeating: 9, count: 32))
        ) { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        return sealer.seal(
            Transaction(
                id: "\(source)", time: EventTime(seconds: time), customer: "c", terminal: "t", amount: MinorUnits(1)),
            event: sealer.eventID(UInt64(source)), features: values, tokens: tokens,
            source: SourcePosition(offset: source))
    }
}
