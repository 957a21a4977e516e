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
    var input: BatchInput
}

/// Opens this party's boxes. Refusals are per record and never stop a batch.
final class TransactionOpener {
    private let party: PartyID
    private let sessions: SessionRegistry
    private var streams = CounterStream()
    /// A box's plaintext; one buffer for all.
    private var plaintext: [UInt8] = []

    init(party: PartyID, sessions: SessionRegistry) {
        self.party = party
        self.sessions = sessions
    }

    func open(_ record: SealedRecord, for model: ActiveModel) throws(LogError) -> OpenedTransaction {
        var opened = OpenedTransaction(
            member: nil, source: SourcePosition(offset: 0), epoch: 0, input: .refused(.headerMalformed))
        guard case .transaction(let sealed) = record.body else { return opened }
        let header = sealed.header
        guard header.schema == SealedHeader.schema else {
            opened.member = header.member.flatMap { sessions.isMember($0) ? $0 : nil }
            opened.input = .refused(.unknownSchema)
            return opened
        }
        guard header.event != nil, let source = header.source, source.offset >= 0 else { return opened }
        opened.source = source
        opened.epoch = header.sessionEpoch
        guard let member = header.member, sessions.isMember(member) else {
            opened.input = .refused(.unknownMember)
            return opened
        }
        opened.member = member
        opened.input = try input(sealed, record.record.value ?? [], member, model)
        return opened
    }

    private func input(
        _ sealed: SealedTransaction, _ record: [UInt8], _ member: MemberID, _ model: ActiveModel
    ) throws(LogError) -> BatchInput {
        guard sealed.header.featureSpec == model.manifest.featureSpec else { return .refused(.wrongFeatureSpec) }
        guard sealed.boxCount == 3 else { return .refused(.boxMissing) }
        guard let cipher = try sessions.upCipher(member, epoch: sealed.header.sessionEpoch) else {
            return .refused(.unknownSession)
        }
        let associated = boxAssociatedData(header: record[sealed.headerBytes], party: party)
        let isOpen = record.withUnsafeBytes { record in
            SealedBox.open(
                UnsafeRawBufferPointer(rebasing: record[sealed.boxes[party.rawValue]]), under: cipher,
                associated: associated, into: &plaintext)
        }
        guard isOpen else { return .refused(.boxNotOpened) }
        let shares = plaintext.withUnsafeBytes { bytes in
            ShareBox(bytes).flatMap { box in
                BitShares(
                    party: party, first: UnsafeRawBufferPointer(rebasing: bytes[box.first]),
                    second: UnsafeRawBufferPointer(rebasing: bytes[box.second]), bits: model.manifest.shape.bits,
                    &streams)
            }
        }
        return shares.map(BatchInput.shares) ?? .refused(.boxMalformed)
    }
}
