package import EventLogs
package import Keys
package import Records

/// A member's sessions of one epoch with all three parties, and the identity that it signs its batches with.
package final class TokenSessions: Sendable {
    private let sessions: [Session]
    let identity: SigningKey

    package var member: MemberID { sessions[0].member }
    package var epoch: UInt32 { sessions[0].epoch }

    /// Nil unless there is one for each party, all of one member and one epoch.
    package init?(_ sessions: [PartyID: Session], identity: consuming SigningKey) {
        let all = PartyID.allCases.compactMap { party in sessions[party].flatMap { $0.party == party ? $0 : nil } }
        guard all.count == PartyID.allCases.count, Set(all.map(\.member)).count == 1, Set(all.map(\.epoch)).count == 1
        else { return nil }
        self.sessions = all
        self.identity = identity
    }

    package subscript(_ party: PartyID) -> Session { sessions[party.rawValue] }
}

/// Where a party finds the sessions that members announced. A stage has its own, and calls it on its thread.
package protocol SessionDirectory: AnyObject {
    /// Nil where no such session was announced to this party; reads what was announced since.
    func session(_ member: MemberID, epoch: UInt32) throws(LogError) -> Session?
}
