import Foundation
package import Keys
package import Records

/// Who takes part, with public keys and addresses: what every process of a consortium agrees on.
package struct Roster: Sendable {
    package struct Party: Sendable {
        package var id: PartyID
        package var host: String
        package var port: Int
        /// What members and dealers seal to.
        package var hpke: HPKEPublicKey
        /// What pairwise PRF keys are agreed with.
        package var agreement: HPKEPublicKey
        /// SHA-256 of the TLS certificate (DER).
        package var certificate: [UInt8]

        package init(
            id: PartyID, host: String, port: Int, hpke: HPKEPublicKey, agreement: HPKEPublicKey, certificate: [UInt8]
        ) {
            self.id = id
            self.host = host
            self.port = port
            self.hpke = hpke
            self.agreement = agreement
            self.certificate = certificate
        }
    }

    package struct Member: Sendable {
        package var id: MemberID
        package var identity: VerifyingKey
        /// What rejected originals are sealed to.
        package var hpke: HPKEPublicKey

        package init(id: MemberID, identity: VerifyingKey, hpke: HPKEPublicKey) {
            self.id = id
            self.identity = identity
            self.hpke = hpke
        }
    }

    package var consortium: String
    package var epoch: UInt32
    package var coordinator: VerifyingKey
    package var parties: [PartyID: Party]
    package var members: [Member]

    package init(
        consortium: String, epoch: UInt32, coordinator: VerifyingKey, parties: [PartyID: Party], members: [Member]
    ) {
        self.consortium = consortium
        self.epoch = epoch
        self.coordinator = coordinator
        self.parties = parties
        self.members = members
    }

    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        try root.allow("consortium", "epoch", "coordinator", "parties", "members")
        consortium = try root.child("consortium").string
        epoch = UInt32(try root.child("epoch").int(in: 1...Int(Int32.max)))
        coordinator = try Self.identity(root.child("coordinator"))
        parties = [:]
        for node in try root.child("parties").list {
            try node.allow("name", "host", "port", "hpke", "agreement", "certificate")
            let id = try readParty(node.child("name"), known: Array(parties.keys))
            parties[id] = Party(
                id: id, host: try node.child("host").string, port: try node.child("port").int(in: 1...65_535),
                hpke: try Self.hpke(node.child("hpke")), agreement: try Self.hpke(node.child("agreement")),
                certificate: try node.child("certificate").base64(count: 32))
        }
        guard parties.count == 3 else { throw try root.child("parties").wrong("three parties belong here") }
        members = []
        for node in try root.child("members").list {
            try node.allow("name", "identity", "hpke")
            let id = try readMember(node.child("name"), known: members.map(\.id))
            members.append(
                Member(
                    id: id, identity: try Self.identity(node.child("identity")), hpke: try Self.hpke(node.child("hpke"))
                ))
        }
        guard !members.isEmpty else { throw try root.child("members").wrong("at least one member belongs here") }
    }

    private static func identity(_ node: YAMLNode) throws(ConfigurationError) -> VerifyingKey {
        guard let key = VerifyingKey(bytes: try node.base64(count: 32)) else { throw node.wrong("not an Ed25519 key") }
        return key
    }

    private static func hpke(_ node: YAMLNode) throws(ConfigurationError) -> HPKEPublicKey {
        let bytes = try node.base64(count: 32)
        do { return try HPKEPublicKey(bytes: bytes) } catch { throw node.wrong("not an X25519 key") }
    }

    /// The file that `init(file:)` reads.
    package var yaml: String {
        func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
        var out = "consortium: \(consortium)\nepoch: \(epoch)\ncoordinator: \(text(coordinator.bytes))\nparties:\n"
        for id in PartyID.allCases {
            guard let party = parties[id] else { continue }
            out += "  - name: \(id)\n    host: \(party.host)\n    port: \(party.port)\n"
            out += "    hpke: \(text(party.hpke.bytes))\n    agreement: \(text(party.agreement.bytes))\n"
            out += "    certificate: \(text(party.certificate))\n"
        }
        out += "members:\n"
        for member in members {
            out += "  - name: \(member.id)\n    identity: \(text(member.identity.bytes))\n"
            out += "    hpke: \(text(member.hpke.bytes))\n"
        }
        return out
    }
}
