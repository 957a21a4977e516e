package import Records

/// A member and the part of all customers that bank with it.
package struct BankShare: Sendable, Hashable {
    package var id: MemberID
    /// Above 0; shares are relative to their sum.
    package var share: Double

    package init(id: MemberID, share: Double) {
        self.id = id
        self.share = share
    }

    /// Three banks with 60, 30 and 10 % of the customers.
    package static let threeBanks: [BankShare] = [("bank-a", 0.6), ("bank-b", 0.3), ("bank-c", 0.1)].compactMap {
        name, share in MemberID(name).map { BankShare(id: $0, share: share) }
    }

    /// Which bank each of `count` customers is with: the one furthest behind its share takes the next.
    static func assign(_ count: Int, to banks: [BankShare]) -> [Int] {
        let total = banks.reduce(0) { $0 + $1.share }
        var assigned = [Double](repeating: 0, count: banks.count)
        return (0..<count).map { number in
            let due = zip(banks, assigned).map { $0.share / total * Double(number + 1) - $1 }
            let bank = due.indices.reduce(0) { due[$1] > due[$0] ? $1 : $0 }
            assigned[bank] += 1
            return bank
        }
    }
}
