import Synchronization

/// A number that threads add to.
package final class Tally: Sendable {
    package init() {}

    private let sum = Atomic(0)

    package var count: Int { sum.load(ordering: .acquiring) }

    /// Adds, and returns the new sum.
    @discardableResult
    package func add(_ number: Int = 1) -> Int { sum.add(number, ordering: .acquiringAndReleasing).newValue }
}
