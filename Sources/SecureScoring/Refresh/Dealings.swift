import Records
import Synchronization

/// What a party is asked to deal, between the stage that is asked and the stages of its partitions, which alone know how far they
/// are: each gives what it has at a moment at which nothing is under way.
package final class Dealings: Sendable {
    /// What a partition gives.
    struct Part: Sendable {
        /// Nil where nothing was ever counted.
        let counts: HostDeal.Counts?
        let place: HostDeal.Place
    }

    private struct Standing {
        var deal: Digest32?
        var parts: [Int: Part] = [:]
    }

    private let standing = Mutex(Standing())

    package init() {}

    /// Has all partitions give what they have, for a deal, in the place of the one before.
    func want(_ deal: Digest32) { standing.withLock { $0 = Standing(deal: deal) } }

    /// Drops what was given.
    func close() { standing.withLock { $0 = Standing() } }

    /// The deal that a partition has not given anything for yet.
    func wanted(of partition: Int) -> Digest32? {
        standing.withLock { $0.parts[partition] == nil ? $0.deal : nil }
    }

    func give(_ part: Part, to deal: Digest32) {
        standing.withLock { standing in
            if standing.deal == deal { standing.parts[part.place.partition] = part }
        }
    }

    /// What all partitions have given, in their order; nil where one has not yet.
    func parts(of deal: Digest32, partitions: Int) -> [Part]? {
        standing.withLock { standing in
            guard standing.deal == deal, standing.parts.count == partitions else { return nil }
            return standing.parts.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
