/// A kind of change of the agreement, for which it says who has to sign. The raw values are the names in files and records.
package enum AgreementMatter: String, Sendable, Hashable, CaseIterable, Comparable {
    /// A member joins; it signs, too.
    case join
    /// A member leaves; it signs.
    case leave
    /// A member is told to leave; it is not asked.
    case expel
    /// A member's budget or vote.
    case rights
    /// A party's identity or address; a new identity signs, too.
    case parties
    /// The coordinator, operators, and a member's identity where it is given another one; a new identity signs, too.
    case people
    /// What scores are for, what is opened and kept, and what models have to be.
    case terms
    /// Who has to sign what.
    case rules

    package static func < (left: AgreementMatter, right: AgreementMatter) -> Bool { left.rawValue < right.rawValue }
}

/// How many of a group have to sign.
package enum ApprovalQuorum: Sendable, Hashable {
    case none
    /// More than half.
    case majority
    case all
    /// So many, from 1 on; all where there are fewer, so that nobody who goes has to stay for a rule.
    case least(Int)

    /// How many that is of a group.
    package func count(of size: Int) -> Int {
        switch self {
        case .none: 0
        case .majority: size / 2 + 1
        case .all: size
        case .least(let count): min(count, size)
        }
    }

    /// Reads a quorum as files and records name it; nil for a text that is none.
    package init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "majority": self = .majority
        case "all": self = .all
        default:
            guard let count = Int(text), (1...64).contains(count), "\(count)" == text else { return nil }
            self = .least(count)
        }
    }
}

extension ApprovalQuorum: CustomStringConvertible {
    package var description: String {
        switch self {
        case .none: "none"
        case .majority: "majority"
        case .all: "all"
        case .least(let count): "\(count)"
        }
    }
}

/// Who has to sign a change: of each group so many. Whom the change is about signs in addition, where its matter says so.
package struct ApprovalRule: Sendable, Hashable {
    package var members: ApprovalQuorum
    package var parties: ApprovalQuorum
    package var operators: ApprovalQuorum
    package var coordinator: Bool

    package init(
        members: ApprovalQuorum = .none, parties: ApprovalQuorum = .none, operators: ApprovalQuorum = .none,
        coordinator: Bool = false
    ) {
        self.members = members
        self.parties = parties
        self.operators = operators
        self.coordinator = coordinator
    }

    /// Whether it asks for nobody's signature.
    package var asksNobody: Bool { self == ApprovalRule() }

    /// The rules that a founding version has: a member goes as it likes, members come and are expelled by the majority of members,
    /// and what all rely on changes by the word of all members. Operators sign as many as approve of models.
    package static func founding(operators count: Int) -> [AgreementMatter: ApprovalRule] {
        let operators: ApprovalQuorum = count > 0 ? .least(count) : .none
        let most = ApprovalRule(members: .majority, operators: operators)
        let everyone = ApprovalRule(members: .all, operators: operators)
        return [
            .join: most, .leave: ApprovalRule(), .expel: most, .rights: most,
            .parties: ApprovalRule(members: .all, parties: .majority, operators: operators),
            .people: most, .terms: everyone, .rules: everyone,
        ]
    }
}

extension ApprovalRule: CustomStringConvertible {
    /// "majority of members, 2 operators", or "nobody".
    package var description: String {
        func words(_ quorum: ApprovalQuorum, _ group: String) -> String? {
            switch quorum {
            case .none: nil
            case .majority: "a majority of \(group)"
            case .all: "all \(group)"
            case .least(1): "one of the \(group)"
            case .least(let count): "\(count) \(group)"
            }
        }
        let parts =
            [words(members, "members"), words(parties, "parties"), words(operators, "operators")].compactMap { $0 }
            + (coordinator ? ["the coordinator"] : [])
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }
}
