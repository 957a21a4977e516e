/// The number of a set of keys of the whole consortium, from 1: the roster's first, then one more with every rotation. Sessions are
/// of these epochs, too; the token key has epochs of its own.
package struct KeyEpoch: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package var next: KeyEpoch { KeyEpoch(number + 1) }
    package var description: String { "\(number)" }
    package static func < (left: KeyEpoch, right: KeyEpoch) -> Bool { left.number < right.number }
}
