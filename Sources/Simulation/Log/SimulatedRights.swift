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

    private let members: Mutex<[MemberID]>
    private let uses = Mutex<Set<Use>>([])

    package init(_ roster: Roster) { members = Mutex(roster.members.map(\.id)) }

    /// The list of another cluster as it is now.
    init(copying other: SimulatedRights) {
        members = Mutex(other.members.withLock { $0 })
        let used = other.used
        uses.withLock { $0 = used }
    }

    /// Gives rights on topics of a member that joins.
    func add(_ member: MemberID) { members.withLock { if !$0.contains(member) { $0.append(member) } } }

    /// What was read and written so far.
    package var used: Set<Use> { uses.withLock { $0 } }

    func access(of user: LogUser) -> any LogAccess { Access(user: user, all: self) }

    private final class Access: LogAccess {
        let user: LogUser
        let all: SimulatedRights
        private let rights: Mutex<(members: Int, rights: TopicRights)>

        init(user: LogUser, all: SimulatedRights) {
            self.user = user
            self.all = all
            let members = all.members.withLock { $0 }
            rights = Mutex((members.count, TopicRights(of: user, members: members)))
        }

        /// By the members that there are now.
        private var now: TopicRights {
            let members = all.members.withLock { $0 }
            return rights.withLock { known in
                if known.members != members.count { known = (members.count, TopicRights(of: user, members: members)) }
                return known.rights
            }
        }

        func read(_ topic: String) -> Bool { note(topic, writes: false, now.mayRead(topic)) }
        func write(_ topic: String) -> Bool { note(topic, writes: true, now.mayWrite(topic)) }

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
