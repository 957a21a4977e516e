package import Keys
package import Records

/// What the roster says of keys: whose word counts, and the keys that there are from the beginning.
package struct EpochTerms: Sendable, Hashable {
    /// Its name in the roster, so that no record counts in another.
    package var consortium: String
    package var coordinator: VerifyingKey
    package var founding: EpochKeys

    package init(consortium: String, coordinator: VerifyingKey, founding: EpochKeys) {
        self.consortium = consortium
        self.coordinator = coordinator
        self.founding = founding
    }
}

/// One attempt at the next epoch, until three parties are ready for it.
package struct EpochRotation: Sendable, Hashable {
    package let order: EpochOrder
    /// When the order came, in seconds since 1970, by the log.
    package let time: Int64
    /// Who takes part by the version of the agreement that the order names.
    package let membership: EpochMembership
    package internal(set) var offers: [PartyID: PartyOffer] = [:]
    /// The keys that the manifest fixed; nil before it came.
    package internal(set) var keys: EpochKeys?
    package internal(set) var ready: [PartyID: EpochReady] = [:]

    /// Parties that have offered no keys.
    package var offersMissing: [PartyID] { PartyID.allCases.filter { offers[$0] == nil } }
    /// Parties that are not ready.
    package var readyMissing: [PartyID] { PartyID.allCases.filter { ready[$0] == nil } }
}

/// An epoch that three parties were ready for, or the roster's, and how far it has come.
package struct EpochLife: Sendable, Hashable {
    /// Where an epoch begins or ends in `consortium.sealed`, and when that was told.
    package struct Mark: Sendable, Hashable {
        /// One a partition.
        package let offsets: [Int64]
        /// In seconds since 1970, by the log.
        package let time: Int64
    }

    package let keys: EpochKeys
    package let membership: EpochMembership
    /// Nil of the roster's.
    package let order: EpochOrder?
    /// When the order came, in seconds since 1970; 0 of the roster's.
    package let ordered: Int64
    /// When the third party was ready; 0 of the roster's.
    package let agreed: Int64
    package let ready: [PartyID: EpochReady]
    /// Nil before it is told, and for the roster's, which began with the log.
    package internal(set) var activation: Mark?
    package internal(set) var closing: Mark?
    package internal(set) var erased: [SyncAuthor: EpochErased] = [:]

    package var number: KeyEpoch { keys.number }
    /// Whether pairwise keys of the epoch are in use, or were.
    package var isActive: Bool { order == nil || activation != nil }
    /// Parties of the epoch that have not told that its keys are gone.
    package var erasuresMissing: [PartyID] { PartyID.allCases.filter { erased[.party($0)] == nil } }
}

/// What is waited for, of whom.
package enum EpochStanding: Sendable, Hashable {
    /// Nothing is under way.
    case rest
    case offers(KeyEpoch, attempt: UInt32, of: [PartyID])
    /// All have offered: the coordinator is to say what the offers come to.
    case manifest(KeyEpoch, attempt: UInt32)
    case ready(KeyEpoch, attempt: UInt32, of: [PartyID])
    /// Three parties are ready: the coordinator is to put the epoch in force.
    case activation(KeyEpoch)
    /// The epoch after is in force since a time, in seconds since 1970: the coordinator is to close this one after a grace.
    case closing(KeyEpoch, since: Int64)
    case erasure(KeyEpoch, of: [PartyID])
}

extension EpochStanding: CustomStringConvertible {
    package var description: String {
        func names(_ parties: [PartyID]) -> String { parties.map(\.name).joined(separator: ", ") }
        switch self {
        case .rest: return "nothing is under way"
        case .offers(let epoch, _, let parties): return "keys of epoch \(epoch) are waited for, of \(names(parties))"
        case .manifest(let epoch, _): return "all have offered keys of epoch \(epoch): the coordinator is to fix them"
        case .ready(let epoch, _, let parties):
            return "keys of epoch \(epoch) are fixed; \(names(parties)) \(parties.count == 1 ? "is" : "are") not ready"
        case .activation(let epoch):
            return "all are ready for epoch \(epoch): the coordinator is to put it in force"
        case .closing(let epoch, _): return "epoch \(epoch) is open for what is under way, and then closed"
        case .erasure(let epoch, let parties):
            return
                "epoch \(epoch) is closed; \(names(parties)) \(parties.count == 1 ? "has" : "have") not erased its keys"
        }
    }
}
