import Counters
import EventLogs
import Keys
import Records
import ThreeParty

/// A record of the batch as this party sees it.
struct OpenedTransaction {
    /// Nil where the record names no member of the consortium.
    var member: MemberID?
    var source: SourcePosition
    var epoch: UInt32
    /// What the parties count; without meaning where the record was refused.
    var event: EventID?
    var time = EventTime(seconds: 0)
    /// One a slot of the model's counts; nil where the transaction has no such entity.
    var tokens: [TokenKey?] = []
}

/// Opens this party's boxes. Refusals are per record and never stop a batch.
final class TransactionOpener {
    private let party: PartyID
    private let sessions: SessionRegistry
    private var streams = CounterStream()
    /// What a box is bound to, and its plaintext; one buffer each for all.
    private var associated: [UInt8] = []
    private var plaintext: [UInt8] = []

    init(party: PartyID, sessions: SessionRegistry) {
        self.party = party
        self.sessions = sessions
    }

    /// Opens a record, and adds it to `inputs`: this party's shares, or why it refuses the transaction.
    ///
    /// - Parameter counts: where the model reads counts: what a box's tokens are held against.
    func open(
        _ record: SealedRecord, for model: ActiveModel, counts: PartitionCounts? = nil, into inputs: inout BatchInputs
    ) throws(LogError) -> OpenedTransaction {
        var opened = OpenedTransaction(member: nil, source: SourcePosition(offset: 0), epoch: 0)
        if let refusal = try open(record, model, counts, &opened, &inputs) { inputs.append(refused: refusal) }
        return opened
    }

    /// Nil where the transaction is in `inputs`.
    private func open(
        _ record: SealedRecord, _ model: ActiveModel, _ counts: PartitionCounts?, _ opened: inout OpenedTransaction,
        _ inputs: inout BatchInputs
    ) throws(LogError) -> Refusal? {
        guard case .transaction(let sealed) = record.body else { return .headerMalformed }
        let header = sealed.header
        guard header.schema == SealedHeader.schema else {
            opened.member = header.member.flatMap { sessions.isMember($0) ? $0 : nil }
            return .unknownSchema
        }
        guard let event = header.event, let source = header.source, source.offset >= 0 else { return .headerMalformed }
        opened.source = source
        opened.epoch = header.sessionEpoch
        opened.event = event
        opened.time = header.time
        guard let member = header.member, sessions.isMember(member) else { return .unknownMember }
        opened.member = member
        return try open(sealed, record.record.value ?? [], member, model, counts, &opened, &inputs)
    }

    private func open(
        _ sealed: SealedTransaction, _ record: [UInt8], _ member: MemberID, _ model: ActiveModel,
        _ counts: PartitionCounts?, _ opened: inout OpenedTransaction, _ inputs: inout BatchInputs
    ) throws(LogError) -> Refusal? {
        guard sealed.header.featureSpec == model.manifest.featureSpec else { return .wrongFeatureSpec }
        guard sealed.boxCount == 3 else { return .boxMissing }
        guard let cipher = try sessions.upCipher(member, epoch: sealed.header.sessionEpoch) else {
            return .unknownSession
        }
        boxAssociatedData(header: record[sealed.headerBytes], party: party, into: &associated)
        let isOpen = record.withUnsafeBytes { record in
            SealedBox.open(
                UnsafeRawBufferPointer(rebasing: record[sealed.boxes[party.rawValue]]), under: cipher,
                associated: associated, into: &plaintext)
        }
        guard isOpen else { return .boxNotOpened }
        return plaintext.withUnsafeBytes { bytes in
            guard let box = ShareBox(bytes) else { return .boxMalformed }
            if let counts {
                do throws(Refusal) {
                    opened.tokens = try counts.tokens(
                        UnsafeRawBufferPointer(rebasing: bytes[box.tokens]), epoch: sealed.header.tokenEpoch)
                } catch { return error }
            }
            inputs.append(
                party: party, first: UnsafeRawBufferPointer(rebasing: bytes[box.first]),
                second: UnsafeRawBufferPointer(rebasing: bytes[box.second]), &streams)
            return nil
        }
    }
}
