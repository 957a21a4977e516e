import ArgumentParser
import Evaluation
import Manifests
import ModelSync
import PipelineFiles
import Records
import Roles
import Terminal

struct SyncHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Tell what was ordered, what came of it, and what was decided why.",
        discussion: "Reads the log alone, and needs no key. Records that count for nothing are listed with the reason.")

    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Flag(help: "As JSON for `cordon report model`.") var json = false
    @OptionGroup var features: FeatureNamesOption
    @OptionGroup var log: LogOptions

    func run() throws {
        let coordinator = try SyncCoordinator(Roster(file: rosterFile), keystore: nil, log: log.open())
        guard !json else {
            let history = try ModelHistory(
                coordinator.history, inForce: coordinator.modelInForce(),
                manifestOf: { try? coordinator.manifest($0) },
                days: { LogWindows(coordinator.log).days(of: $0.range) }, names: features.names(),
                day: { LogWindows(coordinator.log).time(of: $0).map { String($0.rfc3339.prefix(10)) } })
            print(String(decoding: try history.json(), as: UTF8.self), terminator: "")
            return
        }
        for line in story(coordinator.history) { print(line) }
        for (offset, reason) in coordinator.takeRefused() { print("record \(offset) counts for nothing: \(reason)") }
    }

    /// The orders in the log's order, then the decisions.
    private func story(_ history: SyncHistory) -> [String] {
        var lines: [String] = []
        for job in history.jobs {
            lines.append("\(EventTime(seconds: job.time).rfc3339)  order \(job.order.number): \(job.order.task.words)")
            lines.append("                      \(outcome(job, history))")
            for (member, verdict) in job.verdicts.sorted(by: { $0.key < $1.key }) {
                lines.append("                      \(member): \(verdict.isWorse ? "worse" : "no worse") for it")
                lines += verdict.figures.map(line)
            }
        }
        for version in history.versions where !version.approvals.isEmpty {
            let names = version.approvals.map { "\($0.by) (after decision \($0.after))" }
            lines.append("\(version.task.version) is approved of by \(names.joined(separator: ", "))")
        }
        for decision in history.decisions {
            let time = EventTime(seconds: Int64(decision.sequence / 1_000_000)).rfc3339
            lines.append("\(time)  decision \(decision.sequence): \(decision.kind.words) \(decision.model)")
            lines.append("                      \(decision.reason)")
            lines += decision.figures.map(line)
        }
        return lines.isEmpty ? ["nothing was ordered yet"] : lines
    }

    private func line(_ figure: SyncFigure) -> String {
        "                      \(figure.name): \(decimals(figure.value, 4)) "
            + "(\(decimals(figure.low, 4)) to \(decimals(figure.high, 4)))"
    }

    private func outcome(_ job: SyncJob, _ history: SyncHistory) -> String {
        switch job.standing {
        case .open: return "under way"
        case .lapsed(let number): return "expired; order \(number) took its place"
        case .failed(let failure): return "\(SyncWork.Failure.job(job.order.number, failure))"
        case .done(.trained): return history.version(of: job.digest).map(\.trainedText) ?? "trained"
        case .done(.validated(let opened)):
            return
                "\(opened.champion.legitimateRows + opened.champion.fraudRows) rows, \(opened.champion.fraudRows) frauds"
        case .done(.sealed(let model)): return "sealed as model \(model)"
        }
    }
}

extension SyncOrder.Task {
    /// The task in words.
    var words: String {
        switch self {
        case .train(let task):
            "train \(task.version) on offsets \(task.window.range.lowerBound) to \(task.window.range.upperBound - 1)"
        case .validate(let task):
            "validate on offsets \(task.window.range.lowerBound) to \(task.window.range.upperBound - 1)"
        case .seal: "seal what was trained"
        }
    }
}

extension SyncDecision.Kind {
    var words: String {
        switch self {
        case .promote: "in force is model"
        case .rollback: "back in force is model"
        case .turnDown: "turned down is model"
        }
    }
}
