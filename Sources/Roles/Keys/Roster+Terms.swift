import EventLogs
package import Manifests
package import PipelineFiles

extension Roster {
    /// The terms of trainings that took the place of the roster's: from the time on at which three parties were ready for the epoch
    /// of keys that stands on a version of the agreement.
    package func termsChanges(_ history: ConsortiumHistory) -> [SyncTermsChange] {
        history.epochs.lives.dropFirst().compactMap { life in
            guard let version = history.version(in: life.number) else { return nil }
            var terms = standing(version.agreement, life.keys).syncTerms
            terms.opened = version.agreement.opened
            terms.trainer = version.agreement.trainer
            terms.promotion = version.agreement.promotion
            return SyncTermsChange(from: life.agreed, terms: terms)
        }
    }
}

/// Those changes, read from the log by one reader. Used by one thread.
final class TermsChanges {
    private let roster: Roster
    private let topic: AgreementTopic

    init(_ roster: Roster, log: any EventLog) throws(LogError) {
        self.roster = roster
        topic = try AgreementTopic(roster, log: log)
    }

    /// All that are on the log now.
    func read() throws(LogError) -> [SyncTermsChange] {
        try topic.read()
        return roster.termsChanges(topic.history)
    }
}
