import Counters
import EventLogs
import Manifests
import Records
import Sealing
import ThreeParty

/// The opener of this party's boxes of transactions. Refusals are per record and never stop a batch.
final class TransactionOpener {
    private let party: PartyID
    private let sessions: SessionRegistry
    private var streams = CounterStream()
    /// The associated data and the plaintext of a box; one buffer each for all.
    private var associated: [UInt8] = []
    private var plaintext: [UInt8] = []
    /// The ciphers of the sessions that the batch's records have named so far: there are few, and many records.
    private var ciphers: [(member: MemberID, epoch: UInt32, session: SessionID?, cipher: BoxCipher)] = []

    init(party: PartyID, sessions: SessionRegistry) {
        self.party = party
        self.sessions = sessions
    }

    /// Begins a batch: whose sessions are in force is looked up anew.
    func begin() { ciphers.removeAll(keepingCapacity: true) }

    private func cipher(_ member: MemberID, _ header: SealedHeader) throws(LogError) -> BoxCipher? {
        let (epoch, session) = (header.sessionEpoch, header.session)
        if let known = ciphers.first(where: { $0.epoch == epoch && $0.session == session && $0.member == member }) {
            return known.cipher
        }
        guard let cipher = try sessions.transactionCipher(member, epoch: epoch, session) else { return nil }
        ciphers.append((member, epoch, session, cipher))
        return cipher
    }

    private func isMember(_ member: MemberID) throws(LogError) -> Bool {
        if ciphers.contains(where: { $0.member == member }) { return true }
        return try sessions.isMember(member)
    }

    /// Opens a record of the batch, and adds it to `inputs`: this party's shares, or why it refuses the transaction.
    ///
    /// - Parameters:
    ///   - counts: those that the model reads, by which a box's tokens are checked; nil where it reads none.
    ///   - closed: epochs of sessions under which nothing counts any more.
    ///   - next: the spec whose bits are added to `shadow`, if the record has any that this party can use; they are refused else.
    func open(
        _ record: SealedRecord, for model: ModelManifest, counts: PartitionCounts? = nil, closed: Set<UInt32> = [],
        into inputs: inout BatchInputs, next: NextSpec?, _ shadow: inout BatchInputs?
    ) throws(LogError) -> OpenedTransaction {
        var opened = OpenedTransaction(member: nil, source: SourcePosition(offset: 0), epoch: 0)
        if let refusal = try open(record, model, counts, closed, &opened, &inputs, next, &shadow) {
            inputs.append(refused: refusal)
            shadow?.append(refused: refusal)
        }
        return opened
    }

    /// Opens a record; nil where the transaction is in `inputs`, else why it is refused.
    private func open(
        _ record: SealedRecord, _ model: ModelManifest, _ counts: PartitionCounts?, _ closed: Set<UInt32>,
        _ opened: inout OpenedTransaction, _ inputs: inout BatchInputs, _ next: NextSpec?, _ shadow: inout BatchInputs?
    ) throws(LogError) -> Refusal? {
        guard case .transaction(let sealed) = record.body else { return .headerMalformed }
        let header = sealed.header
        guard header.schema == SealedHeader.schema else {
            if let member = header.member, try sessions.isMember(member) { opened.member = member }
            return .unknownSchema
        }
        guard let event = header.event, let source = header.source, source.offset >= 0,
            header.previous.map({ $0 < source }) ?? true
        else { return .headerMalformed }
        opened.source = source
        opened.previous = header.previous
        opened.epoch = header.sessionEpoch
        opened.event = event
        opened.time = header.time
        guard let member = header.member, try isMember(member) else { return .unknownMember }
        opened.member = member
        guard Int(header.partition) == record.record.position.partition.partition else { return .wrongPartition }
        guard !closed.contains(header.sessionEpoch) else { return .epochClosed }
        return try open(
            sealed, record.record.value ?? [], event, member, model, counts, &opened, &inputs, next, &shadow)
    }

    private func open(
        _ sealed: SealedTransaction, _ record: [UInt8], _ event: EventID, _ member: MemberID, _ model: ModelManifest,
        _ counts: PartitionCounts?, _ opened: inout OpenedTransaction, _ inputs: inout BatchInputs, _ next: NextSpec?,
        _ shadow: inout BatchInputs?
    ) throws(LogError) -> Refusal? {
        guard sealed.boxCount == 3 else { return .boxMissing }
        guard let cipher = try cipher(member, sealed.header) else {
            return try sessions.hasLeft(member, by: sealed.header.sessionEpoch) ? .memberLeft : .unknownSession
        }
        boxAssociatedData(header: record[sealed.headerBytes], party: party, into: &associated)
        let isOpen = record.withUnsafeBytes { record in
            SealedBox.open(
                UnsafeRawBufferPointer(rebasing: record[sealed.boxes[party.rawValue]]), under: cipher,
                associated: associated, into: &plaintext)
        }
        guard isOpen else { return .boxNotOpened }
        guard opened.source.partition < SourcePositions.partitions else { return .unknownPartition }
        let header = sealed.header
        // A member may go over to the next spec before the model does, or after it.
        let isSecond = header.featureSpec != model.featureSpec
        guard !isSecond || header.shadowSpec == model.featureSpec else { return .wrongFeatureSpec }
        return plaintext.withUnsafeBytes { bytes in
            guard let box = ShareBox(bytes) else { return .boxMalformed }
            // Who reads no counts reads no tokens.
            var content = UnsafeRawBufferPointer(start: nil, count: 0)
            if let counts {
                content = UnsafeRawBufferPointer(rebasing: bytes[box.tokens])
                do throws(Refusal) {
                    opened.tokens = try counts.tokens(content, epoch: sealed.header.tokenEpoch)
                } catch { return error }
            }
            let (first, second) = ((box.first, box.second), (box.shadow.first, box.shadow.second))
            let scored = isSecond ? second : first
            inputs.append(
                party: party, first: UnsafeRawBufferPointer(rebasing: bytes[scored.0]),
                second: UnsafeRawBufferPointer(rebasing: bytes[scored.1]), from: event.number, content: content,
                malformed: Refusal.boxMalformed.rawValue, &streams)
            guard let next else { return nil }
            guard (isSecond ? header.featureSpec : header.shadowSpec) == next.id else {
                shadow?.append(refused: Refusal.wrongFeatureSpec)
                return nil
            }
            let kept = isSecond ? first : second
            shadow?.append(
                party: party, first: UnsafeRawBufferPointer(rebasing: bytes[kept.0]),
                second: UnsafeRawBufferPointer(rebasing: bytes[kept.1]), from: event.number,
                malformed: Refusal.boxMalformed.rawValue, &streams)
            return nil
        }
    }
}
