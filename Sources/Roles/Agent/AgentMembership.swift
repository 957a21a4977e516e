import EventLogs
import Stages

/// The stage of an agent that works on whatever partitions its consumer group gives it. An error ends it, and with it the work on
/// all of them.
final class AgentMembership: Stage {
    private let settings: GroupSettings
    private let partitions: AgentPartitions
    private let log: any EventLog
    private let clock: any StageClock
    /// The place in the group; nil before the first turn.
    private var place: (any GroupMember)?

    init(_ settings: GroupSettings, partitions: AgentPartitions, log: any EventLog, clock: any StageClock) {
        self.settings = settings
        self.partitions = partitions
        self.log = log
        self.clock = clock
    }

    /// The next change of the group, or else a look after the partitions.
    func turn(until moment: Moment) throws -> Turn {
        do {
            return try work(until: moment)
        } catch {
            finish()
            throw error
        }
    }

    func finish() {
        partitions.endAll()
        place?.leave()
        place = nil
    }

    private func work(until moment: Moment) throws -> Turn {
        let place = try place ?? log.join(settings)
        self.place = place
        switch try place.next(timeout: clock.left(until: moment)) {
        case .assigned(let given):
            for partition in given { try partitions.begin(partition) }
            partitions.reportIdle()
        case .revoked(let taken):
            partitions.end(taken)
            try place.release(taken)
        case .lost(let taken): partitions.end(taken)
        case nil:
            try partitions.check()
            try partitions.resume()
            return .idle
        }
        return .worked
    }
}
