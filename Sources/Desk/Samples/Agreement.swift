/// How often two people who judged the same alert, neither knowing of the other, came to the same.
package struct Agreement: Hashable, Sendable {
    /// Of the first person (rows) and the second one, in the order of `Finding.allCases`.
    package private(set) var counts = Finding.allCases.map { _ in Finding.allCases.map { _ in 0 } }

    package init(_ pairs: [(first: Finding, second: Finding)]) {
        func place(_ finding: Finding) -> Int { Finding.allCases.firstIndex(of: finding) ?? 0 }
        for pair in pairs { counts[place(pair.first)][place(pair.second)] += 1 }
    }

    package var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
    package var agreed: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

    /// Cohen's kappa (1960): how far they agree beyond what chance would give, 1 at most; nil where there is nothing to compare, or
    /// both always say one and the same.
    package var kappa: Double? {
        let all = Double(total)
        guard all > 0 else { return nil }
        let expected = counts.indices.reduce(0.0) { sum, place in
            let (row, column) = (counts[place].reduce(0, +), counts.reduce(0) { $0 + $1[place] })
            return sum + Double(row) / all * Double(column) / all
        }
        return expected < 1 ? (Double(agreed) / all - expected) / (1 - expected) : nil
    }
}
