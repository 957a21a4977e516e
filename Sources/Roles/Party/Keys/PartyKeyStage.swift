import Audit
import EventLogs
import Keys
import Logging
import Manifests
import PipelineFiles
import Records
import Stages

/// The stage of a party that has its part in every epoch of keys: when one is ordered it makes its keys and offers them, says that
/// it is ready when the manifest has them, and erases what it had of a closed epoch once no partition needs it.
///
/// All of it follows from the log and the keystore, so that a process that is killed anywhere goes on where it was: keys that are
/// there are offered again, and what was said is not said twice.
final class PartyKeyStage: Stage {
    private let party: PartyID
    private let roster: Roster
    private let keystore: any Keystore
    private let keychain: PartyKeychain
    private let log: any EventLog
    private let clock: any StageClock
    private let logger: Logger
    private let certificate: (KeyEpoch) throws -> Digest32?
    private let refresh: (EpochOrder, EpochKeys) throws -> Refreshed?
    private let rest: () -> Void
    private let eraseShares: (_ through: KeyEpoch, EpochHistory) throws -> Bool
    private let keepModels: () throws -> Void
    private let isNeeded: (KeyEpoch) throws -> Bool
    /// The order that this party can do nothing about, as was said once.
    private var stuck: KeyEpoch?
    /// Closed epochs of which no share and no key of shares is left.
    private var cleared: Set<KeyEpoch> = []

    /// What a party has refreshed for an order.
    struct Refreshed {
        var models: [Digest32] = []
        var counts: UInt64 = 0
    }

    /// - Parameters:
    ///   - certificate: the digest of a new TLS certificate for an epoch; nil where the one before stays.
    ///   - refresh: refreshes what an order says, under keys of the new epoch; nil while that is under way.
    ///   - rest: told that there is no rotation, so that nothing is to be refreshed.
    ///   - eraseShares: erases what led to the shares of an epoch's generation, which is in force everywhere; false while it is
    ///     needed.
    ///   - keepModels: keeps the party's shares of all models that are in boxes sealed to its keys. Done before shares are
    ///     refreshed, and before keys are erased.
    ///   - isNeeded: whether something beside scoring, such as a training, still uses an epoch's keys.
    init(
        _ party: PartyID, _ roster: Roster, _ keystore: any Keystore, _ keychain: PartyKeychain, log: any EventLog,
        clock: any StageClock, logger: Logger, certificate: @escaping (KeyEpoch) throws -> Digest32?,
        refresh: @escaping (EpochOrder, EpochKeys) throws -> Refreshed? = { _, _ in Refreshed() },
        rest: @escaping () -> Void = {},
        eraseShares: @escaping (KeyEpoch, EpochHistory) throws -> Bool = { _, _ in true },
        keepModels: @escaping () throws -> Void, isNeeded: @escaping (KeyEpoch) throws -> Bool
    ) {
        self.party = party
        self.roster = roster
        self.keystore = keystore
        self.keychain = keychain
        self.log = log
        self.clock = clock
        self.logger = logger
        self.certificate = certificate
        self.refresh = refresh
        self.rest = rest
        self.eraseShares = eraseShares
        self.keepModels = keepModels
        self.isNeeded = isNeeded
    }

    func turn(until _: Moment) throws -> Turn {
        let history = try keychain.book.refresh()
        if history.rotation == nil { rest() }
        do {
            if try offer(history) || ready(history) || erase(history) { return .worked }
        } catch let refusal as EpochRefusal {
            // Who has read on sees why.
            logger.info("a statement on keys would not count: \(refusal)")
        }
        return .rest(.milliseconds(200))
    }

    // MARK: Steps

    /// Offers keys of the epoch that is ordered: those that the keystore has already, or fresh ones.
    private func offer(_ history: EpochHistory) throws -> Bool {
        guard let rotation = history.rotation, rotation.offers[party] == nil else { return false }
        let order = rotation.order
        let names = KeyNames(order.epoch, founding: roster.epoch)
        let hpke = try made(names.hpke, order.suite)
        let agreement = try made(names.agreement, .x25519)
        guard let kept = history.newest.parties[party]?.certificate else { return false }
        try say(
            .partyOffer(
                PartyOffer(
                    epoch: order.epoch, attempt: order.attempt, hpke: hpke, agreement: agreement,
                    certificate: try certificate(order.epoch) ?? kept)))
        logger.notice(
            "keys offered", metadata: ["epoch": "\(order.epoch)", "attempt": "\(order.attempt)"])
        return true
    }

    /// The public half of a key of this name, which is made where there is none of the suite.
    private func made(_ name: String, _ suite: KEMSuite) throws -> HPKEPublicKey {
        if let there = try keystore.held(name), there.suite == suite { return there.publicKey }
        let key = HPKEPrivateKey(suite)
        try keystore.store(key, name)
        return key.publicKey
    }

    /// Says that this party has its keys of the manifest, and has refreshed what the order says.
    private func ready(_ history: EpochHistory) throws -> Bool {
        guard let rotation = history.rotation, let keys = rotation.keys, rotation.ready[party] == nil else {
            return false
        }
        let names = KeyNames(keys.number, founding: roster.epoch)
        guard try keystore.held(names.hpke)?.publicKey == keys.parties[party]?.hpke,
            try keystore.held(names.agreement)?.publicKey == keys.parties[party]?.agreement
        else {
            if stuck != keys.number {
                logger.error(
                    "keys that this party offered are not in its keystore any more: the epoch needs another attempt",
                    metadata: ["epoch": "\(keys.number)"])
            }
            stuck = keys.number
            return false
        }
        try keepModels()
        guard let refreshed = try refresh(rotation.order, keys) else { return false }
        try say(
            .epochReady(
                EpochReady(
                    epoch: keys.number, attempt: rotation.order.attempt, keys: keys.digest, models: refreshed.models,
                    counts: refreshed.counts)))
        logger.notice("ready for an epoch of keys", metadata: ["epoch": "\(keys.number)"])
        return true
    }

    /// Erases the private halves of a closed epoch that nothing needs any more, and says so.
    private func erase(_ history: EpochHistory) throws -> Bool {
        for life in history.lives where life.erased[.party(party)] != nil && !cleared.contains(life.number) {
            if try eraseShares(life.number.next, history) { cleared.insert(life.number) }
        }
        for life in history.lives where life.closing != nil && life.erased[.party(party)] == nil {
            guard keychain.isDone(life.number), try !isNeeded(life.number) else { continue }
            let names = KeyNames(life.number, founding: roster.epoch)
            let gone = [names.agreement, names.hpke]
            // Their manifests were on the log before it was closed.
            try keepModels()
            keychain.forget(life.number)
            for name in gone { try keystore.erase(name) }
            try say(.epochErased(EpochErased(epoch: life.number, keys: gone)))
            logger.notice(
                "keys of a closed epoch are erased",
                metadata: ["epoch": "\(life.number)", "keys": "\(gone.joined(separator: ", "))"])
            return true
        }
        return false
    }

    /// Says something as the party. What would not count is not written.
    private func say(_ statement: AgreementStatement) throws {
        let record = try statement.record(
            by: .party(party), consortium: roster.consortium, key: try keystore.signingKey())
        var tried = try keychain.book.refresh()
        try tried.apply(record, time: clock.microseconds / 1_000_000)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
    }
}
