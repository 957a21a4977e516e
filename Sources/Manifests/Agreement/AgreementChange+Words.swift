package import Records

extension AgreementChange: CustomStringConvertible {
    /// The change as a sentence without a full stop.
    package var description: String {
        switch self {
        case .joins(let member):
            "\(member.id) joins: \(member.budget.words)\(member.votes ? "" : ", without a vote")"
        case .departs(let id, let departure):
            "\(id) \(departure.isExpulsion ? "is expelled" : "leaves"); what it told of frauds "
                + (departure.withdrawsLabels ? "is trained on no more" : "stays")
        case .rights(let id, let budget, let votes): "\(id) gets \(budget.words)\(votes ? "" : ", and has no vote")"
        case .identity(let author): "\(author) gets another key"
        case .address(let party, let address?): "\(party) listens at \(address.host):\(address.port)"
        case .address(let party, nil): "\(party) listens where the roster says"
        case .operatorJoins(let id): "\(id) becomes an operator"
        case .operatorLeaves(let id): "\(id) is an operator no more"
        case .purposes(let purposes): "scores may be used for: \(purposes.joined(separator: "; "))"
        case .features(let features?): "models have to be for the feature spec \(hexadecimal(features.bigEndianBytes))"
        case .features(nil): "models may be for any feature spec"
        case .trainer(let rule?): "forests are trained by the rule \(rule) alone"
        case .trainer(nil): "forests are trained by any rule"
        case .promotion(let rule?): "versions are promoted by the rule \(rule) alone"
        case .promotion(nil): "versions are promoted by any rule"
        case .retention(let retention): "kept are \(retention.words)"
        case .opened(let opened):
            opened.isEmpty
                ? "nothing is opened but each member's own scores"
                : "opened are, beside each member's own scores: \(opened.sorted().map(\.rawValue).joined(separator: ", "))"
        case .openings(let limits):
            "opened are at most \(limits.histograms) histograms of a window, and \(limits.windows) windows of a challenger, "
                + "in \(limits.days) days; windows differ by \(limits.apart) records"
                + (limits.reasons.map { "; of \($0.daily) choices of a member a day what features added" } ?? "")
        case .approvals(let count): "\(count) operators have to approve of a model"
        case .rule(let matter, let rule): "`\(matter.rawValue)` is signed by \(rule)"
        }
    }
}

extension QueryBudget {
    /// "1000000 transactions a day", or "any number of transactions a day".
    package var words: String {
        switch self {
        case .unlimited: "any number of transactions a day"
        case .daily(let count): "\(count) transactions a day"
        }
    }
}

extension ConsortiumAgreement.Retention {
    /// "records for 30 days, rows, counts and audit logs for any time".
    package var words: String {
        func days(_ name: String, _ days: Int?, _ bound: String) -> String {
            days.map { "\(name) for \(bound) \($0) days" } ?? "\(name) for any time"
        }
        return [
            days("records", records, "at most"), days("rows", rows, "at most"), days("counts", counts, "at most"),
            days("audit logs", audit, "at least"),
        ].joined(separator: ", ")
    }
}

extension AgreementDifference.Missing: CustomStringConvertible {
    /// "member/bank-d", or "2 of member/bank-a, member/bank-b, member/bank-c".
    package var description: String {
        switch self {
        case .author(let author): "\(author)"
        case .some(let count, let authors):
            "\(count) of \(authors.map(\.description).joined(separator: ", "))"
        }
    }
}
