package import Keys
package import Records

/// A version of what the members, parties, operators and the coordinator of a consortium agree on: who takes part, what scores are
/// for, what is ever opened, how long things are kept, and who has to sign what kind of change. A value; what it allows is looked
/// up by whoever is to do something.
///
/// Version 1 is made from the roster (`Roster.foundingAgreement`) and is in force without a signature. Each later one is in force
/// when those have signed it whom the version before asks for (`AgreementHistory`).
package struct ConsortiumAgreement: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var id: MemberID
        /// When it joined, or was given another one; epochs of keys may have changed it since.
        package var identity: VerifyingKey
        /// What is sealed to the member; as `identity`.
        package var hpke: HPKEPublicKey
        /// How much of the member's the parties score.
        package var budget: QueryBudget
        /// Whether its signature counts among the members'.
        package var votes: Bool
        /// In days since 1970; nil for one that the roster names.
        package var joined: Int?
        /// Nil while it takes part.
        package var departure: Departure?

        package init(
            id: MemberID, identity: VerifyingKey, hpke: HPKEPublicKey, budget: QueryBudget, votes: Bool = true,
            joined: Int? = nil, departure: Departure? = nil
        ) {
            self.id = id
            self.identity = identity
            self.hpke = hpke
            self.budget = budget
            self.votes = votes
            self.joined = joined
            self.departure = departure
        }

        package var takesPart: Bool { departure == nil }
    }

    /// That a member takes part no more. Its entry stays, so that its number counts for nobody else.
    package struct Departure: Sendable, Hashable {
        /// In days since 1970.
        package var day: Int
        /// Whether the others told it to leave.
        package var isExpulsion: Bool
        /// Whether its rows are trained on no more; else those that came before stay.
        package var withdrawsLabels: Bool

        package init(day: Int, isExpulsion: Bool, withdrawsLabels: Bool) {
            self.day = day
            self.isExpulsion = isExpulsion
            self.withdrawsLabels = withdrawsLabels
        }
    }

    package struct Party: Sendable, Hashable {
        package var identity: VerifyingKey
        /// Where it listens; nil where the roster's address holds.
        package var address: Address?

        package init(identity: VerifyingKey, address: Address? = nil) {
            self.identity = identity
            self.address = address
        }
    }

    package struct Address: Sendable, Hashable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The days that something is kept; nil for as long as one likes.
    package struct Retention: Sendable, Hashable {
        /// Of records on `consortium.sealed` and `consortium.labels`, at most.
        package var records: Int?
        /// Of rows that are trained on, at most.
        package var rows: Int?
        /// Of tokens' counts, at most.
        package var counts: Int?
        /// Of audit logs, at least.
        package var audit: Int?

        package init(records: Int? = nil, rows: Int? = nil, counts: Int? = nil, audit: Int? = nil) {
            self.records = records
            self.rows = rows
            self.counts = counts
            self.audit = audit
        }
    }

    /// Something that parties open, to those who are named with it and to nobody else.
    package enum Opening: String, Sendable, CaseIterable, Comparable {
        /// How many rows of a window score within which range, by label, over all members: to everybody.
        case histograms
        /// A decision that the parties compute again: to an auditor.
        case replays
        /// How many rows and frauds a version is trained on: to everybody.
        case trainings
        /// What features added to scores of a member's own transactions: to the member.
        case reasons

        package static func < (left: Opening, right: Opening) -> Bool { left.rawValue < right.rawValue }
    }

    /// Its name in the roster, which no version changes.
    package var consortium: String
    /// From 1.
    package var version: UInt64
    /// The digest of the version before; nil of version 1.
    package var previous: Digest32?
    /// The digest of the roster that version 1 is made from: what that says of times, counts and rounding no version changes.
    package var roster: Digest32
    package var coordinator: VerifyingKey
    /// In the order in which they joined: a member's place is its number in all counts, and stays.
    package var members: [Member]
    package var parties: [PartyID: Party]
    package var operators: [OperatorID: VerifyingKey]
    /// What scores may be used for, ascending.
    package var purposes: [String]
    /// The digest of the feature spec with its bins that models have to be for, as their headers have it; nil for any.
    package var features: UInt64?
    /// The digest of the rule by which forests have to be trained (`TrainingRule.agreedDigest`); nil for any.
    package var trainer: Digest32?
    /// The digest of the rule by which versions have to be promoted; nil for any.
    package var promotion: Digest32?
    package var retention: Retention
    /// What is ever opened beside each member's own scores.
    package var opened: Set<Opening>
    /// How often.
    package var openings: OpeningLimits
    /// How many operators have to approve of a model before it is put in force.
    package var approvals: Int
    /// Who has to sign a change of each matter; there is one for every matter.
    package var rules: [AgreementMatter: ApprovalRule]

    /// The founding version.
    package init(
        consortium: String, roster: Digest32, coordinator: VerifyingKey, members: [Member],
        parties: [PartyID: Party], operators: [OperatorID: VerifyingKey], approvals: Int, openings: OpeningLimits
    ) {
        self.consortium = consortium
        version = 1
        self.roster = roster
        self.coordinator = coordinator
        self.members = members
        self.parties = parties
        self.operators = operators
        purposes = [Self.purpose]
        retention = Retention()
        opened = [.histograms, .replays, .trainings]
        if openings.reasons != nil { opened.insert(.reasons) }
        self.openings = openings
        self.approvals = approvals
        rules = ApprovalRule.founding(operators: min(approvals, operators.count))
    }

    /// The purpose of a founding version.
    package static let purpose = "fraud-prevention"
    /// The most members, those that left among them: as many as counts have numbers for.
    package static let mostMembers = 64

    // MARK: Looking

    package func member(_ id: MemberID) -> Member? { members.first { $0.id == id } }

    /// The members that take part and have a vote, in their order.
    package var voters: [MemberID] { members.filter { $0.takesPart && $0.votes }.map(\.id) }

    /// The identity of whoever takes part; nil for others, and for members that left.
    package func identity(of author: SyncAuthor) -> VerifyingKey? {
        switch author {
        case .coordinator: coordinator
        case .party(let party): parties[party]?.identity
        case .member(let id): member(id).flatMap { $0.takesPart ? $0.identity : nil }
        case .operator(let id): operators[id]
        }
    }

    /// All who take part, in the order of their names.
    package var authors: [SyncAuthor] {
        let all =
            [.coordinator] + members.filter(\.takesPart).map { SyncAuthor.member($0.id) }
            + parties.keys.map { .party($0) } + operators.keys.map { .operator($0) }
        return all.sorted { $0.description < $1.description }
    }

    /// The version after this one, before anything of it is changed.
    package var next: ConsortiumAgreement {
        var next = self
        next.version += 1
        next.previous = digest
        return next
    }
}

extension ConsortiumAgreement.Opening {
    /// What is opened, and to whom.
    package var words: String {
        switch self {
        case .histograms: "how many rows of a window score within which range, by label: to everybody"
        case .replays: "a decision that is computed again: to an auditor"
        case .reasons: "what features added to scores of a member's own transactions: to the member"
        case .trainings: "how many rows and frauds a version is trained on: to everybody"
        }
    }
}
