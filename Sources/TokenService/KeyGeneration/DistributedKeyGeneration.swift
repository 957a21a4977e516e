import Foundation
package import Keys
package import Records
package import ThreeParty
package import Tokens

/// Why a key generation ended without a key. It stays so: the next attempt is another key generation.
package enum KeyGenerationFailure: Error, Sendable, Hashable {
    /// This party found that the one named departs from the protocol.
    case cheated(PartyID, TokenError)
    /// The party named goes on as if it had seen another course of the log than this one: it departs from the protocol, or the
    /// third party does, which showed the two different records.
    case disagreed(PartyID)
    /// Another party says so; one of the two departs from the protocol, or the third, where they disagree.
    case accused(PartyID, by: PartyID, code: String)
    /// This party committed to a line that it does not have any more.
    case seedLost
}

extension KeyGenerationFailure {
    /// What the others are told; nil for what they said, or can see.
    fileprivate var complaint: (accused: PartyID, code: String)? {
        switch self {
        case .cheated(let party, let error): (party, error.code)
        case .disagreed(let party): (party, TokenError.keyInconsistent.code)
        case .accused, .seedLost: nil
        }
    }
}

extension KeyGenerationFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cheated(let party, let error): "\(party) departs from the protocol (\(error.code))"
        case .disagreed(let party): "\(party) has seen other records than this party, or says so"
        case .accused(let party, let by, let code): "\(by) says that \(party) departs from the protocol (\(code))"
        case .seedLost: "this party has lost what it committed to; begin the next attempt at all three"
        }
    }
}

/// A party's side of making the token key over the log: a state machine without I/O. It takes verified records in the log's
/// order, the party's own among them, and says what to publish next.
///
///     commitment: digest of the line → dealing: the line in public, sub-shares sealed → manifest: the public key found
///
/// Each step waits for three records of the one before, in the log, so none commits after another has shown its line (Gennaro,
/// Jarecki, Krawczyk and Rabin 1999; verifiable sharing after Feldman 1987). A party can end an attempt when it sees the key
/// that it would give, and so choose among a few keys; it can't choose the key.
package struct DistributedKeyGeneration: ~Copyable {
    package let id: KeyGenerationID
    package let party: PartyID
    package private(set) var failure: KeyGenerationFailure?
    private let secrets: KeyGenerationSecrets
    private var commitments: [PartyID: (digest: [UInt8], key: HPKEPublicKey)] = [:]
    private var dealt: Set<PartyID> = []
    private var generation: KeyGeneration?
    private var share: TokenKeyShare?
    /// The key that this party found; others may not have found it yet.
    package private(set) var publicKey: TokenPublicKey?
    private var manifests: Set<PartyID> = []
    private var hasComplained = false

    package init(id: KeyGenerationID, party: PartyID, seed: borrowing SecretKey) throws(HPKEError) {
        self.id = id
        self.party = party
        secrets = try KeyGenerationSecrets(seed: seed, id: id, party: party)
        generation = KeyGeneration(party: party)
    }

    /// Whether three parties found the same key.
    package var isComplete: Bool { failure == nil && manifests.count == PartyID.allCases.count }

    /// - Returns: nil unless the key generation is complete.
    package consuming func finish() -> TokenKeyShare? { isComplete ? share.take() : nil }

    // MARK: Receiving

    /// Takes a record that `sender` wrote. Records of other key generations change nothing; of one step, a party's first counts.
    package mutating func receive(_ body: WireTokenKeyBody, from sender: PartyID) {
        guard body.consortium == id.consortium, body.tokenEpoch == id.epoch.number, body.attempt == id.attempt else {
            return
        }
        if case .complaint = body.step, sender == party { hasComplained = true }
        guard failure == nil, !isComplete else { return }
        do throws(TokenError) {
            switch body.step {
            case .commitment(let commitment): try take(commitment, from: sender)
            case .dealing(let dealing): try take(dealing, from: sender)
            case .complaint(let complaint): take(complaint, from: sender)
            case .manifest(let manifest): try take(manifest, from: sender)
            case nil: break
            }
        } catch {
            failure = .cheated(sender, error)
        }
    }

    private mutating func take(_ commitment: WireTokenKeyCommitment, from sender: PartyID) throws(TokenError) {
        guard commitments[sender] == nil else { return }
        guard commitment.digest.count == 32,
            let key = try? HPKEPublicKey(bytes: Array(commitment.agreementKey))
        else { throw .malformed }
        if sender == party, Array(commitment.digest) != secrets.dealing.commitments.digest {
            failure = .seedLost
        }
        commitments[sender] = (Array(commitment.digest), key)
    }

    private mutating func take(_ dealing: WireTokenKeyDealing, from sender: PartyID) throws(TokenError) {
        guard !dealt.contains(sender) else { return }
        // Who shows its line before all have committed lets the last one choose.
        guard commitments.count == PartyID.allCases.count, let (digest, key) = commitments[sender] else {
            failure = .disagreed(sender)
            return
        }
        let shown: DealingCommitments
        do throws(TokenError) {
            shown = DealingCommitments(
                dealer: sender, constant: try GroupElement(compressed: Array(dealing.constant)),
                slope: try GroupElement(compressed: Array(dealing.slope)))
        } catch { throw .dealingInvalid(sender) }
        guard shown.digest == digest else { throw .dealingInvalid(sender) }
        try add(shown, dealing.subShares, key)
        dealt.insert(sender)
        guard dealt.count == PartyID.allCases.count, let whole = generation.take() else { return }
        let share = try whole.finish()
        publicKey = share.publicKey
        self.share = consume share
    }

    private mutating func add(
        _ shown: DealingCommitments, _ boxes: [WireTokenKeySubShare], _ key: HPKEPublicKey
    ) throws(TokenError) {
        guard shown.dealer != party else {
            try generation?.receive(shown, subShare: secrets.dealing.subShare(for: party))
            return
        }
        let mine = boxes.filter { $0.party == UInt32(party.rawValue) }
        guard mine.count == 1 else { throw .dealingInvalid(shown.dealer) }
        let subShare = try secrets.open(Array(mine[0].box), of: shown, key: key)
        try generation?.receive(shown, subShare: subShare)
    }

    private mutating func take(_ complaint: WireTokenKeyComplaint, from sender: PartyID) {
        guard let accused = PartyID(rawValue: Int(complaint.accused)) else {
            failure = .cheated(sender, .malformed)
            return
        }
        // Codes are short; what is longer is none.
        failure = .accused(accused, by: sender, code: String(complaint.code.prefix(64)))
    }

    private mutating func take(_ manifest: WireTokenKeyManifest, from sender: PartyID) throws(TokenError) {
        guard !manifests.contains(sender) else { return }
        let found = try TokenPublicKey(manifest)
        // A dealer that showed parties different lines, or a party that adds up wrongly, is found here.
        guard found.digest == publicKey?.digest else {
            failure = .disagreed(sender)
            return
        }
        manifests.insert(sender)
    }

    // MARK: Publishing

    /// What this party is to append when it has read the log to its end; nil where it waits for others, or has nothing more to
    /// say. Asked again after a restart, it is the same in every byte.
    package borrowing func next() throws(HPKEError) -> WireTokenKeyBody? {
        var body = Self.body(of: id, by: party)
        if let failure {
            guard !hasComplained, let (accused, code) = failure.complaint else { return nil }
            body.complaint.accused = UInt32(accused.rawValue)
            body.complaint.code = code
        } else if commitments[party] == nil {
            body.commitment.digest = Data(secrets.dealing.commitments.digest)
            body.commitment.agreementKey = Data(secrets.publicKey.bytes)
        } else if commitments.count == PartyID.allCases.count, !dealt.contains(party) {
            body.dealing = try dealing()
        } else if let publicKey, !manifests.contains(party) {
            body = Self.manifest(publicKey, of: id, by: party)
        } else {
            return nil
        }
        return body
    }

    /// The last step, for whoever has the key.
    static func manifest(_ publicKey: TokenPublicKey, of id: KeyGenerationID, by party: PartyID) -> WireTokenKeyBody {
        var body = body(of: id, by: party)
        body.manifest = publicKey.wire
        return body
    }

    private static func body(of id: KeyGenerationID, by party: PartyID) -> WireTokenKeyBody {
        var body = WireTokenKeyBody()
        body.schema = 1
        body.consortium = id.consortium
        body.tokenEpoch = id.epoch.number
        body.attempt = id.attempt
        body.party = UInt32(party.rawValue)
        return body
    }

    private borrowing func dealing() throws(HPKEError) -> WireTokenKeyDealing {
        let shown = secrets.dealing.commitments
        var dealing = WireTokenKeyDealing()
        dealing.constant = Data(shown.constant?.compressed ?? [])
        dealing.slope = Data(shown.slope.compressed)
        for reader in [party.next, party.previous] {
            guard let key = commitments[reader]?.key else { continue }
            var subShare = WireTokenKeySubShare()
            subShare.party = UInt32(reader.rawValue)
            subShare.box = Data(try secrets.seal(for: reader, key: key))
            dealing.subShares.append(subShare)
        }
        return dealing
    }
}

extension TokenPublicKey {
    /// - Throws: what a point that is none throws; `keyInconsistent`.
    init(_ wire: WireTokenKeyManifest) throws(TokenError) {
        var shares: [GroupElement] = []
        for share in wire.shares { shares.append(try GroupElement(compressed: Array(share))) }
        try self.init(key: GroupElement(compressed: Array(wire.key)), shares: shares)
    }

    var wire: WireTokenKeyManifest {
        var manifest = WireTokenKeyManifest()
        manifest.key = Data(key.compressed)
        manifest.shares = shares.map { Data($0.compressed) }
        return manifest
    }
}
