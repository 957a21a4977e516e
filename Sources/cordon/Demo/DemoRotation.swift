/// A rotation of the token key while the demo's transactions are scored.
struct DemoRotation {
    let folder: DemoFolder
    let consortium: DemoConsortium

    /// Orders it, and waits until the new key is in force.
    func order() throws {
        let rotation = try TokenRotation(
            ordering: consortium.roster, coordinator: folder.keys.coordinator, log: consortium.log)
        if let reason = try rotation.wait(until: .now + .seconds(60)) {
            throw Failure("the token key was not rotated: \(reason); the parties' own words are in \(folder.run)/logs")
        }
    }

    /// Whether all three parties count under the new tokens.
    var isDone: Bool { CellCosts(folder: folder, members: []).countedTokenEpoch != nil }
}
