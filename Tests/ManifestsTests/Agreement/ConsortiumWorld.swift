import Keys
import Manifests
import Records
import Testing

/// A history of versions and keys with what is said to it, a second apart.
struct ConsortiumWorld {
    var history: ConsortiumHistory
    var time: Int64 = 1_780_000_000

    static let founding = Agreed.founding()

    static func hpke(_ name: String) -> HPKEPublicKey { EpochPeople.hpke(name) }

    init() {
        let parties = PartyID.allCases.map { party in
            (
                party,
                PartyKeys(
                    identity: Agreed.identity(.party(party)), hpke: Self.hpke("\(party) 1"),
                    agreement: Self.hpke("pairs \(party) 1"), certificate: Digest32(of: [Array(party.name.utf8)]))
            )
        }
        let members = Self.founding.members.map { ($0.id, MemberKeys(identity: $0.identity, hpke: $0.hpke)) }
        history = ConsortiumHistory(
            founding: Self.founding,
            terms: EpochTerms(
                consortium: "demo", coordinator: Agreed.identity(.coordinator),
                founding: EpochKeys(
                    consortium: "demo", number: KeyEpoch(1), agreement: Self.founding.digest,
                    parties: Dictionary(uniqueKeysWithValues: parties),
                    members: Dictionary(uniqueKeysWithValues: members))))
    }

    mutating func say(_ statement: AgreementStatement, by author: SyncAuthor, copy: UInt8 = 0) throws {
        time += 1
        let record = try statement.record(by: author, consortium: "demo", key: Agreed.key(author, copy: copy))
        try history.apply(record, time: time)
    }

    mutating func refusal(_ statement: AgreementStatement, by author: SyncAuthor, copy: UInt8 = 0) throws
        -> ConsortiumRefusal?
    {
        let before = history
        do {
            try say(statement, by: author, copy: copy)
            return nil
        } catch let error as ConsortiumRefusal {
            #expect(history == before, "a refused record changed the history")
            return error
        }
    }

    /// Proposes a change, and has all sign it whom it asks.
    mutating func agree(copies: [SyncAuthor: UInt8] = [:], _ change: (inout ConsortiumAgreement) -> Void) throws {
        let next = Agreed.next(history.agreement.inForce.agreement, change)
        try say(.proposal(AgreementProposal(next)), by: .coordinator)
        for author in try #require(history.agreement.proposal(next.digest)).unsigned
        where history.agreement.inForce.digest != next.digest {
            try say(.signature(AgreementSignature(of: next)), by: author, copy: copies[author] ?? 0)
        }
        #expect(history.agreement.inForce.digest == next.digest)
    }

    func order() -> EpochOrder {
        EpochOrder(
            epoch: history.epochs.newest.number.next, attempt: 1, agreement: history.agreement.inForce.digest,
            suite: .x25519)
    }

    /// Makes the next epoch of keys, until three parties are ready for it.
    mutating func rotate(copies: [SyncAuthor: UInt8] = [:]) throws {
        let order = order()
        try say(.epochOrder(order), by: .coordinator)
        for party in PartyID.allCases {
            let name = "\(party) \(order.epoch)"
            try say(
                .partyOffer(
                    PartyOffer(
                        epoch: order.epoch, attempt: 1, hpke: Self.hpke(name), agreement: Self.hpke("pairs " + name),
                        certificate: Digest32(of: [Array(party.name.utf8)]))), by: .party(party),
                copy: copies[.party(party)] ?? 0)
        }
        let keys = try #require(history.epochs.composed)
        try say(
            .epochManifest(
                EpochManifest(
                    epoch: order.epoch, attempt: 1, previous: keys.previous, agreement: keys.agreement,
                    keys: keys.digest)), by: .coordinator)
        for party in PartyID.allCases {
            try say(
                .epochReady(EpochReady(epoch: order.epoch, attempt: 1, keys: keys.digest)), by: .party(party),
                copy: copies[.party(party)] ?? 0)
        }
        #expect(history.epochs.newest.number == order.epoch)
    }
}
