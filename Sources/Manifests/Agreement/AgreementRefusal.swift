package import Records

/// Why a statement on the agreement does not count. It changes nothing then: the version in force stays.
package enum AgreementRefusal: Error, Sendable, Hashable {
    case record(AgreementMistake)
    /// It takes no part, and comes by no proposal.
    case unknownAuthor(SyncAuthor)
    case badSignature(SyncAuthor)
    /// The same was said before.
    case replayed
    /// A version before the one in force.
    case older(UInt64, inForce: UInt64)
    /// Another version of this number is in force.
    case forked(UInt64, inForce: Digest32)
    /// The version leaves out a number.
    case skipped(UInt64, due: UInt64)

    // Proposals.
    /// It goes on from another version than the one in force.
    case otherPrevious
    case defect(AgreementDefect)
    case alreadyProposed(UInt64)
    /// Its author has proposed as many of this number as it may.
    case tooMany(SyncAuthor)

    // Signatures.
    /// Nothing of this digest is proposed.
    case unknownVersion(UInt64)
    case notAsked(SyncAuthor)
    case alreadySigned(SyncAuthor)
}

extension AgreementRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .record(let mistake): "\(mistake)"
        case .unknownAuthor(let author): "\(author) takes no part"
        case .badSignature(let author): "\(author) did not sign the record by the identity that counts"
        case .replayed: "the same was said before"
        case .older(let version, let inForce): "version \(version) is over: version \(inForce) is in force"
        case .forked(let version, let inForce):
            "another version \(version) is in force, \(inForce): its signatures came first"
        case .skipped(let version, let due): "version \(version) leaves out a number: version \(due) is next"
        case .otherPrevious: "it goes on from another version than the one in force: propose it anew on top of that"
        case .defect(let defect): "the version is none that can be agreed on: \(defect)"
        case .alreadyProposed(let version): "the same version \(version) is proposed already: sign it"
        case .tooMany(let author):
            "\(author) has proposed \(AgreementHistory.mostProposals) versions of this number, which are the most"
        case .unknownVersion(let version): "no such version \(version) is proposed"
        case .notAsked(let author): "the change does not ask for the signature of \(author)"
        case .alreadySigned(let author): "\(author) has signed it already, and counts once"
        }
    }
}
