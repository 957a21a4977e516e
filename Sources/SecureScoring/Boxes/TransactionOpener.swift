import EventLogs
import Foundation
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
struct TransactionOpener {
    let party: PartyID
    let model: ActiveModel
    let sessions: SessionRegistry

    func open(_ record: SealedRecord) throws(LogError) -> OpenedTransaction {
        var opened = OpenedTransaction(
            member: nil, source: SourcePosition(offset: 0), epoch: 0, input: .refused(.headerMalformed))
        guard case .transaction(let sealed, let headerBytes, let header) = record.body else { return opened }
        guard header.schema == 1 else {
            opened.member = MemberID(header.member).flatMap { sessions.isMember($0) ? $0 : nil }
            opened.input = .refused(.unknownSchema)
            return opened
        }
        guard header.eventID.count == 16, header.hasSource, header.source.offset >= 0 else { return opened }
        opened.source = SourcePosition(header.source)
        opened.epoch = header.sessionEpoch
        guard let member = MemberID(header.member), sessions.isMember(member) else {
            opened.input = .refused(.unknownMember)
            return opened
        }
        opened.member = member
        opened.input = try input(sealed, header, headerBytes, member)
        return opened
    }

    private func input(
        _ sealed: WireSealedTransaction, _ header: WireSealedHeader, _ headerBytes: [UInt8], _ member: MemberID
    ) throws(LogError) -> BatchInput {
        guard header.featureSpec == model.manifest.featureSpec else { return .refused(.wrongFeatureSpec) }
        guard sealed.boxes.count == 3 else { return .refused(.boxMissing) }
        guard let session = try sessions.session(member, epoch: header.sessionEpoch) else {
            return .refused(.unknownSession)
        }
        let box = Array(sealed.boxes[party.rawValue])
        guard
            let plaintext = try? SealedBox.open(
                box, under: session.up, associated: boxAssociatedData(header: headerBytes, party: party))
        else { return .refused(.boxNotOpened) }
        guard let parts = WireShareBox(decoding: plaintext),
            let shares = BitShares(
                party: party, first: Array(parts.first), second: Array(parts.second), bits: model.manifest.shape.bits)
        else { return .refused(.boxMalformed) }
        return .shares(shares)
    }
}
