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

extension [PolicyNote] {
    /// Places of doubts that `doubts` names.
    private static var named: Int { 5 }

    /// A sentence on the values that most likely are slips, with their number and the first places, for a log; nil where there
    /// are none. It says no value.
    package var doubts: String? {
        let places = filter(\.isDoubt).map { "\($0.place.file):\($0.place.line)" }
        guard !places.isEmpty else { return nil }
        let rest = places.count - Self.named
        return "values of the policy's lists that most likely are slips: \(places.count) "
            + "(\(places.prefix(Self.named).joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")); "
            + "`cordon policy check` says what is wrong with each"
    }
}
