import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import Support

/// A member with a modified agent: it seals any features, under any event id, time and source position.
struct Prober {
    let id: MemberID
    let identity: VerifyingKey
    let announcement: WireSessionAnnouncement
    let sessions: [PartyID: Session]
    let hpke: HPKEPublicKey

    init(_ name: String, _ parties: [PartyID: HPKEPublicKey]) throws {
        id = try Support.member(name)
        let identity = SigningKey()
        let offer = try SessionOffer(
            consortium: "c", member: id, epoch: 1, parties: parties, identity: identity)
        self.identity = identity.verifyingKey
        hpke = HPKEPrivateKey().publicKey
        announcement = offer.announcement
        sessions = offer.sessions
    }

    /// A record of a transaction.
    ///
    /// - Parameters:
    ///   - id: of the event; as the source where none is named.
    ///   - features: one value an own feature.
    func seal(
        _ features: [Double], source: Int64, id: UInt64? = nil, at time: EventTime, spec: BinnedSpec,
        tokens: BoxedTokens = .none
    ) -> [UInt8] {
        seal(
            features, at: SourcePosition(offset: source), id: id ?? UInt64(source), at: time, spec: spec, tokens: tokens
        )
    }

    /// The same at any place, behind any other.
    func seal(
        _ features: [Double], at place: SourcePosition, after previous: SourcePosition? = nil, id: UInt64,
        at time: EventTime, spec: BinnedSpec, tokens: BoxedTokens = .none
    ) -> [UInt8] {
        let sealer = TransactionSealer(
            member: self.id, epoch: 1, sessions: sessions, spec: spec, idKey: idKey, random: Self.random)
        let transaction = Transaction(
            id: "\(place)", time: time, customer: "c", terminal: "t", amount: MinorUnits(1))
        return sealer.seal(
            transaction, event: sealer.eventID(id), features: features, tokens: tokens,
            at: SealedPlace(source: place, previous: previous))
    }

    /// A record of history: one event, which was no fraud.
    func history(id: UInt64, at time: EventTime, spec: BinnedSpec, tokens: BoxedTokens) -> [UInt8] {
        let sealer = LabelSealer(
            member: self.id, epoch: 1, sessions: sessions, spec: spec, idKey: idKey, random: Self.random)
        let entry = LabelEntry(event: sealer.eventID(id), fraud: false, time: time, tokens: tokens.bytes)
        return sealer.record(
            [entry], source: .history(day: Int(time.seconds / EventTime.day)), history: true, tokenEpoch: tokens.epoch)
    }

    private var idKey: SecretKey { SecretKey(bytes: [UInt8](repeating: 9, count: 32)) }

    private static let random: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
