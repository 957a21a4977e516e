package import Desk
package import Keys

/// What somebody may do at the desk. A raw value stands in the users' file.
package enum DeskRole: String, Sendable, Hashable, CaseIterable {
    /// Works on alerts.
    case analyst
    /// Also gives alerts to others, and opens closed ones again.
    case supervisor
    /// Reads, and changes nothing.
    case auditor

    /// Kinds of things to do.
    package enum Deed: Sendable, CaseIterable {
        case look, work, reopen, assign
    }

    package func may(_ deed: Deed) -> Bool {
        switch (self, deed) {
        case (_, .look): true
        case (.analyst, .work), (.supervisor, _): true
        // A verdict given by mistake is its giver's to take back.
        case (.analyst, .reopen): true
        case (.analyst, .assign), (.auditor, _): false
        }
    }

    /// Whether names of customers, cards and accounts are shown with their last characters alone.
    package var seesMasked: Bool { self == .auditor }
}

/// Somebody who may sign in.
package struct DeskUser: Hashable, Sendable {
    package var actor: Actor
    package var role: DeskRole
    /// Nil for one who comes by a link alone.
    package var password: PasswordHash?

    package init(actor: Actor, role: DeskRole, password: PasswordHash?) {
        self.actor = actor
        self.role = role
        self.password = password
    }
}

/// The users' file: a line for each, `NAME ROLE HASH`. Blank lines and lines that begin with `#` are passed over.
package struct DeskUsers: Sendable {
    package private(set) var byName: [String: DeskUser] = [:]

    package struct Fault: Error, Sendable, CustomStringConvertible {
        package var line: Int
        package var reason: String

        package var description: String { "\(line): \(reason)" }
    }

    package init(_ users: [DeskUser] = []) { for user in users { byName[user.actor.name] = user } }

    package init(text: String) throws(Fault) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func fault(_ reason: String) -> Fault { Fault(line: number + 1, reason: reason) }
            guard words.count == 3 else { throw fault("a line is NAME ROLE HASH, as `cordon alerts user` writes it") }
            guard let actor = Actor(.person, String(first)) else { throw fault("the name is none of a person") }
            guard let role = DeskRole(rawValue: String(words[1])) else {
                throw fault("the role is one of \(DeskRole.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard let hash = PasswordHash(words[2]) else { throw fault("the hash is none of scrypt") }
            guard byName[actor.name] == nil else { throw fault("the name is there twice") }
            byName[actor.name] = DeskUser(actor: actor, role: role, password: hash)
        }
    }

    /// A user's line.
    package static func line(_ user: DeskUser) -> String {
        "\(user.actor.name) \(user.role.rawValue) \(user.password?.text ?? "-")"
    }
}
