import EventLogs
import Records
import Roles
import Testing

@Suite("What each user may do on the log")
struct TopicRightsTests {
    private let members = ["bank-a", "bank-b"].map { MemberID($0)! }

    private func rights(_ user: LogUser) -> TopicRights { TopicRights(of: user, members: members) }

    @Test("no member's user touches a topic of another member, or what only parties read")
    func neighbours() throws {
        let (own, other) = (members[0], members[1])
        for user in [LogUser.coreSystem(own), .agent(own), .riskTeam(own)] {
            let rights = rights(user)
            let touched = rights.reads.union(rights.writes)
            #expect(touched.allSatisfy { !$0.hasPrefix("\(other).") })
            let named = rights.groups.union(rights.groupPrefixes).union(rights.transactions)
            #expect(named.allSatisfy { !$0.hasPrefix("\(other).") })
            #expect(
                !rights.mayRead(Topics.sealed) && !rights.mayRead(Topics.labels) && !touched.contains(Topics.batches))
            #expect(!rights.mayWrite(Topics.manifests) && !rights.mayWrite(Topics.tokenKeys))
            #expect(!rights.mayWrite(Topics.scores(own)) && !rights.mayWrite(Topics.receipts(own)))
        }
    }

    @Test("no party and no operator reads what members write in the clear; one party writes decisions of batches")
    func parties() {
        for user in PartyID.allCases.map(LogUser.party) + [.coordinator, .operators] {
            let rights = rights(user)
            for member in members {
                for topic in [
                    Topics.transactions(member), Topics.decisions(member), Topics.alerts(member),
                    Topics.rejected(member), Topics.cases(member),
                ] { #expect(!rights.mayRead(topic), "\(user) reads \(topic)") }
            }
            #expect(rights.mayWrite(Topics.batches) == (user == .party(.zero)))
        }
    }

    @Test("only the coordinator writes manifests, and with agents what is sealed")
    func writers() {
        let all =
            PartyID.allCases.map(LogUser.party) + [.coordinator, .operators]
            + members.flatMap { [.coreSystem($0), .agent($0), .riskTeam($0)] }
        #expect(all.filter { rights($0).mayWrite(Topics.manifests) } == [.coordinator])
        #expect(
            Set(all.filter { rights($0).mayWrite(Topics.sealed) }) == Set([.coordinator] + members.map(LogUser.agent)))
        #expect(Set(all.map(\.name)).count == all.count)
    }

    @Test("commands of kafka-acls.sh name every right once, and nothing else")
    func commands() {
        let agent = LogUser.agent(members[0])
        let lines = rights(agent).commands(for: agent, principal: "User:CN=")
        #expect(
            lines.allSatisfy { $0.hasPrefix("kafka-acls.sh \"$@\" --add --allow-principal 'User:CN=bank-a.agent' ") })
        func line(_ end: String) -> String? { lines.first { $0.hasSuffix(end) } }
        #expect(line("--topic 'consortium.sealed'")?.contains("--operation Write --operation DescribeConfigs") == true)
        #expect(line("--topic 'consortium.sealed'")?.contains("--operation Read") == false)
        #expect(line("--topic 'bank-a.scores'")?.contains("--operation Read --operation DescribeConfigs") == true)
        #expect(line("--topic 'bank-a.transactions'")?.contains("--operation Read --operation Write") == true)
        #expect(line("--group 'bank-a.agents'")?.contains("--operation Read ") == true)
        #expect(
            line("--group 'bank-a.decisions-' --resource-pattern-type prefixed")?.contains("--operation Read ") == true)
        #expect(line("--transactional-id 'bank-a.decisions-' --resource-pattern-type prefixed") != nil)
        #expect(line("--group 'bank-a.reasons'")?.contains("--operation Read ") == true)
        #expect(line("--transactional-id 'bank-a.reasons' --resource-pattern-type prefixed") != nil)
        // Beside the topics five groups, some by their beginning, and the transactions.
        let named = rights(agent).reads.union(rights(agent).writes).count + rights(agent).groups.count + 1 + 2
        #expect(lines.count == named)
    }
}
