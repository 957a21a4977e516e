import Foundation
package import Keys
package import Records
package import Secrets
package import Tokens

/// A party's side of making or rotating the token key over the log: a state machine without I/O. It takes verified
/// records in the log's order, the party's own among them, and says what to publish next.
///
///     commitment: digest of its part → dealing or contribution: the part, sealed for the others → manifest: the public key found
///
/// Each step waits for three records of the one before, in the log, so none commits after another has shown its part
/// (Gennaro, Jarecki, Krawczyk and Rabin 1999; verifiable sharing after Feldman 1987). A party can end an attempt when
/// it sees the key that it would give, and so choose among a few keys; it can't choose the key.
package struct KeyCeremony: ~Copyable {
    package let id: KeyGenerationID
    package let party: PartyID
    package private(set) var failure: KeyGenerationFailure?
    private let part: any KeyPart
    private let agreement: AttemptKey
    private var commitments: [PartyID: (digest: [UInt8], key: HPKEPublicKey)] = [:]
    private var shown: Set<PartyID> = []
    /// The key that was found, until it is taken.
    private var key: NewTokenKey?
    /// The key that this party found; others may not have found it yet.
    package private(set) var publicKey: TokenPublicKey?
    private var manifests: Set<PartyID> = []
    private var hasComplained = false

    /// A ceremony for a new key.
    package init(id: KeyGenerationID, party: PartyID, seed: borrowing SecretKey) throws(HPKEError) {
        var numbers = Self.numbers("cordon/token-key-generation/line/v1", seed, id, party)
        try self.init(id, party, seed, DealtLine(of: party, using: &numbers))
    }

    /// A ceremony for the key that follows another one.
    ///
    /// - Parameter share: this party's, of the epoch before.
    package init(
        id: KeyGenerationID, rotating share: consuming TokenKeyShare, seed: borrowing SecretKey
    ) throws(HPKEError) {
        guard let old = id.context.previous else { preconditionFailure("no epoch comes before the first") }
        let party = share.party
        var numbers = Self.numbers("cordon/token-rotation/contribution/v1", seed, id, party)
        try self.init(id, party, seed, FactorPart(rotating: share, of: old, using: &numbers))
    }

    private init(
        _ id: KeyGenerationID, _ party: PartyID, _ seed: borrowing SecretKey, _ part: any KeyPart
    ) throws(HPKEError) {
        self.id = id
        self.party = party
        self.part = part
        agreement = try AttemptKey(seed: seed, id: id, party: party)
    }

    private static func numbers(
        _ purpose: String, _ seed: borrowing SecretKey, _ id: KeyGenerationID, _ party: PartyID
    ) -> DerivedNumbers {
        DerivedNumbers(seed, for: [Array(purpose.utf8), id.bytes, [UInt8(party.rawValue)]])
    }

    /// Whether three parties found the same key.
    package var isComplete: Bool { failure == nil && manifests.count == PartyID.allCases.count }

    /// The key that this party found, once. It is to be stored before the manifest says that it was found, which waits for that.
    package mutating func takeKey() -> NewTokenKey? { key.take() }

    // MARK: Receiving

    /// Applies a record that `sender` wrote. Records of other attempts change nothing; of one step, a party's first
    /// counts.
    package mutating func receive(_ body: WireTokenKeyBody, from sender: PartyID) {
        guard body.consortium == id.consortium, body.tokenEpoch == id.epoch.number, body.attempt == id.attempt else {
            return
        }
        if case .complaint = body.step, sender == party { hasComplained = true }
        guard failure == nil, !isComplete else { return }
        do throws(TokenError) {
            switch body.step {
            case .commitment(let commitment): try apply(commitment, from: sender)
            case .dealing, .contribution: try show(body.step, by: sender)
            case .complaint(let complaint): apply(complaint, from: sender)
            case .manifest(let manifest): try apply(manifest, from: sender)
            case nil: break
            }
        } catch {
            failure = .cheated(sender, error)
        }
    }

    private mutating func apply(_ commitment: WireTokenKeyCommitment, from sender: PartyID) throws(TokenError) {
        guard commitments[sender] == nil else { return }
        guard commitment.digest.count == 32,
            let key = try? HPKEPublicKey(bytes: Array(commitment.agreementKey))
        else { throw .malformed }
        if sender == party, Array(commitment.digest) != part.digest { failure = .seedLost }
        commitments[sender] = (Array(commitment.digest), key)
    }

    private mutating func show(_ step: WireTokenKeyBody.OneOf_Step?, by sender: PartyID) throws(TokenError) {
        guard let step, !shown.contains(sender) else { return }
        // Who shows its part before all have committed lets the last one choose.
        guard commitments.count == PartyID.allCases.count, let (digest, key) = commitments[sender] else {
            failure = .disagreed(sender)
            return
        }
        try part.apply(step, of: sender, committed: digest) { boxes in
            let mine = boxes.filter { $0.party == UInt32(party.rawValue) }
            guard mine.count == 1,
                let bytes = agreement.open(Array(mine[0].box), digest: digest, of: sender, key: key)
            else { return nil }
            return try? TokenScalar(bytes: bytes)
        }
        shown.insert(sender)
        guard shown.count == PartyID.allCases.count else { return }
        let found = try part.finish()
        publicKey = found.share.publicKey
        self.key = consume found
    }

    private mutating func apply(_ complaint: WireTokenKeyComplaint, from sender: PartyID) {
        guard let accused = PartyID(rawValue: Int(complaint.accused)) else {
            failure = .cheated(sender, .malformed)
            return
        }
        // Codes are short; what is longer is none.
        failure = .accused(accused, by: sender, code: String(complaint.code.prefix(64)))
    }

    private mutating func apply(_ manifest: WireTokenKeyManifest, from sender: PartyID) throws(TokenError) {
        guard !manifests.contains(sender) else { return }
        let found = try TokenPublicKey(manifest)
        // A party that showed the others different things, or computes wrongly, is found here.
        guard found.digest == publicKey?.digest else {
            failure = .disagreed(sender)
            return
        }
        manifests.insert(sender)
    }

    // MARK: Publishing

    /// The step that this party is to append when it has read the log to its end; nil where it waits for others, or has nothing
    /// more to say. Asked again after a restart, it is the same in every byte.
    package borrowing func next() throws(HPKEError) -> WireTokenKeyBody? {
        var body = WireTokenKeyBody(id, by: party)
        if let failure {
            guard !hasComplained, let (accused, code) = failure.complaint else { return nil }
            body.complaint.accused = UInt32(accused.rawValue)
            body.complaint.code = code
        } else if commitments[party] == nil {
            body.commitment.digest = Data(part.digest)
            body.commitment.agreementKey = Data(agreement.publicKey.bytes)
        } else if commitments.count == PartyID.allCases.count, !shown.contains(party) {
            body.step = part.step(try boxes())
        } else if let publicKey, key == nil, !manifests.contains(party) {
            body.manifest = publicKey.wire
        } else {
            return nil
        }
        return body
    }

    private borrowing func boxes() throws(HPKEError) -> [WireTokenKeySubShare] {
        var boxes: [WireTokenKeySubShare] = []
        for reader in [party.next, party.previous] {
            guard let key = commitments[reader]?.key else { continue }
            var box = WireTokenKeySubShare()
            box.party = UInt32(reader.rawValue)
            let digest = part.digest
            let sealed = part.withSecretBytes(for: reader) { bytes in
                Result { () throws(HPKEError) in
                    try agreement.seal(bytes, digest: digest, for: reader, key: key)
                }
            }
            box.box = Data(try sealed.get())
            boxes.append(box)
        }
        return boxes
    }
}

extension WireTokenKeyBody {
    /// The body of a record of an attempt, without a step.
    init(_ id: KeyGenerationID, by party: PartyID) {
        self.init()
        schema = 1
        consortium = id.consortium
        tokenEpoch = id.epoch.number
        attempt = id.attempt
        self.party = UInt32(party.rawValue)
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
