import ArgumentParser
import CommandOptions
import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

struct SyncApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve, as an operator, of a version that is to be put in force.",
        discussion: """
            Signs the approval by the operator's own key (`cordon keys operator`). It is for this version in the place of the model that is \
            in force now: a decision in between makes it void.
            """)

    @Option(
        name: .customLong("operator"), help: ArgumentHelp("Who approves, as named in the roster.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The operator's private key.", valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions

    @Option(name: .customLong("model-version"), help: ArgumentHelp("Which. (default: the newest)", valueName: "name"))
    var version: String?

    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @OptionGroup var log: LogOptions

    func run() throws {
        let roster = try Roster(file: rosterFile)
        guard let id = OperatorID(name), let known = roster.operators.first(where: { $0.id == id }) else {
            throw Failure("the roster has no operator `\(name)`")
        }
        let key = try opening.open(keys).signingKey()
        guard key.verifyingKey == known.identity else {
            throw Failure("the key in \(keys) is not \(id)'s of the roster")
        }
        let log = try log.open()
        let coordinator = try SyncCoordinator(roster, keystore: nil, log: log)
        let approved = try coordinator.history.version(named: version)
        guard let model = approved.sealed?.model else {
            throw Failure("\(approved.task.version) is not sealed: there is no model to approve of yet")
        }
        let approval = SyncApproval(model: model, after: coordinator.history.lastSequence)
        let record = try SyncStatement.approval(approval).record(
            by: .operator(id), consortium: roster.consortium, key: key)
        var tried = coordinator.history
        try tried.apply(record, at: .max, time: coordinator.now)
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        say("\(id) approves of \(approved.task.version) (\(model))")
    }
}
