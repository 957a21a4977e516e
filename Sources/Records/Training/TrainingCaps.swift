/// Limits on what one member can do to everyone's model. A label is a bit and a row weighs as any other, so a member can
/// only send many, or call many frauds.
package enum TrainingCaps {
    /// Which rows take part where no member may have more than all others together.
    ///
    /// Of a member that has, as many stay as the others have. The coin says which, by the rows' places in the log, and no
    /// label does. The coin is opened after the log was written, so no member can choose places that stay. A member
    /// alone keeps all of its rows, since there is nobody to protect.
    ///
    /// - Parameter rows: each member's rows by their offsets in the log, no offset twice.
    /// - Returns: of each member those that stay, ascending.
    package static func thinned(_ rows: [MemberID: [Int64]], by coin: TrainingCoin) -> [MemberID: [Int64]] {
        let all = rows.values.reduce(0) { $0 + $1.count }
        return rows.mapValues { own in
            let others = all - own.count
            guard others > 0, own.count > others else { return own.sorted() }
            let drawn = own.map { (place: coin.place(of: $0), row: $0) }
                .sorted { ($0.place, $0.row) < ($1.place, $1.row) }
            return drawn.prefix(others).map(\.row).sorted()
        }
    }

    /// How many times three a member's frauds are above their cap, which is half of all others' frauds together: the
    /// member is left out where this is above 0, unless the plan admits it.
    ///
    /// It is linear, so parties have it as shares of both sums, and open its sign alone.
    ///
    /// - Parameters:
    ///   - own: the sum of the member's labels.
    ///   - all: the sum of all members' labels, its own among them.
    package static func excess(frauds own: Int, of all: Int) -> Int { 3 * own - all }
}
