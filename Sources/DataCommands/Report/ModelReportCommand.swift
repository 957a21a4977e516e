import ArgumentParser
import Evaluation
import Terminal

struct ModelReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Write a page about the consortium's models, with pictures.",
        discussion: """
            Reads the history of the models as `cordon sync history --json` writes it: what each version was trained on, the \
            histograms of scores that the parties opened, and what was decided. Computes all figures from the histograms, with \
            intervals and with what bins leave open, and writes a page that needs nothing from elsewhere. docs/EVALUATION.md \
            has the figures' definitions and the file's form. Example:

              cordon sync history --json > history.json
              cordon report model --history history.json --out models.html
            """)

    @Option(help: ArgumentHelp("The history of the models.", valueName: "file.json"))
    var history: String

    @Option(help: ArgumentHelp("Where the page goes.", valueName: "file.html"))
    var out: String

    @Option(help: ArgumentHelp("Write the figures of each version's validations, too.", valueName: "file.json"))
    var json: String?

    func run() throws {
        let read: ModelHistory
        do { read = try ModelHistory(json: readFile(history)) } catch let error as ModelHistoryError {
            throw Failure("\(history) is no history of models: \(error)")
        }
        try writeFile(Array(ModelReport(read).html.utf8), to: out)
        if let json { try writeFile(read.figuresJSON(), to: json) }
        say("\(out): \(read.versions.count) \(read.versions.count == 1 ? "version" : "versions")")
    }
}
