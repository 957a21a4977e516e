/// A non-negative decimal as control sums have it, in 10^-10: at most 17 digits before the point and 10 after.
struct ExactSum: Hashable {
    private var units: UInt128

    static let zero = ExactSum(units: 0)

    private init(units: UInt128) { self.units = units }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2, (1...17).contains(whole.utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            case let rest = parts.count == 2 ? String(parts[1]) : "", rest.utf8.count <= 10,
            let units = UInt128(whole + rest + String(repeating: "0", count: 10 - rest.utf8.count))
        else { return nil }
        self.units = units
    }

    static func sum(_ left: ExactSum, _ right: ExactSum) -> ExactSum { ExactSum(units: left.units + right.units) }
}
