package import Records

/// What an epoch of keys brings that concerns who takes part.
package enum MembershipChange: Sendable, Hashable {
    case joins(MemberID)
    case leaves(MemberID)
    /// The others told it to leave.
    case expelled(MemberID)
    /// Another host, of another identity, takes a party's part.
    case replaced(PartyID)
}

extension ConsortiumHistory {
    /// How those who take part in an epoch differ from those of the epoch before, however many versions lie between: members in the
    /// agreement's order, then parties. Nothing for the roster's own, and for an epoch that there is not.
    package func membershipChanges(of epoch: KeyEpoch) -> [MembershipChange] {
        guard epoch > epochs.terms.founding.number, let after = version(in: epoch)?.agreement,
            let before = version(in: KeyEpoch(epoch.number - 1))?.agreement
        else { return [] }
        let members = after.members.compactMap { member -> MembershipChange? in
            switch (before.member(member.id)?.takesPart ?? false, member.departure) {
            case (false, nil): .joins(member.id)
            case (true, let departure?): departure.isExpulsion ? .expelled(member.id) : .leaves(member.id)
            case (true, nil), (false, _?): nil
            }
        }
        let parties = PartyID.allCases.filter { before.parties[$0]?.identity != after.parties[$0]?.identity }
        return members + parties.map { .replaced($0) }
    }
}
