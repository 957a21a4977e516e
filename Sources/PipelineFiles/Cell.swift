package import Keys
package import Records

/// Who scores together: three parties, none of which sees a transaction, a weight or a score by itself.
///
/// A roster names one cell, which owns every partition. Whoever needs the cell's keys asks the cell, so that another kind of
/// cell, or several with partitions of their own, is a change of this type and of what builds a `ScoringBackend`.
package struct Cell: Sendable {
    package struct Party: Sendable {
        package var id: PartyID
        package var host: String
        package var port: Int
        /// What members and dealers seal to.
        package var hpke: HPKEPublicKey
        /// What pairwise PRF keys are agreed with.
        package var agreement: HPKEPublicKey
        /// What the party signs its reports by.
        package var identity: VerifyingKey
        /// SHA-256 of the TLS certificate (DER).
        package var certificate: [UInt8]

        package init(
            id: PartyID, host: String, port: Int, hpke: HPKEPublicKey, agreement: HPKEPublicKey, identity: VerifyingKey,
            certificate: [UInt8]
        ) {
            self.id = id
            self.host = host
            self.port = port
            self.hpke = hpke
            self.agreement = agreement
            self.identity = identity
            self.certificate = certificate
        }
    }

    /// All three, by id.
    package private(set) var parties: [PartyID: Party]

    /// - Parameter parties: one entry for each of the three; another number is a programmer's mistake.
    package init(_ parties: [PartyID: Party]) {
        precondition(parties.count == PartyID.allCases.count, "a cell has three parties")
        self.parties = parties
    }

    /// The keys that sealed sessions and dealt models are for.
    package var sealingKeys: [PartyID: HPKEPublicKey] { parties.mapValues(\.hpke) }
    /// The keys that pairs of parties agree on secrets with.
    package var agreementKeys: [PartyID: HPKEPublicKey] { parties.mapValues(\.agreement) }
    /// The keys that parties' reports are signed by.
    package var identities: [PartyID: VerifyingKey] { parties.mapValues(\.identity) }
    /// The certificates that parties' links are pinned to, by SHA-256 of their DER.
    package var certificates: [PartyID: [UInt8]] { parties.mapValues(\.certificate) }

    /// Moves a party to another address; its keys stay.
    package mutating func move(_ party: PartyID, to host: String, port: Int) {
        parties[party]?.host = host
        parties[party]?.port = port
    }

    /// Reads a roster's list of parties.
    init(_ node: YAMLNode) throws(ConfigurationError) {
        var parties: [PartyID: Party] = [:]
        for node in try node.list {
            try node.allow("name", "host", "port", "hpke", "agreement", "identity", "certificate")
            let id = try readParty(node.child("name"), known: Array(parties.keys))
            parties[id] = Party(
                id: id, host: try node.child("host").string, port: try node.child("port").int(in: 1...65_535),
                hpke: try readHPKE(node.child("hpke")), agreement: try readAgreement(node.child("agreement")),
                identity: try readIdentity(node.child("identity")),
                certificate: try node.child("certificate").base64(count: 32))
        }
        guard parties.count == PartyID.allCases.count else { throw node.wrong("three parties belong here") }
        self.parties = parties
    }

    /// The list that `init(_:)` reads, as part of a roster.
    var yaml: String {
        var out = "parties:\n"
        for id in PartyID.allCases {
            guard let party = parties[id] else { continue }
            out += "  - name: \(id)\n    host: \(party.host)\n    port: \(party.port)\n"
            out += "    hpke: \(text(party.hpke))\n    agreement: \(base64(party.agreement.bytes))\n"
            out += "    identity: \(base64(party.identity.bytes))\n"
            out += "    certificate: \(base64(party.certificate))\n"
        }
        return out
    }
}
