package import PipelineFiles
import Records
package import Roles
import Synchronization

/// The access list of a simulated cluster, which refuses what `TopicRights` do not name, and notes what was used.
package final class SimulatedRights: Sendable {
    package struct Use: Sendable, Hashable {
        package var user: LogUser
        package var topic: String
        package var writes: Bool
    }

    private let members: [MemberID]
    private let uses = Mutex<Set<Use>>([])

    package init(_ roster: Roster) { members = roster.members.map(\.id) }

    /// What was read and written so far.
    package var used: Set<Use> { uses.withLock { $0 } }

    func access(of user: LogUser) -> any LogAccess { Access(user: user, all: self) }

    private struct Access: LogAccess {
        let user: LogUser
        let rights: TopicRights
        let all: SimulatedRights

        init(user: LogUser, all: SimulatedRights) {
            self.user = user
            self.all = all
            rights = TopicRights(of: user, members: all.members)
        }

        func read(_ topic: String) -> Bool { note(topic, writes: false, rights.mayRead(topic)) }
        func write(_ topic: String) -> Bool { note(topic, writes: true, rights.mayWrite(topic)) }

        private func note(_ topic: String, writes: Bool, _ isAllowed: Bool) -> Bool {
            if isAllowed { all.uses.withLock { _ = $0.insert(Use(user: user, topic: topic, writes: writes)) } }
            return isAllowed
        }
    }
}

extension Role {
    /// Who the role's process is towards the cluster.
    var user: LogUser {
        switch self {
        case .party(let number): .party(PartyID.allCases[number])
        case .agent(let member, _): .agent(Terms.member(member))
        }
    }
}
