import Foundation
package import Keys
package import PipelineFiles
package import Records
import Roles
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

    /// Makes keys of all roles of a plan.
    ///
    /// - Parameter suite: of what is sealed to parties and members.
    package func make(_ plan: ConsortiumPlan, suite: KEMSuite = .xWing) throws -> Roster {
        try make(folder: directory)
        let authority = try CertificateAuthority(now: SystemClock().microseconds / 1_000_000)
        try writeFile(Array(authority.authorityPEM.utf8), to: authorityFile)
        var cards = [try RoleKeys(directory: coordinator.directory).makeCoordinator()]
        for id in plan.parties.keys {
            cards.append(try RoleKeys(directory: folder(id)).make(id, by: authority, suite: suite))
        }
        for id in plan.members { cards.append(try RoleKeys(directory: folder(id)).make(id, suite: suite)) }
        for id in plan.operators { cards.append(try RoleKeys(directory: folder(id)).make(id)) }
        let roster = try Roster(plan, cards)
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
