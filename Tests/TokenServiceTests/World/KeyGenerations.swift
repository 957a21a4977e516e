import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import Support
import Telemetry
import Testing
import TokenService
import Tokens

/// The three parties' and the members' keys of the roster, and key generations over a world's log.
extension TokenWorld {
    static func identity(_ party: PartyID) throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 21, count: 32)) else {
            throw TokenError.malformed
        }
        return key
    }

    static func identities() throws -> [PartyID: VerifyingKey] {
        var keys: [PartyID: VerifyingKey] = [:]
        for party in PartyID.allCases { keys[party] = try identity(party).verifyingKey }
        return keys
    }

    static func channel(_ party: PartyID) throws -> KeyRecordChannel {
        KeyRecordChannel(party: party, key: try identity(party), parties: try identities())
    }

    /// A reader's.
    static func channel() throws -> KeyRecordChannel { KeyRecordChannel(parties: try identities()) }

    func keyFile(_ party: PartyID) -> String { "\(path)/\(party)-keys.sqlite" }

    func keyStore(
        _ party: PartyID, file: String? = nil, state: (any StateStore)? = nil
    ) throws -> OPRFKeyStore {
        OPRFKeyStore(
            party: party, state: try state ?? SQLiteStateStore(path: file ?? keyFile(party)),
            wrap: secret(UInt8(party.rawValue) + 120))
    }

    static func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 31, count: 32)) else { throw TokenError.malformed }
        return key
    }

    /// A party's stage, as after a start of its process.
    ///
    /// - Parameters:
    ///   - attempt: at the first key.
    ///   - fresh: where the party has lost what it kept.
    ///   - state: in the place of the party's own.
    ///   - updates: in the place of what the store has.
    func keyStage(
        _ party: PartyID, attempt: UInt32 = 1, fresh: Bool = false, state: (any StateStore)? = nil,
        updates: TokenUpdates? = nil
    ) throws -> OPRFKeyStage {
        let file = fresh ? "\(path)/\(UUID().uuidString).sqlite" : nil
        return try OPRFKeyStage(
            consortium: "test", firstAttempt: attempt, coordinator: Self.coordinator().verifyingKey,
            channel: Self.channel(party), store: keyStore(party, file: file, state: state),
            updates: updates ?? self.updates(party), log: log, clock: clock, metrics: metrics[party] ?? Metrics())
    }

    /// The factors that a party has kept.
    func updates(_ party: PartyID) throws -> TokenUpdates { try keyStore(party).updates(consortium: "test") }

    func order(
        epoch: UInt64, attempt: UInt32 = 1, consortium: String = "test", by key: borrowing SigningKey
    ) throws {
        let order = RotationOrder.record(
            try RotationOrder.make(consortium: consortium, epoch: epoch, attempt: attempt, coordinator: key))
        try log.append([NewRecord(TopicPartition(Topics.tokenKeys), key: order.key, value: order.value)])
    }

    func order(epoch: UInt64, attempt: UInt32 = 1) throws {
        try order(epoch: epoch, attempt: attempt, by: Self.coordinator())
    }

    /// Turns stages in their order until each has a key of this epoch in force.
    func run(_ stages: [OPRFKeyStage], to epoch: UInt64) throws -> [TokenPublicKey] {
        for _ in 0..<12 {
            for stage in stages { _ = try stage.turn() }
            if stages.allSatisfy({ $0.newest == TokenEpoch(epoch) }) {
                return try PartyID.allCases.map { party in
                    guard let share = try keyStore(party).share(consortium: "test", epoch: TokenEpoch(epoch)) else {
                        throw TokenError.tooFewParties
                    }
                    return share.publicKey
                }
            }
        }
        throw LogError.failed(reason: "no key of epoch \(epoch) after twelve turns")
    }

    /// Makes the first key and rotates it up to an epoch, by three parties that were there all the time.
    @discardableResult
    func makeKeys(to epoch: UInt64 = 1) throws -> [OPRFKeyStage] {
        let stages = try PartyID.allCases.map { try keyStage($0) }
        _ = try run(stages, to: 1)
        for next in stride(from: UInt64(2), through: epoch, by: 1) {
            try order(epoch: next)
            _ = try run(stages, to: next)
        }
        return stages
    }

    /// A party's stage as after a start of its process, with the keys that it has kept.
    func answerStage(_ party: PartyID, _ epoch: TokenEpoch) throws -> TokenStage {
        let store = try keyStore(party)
        guard let share = try store.share(consortium: "test", epoch: epoch) else { throw TokenError.tooFewParties }
        return try stage(
            party, share: share,
            previous: try epoch.previous.flatMap { try store.share(consortium: "test", epoch: $0) },
            epoch: epoch.number)
    }

    /// What an epoch's key gives, computed by two parties' kept shares without a log.
    func keptTokens(_ identifiers: [Identifier], epoch: UInt64, by parties: [PartyID] = [.zero, .two]) throws
        -> [EntityToken]
    {
        let context = TokenContext(consortium: context.consortium, epoch: TokenEpoch(epoch))
        var generator = SystemRandomNumberGenerator()
        guard let one = try keyStore(parties[0]).share(consortium: "test", epoch: context.epoch),
            let other = try keyStore(parties[1]).share(consortium: "test", epoch: context.epoch)
        else { throw TokenError.tooFewParties }
        var batch = try TokenRequestBatch(identifiers, key: one.publicKey, context: context, using: &generator)
        let blinded = batch.request.blinded
        _ = try batch.receive(.evaluation(one.evaluate(blinded, in: context, using: &generator)))
        _ = try batch.receive(.evaluation(other.evaluate(blinded, in: context, using: &generator)))
        guard case .tokens(let tokens) = batch.progress else { throw TokenError.tooFewParties }
        return tokens
    }

    func publishedKeys(metrics: Metrics = Metrics()) throws -> PublishedTokenKeys {
        let keys = try PublishedTokenKeys(
            consortium: "test", channel: Self.channel(), log: log, metrics: metrics)
        try keys.refresh()
        return keys
    }
}
