import Formats
package import Records

/// Whose customer is whose in a replay.
package enum ReplayMembers: Sendable {
    /// By the last digit of the customer, or of a column of CSV; ten entries.
    case byLastDigit([MemberID], of: String?)
    /// By name, in a column of CSV.
    case column(String)
    /// All are one member's.
    case one(MemberID)

    /// The column that has to be there beside those of the mapping.
    var column: String? {
        switch self {
        case .byLastDigit(_, let column): column
        case .column(let column): column
        case .one: nil
        }
    }

    /// The member; nil where no member of the consortium has the customer.
    func owner(of transaction: Transaction, _ record: FileRecord, in file: RecordFile) -> MemberID? {
        let text: String
        if let column {
            guard let value = file.value(column, of: record) else { return nil }
            text = String(decoding: value, as: UTF8.self).trimmed
        } else {
            text = transaction.customer
        }
        switch self {
        case .byLastDigit(let members, _):
            return text.last?.wholeNumberValue.flatMap { $0 < members.count ? members[$0] : nil }
        case .column: return MemberID(text)
        case .one(let member): return member
        }
    }
}
