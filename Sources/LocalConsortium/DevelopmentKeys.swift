import Foundation
package import Keys
package import PipelineFiles
package import Records
import Stages
import Terminal

/// All roles' keys in one folder, for one machine.
package struct DevelopmentKeys {
    package let directory: String

    package init(directory: String) {
        self.directory = directory
    }

    package var rosterFile: String { directory + "/roster.yaml" }
    package var authorityFile: String { directory + "/ca.pem" }
    package var coordinator: FileKeystore { FileKeystore(directory: directory + "/coordinator") }
    package func folder(_ party: PartyID) -> String { directory + "/\(party)" }
    package func folder(_ member: MemberID) -> String { directory + "/\(member)" }
    package func folder(_ id: OperatorID) -> String { directory + "/operators/\(id)" }

    package func make(_ plan: ConsortiumPlan) throws -> Roster {
        try make(folder: directory)
        let authority = try DevelopmentPKI(now: SystemClock().microseconds / 1_000_000)
        try writeFile(Array(authority.authorityPEM.utf8), to: authorityFile)
        var parties: [PartyID: Cell.Party] = [:]
        for (id, address) in plan.parties {
            let store = FileKeystore(directory: folder(id))
            let hpke = HPKEPrivateKey()
            let agreement = HPKEPrivateKey()
            let identity = SigningKey()
            try store.store(hpke)
            try store.store(agreement, "agreement")
            try store.store(identity)
            let certificate = try authority.issue(to: id, directory: folder(id))
            parties[id] = Cell.Party(
                id: id, host: address.host, port: address.port, hpke: hpke.publicKey, agreement: agreement.publicKey,
                identity: identity.verifyingKey, certificate: certificate.fingerprint)
        }
        var members: [Roster.Member] = []
        for id in plan.members {
            let store = FileKeystore(directory: folder(id))
            let identity = SigningKey()
            let hpke = HPKEPrivateKey()
            try store.store(identity)
            try store.store(hpke)
            members.append(
                Roster.Member(id: id, identity: identity.verifyingKey, hpke: hpke.publicKey, budget: plan.budget))
        }
        let signer = SigningKey()
        try coordinator.store(signer)
        var roster = Roster(
            consortium: plan.name, epoch: plan.epoch, coordinator: signer.verifyingKey, cell: Cell(parties),
            members: members, eventTime: plan.eventTime)
        roster.countLimit = plan.countLimit
        roster.roundsScores = plan.roundsScores
        roster.openings = plan.openings
        roster.approvals = plan.approvals
        for id in plan.operators {
            let identity = SigningKey()
            try FileKeystore(directory: folder(id)).store(identity)
            roster.operators.append(Roster.Operator(id: id, identity: identity.verifyingKey))
        }
        try writeFile(Array(roster.yaml.utf8), to: rosterFile)
        return roster
    }

    private func make(folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Failure("the folder \(folder) can't be made") }
    }
}
