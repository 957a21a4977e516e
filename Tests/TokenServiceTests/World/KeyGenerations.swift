import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Telemetry
import Testing
import ThreeParty
import TokenService
import Tokens

/// The three parties' and the members' keys of the roster, and key generations over a world's log.
extension TokenWorld {
    static func agreementKey(_ party: PartyID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 21, count: 32))
    }

    static func memberKey(_ member: MemberID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(member.name.utf8.reduce(0, &+)), count: 32))
    }

    static func agreementKeys() throws -> [PartyID: HPKEPublicKey] {
        var keys: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { keys[party] = try agreementKey(party).publicKey }
        return keys
    }

    static func channel(_ party: PartyID, members: [MemberID] = TokenWorld.members) throws -> KeyRecordChannel {
        var keys: [MemberID: HPKEPublicKey] = [:]
        for member in members { keys[member] = try memberKey(member).publicKey }
        return KeyRecordChannel(party: party, key: try agreementKey(party), parties: try agreementKeys(), members: keys)
    }

    static func channel(_ member: MemberID) throws -> KeyRecordChannel {
        KeyRecordChannel(member: member, key: try memberKey(member), parties: try agreementKeys())
    }

    func keyStore(_ party: PartyID, file: String? = nil) throws -> TokenKeyStore {
        TokenKeyStore(
            party: party, state: try SQLiteStateStore(path: file ?? "\(path)/\(party)-keys.sqlite"),
            wrap: secret(UInt8(party.rawValue) + 120))
    }

    /// - Parameter fresh: where the party has lost what it kept.
    func generation(
        _ party: PartyID, attempt: UInt32 = 1, epoch: UInt64 = 1, fresh: Bool = false,
        members: [MemberID] = TokenWorld.members
    ) throws -> KeyGenerationStage {
        var generator = SystemRandomNumberGenerator()
        let file = fresh ? "\(path)/\(UUID().uuidString).sqlite" : nil
        return try KeyGenerationStage(
            id: KeyGenerationID(consortium: "test", epoch: TokenEpoch(epoch), attempt: attempt),
            channel: Self.channel(party, members: members), store: keyStore(party, file: file), log: log,
            metrics: metrics[party] ?? Metrics(), using: &generator)
    }

    func publishedKeys(_ member: MemberID = bankA, metrics: Metrics = Metrics()) throws -> PublishedTokenKeys {
        let keys = try PublishedTokenKeys(
            consortium: "test", channel: Self.channel(member), log: log, metrics: metrics)
        try keys.refresh()
        return keys
    }
}
