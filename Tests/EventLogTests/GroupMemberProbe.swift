import EventLogs
import Foundation
import Testing

/// A member of a group and what it believes to own.
final class GroupMemberProbe {
    let place: any GroupMember
    private(set) var owned: Set<TopicPartition> = []
    private(set) var lost: Set<TopicPartition> = []

    init(_ place: any GroupMember) { self.place = place }

    /// Takes every change that is there or comes within `wait`; releases what is revoked where `releasing`.
    func settle(releasing: Bool = true, wait: Duration = .zero) throws {
        while let change = try place.next(timeout: wait) {
            switch change {
            case .assigned(let partitions): owned.formUnion(partitions)
            case .revoked(let partitions):
                guard releasing else { continue }
                owned.subtract(partitions)
                // As long as flushing state takes. noida-db 0.2.3 never answers the other members where the one that
                // releases joins again within a millisecond.
                Thread.sleep(forTimeInterval: 0.1)
                try place.release(partitions)
            case .lost(let partitions):
                owned.subtract(partitions)
                lost.formUnion(partitions)
            }
        }
    }
}

/// Lets members take their changes in turn until what they own is as wanted; a minute is never, not late.
func settle(
    _ members: [GroupMemberProbe], _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    until wanted: () -> Bool
) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !wanted() {
        try #require(
            ContinuousClock.now < deadline, "\(what): \(members.map { $0.owned.map(\.partition).sorted() })",
            sourceLocation: sourceLocation)
        for member in members { try member.settle(wait: .milliseconds(50)) }
    }
}
