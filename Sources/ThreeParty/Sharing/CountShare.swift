/// A secret count as one party holds it: components `i` and `i + 1` (mod 3) of an additive sharing in Z_2^16 (Araki et al.
/// 2016). Sums of shares are shares of the sum.
///
/// Two components say nothing of the count, since the third is uniformly random beside them. No `==`, no `Codable`, no
/// description of the value.
package struct CountShare: Sendable, CustomStringConvertible, CustomReflectable {
    /// Component `i` of party i.
    package var first: UInt16
    /// Component `i + 1`.
    package var second: UInt16

    package init(first: UInt16, second: UInt16) {
        self.first = first
        self.second = second
    }

    /// The sharing of zero that everyone knows.
    package static var zero: CountShare { CountShare(first: 0, second: 0) }

    package static func + (left: CountShare, right: CountShare) -> CountShare {
        CountShare(first: left.first &+ right.first, second: left.second &+ right.second)
    }

    package static func - (left: CountShare, right: CountShare) -> CountShare {
        CountShare(first: left.first &- right.first, second: left.second &- right.second)
    }

    package static func += (left: inout CountShare, right: CountShare) { left = left + right }

    package var description: String { "CountShare" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
