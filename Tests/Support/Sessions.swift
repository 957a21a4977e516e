package import Keys
package import Records

/// One member's sessions of one epoch, at both ends.
package struct Sessions {
    package let member: MemberID
    package let epoch: UInt32
    package let members: [PartyID: Session]
    package let parties: [PartyID: Session]

    package init(_ name: String = "bank-a", epoch: UInt32 = 1) throws {
        member = try Support.member(name)
        self.epoch = epoch
        let zero = HPKEPrivateKey()
        let one = HPKEPrivateKey()
        let two = HPKEPrivateKey()
        let identity = SigningKey()
        let offer = try SessionOffer(
            consortium: "c", member: member, epoch: epoch,
            parties: [.zero: zero.publicKey, .one: one.publicKey, .two: two.publicKey], identity: identity)
        let known = [member: identity.verifyingKey]
        members = offer.sessions
        parties = [
            .zero: try Session.accept(offer.announcement, consortium: "c", at: .zero, key: zero, members: known),
            .one: try Session.accept(offer.announcement, consortium: "c", at: .one, key: one, members: known),
            .two: try Session.accept(offer.announcement, consortium: "c", at: .two, key: two, members: known),
        ]
    }

    /// The member's session of an epoch; nil where it is another epoch's.
    package func find(_ party: PartyID, _ epoch: UInt32) -> Session? { epoch == self.epoch ? members[party] : nil }
}
