import Foundation
import Keys
import Manifests
import Records
import Testing

/// Keys of everybody in an epoch, all known: of each the bytes of its name, filled up to 32.
enum EpochPeople {
    static let members = ["bank-a", "bank-b"].map { MemberID($0)! }

    private static func bytes(_ name: String) -> [UInt8] {
        let digest = Digest32(of: [Array(name.utf8)])
        return digest.bytes
    }

    /// - Parameter version: another key of the same author.
    static func signing(_ author: SyncAuthor, _ version: Int = 0) -> SigningKey {
        SigningKey(bytes: bytes("\(author)#\(version)"))!
    }

    /// What a key in memory signs; only one of a token may fail to.
    static func signed(_ record: () throws -> [UInt8]) -> [UInt8] {
        do { return try record() } catch { preconditionFailure("a key in memory signs") }
    }

    static func identity(_ author: SyncAuthor, _ version: Int = 0) -> VerifyingKey {
        signing(author, version).verifyingKey
    }

    static func hpke(_ name: String) -> HPKEPublicKey {
        guard let key = try? HPKEPrivateKey(bytes: bytes("hpke of \(name)")).publicKey else {
            preconditionFailure("32 bytes are a key")
        }
        return key
    }

    static func keys(of member: MemberID, _ version: Int = 0) -> MemberKeys {
        MemberKeys(identity: identity(.member(member), version), hpke: hpke("\(member)#\(version)"))
    }

    static func keys(of party: PartyID, _ epoch: UInt32 = 1) -> PartyKeys {
        PartyKeys(
            identity: identity(.party(party)), hpke: hpke("\(party) \(epoch)"),
            agreement: hpke("pairs of \(party) \(epoch)"),
            certificate: Digest32(of: [Array("\(party)".utf8)]))
    }

    static let agreement = Digest32(of: [Array("founding".utf8)])

    static func membership(_ agreement: Digest32 = agreement, _ members: [MemberID] = members) -> EpochMembership {
        EpochMembership(
            agreement: agreement,
            parties: Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, identity(.party($0))) }),
            members: Dictionary(uniqueKeysWithValues: members.map { ($0, keys(of: $0)) }))
    }

    static func terms(founding: UInt32 = 1) -> EpochTerms {
        EpochTerms(
            consortium: "demo", coordinator: identity(.coordinator),
            founding: EpochKeys(
                consortium: "demo", number: KeyEpoch(founding), agreement: agreement,
                parties: Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, keys(of: $0)) }),
                members: Dictionary(uniqueKeysWithValues: members.map { ($0, keys(of: $0)) })))
    }
}

/// A history with what is said to it. Its clock stands still unless it is moved.
struct EpochWorld {
    static let start: Int64 = 1_780_000_000

    var history: EpochHistory
    var time = start
    /// Which of its identities a member signs by.
    var versions: [MemberID: Int] = [:]
    /// Whether orders say that shares are refreshed.
    var refreshes = true
    private(set) var said: [(record: [UInt8], time: Int64)] = []

    init(founding: UInt32 = 1) { history = EpochHistory(EpochPeople.terms(founding: founding)) }

    var next: KeyEpoch { history.newest.number.next }
    var attempt: UInt32 { history.rotation?.order.attempt ?? 0 }

    func record(_ statement: AgreementStatement, by author: SyncAuthor) -> [UInt8] {
        var version = 0
        if case .member(let member) = author { version = versions[member] ?? 0 }
        return EpochPeople.signed {
            try statement.record(by: author, consortium: "demo", key: EpochPeople.signing(author, version))
        }
    }

    @discardableResult
    mutating func say(_ statement: AgreementStatement, by author: SyncAuthor) throws -> AgreementMessage? {
        try take(record(statement, by: author))
    }

    /// Applies a record; one that is refused is no part of what was said, and has to have changed nothing.
    @discardableResult
    mutating func take(_ record: [UInt8]) throws(EpochRefusal) -> AgreementMessage? {
        let before = history
        do throws(EpochRefusal) {
            let message = try history.apply(record, time: time)
            said.append((record, time))
            return message
        } catch {
            #expect(history == before, "a refused record changed the history")
            throw error
        }
    }

    /// What a statement is refused with; nil where it counts.
    mutating func refusal(_ statement: AgreementStatement, by author: SyncAuthor) -> EpochRefusal? {
        refusal(record(statement, by: author))
    }

    mutating func refusal(_ record: [UInt8]) -> EpochRefusal? {
        do throws(EpochRefusal) {
            try take(record)
            return nil
        } catch { return error }
    }

    // MARK: Statements

    func order(_ epoch: UInt32? = nil, attempt: UInt32? = nil, agreement: Digest32? = nil) -> AgreementStatement {
        .epochOrder(
            EpochOrder(
                epoch: epoch.map { KeyEpoch($0) } ?? next, attempt: attempt ?? self.attempt + 1,
                agreement: agreement ?? history.membership.agreement, suite: .x25519,
                refreshesModels: refreshes, refreshesCounts: refreshes))
    }

    /// What a party offers: other keys for every attempt.
    func offer(_ party: PartyID, epoch: KeyEpoch? = nil, attempt: UInt32? = nil, keys: String = "") -> PartyOffer {
        let (epoch, attempt) = (epoch ?? next, attempt ?? self.attempt)
        let name = "\(party) \(epoch) \(attempt)\(keys)"
        return PartyOffer(
            epoch: epoch, attempt: attempt, hpke: EpochPeople.hpke(name),
            agreement: EpochPeople.hpke("pairs of \(name)"), certificate: Digest32(of: [Array(name.utf8)]))
    }

    /// A member's offer of its keys of some version, signed by the two identities that are named.
    func memberOffer(
        _ member: MemberID, to version: Int, epoch: KeyEpoch? = nil, old: Int? = nil, new: Int? = nil
    ) -> [UInt8] {
        let offer = MemberOffer(epoch: epoch ?? next, keys: EpochPeople.keys(of: member, version))
        return EpochPeople.signed {
            try AgreementStatement.memberOffer(offer).record(
                by: .member(member), consortium: "demo",
                key: EpochPeople.signing(.member(member), old ?? versions[member] ?? 0),
                new: EpochPeople.signing(.member(member), new ?? version))
        }
    }

    func manifest() throws -> EpochManifest {
        EpochManifest(try #require(history.composed), attempt: attempt)
    }

    func ready() throws -> EpochReady {
        EpochReady(epoch: next, attempt: attempt, keys: try #require(history.rotation?.keys).digest)
    }

    func places(_ epoch: KeyEpoch, _ kind: EpochPlaces.Kind, _ offsets: [Int64] = [7]) throws -> AgreementStatement {
        .epochPlaces(try EpochPlaces(epoch: epoch, kind: kind, offsets: offsets))
    }

    // MARK: The whole way

    mutating func offerAll() throws {
        for party in PartyID.allCases { try say(.partyOffer(offer(party)), by: .party(party)) }
    }

    /// Up to a manifest that counts.
    mutating func fix() throws {
        try say(order(), by: .coordinator)
        try offerAll()
        try say(.epochManifest(manifest()), by: .coordinator)
    }

    /// Up to an epoch that three parties are ready for.
    mutating func agree() throws {
        try fix()
        let ready = try ready()
        for party in PartyID.allCases { try say(.epochReady(ready), by: .party(party)) }
    }

    /// A whole rotation: the epoch before is closed, and erased by the parties.
    mutating func rotate() throws {
        try agree()
        let (new, old) = (history.newest.number, KeyEpoch(history.newest.number.number - 1))
        try say(places(new, .activation), by: .coordinator)
        try say(places(old, .closing), by: .coordinator)
        for party in PartyID.allCases {
            try say(.epochErased(EpochErased(epoch: old, keys: ["hpke-\(old)"])), by: .party(party))
        }
    }
}
