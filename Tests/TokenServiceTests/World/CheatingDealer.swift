import EventLogs
import Foundation
import Keys
import Records
import Sealing
import Support
import TokenService
import Tokens

/// A party that follows docs/TOKENS.md step by step, and departs from it where a test says so.
final class CheatingDealer {
    let id: KeyGenerationID
    let party: PartyID
    private let line: KeyDealing
    private let agreement = HPKEPrivateKey()
    /// Its part of a rotation's factor.
    private let part: RotationContribution

    init(id: KeyGenerationID, party: PartyID) throws {
        self.id = id
        self.party = party
        var generator = SystemRandomNumberGenerator()
        line = KeyDealing(dealer: party, using: &generator)
        part = RotationContribution(party: party, using: &generator)
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
            let bytes = line.subShare(for: reader).withSecretBytes { $0 }
            body.dealing.subShares.append(
                try box(bytes, line.commitments.digest, for: reader, key, isWrong: reader == wrong))
        }
        return body
    }

    private func box(
        _ bytes: [UInt8], _ digest: [UInt8], for reader: PartyID, _ key: HPKEPublicKey, isWrong: Bool
    ) throws -> WireTokenKeySubShare {
        let shared = try agreement.agree(
            with: key, info: Array("cordon/token-key-generation/sub-share/v1/\(party)/\(reader)/".utf8) + idBytes)
        var bytes = bytes
        if isWrong { bytes[31] ^= 1 }
        var subShare = WireTokenKeySubShare()
        subShare.party = UInt32(reader.rawValue)
        subShare.box = Data(SealedBox.seal(bytes, once: [digest], under: shared, associated: idBytes))
        return subShare
    }

    // MARK: Rotation

    private var partDigest: [UInt8] {
        part.commitment(
            for: TokenContext(consortium: Array(id.consortium.utf8), epoch: TokenEpoch(id.epoch.number - 1)))
    }

    func contributionCommitment() -> WireTokenKeyBody {
        var body = commitment()
        body.commitment.digest = Data(partDigest)
        return body
    }

    /// - Parameter wrong: who gets the next number after its own.
    func contribution(_ keys: [PartyID: HPKEPublicKey], wrongFor wrong: PartyID? = nil) throws -> WireTokenKeyBody {
        var body = body()
        body.contribution = WireTokenKeyContribution()
        for reader in [party.next, party.previous] {
            guard let key = keys[reader] else { continue }
            body.contribution.boxes.append(
                try box(part.withSecretBytes { $0 }, partDigest, for: reader, key, isWrong: reader == wrong))
        }
        return body
    }

    // MARK: Others

    /// What the others committed to seal with.
    func agreementKeys(_ records: [LogRecord]) throws -> [PartyID: HPKEPublicKey] {
        let channel = try TokenWorld.channel(party)
        var keys: [PartyID: HPKEPublicKey] = [:]
        for record in records {
            guard let (sender, body) = try? channel.verified(record.value ?? []) else { continue }
            if case .commitment(let commitment) = body.step, body.tokenEpoch == id.epoch.number {
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
