package import EventLogs
package import Keys
package import Manifests
package import Records

/// A member of the consortium, as a party's partitions need it.
package struct MemberEntry: Sendable {
    package var id: MemberID
    /// How much of the member's the parties score, on all partitions together.
    package var budget: QueryBudget
    /// What its rejected originals are sealed to; nil where none are.
    package var hpke: HPKEPublicKey?
    package var takesPart: Bool

    package init(id: MemberID, budget: QueryBudget, hpke: HPKEPublicKey?, takesPart: Bool = true) {
        self.id = id
        self.budget = budget
        self.hpke = hpke
        self.takesPart = takesPart
    }
}

/// Those whom something may be sealed to.
package protocol Recipients: Sendable {
    /// Nil for whoever is no member.
    func hpke(of member: MemberID) -> HPKEPublicKey?
}

extension [MemberID: HPKEPublicKey]: Recipients {
    package func hpke(of member: MemberID) -> HPKEPublicKey? { self[member] }
}

/// The members of a consortium, looked up at each use: who joins or leaves while a party runs is found without a restart. Used by
/// many threads.
package protocol MemberDirectory: Recipients {
    /// All that take part, or did: in an order that stays, new ones last. As far as was read.
    var entries: [MemberEntry] { get }
    /// What a member is in an epoch of keys, as far as was read.
    func standing(of member: MemberID, in epoch: UInt32) -> MemberStanding
    /// By what a member signs its sessions of an epoch; nil where it takes no part in it.
    func identity(of member: MemberID, in epoch: UInt32) -> VerifyingKey?
    /// Reads what the log has in addition.
    func refresh() throws(LogError)
}

extension MemberDirectory {
    package func entry(of member: MemberID) -> MemberEntry? { entries.first { $0.id == member } }
    package func hpke(of member: MemberID) -> HPKEPublicKey? { entry(of: member)?.hpke }
}

/// Members that are the same in all epochs.
package struct FixedMembers: MemberDirectory {
    package let entries: [MemberEntry]
    private let identities: [MemberID: VerifyingKey]

    package init(_ entries: [MemberEntry], identities: [MemberID: VerifyingKey] = [:]) {
        self.entries = entries
        self.identities = identities
    }

    package func standing(of member: MemberID, in epoch: UInt32) -> MemberStanding {
        entry(of: member) == nil ? .unknown : .takesPart
    }

    package func identity(of member: MemberID, in epoch: UInt32) -> VerifyingKey? { identities[member] }
    package func refresh() {}
}
