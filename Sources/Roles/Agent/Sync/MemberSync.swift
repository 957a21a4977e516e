package import EventLogs
package import Keys
package import Manifests
package import Model
import ModelSync
package import PipelineFiles
package import Records
package import Stages

/// A member's side of validations: it opens its own counts, which nobody else can, and says whether a challenger does worse for it.
/// Used by one thread.
package final class MemberSync {
    package let member: MemberID
    private let roster: Roster
    private let entry: Roster.Member
    private let keystore: any Keystore
    private let book: EpochBook
    private let topic: SyncTopic
    private var models: SyncModels
    private let log: any EventLog
    private let clock: any StageClock

    /// - Parameter keystore: where the member's private keys are.
    /// - Throws: `MemberSyncError.otherKeys` where they are not those of the newest epoch of keys.
    package init(
        _ member: Roster.Member, of roster: Roster, keystore: any Keystore, log: any EventLog,
        clock: any StageClock = SystemClock()
    ) throws {
        self.member = member.id
        self.roster = roster
        entry = member
        self.keystore = keystore
        book = try EpochBook(roster, log: log)
        let own = Self.keys(member, in: book.history.newest)
        guard try keystore.name(of: own.identity) != nil, try keystore.name(of: own.hpke) != nil else {
            throw MemberSyncError.otherKeys(member.id, keys: keystore.place)
        }
        self.log = log
        self.clock = clock
        topic = try SyncTopic(roster.syncTerms, log: log, changes: TermsChanges(roster, log: log).read)
        models = try SyncModels(roster.syncTerms, log: log)
        try topic.read()
    }

    /// What the log says of trainings, as far as this member has read.
    package var history: SyncHistory { topic.history }

    /// Takes what came into the log since.
    package func read() throws { try topic.read() }

    /// Waits for something new in the log until a moment; false where nothing came.
    package func wait(until moment: Moment) throws -> Bool { try topic.wait(until: moment, clock) }

    /// A version's validations, as this member alone sees them.
    ///
    /// - Throws: `MemberSyncError`, or `MemberCountsError` where the boxes of a window can't be used.
    package func validation(of version: SyncVersion) throws -> MemberValidation {
        try MemberValidation(version, of: member, in: history) { epoch in
            let keys = try book.life(epoch ?? KeyEpoch(roster.epoch))?.keys ?? book.history.newest
            guard let name = try keystore.name(of: Self.keys(entry, in: keys).hpke) else {
                throw MemberSyncError.keysGone(keys.number)
            }
            return try keystore.hpkeKey(name)
        }
    }

    /// The member's keys of an epoch.
    private static func keys(_ entry: Roster.Member, in keys: EpochKeys) -> MemberKeys {
        keys.members[entry.id] ?? MemberKeys(identity: entry.identity, hpke: entry.hpke)
    }

    /// What the champion's probabilities are by its manifest: its version, and its calibration; nil where the log has no such
    /// model.
    package func champion(
        of validation: MemberValidation
    ) throws -> (version: String, calibration: Calibration?)? {
        guard let manifest = try models.manifest(validation.champion) else { return nil }
        return (
            manifest.version,
            try? Calibration(
                points: manifest.calibration.map { .init(score: $0.score, probability: $0.probability) })
        )
    }

    /// Says, signed, whether a challenger does worse for this member. A verdict that would not count is not written.
    ///
    /// - Parameters:
    ///   - isWorse: all that others learn where no figures are told.
    ///   - figures: what the member chooses to tell.
    ///   - order: the digest of the order to validate.
    /// - Throws: `SyncRefusal` where the history would refuse it.
    package func say(isWorse: Bool, telling figures: [SyncFigure] = [], on order: Digest32) throws {
        let verdict = try MemberVerdict(order: order, isWorse: isWorse, figures: figures)
        try topic.read()
        let identity = try keystore.signingKey(of: Self.keys(entry, in: book.refresh().newest))
        let record = try SyncStatement.verdict(verdict).record(
            by: .member(member), consortium: roster.consortium, key: identity)
        var tried = topic.history
        try tried.apply(record, at: .max, time: clock.microseconds / 1_000_000)
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        try topic.read()
    }
}

/// Why a member can't say anything of a version. Each says what to do.
package enum MemberSyncError: Error, Sendable, Hashable {
    case otherKeys(MemberID, keys: String)
    /// What was sealed to the member in a closed epoch opens no more.
    case keysGone(KeyEpoch)
    /// No validation of the version is done; its name.
    case notValidated(String)
    /// The member has no transaction in any window; the version's name.
    case noRows(MemberID, String)
}

extension MemberSyncError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherKeys(let member, let keys): "the keys in \(keys) are not \(member)'s of the newest epoch of keys"
        case .keysGone(let epoch):
            "the member's keys of epoch \(epoch) are erased, and what was sealed to them opens no more: validate the version again"
        case .notValidated(let version):
            "\(version) has not been held against a model yet: its figures come with the coordinator's `cordon sync validate`"
        case .noRows(let member, let version):
            "\(member) has no transaction in the windows that \(version) was validated on: there is nothing to say of it"
        }
    }
}
