import ArgumentParser
import Desk
import DeskFront
import Foundation
import Keys
import Roles
import Secrets
import Terminal

/// Adds somebody to a desk's users.
struct AlertsUserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add a user of the desk, or give one another password or role.",
        discussion:
            "Reads the password from standard input, one line, so that it stands in no list of processes and no shell's history."
    )

    @Argument(help: "The user's name: small letters, digits, `.`, `-`, `_` and `@`.")
    var name: String

    @Option(help: "viewer, analyst, supervisor, auditor or admin.")
    var role = "analyst"

    @Option(help: "The name of a team that the file has a line for. (default: none, who sees all alerts)")
    var team: String?

    @Option(help: ArgumentHelp("The file of users, made where it is not there.", valueName: "file"))
    var file: String

    func run() throws {
        // Lines of the file that begin with `team` are teams'.
        guard let actor = Actor(.person, name), name != "team" else {
            throw Failure("`\(name)` is no name of a user")
        }
        guard let role = DeskRole(rawValue: role) else {
            throw Failure("`--role \(role)` is none of \(DeskRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let known = FileManager.default.fileExists(atPath: file) ? try readFile(file) : []
        let teams = known.isEmpty ? [:] : try readDeskUsers(file: file).teams
        guard team.map({ teams[$0] != nil }) ?? true else { throw Failure("the file has no line for this team") }
        if isatty(STDIN_FILENO) == 1 { FileHandle.standardError.write(Data("password: ".utf8)) }
        guard let password = readLine(), password.utf8.count >= 12, password.utf8.count <= PasswordHash.limit else {
            throw Failure("a password has 12 to \(PasswordHash.limit) bytes")
        }
        let user = DeskUser(
            actor: actor, role: role, password: PasswordHash(password, salt: randomBytes(16)), team: team)
        let others = String(decoding: known, as: UTF8.self).split(whereSeparator: \.isNewline).filter {
            $0.split(whereSeparator: \.isWhitespace).first.map(String.init) != name
        }
        try PrivateFile.write(
            (others + [Substring(DeskUsers.line(user))]).map { $0 + "\n" }.joined(), to: file)
        say("\(name) is \(role.rawValue) from now on")
    }
}
