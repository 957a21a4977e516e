import Keys
import Records
import Sealing
import Secrets

/// What the sealers of a member's records have in common: whose records they are, and what seals a box for each party.
struct SealingMember: ~Copyable {
    let member: MemberID
    let epoch: UInt32
    let session: SessionID
    /// One a party, under a key of its session.
    let sealers: [BoxSealer]
    /// Fresh random bytes, as many as asked for.
    let random: @Sendable (Int) -> [UInt8]
    private let idKey: SecretKey

    /// - Parameters:
    ///   - idKey: turns the agent's ids of transactions into event ids; the member's alone.
    ///   - sealer: seals their kind of boxes under a session.
    init(
        _ member: MemberID, epoch: UInt32, sessions: [PartyID: Session], idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8], sealer: (Session) -> BoxSealer
    ) {
        self.member = member
        self.epoch = epoch
        session = sessions.id
        sealers = PartyID.allCases.map { party in
            guard let session = sessions[party] else { preconditionFailure("a member has a session with each party") }
            return sealer(session)
        }
        self.random = random
        self.idKey = idKey
    }

    borrowing func eventID(_ id: UInt64) -> EventID { EventID(of: id, under: idKey) }
}
