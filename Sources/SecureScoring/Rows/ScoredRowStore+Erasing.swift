import EventLogs
package import Records

extension ScoredRowStore {
    /// Erases the rows and labels of a member, or everybody's of batches that are older than a time, or both: a member's that are
    /// older. In the state when this returns. Nobody else may have the store open meanwhile.
    ///
    /// Windows hang on which rows a party has: until all three parties have erased the same, they train and validate on no window
    /// that had them.
    ///
    /// - Parameters:
    ///   - member: nil for everybody.
    ///   - seconds: since 1970, by the log's clock; nil for whenever they came.
    /// - Returns: how many are gone.
    package func erase(of member: MemberID?, before seconds: Int64?) throws -> (rows: Int, labels: Int) {
        let (rowsBefore, labelsBefore) = (count, labels)
        if let member {
            try erase(RowKey.Member(member), before: seconds)
        } else if let seconds {
            try erase(before: seconds)
        }
        return (rowsBefore - count, labelsBefore - labels)
    }
}
