/// A non-negative decimal as control sums have it, in 10^-10: at most 17 digits before the point and 10 after.
struct ExactSum: Hashable {
    /// The sum times 10^10.
    private var units: UInt128

    static let zero = ExactSum(units: 0)

    private init(units: UInt128) { self.units = units }

    /// Nil for anything but 1 to 17 digits and, after a point, at most 10 more: no sign, no exponent, no grouping.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2, (1...17).contains(whole.utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            case let rest = parts.count == 2 ? String(parts[1]) : "", rest.utf8.count <= 10,
            let units = UInt128(whole + rest + String(repeating: "0", count: 10 - rest.utf8.count))
        else { return nil }
        self.units = units
    }

    /// The sum, exact for any message within the element limit: there is room for 10^11 of the largest sums.
    static func sum(_ left: ExactSum, _ right: ExactSum) -> ExactSum { ExactSum(units: left.units + right.units) }
}
