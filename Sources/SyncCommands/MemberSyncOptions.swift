import ArgumentParser
import CommandOptions
import Evaluation
import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

/// A member that looks at its own part of validations, and whose validations it looks at.
struct MemberSyncOptions: ParsableArguments {
    @OptionGroup var member: MemberOption

    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions

    @Option(name: .customLong("model-version"), help: ArgumentHelp("Which. (default: the newest)", valueName: "name"))
    var version: String?

    @OptionGroup var log: LogOptions

    func open() throws -> (sync: MemberSync, version: SyncVersion) {
        let roster = try Roster(file: rosterFile)
        let log = try log.open()
        let member = try AgreementSeat(roster, log: log).entry(of: self.member.id().name)
        let sync = try MemberSync(member, of: roster, keystore: opening.open(keys), log: log)
        return (sync, try sync.history.version(named: version))
    }
}

/// The rule by which a member says that a challenger does worse for it.
struct MemberRuleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Frauds of its own from which on a member says anything.", valueName: "number"))
    var leastFrauds = MemberRule.standard.leastFrauds

    @Option(help: ArgumentHelp("Worse is average precision below the champion's, at least.", valueName: "part"))
    var leastLoss = MemberRule.standard.leastLoss

    @Option(help: ArgumentHelp("And so sure that it is below at all, 0.5 to below 1.", valueName: "part"))
    var confidence = MemberRule.standard.confidence

    func rule() throws -> MemberRule {
        do { return try MemberRule(leastFrauds: leastFrauds, leastLoss: leastLoss, confidence: confidence) } catch {
            throw Failure("\(error)")
        }
    }
}
