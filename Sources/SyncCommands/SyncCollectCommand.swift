import ArgumentParser
import CommandOptions
import Manifests
import Model
import PipelineFiles
import Roles
import Terminal

struct SyncCollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Collect rows of the next feature spec before a model reads it.",
        discussion: """
            A model of the spec has to be dealt first (`cordon model deal --later`): its manifest says what each bit means. From the next \
            record on the parties keep rows of the spec beside those that they score (`cordon score --rows DAYS`), of the members whose \
            agents share its bits (`cordon ingest --next-bins FILE`). Then `cordon sync train --bins FILE` trains on them. The spec \
            reads the counts of the model in force by the same cut points; a member's own features may be any.
            """)

    @Option(help: ArgumentHelp("The public bins of the next spec: bins.json.", valueName: "file"))
    var bins: String?

    @Flag(help: "No spec is next any more.")
    var none = false

    @OptionGroup var who: CoordinatorOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard (bins == nil) == none else { throw ValidationError("Give '--bins <file>', or '--none'") }
    }

    func run() throws {
        try who.coordinating(log.open()) { coordinator in
            guard let bins else {
                try coordinator.announce(next: nil)
                say("no feature spec is next from the next record on")
                return
            }
            let spec = try readBins(bins)
            guard let form = try coordinator.newestModel(of: spec.id) else {
                throw Failure(
                    "no model was dealt for \(bins), feature spec \(specDigest(spec.id)): deal one with `cordon model deal`"
                )
            }
            try coordinator.announce(next: form)
            say("rows of feature spec \(specDigest(spec.id)) are kept from the next record on")
        }
    }
}
