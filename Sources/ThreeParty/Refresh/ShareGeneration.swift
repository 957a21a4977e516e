/// The number of a generation of shares, that of the key epoch under which it was made. What a dealer gave, or what was counted
/// before any refresh, is of generation 0.
package struct ShareGeneration: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    /// Shares as they were dealt.
    package static let dealt = ShareGeneration(0)

    package static func < (left: ShareGeneration, right: ShareGeneration) -> Bool { left.number < right.number }

    package var description: String { "\(number)" }
}
