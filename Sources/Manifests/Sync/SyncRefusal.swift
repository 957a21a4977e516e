package import Records

/// Why a record of `consortium.sync` does not count. It changes nothing then.
package enum SyncRefusal: Error, Sendable, Hashable {
    case tooLong(Int)
    case malformed(SyncMistake)
    case otherConsortium
    case unknownAuthor
    case wrongAuthor(SyncAuthor)
    case badSignature(SyncAuthor)
    /// The same was said before.
    case replayed

    // Orders.
    case olderOrder(UInt64, last: UInt64)
    /// Another order has this number.
    case forkedOrder(UInt64)
    case expired
    /// It would keep others from their turn for more than a week.
    case expiresLate
    /// An order is not done, and not expired.
    case busy(UInt64)
    case versionTaken(String)
    /// The agreement does not say so.
    case notAgreed(String)
    case unknownCandidate
    /// The window begins before the end of what the challenger was trained on.
    case notLater
    /// The window has records in common with that of another order's validation, and is not the same.
    case overlapping(UInt64)
    /// The window is nearly that of another order.
    case tooNear(UInt64)
    /// As many histograms were opened of the window as may be.
    case histograms(OpeningLimits)
    /// The challenger was validated on as many windows as it may be.
    case windows(OpeningLimits)
    case alreadySealed
    /// The header is not of what was trained; what differs.
    case otherHeader(String)

    // Reports.
    case unknownOrder
    /// The order is done, has failed, or has lapsed.
    case over(UInt64)
    /// The party has not accepted the order, has ended it, or was further already.
    case outOfTurn(PartyID)
    /// The report is of another task, or of other bins, or below what the order asks for.
    case otherTask

    // Verdicts, approvals and decisions.
    case notChallenged
    case alreadyTold(MemberID)
    case unknownModel
    case turnedDown
    /// It is not given after the last decision.
    case void(after: UInt64, last: UInt64)
    case alreadyApproved(OperatorID)
    case olderDecision(UInt64, last: UInt64)
    case forkedDecision(UInt64)
    /// The model is in force already.
    case inForce
    case notValidated
    case approvals(Int, of: Int)
    /// The model that is to give way is not in force, or replaced another one than is to be brought back.
    case notReplaced
}

extension SyncRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let bytes): "the record has \(bytes) bytes, and 1,000,000 are the most"
        case .malformed(let mistake): "the record is of no use: \(mistake)"
        case .otherConsortium: "the record is of another consortium than the roster's"
        case .unknownAuthor: "the record's author is not in the roster"
        case .wrongAuthor(let author): "the record says what \(author) has no say in"
        case .badSignature(let author): "\(author) of the roster did not sign the record"
        case .replayed: "the same was said before"
        case .olderOrder(let number, let last): "order \(number) is not newer than the last, \(last)"
        case .forkedOrder(let number): "another order has the number \(number)"
        case .expired: "the order had expired when it came into the log"
        case .expiresLate: "the order expires more than a week after it came into the log"
        case .busy(let number): "order \(number) is under way: wait until it is done or has expired"
        case .notAgreed(let what): "not_agreed: the agreement does not say \(what)"
        case .versionTaken(let version): "a version \(version) is trained already"
        case .unknownCandidate: "the order names no model that was trained"
        case .notLater: "the window begins before the end of what the challenger was trained on"
        case .overlapping(let number):
            "the window overlaps that of order \(number): take the same, or one without a record in common"
        case .tooNear(let number):
            "the window is nearly that of order \(number): take the same, or one that differs by more"
        case .histograms(let limits):
            "no more than \(limits.histograms) histograms are opened of a window in \(limits.days) days: take a later one"
        case .windows(let limits):
            "a challenger is validated on no more than \(limits.windows) windows in \(limits.days) days: wait"
        case .alreadySealed: "the version is sealed already"
        case .otherHeader(let field): "the model header is not of what was trained: its \(field) is another"
        case .unknownOrder: "it names no order that counts"
        case .over(let order): "order \(order) is over"
        case .outOfTurn(let party): "\(party) has not accepted the order, has ended it, or was further already"
        case .otherTask: "the report is not of what was ordered"
        case .notChallenged: "the order is no validation that is done, or has no challenger"
        case .alreadyTold(let member): "\(member) has given its verdict already"
        case .unknownModel: "no version of this history is sealed as that model"
        case .turnedDown: "the version was turned down"
        case .void(let after, let last): "it is given after decision \(after), and the last one is \(last)"
        case .alreadyApproved(let id): "\(id) has approved of the model already"
        case .olderDecision(let sequence, let last): "decision \(sequence) is not newer than the last, \(last)"
        case .forkedDecision(let sequence): "another decision has the number \(sequence)"
        case .inForce: "the model is in force already"
        case .notValidated: "the version was never validated: validate it on a later window first"
        case .approvals(let got, let wanted): "\(got) operators approve of the model, and the roster wants \(wanted)"
        case .notReplaced: "only the model that is in force gives way, and to the one that it replaced"
        }
    }
}
