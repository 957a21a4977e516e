import Evaluation
import EventLogs
package import Manifests
import ModelSync
import PipelineFiles
package import Records

/// The promotions that the agreement allows, held against what `consortium.sync` says of each: read once a model is to be put in
/// force. Used by one thread.
final class AgreedPromotions {
    private let roster: Roster
    private let members: ConsortiumMembers
    private let log: any EventLog
    private var topic: SyncTopic?

    init(_ roster: Roster, _ members: ConsortiumMembers, log: any EventLog) {
        self.roster = roster
        self.members = members
        self.log = log
    }

    /// Why the agreement does not allow that an activation puts a model in force that was not before; nil where it does.
    ///
    /// - Parameter time: of the log, when the activation came, in seconds since 1970.
    func refusal(of activation: ModelActivation, at time: Int64) throws(LogError) -> String? {
        let changes = try members.termsChanges()
        guard changes.contains(where: { $0.terms.promotion != nil }) else { return nil }
        let isRuled = changes.last { $0.from <= time }?.terms.promotion != nil
        guard let history = try history() else {
            return isRuled ? SyncHistory(roster.syncTerms).refusal(of: activation.model, 0, isRuled: true) : nil
        }
        return history.refusal(of: activation.model, activation.sequence, isRuled: isRuled)
    }

    /// As the log has it now; nil where it has no such topic.
    private func history() throws(LogError) -> SyncHistory? {
        do throws(LogError) {
            if topic == nil { topic = try SyncTopic(roster.syncTerms, log: log, changes: members.termsChanges) }
            try topic?.read()
            return topic?.history
        } catch {
            guard case .unknownTopic = error else { throw error }
            return nil
        }
    }
}

extension SyncHistory {
    /// Why a model may not be put in force under the number of a decision; nil where it may. The rule is the decision's, which the
    /// history takes where it is the agreed one; what comes of it is computed anew, of what was known when it was decided.
    ///
    /// - Parameter isRuled: whether the agreement named a rule when the activation came.
    package func refusal(of model: Digest32, _ sequence: UInt64, isRuled: Bool) -> String? {
        let found = decisions.last { $0.sequence == sequence && $0.model == model && $0.kind != .turnDown }
        guard let decision = found else {
            return isRuled
                ? "\(SyncRefusal.notAgreed("that a model is put in force without a decision by its rule"))" : nil
        }
        guard let grounds = grounds[sequence] else { return nil }
        guard let rule = PromotionRule(encoded: decision.rule), let figures = SyncFigures(grounds.jobs),
            figures.champion == decision.previous
        else { return "\(SyncRefusal.notAgreed("that a model is promoted that was not held against the one before"))" }
        let verdict = figures.verdict(by: rule, approvals: grounds.approving)
        guard verdict != .promote else { return nil }
        return "\(SyncRefusal.notAgreed("that a model is promoted against its rule")): \(verdict)"
    }
}
