import ArgumentParser
import Foundation
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

struct ConsortiumShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the agreement that holds, who has signed it, and what is proposed.",
        discussion: """
            Reads the log alone, and needs no key. With `--yaml` it prints the whole version in the form that `propose` reads. What is \
            signed is the digest, which is over all that the version says.
            """)

    @Argument(
        help: ArgumentHelp(
            "The beginning of a version's digest. (default: the version in force, and what is proposed)",
            valueName: "digest"))
    var digest: String?

    @Flag(help: "The whole version as a file.") var yaml = false
    @Flag(help: "As JSON.") var json = false
    @OptionGroup var consortium: ConsortiumOptions

    func run() throws {
        guard !(yaml && json) else { throw Failure("`--yaml` or `--json`: one of them") }
        let seat = try consortium.seat()
        let history = seat.history
        if yaml {
            let version = try digest.map { try seat.version(beginning: $0) } ?? history.agreement.inForce
            return print(version.agreement.yaml, terminator: "")
        }
        let versions =
            try digest.map { [try seat.version(beginning: $0)] }
            ?? [history.agreement.inForce] + history.agreement.proposals
        if json {
            let shown = versions.map { ShownVersion($0, history) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return print(String(decoding: try encoder.encode(shown), as: UTF8.self))
        }
        for version in versions {
            for line in version.lines(ShownVersion(version, history).words) { print(line) }
            guard version.digest == history.agreement.inForce.digest || digest != nil else { continue }
            for line in version.agreement.people { print("  \(line)") }
            let unsigned = version.unsigned.map(\.description)
            if !unsigned.isEmpty { print("  may sign still: \(unsigned.joined(separator: ", "))") }
        }
    }
}

struct ConsortiumHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Tell how the agreement came to be what it is, version by version.",
        discussion: "Reads the log alone, and needs no key. Records that count for nothing are listed with the reason.")

    @Flag(help: "As JSON.") var json = false
    @OptionGroup var consortium: ConsortiumOptions

    func run() throws {
        let seat = try consortium.seat()
        let history = seat.history
        let versions = history.agreement.versions + history.agreement.proposals
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let shown = versions.map { ShownVersion($0, history) }
            return print(String(decoding: try encoder.encode(shown), as: UTF8.self))
        }
        for version in versions {
            let time = version.proposed.map { EventTime(seconds: $0).rfc3339 + "  " } ?? ""
            let author = version.author.map { "proposed by \($0); " } ?? ""
            for line in version.lines(author + ShownVersion(version, history).words) {
                print(line.hasPrefix(" ") ? line : time + line)
            }
        }
        for (offset, reason) in seat.takeRefused() { print("record \(offset) counts for nothing: \(reason)") }
    }
}

/// A version as JSON tells of it.
private struct ShownVersion: Encodable {
    let version: UInt64
    let digest: String
    let previous: String?
    let proposedBy: String?
    let proposed: String?
    let inForce: String?
    /// "proposed", "in force", "over"; and in words what takes effect.
    let state: String
    /// The epochs of keys that stand on it.
    let epochs: [UInt32]
    let changes: [String]
    let signed: [String]
    let missing: [String]
    let members: [String: String]

    init(_ version: AgreedVersion, _ history: ConsortiumHistory) {
        let agreement = history.agreement
        self.version = version.agreement.version
        digest = hexadecimal(version.digest.bytes)
        previous = version.agreement.previous.map { hexadecimal($0.bytes) }
        proposedBy = version.author?.description
        proposed = version.proposed.map { EventTime(seconds: $0).rfc3339 }
        inForce = version.inForce.map { EventTime(seconds: $0).rfc3339 }
        state =
            agreement.inForce.digest == version.digest
            ? "in force" : agreement.version(version.digest) == nil ? "proposed" : "over"
        epochs = history.epochs.epochs.values.filter { $0.agreement == version.digest }.map(\.number.number).sorted()
        changes = version.difference?.changes.map(\.description) ?? []
        signed = version.signed.keys.map(\.description).sorted()
        missing = version.missing.map(\.description)
        members = Dictionary(version.agreement.members.map { ($0.id.name, $0.words) }) { first, _ in first }
    }

    var words: String {
        switch (state, epochs.last) {
        case ("in force", let epoch?): "in force, and in effect since epoch \(epochs.first ?? epoch)"
        case ("in force", nil): "in force; it takes effect with the next epoch of keys"
        case ("over", let epoch?): "over; was in effect until epoch \(epoch)"
        case (let state, _): state
        }
    }
}

extension ConsortiumAgreement.Member {
    /// "takes part", or how it left.
    fileprivate var words: String {
        guard let departure else { return takesPart && votes ? "takes part" : "takes part without a vote" }
        return (departure.isExpulsion ? "expelled" : "left") + " on \(day(departure.day))"
    }
}

extension ConsortiumAgreement {
    /// Who takes part and what holds, a line each.
    fileprivate var people: [String] {
        var lines = members.map { "member \($0.id): \($0.words), \($0.budget.words)" }
        for (id, party) in parties.sorted(by: { $0.key < $1.key }) {
            lines.append("party \(id)\(party.address.map { " at \($0.host):\($0.port)" } ?? "")")
        }
        lines += operators.keys.sorted().map { "operator \($0)" }
        lines.append("purposes: \(purposes.joined(separator: "; "))")
        lines += opened.sorted().map { "opened: \($0.words)" }
        lines.append("kept: \(retention.words)")
        lines.append("approvals of a model: \(approvals)")
        for (matter, rule) in rules.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "`\(matter.rawValue)` is signed by \(matter == .leave && rule.asksNobody ? "whoever leaves" : "\(rule)")"
            )
        }
        return lines
    }
}
