import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Testing

/// A roster with everybody's private keys, and a history of what they say.
struct KeyPeople {
    let terms: Terms
    var history: EpochHistory
    /// All records so far.
    private(set) var said: [[UInt8]] = []
    var roster: Roster { terms.roster }

    init() throws {
        terms = try Terms()
        history = EpochHistory(terms.roster.epochTerms)
    }

    func record(_ statement: AgreementStatement, by author: SyncAuthor) throws -> [UInt8] {
        let folder: String
        switch author {
        case .coordinator: folder = "coordinator"
        case .party(let party): folder = party.name
        case .member(let member): folder = member.name
        case .operator(let id): folder = id.name
        }
        return try statement.record(
            by: author, consortium: roster.consortium, key: terms.keys(folder).signingKey())
    }

    mutating func say(_ statement: AgreementStatement, by author: SyncAuthor, at time: Int64) throws {
        let record = try record(statement, by: author)
        try history.apply(record, time: time)
        said.append(record)
    }

    /// Fresh keys of a party.
    static func offer(_ party: PartyID, _ history: EpochHistory) -> PartyOffer {
        PartyOffer(
            epoch: history.newest.number.next, attempt: history.rotation?.order.attempt ?? 1,
            hpke: HPKEPrivateKey(history.rotation?.order.suite ?? history.newest.suite).publicKey,
            agreement: HPKEPrivateKey().publicKey,
            certificate: history.newest.parties[party]?.certificate ?? .zero)
    }

    mutating func order(at time: Int64) throws {
        let order = EpochOrder(
            epoch: history.newest.number.next, attempt: 1, agreement: roster.foundingKeys.agreement,
            suite: history.newest.suite)
        try say(.epochOrder(order), by: .coordinator, at: time)
    }

    mutating func offer(_ parties: [PartyID] = PartyID.allCases, at time: Int64) throws {
        for party in parties { try say(.partyOffer(Self.offer(party, history)), by: .party(party), at: time) }
    }

    mutating func fix(at time: Int64) throws {
        let keys = try #require(history.composed)
        try say(.epochManifest(EpochManifest(keys, attempt: 1)), by: .coordinator, at: time)
    }

    mutating func ready(_ parties: [PartyID], at time: Int64) throws {
        let keys = try #require(history.rotation?.keys)
        for party in parties {
            let ready = EpochReady(epoch: keys.number, attempt: 1, keys: keys.digest)
            try say(.epochReady(ready), by: .party(party), at: time)
        }
    }

    mutating func place(_ kind: EpochPlaces.Kind, _ epoch: KeyEpoch, at time: Int64) throws {
        try say(.epochPlaces(EpochPlaces(epoch: epoch, kind: kind, offsets: [0])), by: .coordinator, at: time)
    }
}
