import Foundation
import Keys
import Records

/// A message by which a party tells a member something of its records: with its tag under a key that only these two have.
protocol ReceiptMessage {
    var party: UInt32 { get set }
    var member: String { get set }
    var sessionEpoch: UInt32 { get set }
    var tag: Data { get set }
    var encoded: [UInt8] { get }
}

extension WireLabelReceipt: ReceiptMessage {}
extension WireMissingReceipt: ReceiptMessage {}

extension ReceiptMessage {
    /// The message, whose other fields are set, as a record of a party's.
    func encoded(by party: PartyID, _ session: Session) -> [UInt8] {
        var message = self
        message.party = UInt32(party.rawValue)
        message.member = session.member.name
        message.sessionEpoch = session.epoch
        message.tag = Data(RecordTag.make(message.encoded, under: session.receiptTags))
        return message.encoded
    }

    /// The party that made it; nil where none has made it for this member.
    ///
    /// - Parameter sessions: the member's own, by party and epoch.
    func verifiedParty(_ sessions: (PartyID, UInt32) -> Session?) -> PartyID? {
        guard let party = PartyID(rawValue: Int(party)), let session = sessions(party, sessionEpoch),
            member == session.member.name
        else { return nil }
        var message = self
        message.tag = Data()
        guard RecordTag.isValid(Array(tag), of: message.encoded, under: session.receiptTags) else { return nil }
        return party
    }
}
