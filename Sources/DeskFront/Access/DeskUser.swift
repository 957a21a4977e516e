package import Desk
package import Keys

/// Somebody who may sign in.
package struct DeskUser: Hashable, Sendable {
    package var actor: Actor
    package var role: DeskRole
    /// Nil for one who comes by a link alone.
    package var password: PasswordHash?
    /// The name of the team; nil for one who sees all there is.
    package var team: String?
    /// What the team works on.
    package var scope: TeamScope

    package init(
        actor: Actor, role: DeskRole, password: PasswordHash?, team: String? = nil, scope: TeamScope = .everything
    ) {
        self.actor = actor
        self.role = role
        self.password = password
        self.team = team
        self.scope = scope
    }
}

/// The users' file: a line for each, `NAME ROLE HASH` and the name of a team where there is one, and one for each team,
/// `team NAME SCOPE` (`TeamScope`). Blank lines and lines that begin with `#` are passed over.
package struct DeskUsers: Sendable {
    package private(set) var byName: [String: DeskUser] = [:]
    package private(set) var teams: [String: TeamScope] = [:]

    package struct Fault: Error, Sendable, CustomStringConvertible {
        package var line: Int
        package var reason: String

        package var description: String { "\(line): \(reason)" }
    }

    package init(_ users: [DeskUser] = []) { for user in users { byName[user.actor.name] = user } }

    package init(text: String) throws(Fault) {
        var lines: [(number: Int, words: [Substring])] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first == "team" { try addTeam(words, number + 1) } else { lines.append((number + 1, words)) }
        }
        // A user may stand before the team.
        for (number, words) in lines { try addUser(words, number) }
    }

    private mutating func addTeam(_ words: [Substring], _ line: Int) throws(Fault) {
        func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }
        guard words.count == 3 else { throw fault("a team's line is `team NAME SCOPE`") }
        guard let name = Actor(.person, String(words[1]))?.name else { throw fault("the team's name is none") }
        guard teams[name] == nil else { throw fault("the team is there twice") }
        do { teams[name] = try TeamScope(words[2]) } catch { throw fault("\(error)") }
    }

    private mutating func addUser(_ words: [Substring], _ line: Int) throws(Fault) {
        func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }
        guard words.count == 3 || words.count == 4 else {
            throw fault("a line is NAME ROLE HASH and the team's name, as `cordon alerts user` writes it")
        }
        guard let actor = Actor(.person, String(words[0])) else { throw fault("the name is none of a person") }
        guard let role = DeskRole(rawValue: String(words[1])) else {
            throw fault("the role is one of \(DeskRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let hash = PasswordHash(words[2]) else { throw fault("the hash is none of scrypt") }
        guard byName[actor.name] == nil else { throw fault("the name is there twice") }
        let team = words.count == 4 ? String(words[3]) : nil
        guard let scope = team.map({ teams[$0] }) ?? .everything else { throw fault("there is no such team") }
        byName[actor.name] = DeskUser(actor: actor, role: role, password: hash, team: team, scope: scope)
    }

    /// A user's line.
    package static func line(_ user: DeskUser) -> String {
        "\(user.actor.name) \(user.role.rawValue) \(user.password?.text ?? "-")\(user.team.map { " \($0)" } ?? "")"
    }
}
