import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import Support
import Testing
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
        let offer = try SessionOffer(
            consortium: "c", member: id, epoch: 1, parties: parties, identity: identity)
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
            at: SealedPlace(source: SourcePosition(offset: source)))
    }
}

// MARK: - Boxes

extension AttackingBank {
    /// A record of a transaction with its boxes opened, changed and sealed again: each party's still opens, and is bound to the
    /// header.
    func reseal(_ record: [UInt8], _ change: (PartyID, inout [UInt8]) throws -> Void) throws -> [UInt8] {
        let sealed = try #require(SealedTransaction(record))
        let header = Array(record[sealed.headerBytes])
        let boxes = try PartyID.allCases.map { party in
            let session = try #require(sessions[party])
            return try Self.reseal(
                Array(record[sealed.boxes[party.rawValue]]), session.transactionBoxes,
                boxAssociatedData(header: header, party: party)
            ) { try change(party, &$0) }
        }
        return SealedTransaction.record(header: header, boxes: boxes.map(\.count)) { number, out in
            out += boxes[number]
        }
    }

    /// The same of a record of labels.
    func resealLabels(_ record: [UInt8], _ change: (PartyID, inout [UInt8]) throws -> Void) throws -> [UInt8] {
        let sealed = try #require(LabelRecord(record))
        let boxes = try PartyID.allCases.map { party in
            let session = try #require(sessions[party])
            return try Self.reseal(
                sealed.boxes[party.rawValue], session.labelBoxes,
                labelAssociatedData(header: sealed.headerBytes, party: party)
            ) { try change(party, &$0) }
        }
        return LabelRecord.encoded(header: sealed.headerBytes, boxes: boxes)
    }

    private static func reseal(
        _ box: [UInt8], _ key: borrowing SecretKey, _ associated: [UInt8], _ change: (inout [UInt8]) throws -> Void
    ) throws -> [UInt8] {
        var plaintext = try SealedBox.open(box, under: key, associated: associated)
        try change(&plaintext)
        return SealedBox.seal(plaintext, under: key, associated: associated)
    }

    /// An honest record of labels of events that the parties know, or of history.
    func label(_ entries: [LabelEntry], source: Int64, spec: BinnedSpec, history: Bool = false) -> [UInt8] {
        let sealer = LabelSealer(
            member: id, epoch: 1, sessions: sessions, spec: spec,
            idKey: SecretKey(bytes: [UInt8](repeating: 9, count: 32))
        ) { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        return sealer.record(
            entries, source: history ? .history(day: Int(source)) : SourcePosition(offset: source), history: history,
            tokenEpoch: history ? 1 : 0)
    }
}
