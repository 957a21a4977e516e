package import Manifests
package import PipelineFiles
package import Records

extension ConsortiumAgreement {
    /// Adds the member of a card.
    ///
    /// - Parameter day: on which it joins, since 1970.
    package mutating func join(_ card: KeyCard, budget: QueryBudget, votes: Bool, day: Int) throws(AgreementSeatError) {
        guard case .member(let id, let identity, let hpke) = card else {
            throw .otherCard(card.role, wanted: "a member")
        }
        members.append(Member(id: id, identity: identity, hpke: hpke, budget: budget, votes: votes, joined: day))
    }

    /// Ends a member's part.
    package mutating func end(_ member: MemberID, _ departure: Departure) throws(AgreementSeatError) {
        guard let place = members.firstIndex(where: { $0.id == member }) else { throw .unknownMember(member.name) }
        guard members[place].takesPart else { throw .gone(member) }
        members[place].departure = departure
    }

    /// Puts the party of a card in the place of the one before, at another address.
    package mutating func replace(_ card: KeyCard, at address: Address) throws(AgreementSeatError) {
        guard case .party(let id, _, _, let identity, _, _) = card else {
            throw .otherCard(card.role, wanted: "a party")
        }
        parties[id] = Party(identity: identity, address: address)
    }
}
