/// A part of one in whole millionths, 0 to 1: an exact rational that reads the same on every machine, where 0.15 in
/// binary floating point would not be 0.15.
package struct Millionths: Sendable, Hashable, Comparable {
    /// What stands for 1.
    package static let one = 1_000_000

    /// 0 to 1,000,000.
    package let count: Int

    /// Nil unless from 0 to 1,000,000.
    package init?(_ count: Int) {
        guard (0...Self.one).contains(count) else { return nil }
        self.count = count
    }

    /// `part` of `whole`, to the nearest millionth; half a millionth goes up. Nil unless `0 <= part <= whole`, `whole`
    /// is above 0 and both are below 2^42.
    package init?(part: Int, of whole: Int) {
        guard 0 <= part, part <= whole, (1..<1 << 42).contains(whole) else { return nil }
        count = (2 * part * Self.one + whole) / (2 * whole)
    }

    package static func < (left: Millionths, right: Millionths) -> Bool { left.count < right.count }
}

extension Millionths: CustomStringConvertible {
    /// The decimal, without zeros at its end: `0.15`.
    package var description: String {
        guard count < Self.one else { return "1" }
        var places = String(String(count + Self.one).dropFirst())
        while places.hasSuffix("0") { places.removeLast() }
        return places.isEmpty ? "0" : "0." + places
    }
}
