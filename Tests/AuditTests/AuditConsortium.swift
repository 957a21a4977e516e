import Audit
import Keys
import Manifests
import Records
import Support

/// Roles with their keys and logs, for tests.
final class AuditConsortium: Sendable {
    static let name = "example"
    let keys: [SyncAuthor: [UInt8]]
    let roster: [SyncAuthor: VerifyingKey]
    let clock = ManualClock()

    static let parties: [SyncAuthor] = PartyID.allCases.map { .party($0) }
    static let roles: [SyncAuthor] = parties + [.coordinator]

    init() {
        var keys: [SyncAuthor: [UInt8]] = [:]
        var roster: [SyncAuthor: VerifyingKey] = [:]
        for role in Self.roles {
            let key = SigningKey()
            keys[role] = key.rawRepresentation
            roster[role] = key.verifyingKey
        }
        self.keys = keys
        self.roster = roster
    }

    func key(_ role: SyncAuthor) -> SigningKey { SigningKey(bytes: keys[role]!)! }

    func log(_ role: SyncAuthor, _ storage: any AuditStorage) throws -> AuditLog {
        let roster = roster
        return try AuditLog(
            consortium: Self.name, role: role, key: key(role), storage: storage, clock: clock, keys: { roster[$0] })
    }

    func verifier(_ role: SyncAuthor? = nil) -> AuditVerifier {
        let roster = roster
        return AuditVerifier(consortium: Self.name, role: role, keys: { roster[$0] })
    }

    /// The fault of a copy; nil where it has none.
    func fault(_ bytes: [UInt8], of role: SyncAuthor? = nil) -> AuditFault? {
        var verifier = verifier(role)
        do {
            try bytes.withUnsafeBytes { try verifier.verify($0) }
            return nil
        } catch { return error as? AuditFault }
    }

    /// What copies are found to be, together.
    func verified(_ copies: [[UInt8]]) throws -> [AuditVerifier] {
        try copies.map { copy in
            var verifier = verifier()
            try copy.withUnsafeBytes { try verifier.verify($0) }
            return verifier
        }
    }

    /// A log of a role with a head after each of some numbers of entries.
    func bytes(_ role: SyncAuthor, heads: [Int], seed: UInt64 = 1) throws -> [UInt8] {
        let storage = AuditBytes()
        let log = try log(role, storage)
        var random = SplitMix64(seed)
        var number = 0
        for head in heads {
            while number < head {
                log.write(Self.event(number, &random))
                number += 1
            }
            _ = log.sign()
        }
        return storage.bytes
    }

    static func event(_ number: Int, _ random: inout SplitMix64) -> AuditEvent {
        let kinds: [AuditKind] = [.manifest, .activation, .batchAborted, .refused, .keyInForce]
        return AuditEvent(
            kinds.randomElement(using: &random)!, of: Bool.random(using: &random) ? Digest32(random.bytes(32)) : nil,
            [.order: "\(number)", .code: String(hexadecimal(random.bytes(Int.random(in: 0...8, using: &random))))])
    }

    /// The frames of a file, in order.
    static func frames(_ bytes: [UInt8]) -> [AuditFrame] {
        bytes.withUnsafeBytes { bytes in
            var frames: [AuditFrame] = []
            guard var reader = AuditFrames(bytes) else { return [] }
            while case .frame(let frame, _) = reader.next() { frames.append(frame) }
            return frames
        }
    }

    /// The file of some frames.
    static func file(_ frames: [AuditFrame]) -> [UInt8] { AuditFrames.magic + frames.flatMap(\.bytes) }
}

extension AuditFrame {
    var isEntry: Bool { if case .entry = self { true } else { false } }
    var isHead: Bool { if case .head = self { true } else { false } }

    var entry: AuditEntry? { if case .entry(let bytes) = self { AuditEntry(bytes) } else { nil } }
}
