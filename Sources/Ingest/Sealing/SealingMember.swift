import Keys
import Records
import Sealing
import Secrets

/// What the sealers of a member's records have in common: whose records they are, and what seals a box for each party.
struct SealingMember: ~Copyable {
    let member: MemberID
    private(set) var epoch: UInt32
    private(set) var session: SessionID
    /// One a party, under a key of its session.
    private(set) var sealers: [BoxSealer]
    /// Fresh random bytes, as many as asked for.
    let random: @Sendable (Int) -> [UInt8]
    private let idKey: HMACKey
    private let source: SealingSessions
    private let sealer: (Session) -> BoxSealer

    /// - Parameters:
    ///   - sessions: asked for at each record.
    ///   - idKey: turns the agent's ids of transactions into event ids; the member's alone.
    ///   - sealer: seals their kind of boxes under a session.
    init(
        _ member: MemberID, sessions source: SealingSessions, idKey: consuming SecretKey,
        random: @escaping @Sendable (Int) -> [UInt8], sealer: @escaping (Session) -> BoxSealer
    ) {
        let now = source.now
        self.member = member
        self.source = source
        self.sealer = sealer
        self.random = random
        self.idKey = HMACKey(idKey)
        epoch = now.number
        session = now.sessions.id
        sealers = Self.sealers(now, sealer)
    }

    private static func sealers(_ epoch: SealingSessions.Epoch, _ sealer: (Session) -> BoxSealer) -> [BoxSealer] {
        PartyID.allCases.map { party in
            guard let session = epoch.sessions[party] else {
                preconditionFailure("a member has a session with each party")
            }
            return sealer(session)
        }
    }

    /// Goes over to the sessions of now: called before each record.
    mutating func follow() {
        let now = source.now
        guard now.number != epoch else { return }
        epoch = now.number
        session = now.sessions.id
        sealers = Self.sealers(now, sealer)
    }

    borrowing func eventID(_ id: UInt64) -> EventID { EventID(of: id, under: idKey) }
}
