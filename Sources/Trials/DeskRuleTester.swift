package import Desk
package import DeskStore
package import EventLogs
package import Formats
import PipelineFiles
import Policy
package import Records

/// Rules tried for a desk: transactions and labels from the member's topic, by the agent's own memory, and what was decided of them
/// from the desk's index, which has it by place.
package struct DeskRuleTester: RuleTester {
    private let policy: String
    private let member: MemberID
    private let mapping: Mapping
    private let log: any EventLog
    private let index: DeskIndex

    /// - Parameter policy: the file of the policy in force, which is read for each rule anew.
    package init(policy: String, member: MemberID, mapping: Mapping, log: any EventLog, index: DeskIndex) {
        self.policy = policy
        self.member = member
        self.mapping = mapping
        self.log = log
        self.index = index
    }

    package func read(_ text: String) throws(RuleFault) -> TriedRule {
        do throws(ConfigurationError) {
            let (present, candidate) = try readPolicy(file: policy, trying: text)
            return TriedRule(text: text, present: present, candidate: candidate)
        } catch {
            throw RuleFault("\(error)")
        }
    }

    package func test(
        _ rule: TriedRule, within scope: TeamScope, progress: (_ done: Int, _ of: Int) -> Bool
    ) throws -> BacktestReport? {
        var test = PolicyBacktest(present: rule.present, candidate: rule.candidate)
        var decisions = DecisionScan(index: index)
        let isWhole = try PolicyPast(member: member, mapping: mapping, log: log).read(progress: progress) {
            part, source in
            let decided = part.transaction == nil ? nil : try decisions.decision(at: source)
            test.take(part, at: source, decision: decided, within: scope)
        }
        return isWhole ? test.report : nil
    }
}

/// An index's decisions, asked for in the order of their places.
private struct DecisionScan {
    private let index: DeskIndex
    private var rows: [(source: SourcePosition, probability: Double, band: Band)] = []
    private var next = 0

    init(index: DeskIndex) { self.index = index }

    mutating func decision(at source: SourcePosition) throws -> PolicyPast.Decision? {
        while true {
            while next < rows.count, rows[next].source < source { next += 1 }
            if next < rows.count {
                return rows[next].source == source ? (rows[next].probability, rows[next].band) : nil
            }
            rows = try index.decisions(from: source, limit: 10_000)
            next = 0
            if rows.isEmpty { return nil }
        }
    }
}
