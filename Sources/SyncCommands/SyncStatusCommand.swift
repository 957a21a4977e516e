import ArgumentParser
import Evaluation
import Manifests
import Model
import ModelSync
import PipelineFiles
import Records
import Roles
import Terminal

struct SyncStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the model in force, the versions, and the order under way.",
        discussion: "Reads the log alone, and needs no key.")

    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @OptionGroup var features: FeatureNamesOption
    @OptionGroup var log: LogOptions

    func run() throws {
        let coordinator = try SyncCoordinator(Roster(file: rosterFile), keystore: nil, log: log.open())
        let history = coordinator.history
        let inForce = try coordinator.modelInForce()
        let name = try inForce.flatMap { try coordinator.manifest($0)?.version } ?? "none"
        print("in force: \(name)\(inForce.map { " (\($0))" } ?? "")")
        if let open = history.open { for line in open.lines(now: coordinator.now) { print(line) } }
        guard !history.versions.isEmpty else {
            print("no version was trained on shares yet")
            return
        }
        let widths = [20, 10, 10, 12, 14]
        let head = ["version", "rows", "frauds", "validations", "standing"]
        print(zip(head, widths).map { column($0, $1, left: true) }.joined())
        for version in history.versions {
            let cells = [
                version.task.version, "\(version.trained.rows)", "\(version.trained.frauds)",
                "\(version.validations.count)", version.standing(inForce: inForce, in: history),
            ]
            print(zip(cells, widths).map { column($0, $1, left: true) }.joined())
        }
        for line in try drift(coordinator, inForce) { print(line) }
    }

    /// How far the newest rows that parties looked at are from those that the model in force was made for.
    private func drift(_ coordinator: SyncCoordinator, _ inForce: Digest32?) throws -> [String] {
        guard let inForce, let manifest = try coordinator.manifest(inForce),
            let newest = try coordinator.drift(from: manifest).newest(bits: manifest.features, by: DriftRule())
        else { return [] }
        let names = try features.names()
        let changed = newest.features.enumerated().sorted { ($0.1.index?.value ?? -1) > ($1.1.index?.value ?? -1) }
        return ["drift by order \(newest.number): scores, \(newest.scores)"]
            + changed.prefix(3).map { place, verdict in
                "  \(names.count == newest.features.count ? names[place] : "feature \(place + 1)"), \(verdict)"
            }
    }
}

/// What features are called.
struct FeatureNamesOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The public bins of the model in force, which name its features: bins.json.", valueName: "file"))
    var bins: String?

    /// In the order of a model's; none without a file.
    func names() throws -> [String] { try bins.map { try readBins($0).spec.features.map(\.name) } ?? [] }
}

extension SyncVersion {
    /// What it is now, in words.
    func standing(inForce: Digest32?, in history: SyncHistory) -> String {
        if let sealed, sealed.model == inForce { return "in force" }
        if isTurnedDown { return "turned down" }
        if let promotion {
            return history.decisions.contains { $0.kind == .rollback && $0.previous == promotion.model }
                ? "rolled back" : "replaced"
        }
        if sealed != nil {
            let approving = approvals.count { $0.after == history.lastSequence }
            return "challenger"
                + (history.terms.approvals > 0 ? ", \(approving) of \(history.terms.approvals) approvals" : "")
        }
        return "candidate"
    }
}

extension SyncJob {
    /// What is under way, a line a party.
    func lines(now: Int64) -> [String] {
        let left = order.expires - now
        var lines = [
            "order \(order.number) to \(order.task.name) is under way, "
                + (left > 0 ? "parties can begin it for \(left) s more" : "and expired \(-left) s ago")
        ]
        for party in PartyID.allCases {
            let said: String
            switch (parties[party]?.last, parties[party]?.codeVersion) {
            case (.refused(_, let text), _): said = "refuses: \(text)"
            case (.some, _): said = "done"
            case (nil, nil): said = "has not accepted it yet"
            case (nil, .some):
                let groups = parties[party]?.groups ?? 0
                said = groups > 0 ? "group \(groups) of trees" : "accepted it"
            }
            lines.append("  \(party.name): \(said)")
        }
        return lines
    }
}
