import Roles
import Terminal

/// A rotation of the token key while the demo's transactions are scored.
package struct DemoRotation {
    package let folder: DemoFolder
    package let consortium: DemoConsortium

    package init(folder: DemoFolder, consortium: DemoConsortium) {
        self.folder = folder
        self.consortium = consortium
    }

    /// Orders it, and waits until the new key is in force.
    package func order() throws {
        let rotation = try TokenRotation(
            ordering: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        if let reason = try rotation.wait(until: .now + .seconds(60)) {
            throw Failure("the token key was not rotated: \(reason); the parties' own words are in \(folder.run)/logs")
        }
    }

    /// Whether all three parties count under the new tokens.
    package var isDone: Bool { CellCosts(folder: folder, members: []).countedTokenEpoch != nil }
}
