import EventLogs
package import PipelineFiles
package import Records

/// Who a process is towards the log: one user of the cluster each.
package enum LogUser: Sendable, Hashable, Comparable {
    case coreSystem(MemberID)
    case agent(MemberID)
    case riskTeam(MemberID)
    case party(PartyID)
    case coordinator
    case operators

    /// The user's name, such as `bank-a.agent`.
    package var name: String {
        switch self {
        case .coreSystem(let member): "\(member).core"
        case .agent(let member): "\(member).agent"
        case .riskTeam(let member): "\(member).risk"
        case .party(let party): party.name
        case .coordinator: "coordinator"
        case .operators: "operators"
        }
    }

    /// All users of a consortium, in order.
    package static func all(_ roster: Roster) -> [LogUser] {
        PartyID.allCases.map { .party($0) } + [.coordinator, .operators]
            + roster.members.flatMap { [.coreSystem($0.id), .agent($0.id), .riskTeam($0.id)] }
    }
}

/// What one user may do on the log: topics to read and to write, groups, and transactional ids. Whatever is not named is not
/// allowed.
package struct TopicRights: Sendable, Hashable {
    package var reads: Set<String>
    package var writes: Set<String>
    /// Consumer groups, whole names.
    package var groups: Set<String>
    /// What names of further groups begin with.
    package var groupPrefixes: Set<String> = []
    /// What names of transactional ids begin with.
    package var transactions: Set<String> = []

    /// - Parameter members: of the consortium.
    package init(of user: LogUser, members: [MemberID]) {
        // The group of readers that keep their positions themselves.
        groups = ["cordon"]
        switch user {
        case .coreSystem(let member):
            (reads, writes, groups) = ([], [Topics.transactions(member)], [])
        case .agent(let member):
            reads = [
                Topics.transactions(member), Topics.scores(member), Topics.receipts(member), Topics.evaluations(member),
                Topics.decisions(member), Topics.alerts(member), Topics.rejected(member), Topics.blinded(member),
                Topics.evidence(member), Topics.contributions(member), Topics.reasons(member), Topics.sessions,
                Topics.manifests, Topics.tokenKeys, Topics.sync, Topics.agreement, Topics.audit,
            ]
            writes = [
                Topics.sealed, Topics.labels, Topics.sessions, Topics.sync, Topics.agreement, Topics.audit,
                Topics.decisions(member), Topics.alerts(member), Topics.rejected(member), Topics.blinded(member),
                // Requests over HTTP become records there.
                Topics.transactions(member), Topics.reasons, Topics.reasons(member),
            ]
            groups.formUnion(["agents", "ingest", "audit", "reasons"].map { "\(member).\($0)" })
            // One a partition.
            groupPrefixes = ["\(member).decisions-"]
            transactions = ["\(member).decisions-", "\(member).reasons"]
        case .riskTeam(let member):
            reads = [
                Topics.decisions(member), Topics.alerts(member), Topics.rejected(member), Topics.transactions(member),
                Topics.receipts(member), Topics.cases(member), Topics.reasons(member), Topics.scores(member),
                Topics.evidence(member),
                Topics.sync, Topics.manifests, Topics.audit,
            ]
            // A verdict is a label of the member's own.
            writes = [Topics.cases(member), Topics.transactions(member), Topics.sync]
            groups.formUnion(["\(member).risk", "\(member).desk-labels", "\(member).desk-duties"])
            transactions = ["\(member).desk-labels"]
        case .party(let party):
            reads = [
                Topics.sealed, Topics.sessions, Topics.manifests, Topics.tokenKeys, Topics.sync, Topics.agreement,
                Topics.audit,
                Topics.labels, Topics.batches, Topics.replays, Topics.reasons,
            ]
            writes = [Topics.tokenKeys, Topics.sync, Topics.agreement, Topics.audit, Topics.replays]
            reads.formUnion(members.map(Topics.blinded))
            for write in [
                Topics.scores, Topics.receipts, Topics.evaluations, Topics.evidence, Topics.contributions,
            ] {
                writes.formUnion(members.map(write))
            }
            // What was decided, and what was refused, is told by the party that leads.
            if party == .zero { writes.formUnion([Topics.batches, Topics.rejected] + members.map(Topics.rejected)) }
            groups.formUnion([party.name, "\(party.name).tokens", "\(party.name).audit"])
        case .coordinator:
            reads = [Topics.tokenKeys, Topics.sync, Topics.agreement, Topics.audit, Topics.manifests, Topics.sealed]
            writes = [
                Topics.manifests, Topics.sealed, Topics.tokenKeys, Topics.sync, Topics.agreement, Topics.audit,
                Topics.replays,
            ]
            groups.insert("coordinator.audit")
        case .operators:
            // Who audits asks for one decision, and gets it there.
            reads = [
                Topics.sync, Topics.manifests, Topics.agreement, Topics.rejected, Topics.audit, Topics.replays,
            ]
            writes = [Topics.sync, Topics.agreement]
        }
    }

    package func mayRead(_ topic: String) -> Bool { reads.contains(topic) }
    package func mayWrite(_ topic: String) -> Bool { writes.contains(topic) }

    /// The calls of Kafka's `kafka-acls.sh` that give these rights to `user`, a line each; of the cluster's address and
    /// credentials, `"$@"` says the rest.
    package func commands(for user: LogUser, principal: String = "User:") -> [String] {
        let principal = "'\(principal)\(user.name)'"
        func allow(_ operations: [String], _ resource: String) -> String {
            "kafka-acls.sh \"$@\" --add --allow-principal \(principal) "
                + operations.map { "--operation \($0) " }.joined() + resource
        }
        var lines: [String] = []
        for topic in reads.union(writes).sorted() {
            // Both include Describe; configurations are looked at before a role starts.
            let operations = (mayRead(topic) ? ["Read"] : []) + (mayWrite(topic) ? ["Write"] : []) + ["DescribeConfigs"]
            lines.append(allow(operations, "--topic '\(topic)'"))
        }
        for group in groups.sorted() { lines.append(allow(["Read"], "--group '\(group)'")) }
        for prefix in groupPrefixes.sorted() {
            lines.append(allow(["Read"], "--group '\(prefix)' --resource-pattern-type prefixed"))
        }
        for prefix in transactions.sorted() {
            lines.append(
                allow(["Write", "Describe"], "--transactional-id '\(prefix)' --resource-pattern-type prefixed"))
        }
        return lines
    }
}
