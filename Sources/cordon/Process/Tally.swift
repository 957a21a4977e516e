import Synchronization

/// A number that threads add to.
final class Tally: Sendable {
    private let sum = Atomic(0)

    var count: Int { sum.load(ordering: .acquiring) }

    /// Adds, and returns the new sum.
    @discardableResult
    func add(_ number: Int = 1) -> Int { sum.add(number, ordering: .acquiringAndReleasing).newValue }
}
