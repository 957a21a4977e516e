import EventLogs
import Foundation
import Keys
import Records
import ThreeParty
import TokenService
import Tokens

/// A party that follows docs/TOKENS.md step by step, and departs from it where a test says so.
final class CheatingDealer {
    let id: KeyGenerationID
    let party: PartyID
    private let line: KeyDealing
    private let agreement = HPKEPrivateKey()

    init(id: KeyGenerationID, party: PartyID) throws {
        self.id = id
        self.party = party
        var generator = SystemRandomNumberGenerator()
        line = KeyDealing(dealer: party, using: &generator)
    }

    var commitments: DealingCommitments { line.commitments }

    func record(_ body: WireTokenKeyBody) throws -> [UInt8] { try TokenWorld.channel(party).record(body) }

    func body() -> WireTokenKeyBody {
        var body = WireTokenKeyBody()
        body.schema = 1
        body.consortium = id.consortium
        body.tokenEpoch = id.epoch.number
        body.attempt = id.attempt
        body.party = UInt32(party.rawValue)
        return body
    }

    func commitment() -> WireTokenKeyBody {
        var body = body()
        body.commitment.digest = Data(line.commitments.digest)
        body.commitment.agreementKey = Data(agreement.publicKey.bytes)
        return body
    }

    /// - Parameter wrong: who gets the next number after its own.
    func dealing(_ keys: [PartyID: HPKEPublicKey], wrongFor wrong: PartyID? = nil) throws -> WireTokenKeyBody {
        var body = body()
        body.dealing.constant = Data(line.commitments.constant?.compressed ?? [])
        body.dealing.slope = Data(line.commitments.slope.compressed)
        for reader in [party.next, party.previous] {
            guard let key = keys[reader] else { continue }
            let shared = try agreement.agree(
                with: key,
                info: Array("cordon/token-key-generation/sub-share/v1/\(party)/\(reader)/".utf8) + idBytes)
            var subShare = WireTokenKeySubShare()
            subShare.party = UInt32(reader.rawValue)
            subShare.box = line.subShare(for: reader).withSecretBytes { bytes in
                var bytes = bytes
                if reader == wrong { bytes[31] ^= 1 }
                return Data(
                    SealedBox.seal(bytes, once: [line.commitments.digest], under: shared, associated: idBytes))
            }
            body.dealing.subShares.append(subShare)
        }
        return body
    }

    /// What the others committed to seal with.
    func agreementKeys(_ records: [LogRecord]) throws -> [PartyID: HPKEPublicKey] {
        let channel = try TokenWorld.channel(party)
        var keys: [PartyID: HPKEPublicKey] = [:]
        for record in records {
            let (sender, body) = try channel.verified(record.value ?? [])
            if case .commitment(let commitment) = body.step {
                keys[sender] = try HPKEPublicKey(bytes: Array(commitment.agreementKey))
            }
        }
        return keys
    }

    private var idBytes: [UInt8] {
        withUnsafeBytes(of: id.epoch.number.bigEndian) { Array($0) }
            + withUnsafeBytes(of: id.attempt.bigEndian) { Array($0) } + Array(id.consortium.utf8)
    }
}
