package import Keys
package import Records

/// Why a statement on keys does not count. It changes nothing then: the keys in force stay.
package enum EpochRefusal: Error, Sendable, Hashable {
    case record(AgreementMistake)
    /// Nobody of this name takes part, or did in that epoch.
    case unknownAuthor(SyncAuthor)
    case badSignature(SyncAuthor)
    /// The same was said before.
    case replayed

    // Orders.
    /// Its epoch is not the one after the newest.
    case skipped(KeyEpoch, newest: KeyEpoch)
    /// Its epoch is there already, or its attempt is.
    case old(KeyEpoch)
    /// Another order has this epoch and attempt.
    case forkedOrder(KeyEpoch)
    /// Its attempt is not one more than the last.
    case skippedAttempt(UInt32, last: UInt32)
    /// The epoch before the newest is not closed.
    case unclosed(KeyEpoch)
    /// It stands on a version of the agreement that is not the newest in force.
    case otherAgreement
    case suiteDowngrade(KEMSuite, from: KEMSuite)

    // Offers.
    /// No order asks for it: none is open, or it is of another epoch or attempt.
    case notOrdered(KeyEpoch)
    case otherSuite(KEMSuite, wanted: KEMSuite)
    /// A key in it was used before, or is somebody else's.
    case usedKey
    case alreadyOffered(SyncAuthor)
    /// The new identity did not sign it.
    case badNewSignature(SyncAuthor)
    /// It says what holds already.
    case nothingNew
    /// The manifest has come already: a member's keys change with the next epoch.
    case fixed(KeyEpoch)

    // Manifests.
    case offersMissing([PartyID])
    /// Another manifest has the same epoch and attempt.
    case forkedManifest(KeyEpoch)
    /// It goes on from another epoch than the newest.
    case otherPrevious
    /// The offers come to other keys.
    case otherKeys

    // Reports.
    /// There is no manifest of this attempt yet.
    case noManifest(KeyEpoch)
    case alreadyReady(PartyID)
    /// Not all three parties are ready.
    case notReady([PartyID])
    /// It is told already where the epoch begins, or ends.
    case alreadyPlaced(KeyEpoch)
    /// The epoch after it is not active yet.
    case notActive(KeyEpoch)
    case notClosed(KeyEpoch)
    case alreadyErased(SyncAuthor)
}

extension EpochRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .record(let mistake): "\(mistake)"
        case .unknownAuthor(let author): "\(author) takes no part in the epoch"
        case .badSignature(let author): "\(author) did not sign the record by the identity that counts"
        case .replayed: "the same was said before"
        case .skipped(let epoch, let newest): "epoch \(epoch) is not the one after the newest, \(newest)"
        case .old(let epoch): "epoch \(epoch), or this attempt at it, is over"
        case .forkedOrder(let epoch): "another order has the same attempt at epoch \(epoch)"
        case .skippedAttempt(let attempt, let last): "attempt \(attempt) is not the one after the last, \(last)"
        case .unclosed(let epoch): "epoch \(epoch) is not closed yet: wait until it is"
        case .otherAgreement: "it stands on a version of the agreement that is not the newest in force"
        case .suiteDowngrade(let suite, let former): "keys of \(suite) do not follow keys of \(former)"
        case .notOrdered(let epoch): "no open order asks for keys of epoch \(epoch) by this attempt"
        case .otherSuite(let suite, let wanted): "the key is of \(suite), and the order wants \(wanted)"
        case .usedKey: "a key in it was used before, or is somebody else's"
        case .alreadyOffered(let author): "\(author) has offered other keys already"
        case .badNewSignature(let author): "the new identity of \(author) did not sign the record"
        case .nothingNew: "it names the keys that hold already"
        case .fixed(let epoch): "the keys of epoch \(epoch) are fixed: offer them for the next"
        case .offersMissing(let parties): "there are no offers of \(parties.map(\.name).joined(separator: ", "))"
        case .forkedManifest(let epoch): "another manifest has the same attempt at epoch \(epoch)"
        case .otherPrevious: "it goes on from another epoch than the newest"
        case .otherKeys: "the offers come to other keys than it names"
        case .noManifest(let epoch): "there is no manifest of this attempt at epoch \(epoch)"
        case .alreadyReady(let party): "\(party.name) has said that it is ready"
        case .notReady(let parties): "\(parties.map(\.name).joined(separator: ", ")) are not ready"
        case .alreadyPlaced(let epoch): "it is told already where epoch \(epoch) begins or ends"
        case .notActive(let epoch): "epoch \(epoch) is not active yet"
        case .notClosed(let epoch): "epoch \(epoch) is not closed"
        case .alreadyErased(let author): "\(author) has told already what it has erased"
        }
    }
}
