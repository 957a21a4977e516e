import Evaluation
import EventLogs
import LocalStore
import Manifests
import ModelSync
import Records
import Roles
import Testing
import ThreeParty

@Suite("A promotion by the agreement's rule")
struct AgreedPromotionTests {
    private static let rule = (try? PromotionRule(leastFrauds: 10, leastGain: 0.01, confidence: 0.5))!
    private static let strict = (try? PromotionRule(leastFrauds: 10, leastGain: 0.5, confidence: 0.5, approvals: 1))!

    /// A version that parties trained, held against the champion, and sealed, all of it in the log.
    private struct Told {
        let story: PlannerTests.Story
        let version: SyncVersion
        var model: Digest32 { version.sealed!.model }

        init(better: Bool) throws {
            story = try PlannerTests.Story()
            let trained = try story.train()
            try story.validate(trained, 240..<300, better: better)
            try story.seal(story.version(trained))
            version = try story.version(trained)
        }

        func promote(by rule: PromotionRule, previous: Digest32? = nil) throws {
            let decision = try SyncDecision(
                .promote, model: model, previous: previous ?? story.world.champion, sequence: 9, reason: "so",
                rule: rule.encoded)
            let record = try SyncStatement.decision(decision).record(
                by: .coordinator, consortium: "c", key: SyncWorld.key(SyncWorld.coordinator))
            try story.world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        }

        /// The history of whoever holds to an agreement that names a rule; nil for none.
        func history(_ agreed: PromotionRule?) throws -> SyncHistory {
            var terms = story.world.terms
            terms.promotion = agreed.map { SyncDecision.agreedDigest(ofRule: $0.encoded) }
            let changes = [SyncTermsChange(from: 0, terms: terms)]
            let topic = try SyncTopic(
                story.world.terms, log: story.world.log, changes: { () throws(LogError) in changes })
            try topic.read()
            return topic.history
        }

        func refusal(_ agreed: PromotionRule?, sequence: UInt64 = 9) throws -> String? {
            try history(agreed).refusal(of: model, sequence, isRuled: agreed != nil)
        }
    }

    @Test("is taken where the figures are as the rule wants them, and refused by name where they are not")
    func judged() throws {
        for better in [true, false] {
            let told = try Told(better: better)
            try told.promote(by: Self.rule)
            let refusal = try told.refusal(Self.rule)
            #expect(better ? refusal == nil : refusal?.hasPrefix("not_agreed: ") == true)
            #expect(better || refusal?.contains("average precision") == true)
            // Whoever has no rule takes the coordinator's word.
            #expect(try told.refusal(nil) == nil)
        }
    }

    @Test("does not count by another rule than is agreed, and then nothing is decided")
    func otherRule() throws {
        let told = try Told(better: true)
        try told.promote(by: Self.rule)
        let history = try told.history(Self.strict)
        #expect(history.decisions.isEmpty)
        #expect(try told.refusal(Self.strict)?.contains("without a decision") == true)
        #expect(try told.history(Self.rule).decisions.count == 1)
        // Another number than the decision's is none.
        #expect(try told.refusal(Self.rule, sequence: 8)?.contains("without a decision") == true)
    }

    @Test("wants as many approvals as its rule does")
    func approvals() throws {
        let told = try Told(better: true)
        let wanting = Self.rule.wanting(approvals: 1)
        try told.promote(by: wanting)
        #expect(try told.refusal(wanting)?.contains("0 of 1 operators") == true)
    }

    @Test("is of a version that was held against the model in force")
    func otherChampion() throws {
        let told = try Told(better: true)
        try told.promote(by: Self.rule, previous: .zero)
        #expect(try told.refusal(Self.rule)?.contains("held against the one before") == true)
    }
}
