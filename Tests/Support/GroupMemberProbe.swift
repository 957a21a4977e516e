package import EventLogs

/// A member of a group and what it believes to own.
package final class GroupMemberProbe {
    package let place: any GroupMember
    package private(set) var owned: Set<TopicPartition> = []
    package private(set) var lost: Set<TopicPartition> = []
    private let flushing: Duration

    /// - Parameter flushing: how long it listens for more before it releases what is revoked. noida-db 0.2.3 never answers
    ///   the other members where the one that releases joins again within a millisecond.
    package init(_ place: any GroupMember, flushing: Duration = .zero) {
        self.place = place
        self.flushing = flushing
    }

    /// Takes every change that is there or comes within `wait`; releases what is revoked where `releasing`.
    package func settle(releasing: Bool = true, wait: Duration = .zero) throws {
        var following: GroupChange?
        while let change = try following ?? place.next(timeout: wait) {
            following = nil
            switch change {
            case .assigned(let partitions): owned.formUnion(partitions)
            case .revoked(let partitions):
                guard releasing else { continue }
                owned.subtract(partitions)
                if flushing > .zero { following = try place.next(timeout: flushing) }
                try place.release(partitions)
            case .lost(let partitions):
                owned.subtract(partitions)
                lost.formUnion(partitions)
            }
        }
    }
}

/// What members own never became what was wanted.
package struct NeverSettled: Error {
    package let what: String
    /// Of each member.
    package let owned: [[Int]]
}

/// Lets members take their changes in turn until what they own is as wanted; a minute is never, not late.
package func settle(_ members: [GroupMemberProbe], _ what: String, until wanted: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !wanted() {
        guard ContinuousClock.now < deadline else {
            throw NeverSettled(what: what, owned: members.map { $0.owned.map(\.partition).sorted() })
        }
        for member in members { try member.settle(wait: .milliseconds(50)) }
    }
}
