package import EventLogs
package import Keys
package import Manifests
package import PipelineFiles
package import Records
import Stages

/// A member's own change of keys: a new identity, a new HPKE key, or both, offered on `consortium.agreement` and in force with the
/// next epoch of keys. Until then, and for what belongs to older epochs, the old ones hold.
package struct MemberRenewal {
    private let roster: Roster
    private let keystore: any Keystore
    private let log: any EventLog
    private let clock: any WallClock

    package init(_ roster: Roster, keystore: any Keystore, log: any EventLog, clock: any WallClock = SystemClock()) {
        self.roster = roster
        self.keystore = keystore
        self.log = log
        self.clock = clock
    }

    package struct Offered: Sendable, Hashable {
        package let member: MemberID
        package let offer: MemberOffer
        /// Whether the log had it already, of a command before.
        package let wasThere: Bool
    }

    /// Makes the keys, unless a command before has, and offers them. They are on the disk before anybody hears of them.
    ///
    /// - Throws: `ConsortiumRefusal` where the history would refuse the offer; `MemberRenewalError`.
    package func offer(identity: Bool, hpke: Bool) throws -> Offered {
        if identity, try keystore.hasIdentityInToken() {
            throw MemberRenewalError.identityInToken(keys: keystore.place)
        }
        let topic = try AgreementTopic(roster, log: log)
        try topic.read()
        let epochs = topic.epochs
        guard
            let (member, current) = try epochs.newest.members.first(where: {
                try keystore.name(of: $0.value.identity) != nil
            }),
            let old = try keystore.name(of: current.identity)
        else { throw MemberRenewalError.noMember(keys: keystore.place) }
        let epoch = epochs.newest.number.next
        if let standing = epochs.memberOffers[member] {
            // Somebody who has the identity may have been first.
            guard try keystore.name(of: standing.keys.identity) != nil, try keystore.name(of: standing.keys.hpke) != nil
            else { throw MemberRenewalError.otherOffer(member, epoch) }
            return Offered(member: member, offer: standing, wasThere: true)
        }
        let (newIdentity, newHPKE) = (identity ? "identity-\(epoch)" : old, "hpke-\(epoch)")
        if identity, try !keystore.holds(newIdentity) { try keystore.store(SigningKey(), newIdentity) }
        if hpke, try keystore.held(newHPKE) == nil { try keystore.store(HPKEPrivateKey(.xWing), newHPKE) }
        let keys = MemberKeys(
            identity: try keystore.signingKey(newIdentity).verifyingKey,
            hpke: hpke ? try keystore.hpkeKey(newHPKE).publicKey : current.hpke)
        let offer = MemberOffer(epoch: epoch, keys: keys)
        let record = try AgreementStatement.memberOffer(offer).record(
            by: .member(member), consortium: roster.consortium, key: keystore.signingKey(old),
            new: keystore.signingKey(newIdentity))
        var tried = topic.history
        try tried.apply(record, time: clock.microseconds / 1_000_000)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
        return Offered(member: member, offer: offer, wasThere: false)
    }
}

/// Why a member can't change its keys. Each says what to do.
package enum MemberRenewalError: Error, Sendable, Hashable, CustomStringConvertible {
    case noMember(keys: String)
    /// An identity in a file would take the place of one that can't be copied.
    case identityInToken(keys: String)
    /// The log has an offer in the member's name whose private halves the keystore lacks.
    case otherOffer(MemberID, KeyEpoch)

    package var description: String {
        switch self {
        case .noMember(let keys): "the keys in \(keys) are those of no member of the newest epoch of keys"
        case .identityInToken(let keys):
            "the identity of \(keys) is in a token, and the new one would be in a file: renew the HPKE key alone (`--hpke-only`)"
        case .otherOffer(let member, let epoch):
            "the log has keys of \(member) for epoch \(epoch) that are not in this folder: unless another machine of the member has "
                + "them, its identity is stolen, and the consortium has to give it another one (`cordon consortium propose`)"
        }
    }
}

extension Keystore {
    fileprivate func hasIdentityInToken() throws(KeystoreError) -> Bool {
        try inventory().contains { $0.kind.name == "identity" && $0.holding == .token }
    }

    /// Erases what a member has of keys that no open epoch has, nor the next one: those of closed epochs, and those that were
    /// offered too late. Those of the newest epoch take the names without a number, so that whoever asks for the role's keys has
    /// them. A kill at any step leaves each key in force under one of its names.
    ///
    /// - Parameter epochs: the member's keys of each epoch that is still needed, by its number, the newest among them.
    /// - Returns: the names that are gone.
    func settle(_ epochs: [UInt32: MemberKeys]) throws(KeystoreError) -> [String] {
        guard let newest = epochs.max(by: { $0.key < $1.key }) else { return [] }
        let needed = Array(epochs.values)
        // Credentials are whoever's that hands them in: none is erased here, and the newest keeps its number beside one.
        let credentials = try inventory().filter { $0.holding == .credential }.map(\.place)
        var gone: [String] = []
        func settle(
            _ names: [String], _ stem: String, isNeeded: (String) throws(KeystoreError) -> Bool,
            isNewest: (String) throws(KeystoreError) -> Bool, take: (String) throws(KeystoreError) -> Void
        ) throws(KeystoreError) {
            for name in names {
                if let epoch = UInt32(name.dropFirst(stem.count + 1)), epoch > newest.key { continue }
                if !credentials.contains(path(of: "\(name).key")), try !isNeeded(name) {
                    try erase(name)
                    gone.append(name)
                }
            }
            for name in names where name != stem && !gone.contains(name) {
                guard try !holds(stem), !credentials.contains(path(of: "\(name).key")), try isNewest(name) else {
                    continue
                }
                try take(name)
                try erase(name)
            }
        }
        if try !hasIdentityInToken() {
            try settle(
                identityNames(), "identity",
                isNeeded: { (name) throws(KeystoreError) in
                    let key = try signingKey(name).verifyingKey
                    return needed.contains { $0.identity == key }
                },
                isNewest: { (name) throws(KeystoreError) in try signingKey(name).verifyingKey == newest.value.identity
                },
                take: { (name) throws(KeystoreError) in try store(signingKey(name), "identity") })
        }
        try settle(
            hpkeNames(), "hpke",
            isNeeded: { (name) throws(KeystoreError) in
                let key = try hpkeKey(name).publicKey
                return needed.contains { $0.hpke == key }
            },
            isNewest: { (name) throws(KeystoreError) in try hpkeKey(name).publicKey == newest.value.hpke },
            take: { (name) throws(KeystoreError) in try store(hpkeKey(name), "hpke") })
        return gone
    }
}
