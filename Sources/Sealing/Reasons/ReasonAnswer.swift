import Foundation
package import Keys
package import Records
import ThreeParty

/// Why a party has no answer to a member's choices. A raw value stands in records.
package enum ReasonRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// The agreement has no reasons opened.
    case notOpened = "not_opened"
    /// The member has had as many today as the agreement opens.
    case overBudget = "over_budget"
    /// The request is older than the parties try.
    case expired
    /// The box does not open, or holds no choices.
    case malformed
    /// The model has no scorecard, or this party has no share of it any more.
    case noCard = "no_card"
    /// Another model scored some of the transactions, or none did.
    case otherModel = "other_model"
    /// This party keeps no rows, or not those any more.
    case rowsGone = "rows_gone"
    /// The batches scored another number of the member's transactions.
    case otherRows = "other_rows"
    /// Another party refuses.
    case peerRefused = "peer_refused"
}

/// One party's word on a request, sealed to its member: its share of the answer, or why there is none.
package struct ReasonAnswer: Sendable {
    /// A party's share of an answer. Never printed.
    package struct Share: Sendable, Hashable, Unprinted {
        /// The plan that it is computed by: shares of two plans come to nothing.
        package let plan: Digest32
        /// `ReasonShares.encoded`, which says nothing without those of the two others.
        package let bytes: [UInt8]

        package init(plan: Digest32, bytes: [UInt8]) {
            self.plan = plan
            self.bytes = bytes
        }
    }

    package let party: PartyID
    /// The request's digest.
    package let request: Digest32
    package let word: Result<Share, ReasonRefusal>

    package init(party: PartyID, request: Digest32, word: Result<Share, ReasonRefusal>) {
        self.party = party
        self.request = request
        self.word = word
    }

    private static let label = Array("cordon/reasons/answer/v1".utf8)

    /// The record of `<member>.contributions`. The same word gives the same bytes; another one, also on the same request, is sealed
    /// under another key.
    ///
    /// - Parameter session: the member's with the party, of the request's epoch.
    package static func sealed(
        _ word: Result<Share, ReasonRefusal>, to request: ReasonRequest, by party: PartyID, _ session: Session
    ) -> [UInt8] {
        var header = WireReasonAnswerHeader()
        header.schema = 1
        header.party = UInt32(party.rawValue)
        header.member = request.member.name
        header.request = Data(request.digest.bytes)
        header.sessionEpoch = request.sessionEpoch
        var bytes: [UInt8] = []
        switch word {
        case .success(let share):
            header.plan = Data(share.plan.bytes)
            bytes = share.bytes
        case .failure(let refusal): header.refusal = refusal.rawValue
        }
        var wire = WireReasonAnswer()
        let headerBytes = header.encoded
        wire.header = Data(headerBytes)
        wire.box = Data(
            SealedBox.seal(
                bytes, salted: [label, request.digest.bytes], from: [], under: session.contributionBoxes,
                associated: headerBytes))
        return wire.encoded
    }

    /// Reads what a party has sealed to a member; nil where it is none, or nobody's.
    ///
    /// - Parameter sessions: the member's own, by party and epoch.
    package init?(_ bytes: [UInt8], member: MemberID, sessions: (PartyID, UInt32) -> Session?) {
        guard let wire = WireReasonAnswer(decoding: bytes), case let headerBytes = Array(wire.header),
            let header = WireReasonAnswerHeader(decoding: headerBytes), header.schema == 1,
            header.member == member.name, let party = PartyID(rawValue: Int(header.party)),
            let request = Digest32(Array(header.request)), let session = sessions(party, header.sessionEpoch),
            let opened = try? SealedBox.open(
                Array(wire.box), salted: [Self.label, request.bytes], under: session.contributionBoxes,
                associated: headerBytes)
        else { return nil }
        self.party = party
        self.request = request
        guard !header.refusal.isEmpty else {
            guard let plan = Digest32(Array(header.plan)) else { return nil }
            word = .success(Share(plan: plan, bytes: opened))
            return
        }
        guard let refusal = ReasonRefusal(rawValue: header.refusal) else { return nil }
        word = .failure(refusal)
    }
}

extension ReasonRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notOpened: "the agreement of the consortium opens no reasons"
        case .overBudget: "the member has had as many reasons today as the agreement opens"
        case .expired: "the request is too old"
        case .malformed: "the request does not open at this party, or holds no choices"
        case .noCard: "the model has no scorecard, or this party has no share of it any more"
        case .otherModel: "another model scored some of these transactions"
        case .rowsGone: "this party keeps no rows, or not those of these batches any more: see `cordon party --rows`"
        case .otherRows: "these batches scored another number of the member's transactions"
        case .peerRefused: "another party can't answer; it says why itself"
        }
    }
}
