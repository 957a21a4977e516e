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
    private let identity: SigningKey
    private let opening: HPKEPrivateKey
    private let topic: SyncTopic
    private var models: SyncModels
    private let log: any EventLog
    private let clock: any StageClock

    /// - Parameter keystore: where the member's private keys are.
    /// - Throws: `MemberSyncError.otherKeys` where they are not those of the roster.
    package init(
        _ member: Roster.Member, of roster: Roster, keystore: any Keystore, log: any EventLog,
        clock: any StageClock = SystemClock()
    ) throws {
        let identity = try keystore.signingKey()
        let opening = try keystore.hpkeKey()
        guard identity.verifyingKey == member.identity, opening.publicKey == member.hpke else {
            throw MemberSyncError.otherKeys(member.id, keys: keystore.place)
        }
        self.member = member.id
        self.roster = roster
        self.identity = identity
        self.opening = opening
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
        try MemberValidation(version, of: member, in: history, key: opening)
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
        let record = try SyncStatement.verdict(verdict).record(
            by: .member(member), consortium: roster.consortium, key: identity)
        try topic.read()
        var tried = topic.history
        try tried.apply(record, at: .max, time: clock.microseconds / 1_000_000)
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        try topic.read()
    }
}

/// Why a member can't say anything of a version. Each says what to do.
package enum MemberSyncError: Error, Sendable, Hashable {
    case otherKeys(MemberID, keys: String)
    /// No validation of the version is done; its name.
    case notValidated(String)
    /// The member has no transaction in any window; the version's name.
    case noRows(MemberID, String)
}

extension MemberSyncError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherKeys(let member, let keys): "the keys in \(keys) are not \(member)'s of the roster"
        case .notValidated(let version):
            "\(version) has not been held against a model yet: its figures come with the coordinator's `cordon sync validate`"
        case .noRows(let member, let version):
            "\(member) has no transaction in the windows that \(version) was validated on: there is nothing to say of it"
        }
    }
}
