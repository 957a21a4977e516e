package import Keys
package import Records

/// Who says something on `consortium.sync`.
package enum SyncAuthor: Sendable, Hashable {
    case coordinator
    case party(PartyID)
    case member(MemberID)
    case `operator`(OperatorID)

    /// Reads an author as a record names it; nil for a text that is none.
    package init?(_ text: String) {
        if text == "coordinator" {
            self = .coordinator
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "party":
            guard let party = PartyID(name: parts[1]) else { return nil }
            self = .party(party)
        case "member":
            guard let member = MemberID(parts[1]) else { return nil }
            self = .member(member)
        case "operator":
            guard let id = OperatorID(parts[1]) else { return nil }
            self = .operator(id)
        default: return nil
        }
    }
}

extension SyncAuthor: CustomStringConvertible {
    /// As records name it: "coordinator", "party/party-1", "member/bank-a", "operator/anna".
    package var description: String {
        switch self {
        case .coordinator: "coordinator"
        case .party(let party): "party/\(party.name)"
        case .member(let member): "member/\(member)"
        case .operator(let id): "operator/\(id)"
        }
    }
}

/// What the roster says of trainings: whose word counts, and what it takes.
package struct SyncTerms: Sendable, Hashable {
    /// Its name in the roster, so that no record counts in another.
    package var consortium: String
    package var coordinator: VerifyingKey
    package var parties: [PartyID: VerifyingKey]
    package var members: [MemberID: VerifyingKey]
    package var operators: [OperatorID: VerifyingKey]
    /// How many operators have to approve of a model before it is put in force.
    package var approvals: Int
    package var openings: OpeningLimits
    /// What is opened at all, by the agreement.
    package var opened = Set(ConsortiumAgreement.Opening.allCases)
    /// The digest of the rule by which forests have to be trained, by the agreement; nil for any.
    package var trainer: Digest32?
    /// The digest of the rule by which versions have to be promoted, by the agreement; nil for any.
    package var promotion: Digest32?

    package init(
        consortium: String, coordinator: VerifyingKey, parties: [PartyID: VerifyingKey],
        members: [MemberID: VerifyingKey], operators: [OperatorID: VerifyingKey] = [:], approvals: Int = 0,
        openings: OpeningLimits = .standard
    ) {
        self.consortium = consortium
        self.coordinator = coordinator
        self.parties = parties
        self.members = members
        self.operators = operators
        self.approvals = approvals
        self.openings = openings
    }

    /// Nil for one that the roster does not name.
    package func key(of author: SyncAuthor) -> VerifyingKey? {
        switch author {
        case .coordinator: coordinator
        case .party(let party): parties[party]
        case .member(let member): members[member]
        case .operator(let id): operators[id]
        }
    }
}

/// Terms that hold from a time of the log on, in place of those before.
package struct SyncTermsChange: Sendable, Hashable {
    /// In seconds since 1970.
    package let from: Int64
    package let terms: SyncTerms

    package init(from: Int64, terms: SyncTerms) {
        self.from = from
        self.terms = terms
    }
}

/// Whose approval a model needs before parties switch to it.
package struct ApprovalTerms: Sendable, Hashable {
    package let operators: [OperatorID: VerifyingKey]
    /// So many of them.
    package let least: Int

    /// Nobody's.
    package static let none = ApprovalTerms(operators: [:], least: 0)

    package init(operators: [OperatorID: VerifyingKey], least: Int) {
        self.operators = operators
        self.least = least
    }
}

extension SyncTerms {
    package var approvalTerms: ApprovalTerms { ApprovalTerms(operators: operators, least: approvals) }
}
