import Foundation
package import Keys
package import Records

/// Who takes part, with public keys and addresses: what every process of a consortium agrees on.
package struct Roster: Sendable {
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
    /// The cell that scores every partition.
    package var cell: Cell
    package var members: [Member]

    package init(
        consortium: String, epoch: UInt32, coordinator: VerifyingKey, cell: Cell, members: [Member]
    ) {
        self.consortium = consortium
        self.epoch = epoch
        self.coordinator = coordinator
        self.cell = cell
        self.members = members
    }

    package init(file: String) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        try root.allow("consortium", "epoch", "coordinator", "parties", "members")
        consortium = try root.child("consortium").string
        epoch = UInt32(try root.child("epoch").int(in: 1...Int(Int32.max)))
        coordinator = try Self.identity(root.child("coordinator"))
        cell = try Cell(root.child("parties"))
        members = []
        for node in try root.child("members").list {
            try node.allow("name", "identity", "hpke")
            let id = try readMember(node.child("name"), known: members.map(\.id))
            members.append(
                Member(
                    id: id, identity: try Self.identity(node.child("identity")), hpke: try readHPKE(node.child("hpke"))
                ))
        }
        guard !members.isEmpty else { throw try root.child("members").wrong("at least one member belongs here") }
    }

    private static func identity(_ node: YAMLNode) throws(ConfigurationError) -> VerifyingKey {
        guard let key = VerifyingKey(bytes: try node.base64(count: 32)) else { throw node.wrong("not an Ed25519 key") }
        return key
    }

    /// The file that `init(file:)` reads.
    package var yaml: String {
        var out = "consortium: \(consortium)\nepoch: \(epoch)\ncoordinator: \(base64(coordinator.bytes))\n"
        out += cell.yaml
        out += "members:\n"
        for member in members {
            out += "  - name: \(member.id)\n    identity: \(base64(member.identity.bytes))\n"
            out += "    hpke: \(base64(member.hpke.bytes))\n"
        }
        return out
    }
}

func readHPKE(_ node: YAMLNode) throws(ConfigurationError) -> HPKEPublicKey {
    let bytes = try node.base64(count: 32)
    do { return try HPKEPublicKey(bytes: bytes) } catch { throw node.wrong("not an X25519 key") }
}

/// Base64 of a key, as a roster has it.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
