/// One of the three scoring parties. Arithmetic modulo three stands here and nowhere else.
package enum PartyID: Int, CaseIterable, Sendable, Hashable, Comparable {
    case zero = 0
    case one = 1
    case two = 2

    /// The party that holds components `i + 1` and `i + 2`.
    package var next: PartyID {
        switch self {
        case .zero: .one
        case .one: .two
        case .two: .zero
        }
    }

    /// The party that holds components `i - 1` and `i`.
    package var previous: PartyID { next.next }

    /// The name in the roster, in certificates and in logs: `party-0`, `party-1`, `party-2`.
    package var name: String { "party-\(rawValue)" }

    /// The party of this name, in exactly this spelling; nil for any other text.
    package init?(name: String) {
        guard let party = PartyID.allCases.first(where: { $0.name == name }) else { return nil }
        self = party
    }

    package static func < (left: PartyID, right: PartyID) -> Bool { left.rawValue < right.rawValue }
}

extension PartyID: CustomStringConvertible {
    package var description: String { name }
}
