import Foundation
package import Keys
package import PipelineFiles
package import Records

/// The private keys of one role in a folder of its own, made once: what is there is never overwritten. What comes of it is the card
/// with the public half, which is in the folder as `card.yaml`, too.
package struct RoleKeys: Sendable {
    package let directory: String

    package init(directory: String) { self.directory = directory }

    /// Makes a party's keys: for what is sealed to it, for agreement with its peers, its identity, and the TLS key with a
    /// certificate.
    ///
    /// - Parameter suite: of what is sealed to it.
    package func make(
        _ party: PartyID, by authority: CertificateAuthority, suite: KEMSuite = .xWing
    ) throws -> KeyCard {
        let store = try emptyStore()
        let hpke = HPKEPrivateKey(suite)
        let agreement = HPKEPrivateKey()
        let identity = SigningKey()
        try store.store(hpke)
        try store.store(agreement, "agreement")
        let certificate = try authority.issue(to: party, directory: directory)
        return try keep(
            identity, in: store,
            .party(
                party, hpke: hpke.publicKey, agreement: agreement.publicKey, identity: identity.verifyingKey,
                certificate: certificate.fingerprint, authority: authority.authorityDER))
    }

    /// Makes a member's keys: for what is sealed to it, and its identity.
    package func make(_ member: MemberID, suite: KEMSuite = .xWing) throws -> KeyCard {
        let store = try emptyStore()
        let hpke = HPKEPrivateKey(suite)
        let identity = SigningKey()
        try store.store(hpke)
        return try keep(
            identity, in: store, .member(member, identity: identity.verifyingKey, hpke: hpke.publicKey))
    }

    /// Makes the coordinator's identity.
    package func makeCoordinator() throws -> KeyCard {
        let identity = SigningKey()
        return try keep(identity, in: emptyStore(), .coordinator(identity.verifyingKey))
    }

    /// Makes an operator's identity.
    package func make(_ id: OperatorID) throws -> KeyCard {
        let identity = SigningKey()
        let card = KeyCard.operator(Roster.Operator(id: id, identity: identity.verifyingKey))
        return try keep(identity, in: emptyStore(), card)
    }

    private func emptyStore() throws -> FileKeystore {
        guard !FileManager.default.fileExists(atPath: directory + "/identity.key") else {
            throw RoleError.keysExist(directory: directory)
        }
        return FileKeystore(directory: directory)
    }

    /// Stores the identity last: a folder that has one is whole.
    private func keep(_ identity: borrowing SigningKey, in store: FileKeystore, _ card: KeyCard) throws -> KeyCard {
        try store.store(identity)
        try Data(card.yaml.utf8).write(to: URL(fileURLWithPath: directory + "/card.yaml"))
        return card
    }
}

extension Keystore {
    /// What of these keys does not fit a roster, in words; empty where every private key has its public half there.
    ///
    /// - Throws: where the identity can't be read, or the roster has no role with it.
    package func misfits(_ roster: Roster) throws -> (role: String, misfits: [String]) {
        let own = try signingKey().verifyingKey
        var misfits: [String] = []
        func check(_ what: String, _ file: String, _ fits: () throws -> Bool) {
            do {
                if try !fits() { misfits.append("\(file): the roster has another \(what)") }
            } catch { misfits.append("\(error)") }
        }
        if let (id, party) = roster.cell.parties.first(where: { $0.value.identity == own }) {
            // Those of the roster's epoch are erased when it is closed, and then there are others.
            let hasRotated = try inventory().contains { $0.kind.name == "HPKE" && $0.epoch != nil }
            if try !hasRotated || holds("hpke") {
                check("HPKE key", "hpke.key") { try hpkeKey().publicKey == party.hpke }
            }
            if try !hasRotated || holds("agreement") {
                check("agreement key", "agreement.key") { try hpkeKey("agreement").publicKey == party.agreement }
            }
            check("TLS certificate", "tls.pem") {
                _ = try privatePath(of: "tls.key")
                return try certificateFingerprint(file: path(of: "tls.pem")) == party.certificate
            }
            return ("party \(id)", misfits)
        }
        if let member = roster.members.first(where: { $0.identity == own }) {
            check("HPKE key", "hpke.key") { try hpkeKey().publicKey == member.hpke }
            return ("member \(member.id)", misfits)
        }
        if let each = roster.operators.first(where: { $0.identity == own }) { return ("operator \(each.id)", []) }
        guard roster.coordinator == own else { throw RoleError.keysOfNobody(directory: place) }
        return ("coordinator", [])
    }
}
