import ArgumentParser
import Desk
import DeskFront
import Foundation
import Keys
import Records
import Roles
import Secrets
import Stages
import Terminal

/// Makes a key by which a program calls a desk, or ends some.
struct AlertsKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a key by which a program calls the desk, or end a program's keys.",
        discussion: """
            Prints the key once; the file keeps its hash. A program sends it as `Authorization: Bearer KEY`. A second key of the same name \
            counts beside the first, so that one can replace the other; `--revoke` ends all of a name.

              cordon alerts key nightly-export --scope look --scope figures --days 90 --file keys.txt
            """)

    @Argument(help: "The program's name: small letters, digits, `.`, `-`, `_` and `@`.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "What it may; may be given again. \(DeskKey.scopes.map(\.rawValue).joined(separator: ", ")).",
            valueName: "scope"))
    var scope: [String] = []

    @Option(help: ArgumentHelp("How long it counts, at most 366.", valueName: "days"))
    var days = 90

    @Option(help: ArgumentHelp("Which alerts it sees, as a team's line has it. (default: all)", valueName: "scope"))
    var team: String?

    @Option(help: ArgumentHelp("The file of keys, made where it is not there.", valueName: "file"))
    var file: String

    @Flag(help: "End all keys of the name.")
    var revoke = false

    func run() throws {
        guard let actor = Actor(.service, name) else { throw Failure("`\(name)` is no name of a program") }
        let known =
            FileManager.default.fileExists(atPath: file) ? String(decoding: try readFile(file), as: UTF8.self) : ""
        if !known.isEmpty { _ = try readDeskKeys(file: file) }
        let lines = known.split(whereSeparator: \.isNewline).map(String.init)
        if revoke {
            let others = lines.filter { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) != name }
            guard others.count < lines.count else { throw Failure("\(file) has no key of \(name)") }
            try write(others)
            return say("\(name) has no key any more")
        }
        let deeds = try scope.map { word in
            guard let deed = DeskRole.Deed(rawValue: word), DeskKey.scopes.contains(deed) else {
                throw Failure("`--scope \(word)` is none of \(DeskKey.scopes.map(\.rawValue).joined(separator: ", "))")
            }
            return deed
        }
        guard !deeds.isEmpty else { throw Failure("a key may something: give `--scope`") }
        guard (1...366).contains(days) else { throw Failure("`--days` is 1 to 366") }
        if let team { do { _ = try TeamScope(team) } catch { throw Failure("`--team \(team)` is no scope: \(error)") } }
        let text = DeskKey.text(random: randomBytes(32))
        let until = EventTime(seconds: SystemClock().microseconds / 1_000_000 + Int64(days) * EventTime.day)
        let key = DeskKey(actor: actor, deeds: Set(deeds), until: until)
        try write(lines + [DeskKeys.line(key, hash: DeskKey.hash(text), scope: team)])
        say("the key of \(name) until \(until.rfc3339), which is not shown again:")
        say(text)
    }

    private func write(_ lines: [String]) throws {
        try PrivateFile.write(lines.map { $0 + "\n" }.joined(), to: file)
    }
}
