/// What is odd about a policy's lists and stops nothing, in the order it was found.
final class PolicyNotes {
    private(set) var all: [PolicyNote] = []

    func add(_ note: ConfigurationError, isDoubt: Bool) { all.append(PolicyNote(place: note, isDoubt: isDoubt)) }
}

/// A value of a list that says nothing, with its line.
package struct PolicyNote: Sendable, Hashable, CustomStringConvertible {
    /// File, line and what is odd; never the value.
    fileprivate(set) package var place: ConfigurationError
    /// The value most likely is a slip, and not only one too many.
    package var isDoubt: Bool

    package var description: String { place.description }
}
