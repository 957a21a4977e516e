import Foundation
package import Keys
package import Records

/// Writes and reads records of `consortium.tokenkeys`, each of which the party that says it signs. So whoever has the parties'
/// identities, also one that comes later, knows who wrote.
package final class KeyRecordChannel: Sendable {
    package static let byteLimit = 1 << 20
    private static let context = "cordon/token-keys/v2"

    private let own: (party: PartyID, key: SigningKeyBox)?
    private let parties: [PartyID: VerifyingKey]

    /// A key that can't be copied, for an optional of it.
    private final class SigningKeyBox: Sendable {
        let key: SigningKey

        init(_ key: consuming SigningKey) { self.key = key }
    }

    /// A party's.
    ///
    /// - Parameters:
    ///   - key: the private half of the party's identity in the roster.
    ///   - parties: the identities of all three.
    package init(party: PartyID, key: consuming SigningKey, parties: [PartyID: VerifyingKey]) {
        precondition(parties.count == PartyID.allCases.count, "a key of each party")
        own = (party, SigningKeyBox(key))
        self.parties = parties
    }

    /// A reader's, such as a member's.
    package init(parties: [PartyID: VerifyingKey]) {
        precondition(parties.count == PartyID.allCases.count, "a key of each party")
        own = nil
        self.parties = parties
    }

    /// Whose channel it is; nil for one that only reads.
    package var party: PartyID? { own?.party }

    /// The record, signed.
    package func record(_ body: WireTokenKeyBody) throws(SigningError) -> [UInt8] {
        guard let own, body.party == UInt32(own.party.rawValue) else {
            preconditionFailure("a party writes its own records")
        }
        let bytes = body.encoded
        var record = WireTokenKeyRecord()
        record.body = Data(bytes)
        record.signature = Data(try own.key.key.sign(bytes, context: Self.context))
        return record.encoded
    }

    /// Who wrote a record, and what.
    ///
    /// - Throws: `oversized`, `unreadable`, `misdirected` for the coordinator's orders; `notAuthentic`.
    package func verified(_ value: [UInt8]) throws(RecordFault) -> (party: PartyID, body: WireTokenKeyBody) {
        guard value.count <= Self.byteLimit else { throw .oversized }
        guard let record = WireTokenKeyRecord(decoding: value) else { throw .unreadable }
        guard !record.hasRotation else { throw .misdirected }
        let bytes = Array(record.body)
        guard let body = WireTokenKeyBody(decoding: bytes), body.schema == 1,
            let party = PartyID(rawValue: Int(body.party)), let key = parties[party]
        else { throw .unreadable }
        guard key.verifies(Array(record.signature), over: bytes, context: Self.context) else { throw .notAuthentic }
        return (party, body)
    }
}
