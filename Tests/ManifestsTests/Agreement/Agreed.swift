import Keys
import Manifests
import Records

/// Agreements of people whose keys are all known: of each author the bytes of its name, filled up to 32.
enum Agreed {
    /// The key of an author; `copy` counts the keys that it has had.
    static func key(_ author: SyncAuthor, copy: UInt8 = 0) -> SigningKey {
        let name = Array("\(author) \(copy)".utf8)
        guard let key = SigningKey(bytes: (0..<32).map { name[$0 % name.count] &+ UInt8($0) }) else {
            preconditionFailure("32 bytes are a key")
        }
        return key
    }

    static func identity(_ author: SyncAuthor, copy: UInt8 = 0) -> VerifyingKey { key(author, copy: copy).verifyingKey }

    static func hpke(_ byte: UInt8) -> HPKEPublicKey {
        guard let key = try? HPKEPublicKey(bytes: [UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("\(byte) is no key")
        }
        return key
    }

    static func member(_ name: String) -> MemberID { MemberID(name)! }
    static func operatorID(_ name: String) -> OperatorID { OperatorID(name)! }
    static func author(_ text: String) -> SyncAuthor { SyncAuthor(text)! }

    /// The entry of a member.
    static func entry(_ name: String, joined: Int? = nil) -> ConsortiumAgreement.Member {
        .init(
            id: member(name), identity: identity(.member(member(name))), hpke: hpke(9), budget: .daily(1000),
            joined: joined)
    }

    static func founding(
        members: [String] = ["bank-a", "bank-b", "bank-c"], operators: [String] = ["anna", "bernd"], approvals: Int = 1
    ) -> ConsortiumAgreement {
        ConsortiumAgreement(
            consortium: "demo", roster: Digest32(of: [[1]]), coordinator: identity(.coordinator),
            members: members.map { entry($0) },
            parties: Dictionary(
                uniqueKeysWithValues: PartyID.allCases.map { ($0, .init(identity: identity(.party($0)))) }),
            operators: Dictionary(
                uniqueKeysWithValues: operators.map { (operatorID($0), identity(author("operator/\($0)"))) }),
            approvals: approvals, openings: .standard)
    }

    static func departure(expelled: Bool = false, withdraws: Bool = false, day: Int = 20_000)
        -> ConsortiumAgreement.Departure
    {
        .init(day: day, isExpulsion: expelled, withdrawsLabels: withdraws)
    }

    /// The version after another, with something changed.
    static func next(
        _ before: ConsortiumAgreement, _ change: (inout ConsortiumAgreement) -> Void
    ) -> ConsortiumAgreement {
        var next = before.next
        change(&next)
        return next
    }

    static func difference(
        _ before: ConsortiumAgreement, _ change: (inout ConsortiumAgreement) -> Void
    ) throws(AgreementDefect) -> AgreementDifference {
        try AgreementDifference(from: before, to: next(before, change))
    }
}
