import EventLogs
import Stages
import Synchronization

/// A consumer group on a simulated broker: who is in it, and which partition is whose. It gives a partition to the lowest member,
/// or to the instance that a simulation names.
struct SimulatedGroup {
    struct Member {
        var instance: String?
        /// When it was last heard of, and how long it may say nothing.
        var heard: Moment
        var timeout: Duration
    }

    var members: [Int: Member] = [:]
    var owners: [TopicPartition: Int] = [:]
    /// The newest member of each instance: an older one is fenced.
    var newest: [String: Int] = [:]
    /// The instance that is to have all partitions.
    var preferred: String?
    private var count = 0

    mutating func join(_ settings: GroupSettings, at now: Moment) -> Int {
        count += 1
        if let instance = settings.instance {
            if let older = newest[instance] {
                members[older] = nil
                for (partition, owner) in owners where owner == older { owners[partition] = count }
            }
            newest[instance] = count
        }
        members[count] = Member(instance: settings.instance, heard: now, timeout: settings.sessionTimeout)
        return count
    }

    /// Takes the partitions from who has left or said nothing for too long.
    mutating func expire(at now: Moment) {
        members = members.filter { now - $0.value.heard <= $0.value.timeout }
        owners = owners.filter { members[$0.value] != nil }
    }

    mutating func leave(_ member: Int) {
        members[member] = nil
        owners = owners.filter { $0.value != member }
    }

    /// The member that a partition is to go to.
    var target: Int? {
        let alive = members.keys.sorted()
        return alive.first { members[$0]?.instance == preferred && preferred != nil } ?? alive.first
    }
}

extension SimulatedBroker {
    /// Has a group give all its partitions to an instance, where that is in it.
    package func prefer(instance: String, in group: String) {
        state.withLock { $0.groups[group, default: SimulatedGroup()].preferred = instance }
    }
}
