import Foundation
package import Keys
package import Records
import Sealing
import Secrets

/// Writes and reads records of `consortium.tokenkeys`: each has a tag for every reader, under a key that writer and reader
/// agree on by static Diffie-Hellman of the keys that the roster has of them. So a reader knows who wrote, and can prove it to
/// nobody else.
package final class KeyRecordChannel: Sendable {
    private enum Owner: Sendable {
        case party(PartyID)
        case member(MemberID)

        /// As tags name it. A member may be called as a party is.
        var name: String {
            switch self {
            case .party(let party): "party/\(party)"
            case .member(let member): "member/\(member)"
            }
        }
    }

    package static let byteLimit = 1 << 20

    private let owner: Owner
    private let key: HPKEPrivateKey
    private let parties: [PartyID: HPKEPublicKey]
    /// Readers of what is for members, too.
    private let members: [MemberID: HPKEPublicKey]

    /// A party's.
    ///
    /// - Parameters:
    ///   - key: the private half of the party's `agreement` in the roster.
    ///   - parties: `agreement` of all three.
    ///   - members: `hpke` of all members.
    package init(
        party: PartyID, key: consuming HPKEPrivateKey, parties: [PartyID: HPKEPublicKey],
        members: [MemberID: HPKEPublicKey]
    ) {
        precondition(parties.count == PartyID.allCases.count, "a key of each party")
        owner = .party(party)
        self.key = key
        self.parties = parties
        self.members = members
    }

    /// A member's, which only reads.
    ///
    /// - Parameter key: the private half of its `hpke` in the roster.
    package init(member: MemberID, key: consuming HPKEPrivateKey, parties: [PartyID: HPKEPublicKey]) {
        precondition(parties.count == PartyID.allCases.count, "a key of each party")
        owner = .member(member)
        self.key = key
        self.parties = parties
        members = [:]
    }

    /// Whose channel it is; nil for a member's.
    package var party: PartyID? { if case .party(let party) = owner { party } else { nil } }

    /// - Returns: the record, with tags for the parties, the writer among them, and for members where it is a manifest.
    package func record(_ body: WireTokenKeyBody) throws(HPKEError) -> [UInt8] {
        guard let party, body.party == UInt32(party.rawValue) else {
            preconditionFailure("a party writes its own records")
        }
        let bytes = body.encoded
        var record = WireTokenKeyRecord()
        record.body = Data(bytes)
        for (name, key) in readers(of: body) {
            var tag = WireTokenKeyTag()
            tag.reader = name
            tag.tag = Data(try self.tag(bytes, with: key, writer: party, reader: name))
            record.tags.append(tag)
        }
        return record.encoded
    }

    /// Who wrote a record, and what.
    ///
    /// - Throws: `oversized`, `unreadable`, `misdirected` where there is no tag for this reader, as in the
    ///   coordinator's orders; `notAuthentic`.
    package func verified(_ value: [UInt8]) throws(RecordFault) -> (party: PartyID, body: WireTokenKeyBody) {
        guard value.count <= Self.byteLimit else { throw .oversized }
        guard let record = WireTokenKeyRecord(decoding: value) else { throw .unreadable }
        guard !record.hasRotation else { throw .misdirected }
        let bytes = Array(record.body)
        guard let body = WireTokenKeyBody(decoding: bytes), body.schema == 1,
            let party = PartyID(rawValue: Int(body.party)), let key = parties[party]
        else { throw .unreadable }
        guard let tag = record.tags.first(where: { $0.reader == owner.name }) else { throw .misdirected }
        let isValid: Bool
        do {
            isValid = RecordTag.isValid(Array(tag.tag), of: bytes, under: try agree(key, party, owner.name))
        } catch { throw .notAuthentic }
        guard isValid else { throw .notAuthentic }
        return (party, body)
    }

    /// Whether a record that this party wrote has a tag for everyone who is to read it.
    func isComplete(_ value: [UInt8], _ body: WireTokenKeyBody) -> Bool {
        let tagged = Set(WireTokenKeyRecord(decoding: value)?.tags.map(\.reader) ?? [])
        return readers(of: body).allSatisfy { tagged.contains($0.name) }
    }

    private func readers(of body: WireTokenKeyBody) -> [(name: String, key: HPKEPublicKey)] {
        var readers = parties.sorted { $0.key < $1.key }.map { (name: Owner.party($0).name, key: $1) }
        if case .manifest = body.step {
            readers += members.sorted { $0.key < $1.key }.map { (name: Owner.member($0).name, key: $1) }
        }
        return readers
    }

    private func tag(
        _ body: [UInt8], with other: HPKEPublicKey, writer: PartyID, reader: String
    ) throws(HPKEError) -> [UInt8] {
        RecordTag.make(body, under: try agree(other, writer, reader))
    }

    /// The key is for one direction, so that no record comes back as another's.
    private func agree(_ other: HPKEPublicKey, _ writer: PartyID, _ reader: String) throws(HPKEError) -> SecretKey {
        try key.agree(with: other, info: Array("cordon/token-keys/v1/\(writer)/\(reader)".utf8))
    }
}
