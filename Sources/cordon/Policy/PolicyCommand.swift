import ArgumentParser
import CommandOptions
import Model
import PipelineFiles
import Policy
import Records
import Stages
import Terminal
import Trials

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check a member's policy, and try it on transactions.",
        discussion: """
            A policy says what a member does with a transaction: bands of the score, then rules on the member's own data \
            (docs/POLICY.md). `cordon ingest --policy FILE` runs it. To bring a rule in: write it as `mode: shadow`, `check` \
            the file, `try` it on last month's transactions, run it in shadow until `shadowRules` of the decisions look right, \
            then make it `live`.
            """,
        subcommands: [Check.self, Try.self, PolicyBacktestCommand.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a policy declares, or its first mistake with file and line.",
            discussion: """
                Reads the policy and its list files as an agent does when it starts. A mistake (an unknown field, list or \
                window, a wrong value, limits that nothing lies between, a rule that can't change anything) ends with exit \
                code 1. So does a value of a list that most likely is a slip, such as an IBAN with wrong check digits, which an \
                agent logs and starts with all the same; one that is given twice is only told.
                """)

        @Argument(help: ArgumentHelp("The policy.", valueName: "file"))
        var file: String

        func run() throws {
            let (policy, notes) = try checkPolicy(file: file)
            let doubts = notes.count(where: \.isDoubt)
            if doubts == 0 { print("\(file): no mistakes") }
            print(describe(policy))
            for note in notes { print(note) }
            if doubts > 0 { throw Failure("\(file): \(doubts) \(doubts == 1 ? "value" : "values") to look at, above") }
        }

        private func describe(_ policy: DecisionPolicy) -> String {
            let bands = policy.bands
            let bounds = [("challenge", bands.challenge), ("review", bands.review), ("decline", bands.decline)]
            var out = "  bands    "
            out += bounds.compactMap { name, bound in bound.map { "\(name) from \($0)" } }.joined(separator: ", ")
            for window in policy.windows { out += "\n  window   \(window.name): \(FeatureForm(window).kind)" }
            for (name, count) in policy.lists.sorted(by: { $0.key < $1.key }) {
                out += "\n  list     \(name): \(count) \(count == 1 ? "value" : "values")"
            }
            let width = policy.rules.map(\.id.count).max() ?? 0
            for rule in policy.rules {
                let effect =
                    switch rule.effect {
                    case .atLeast(let band): "at least \(band.rawValue)"
                    case .set(let band): "set \(band.rawValue)"
                    }
                out +=
                    "\n  \(column(rule.mode.rawValue, 8, left: true)) \(column(rule.id, width, left: true))  \(column(effect, 18, left: true))  \(rule.reason)"
            }
            return out
        }
    }

    struct Try: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a policy makes of transactions in files.",
            discussion: """
                For each transaction: the band of the score, the decision, the live rules that match with their reasons, and \
                the shadow rules with what would have been decided. At the end: decisions with and without rules, and for \
                each rule how often it matched and how often it alone made the difference.

                Windows are computed over the files themselves, in order, as an agent would: a velocity rule sees nothing \
                from before. Nothing is sent anywhere.

                The score is not computed here: all transactions get `--probability`, or in JSON each may have its own in a \
                field `probability`.
                """)

        @Argument(help: ArgumentHelp("The policy.", valueName: "file"))
        var file: String

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("The member's records: JSON lines, CSV or ISO 20022.", valueName: "file"))
        var transactions: [String]

        @Option(
            help: ArgumentHelp(
                "How they are read. (default: a committed one, by each file's name and content)", valueName: "file"))
        var mapping: String?

        @OptionGroup var rules: RecordRuleOptions

        @Option(
            help: ArgumentHelp("The probability of fraud of a transaction that has none of its own.", valueName: "p"))
        var probability = 0.0

        @Flag(help: "A line of JSON a transaction, with the values of its windows; no summary.")
        var json = false

        @Flag(help: "The summary alone.")
        var summary = false

        func validate() throws {
            guard (0...1).contains(probability) else { throw ValidationError("'--probability' is 0 to 1") }
            guard !json || !summary else { throw ValidationError("'--json' has no summary") }
        }

        func run() throws {
            var trial = PolicyTrial(try readPolicy(file: file), probability: probability)
            let rates = try readRates(file: rules.rates)
            let validation = try readValidation(file: rules.validation)
            for path in transactions {
                let sample = try SampleFile(
                    path, mapping: mapping, rates: rates, rules: validation, received: SystemClock().microseconds)
                for record in sample.records {
                    for line in try trial.take(record, of: sample) where !summary {
                        print(json ? try line.json : line.text)
                    }
                }
            }
            if !json { print(trial.summary) }
        }
    }
}
