import Crypto
import Desk
package import DeskStore
import Foundation
import Keys
package import Records
import Synchronization

/// Who is signed in: sessions by what their cookie holds, of which hashes alone are kept; and links that sign in once.
package final class DeskSessions: Sendable {
    package struct Session: Sendable, Hashable {
        package var user: DeskUser
        /// Stands in each form of the session's pages; a form of another page doesn't know it.
        package var formToken: String
        /// What its user, or key, may do.
        package var deeds: Set<DeskRole.Deed>
        /// Microseconds since 1970.
        fileprivate var begun: Int64
        fileprivate var used: Int64
        /// Whether it goes on after a restart.
        fileprivate var isKept = true
        /// The use that the file has.
        fileprivate var kept: Int64

        /// Of one call by a key, which has no cookie and no forms.
        init(_ key: DeskKey) {
            user = DeskUser(actor: key.actor, role: .viewer, password: nil, scope: key.scope)
            deeds = key.deeds
            formToken = ""
            (begun, used, kept) = (0, 0, 0)
        }

        fileprivate init(_ user: DeskUser, begun: Int64, used: Int64) {
            self.user = user
            deeds = user.role.deeds
            formToken = ""
            (self.begun, self.used, kept) = (begun, used, used)
        }

        package func may(_ deed: DeskRole.Deed) -> Bool { deeds.contains(deed) }

        /// Whether a form has this session's token. How long it takes says nothing of the token.
        func isOwn(form token: String?) -> Bool {
            !formToken.isEmpty
                && token.map { SHA256.hash(data: Array($0.utf8)) == SHA256.hash(data: Array(formToken.utf8)) } ?? false
        }
    }

    private struct State {
        var sessions: [[UInt8]: Session] = [:]
        var links: [[UInt8]: (user: DeskUser, until: Int64)] = [:]
        /// Failed tries by name, with when the latest was.
        var failures: [String: (count: Int, at: Int64)] = [:]
    }

    /// Microseconds that a session lasts in all, and without being used.
    package static let longest: Int64 = 12 * 3_600_000_000
    package static let idle: Int64 = 3_600_000_000
    /// Failed tries of a name after which it has to wait, a minute for each further one, up to an hour.
    private static let tries = 5
    private static let sessionLimit = 10_000
    /// How far a session's use in the file may be behind.
    private static let keeping: Int64 = 60_000_000

    private let users: Mutex<DeskUsers>
    private let nameLimit: Int
    private let clock: any WallClock
    private let random: @Sendable (Int) -> [UInt8]
    private let file: SessionFile?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - nameLimit: names whose failed tries are remembered, beside those of users.
    ///   - file: where sessions are kept over restarts; nil where they end with the desk.
    ///   - random: so many random bytes, of a generator that nobody can guess.
    package init(
        users: DeskUsers, clock: any WallClock, nameLimit: Int = 10_000, file: SessionFile? = nil,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) throws {
        var state = State()
        for stored in try file?.all() ?? [] {
            if let user = Self.user(of: stored, users), stored.hash.count == 32 {
                state.sessions[stored.hash] = Session(user, begun: stored.begun, used: stored.used)
            } else {
                try file?.remove(stored.hash)
            }
        }
        self.state = Mutex(state)
        self.file = file
        self.users = Mutex(users)
        self.nameLimit = nameLimit
        self.clock = clock
        self.random = random
    }

    /// The user of a session that was kept; nil where the users' file says otherwise by now.
    private static func user(of stored: StoredSession, _ users: DeskUsers) -> DeskUser? {
        guard let proof = stored.proof else {
            guard let actor = Actor(.person, stored.name), let role = DeskRole(rawValue: stored.role) else {
                return nil
            }
            return DeskUser(actor: actor, role: role, password: nil)
        }
        return users.byName[stored.name].flatMap { Self.proof(of: $0) == proof ? $0 : nil }
    }

    /// The digest of all that the users' file says of a user; nil of one who is in none.
    private static func proof(of user: DeskUser) -> [UInt8]? {
        guard user.password != nil else { return nil }
        return Array(SHA256.hash(data: Array("\(DeskUsers.line(user)) \(user.scope.text)".utf8)))
    }

    /// Takes up a changed file. Who is not in it any more, or has another role or password, is signed out.
    package func replace(_ users: DeskUsers) { self.users.withLock { $0 = users } }

    /// Whether the users' file has a user as it was at the sign-in; of one who is in none, the team alone.
    private func isKnown(_ user: DeskUser) -> Bool {
        users.withLock { users in
            guard user.password == nil else { return users.byName[user.actor.name] == user }
            return user.team.map { users.teams[$0] == user.scope } ?? true
        }
    }

    /// The teams of the users' file.
    var teams: [String: TeamScope] { users.withLock { $0.teams } }

    /// Begins a session of somebody whom a provider has named. It ends with the desk, since nobody says then whether it would still
    /// name them.
    func signIn(fromProvider user: DeskUser) -> String { begin(user, clock.microseconds, isKept: false) }

    /// The user of a name; nil where there is none: what somebody typed as a name may be a password.
    func known(_ name: String) -> Actor? { users.withLock { $0.byName[name]?.actor } }

    /// What became of a try to sign in.
    package enum Entry: Sendable {
        /// What the cookie holds.
        case session(String)
        /// Name or password is wrong.
        case refused
        /// There were too many tries.
        case wait(seconds: Int)
    }

    /// Takes some tens of milliseconds of a processor, whether there is such a user or not.
    package func signIn(name: String, password: String) -> Entry {
        let now = clock.microseconds
        if let seconds = wait(name, now) { return .wait(seconds: seconds) }
        let user = users.withLock { $0.byName[name] }
        let isRight = (user?.password ?? .ofNobody).matches(password)
        guard let user, isRight else {
            fail(name, now)
            return .refused
        }
        state.withLock { $0.failures[name] = nil }
        return .session(begin(user, now))
    }

    /// Counts a failed try. Where names become too many, those alone are let go that nobody has: no user's wait is ended by tries
    /// at other names.
    private func fail(_ name: String, _ now: Int64) {
        guard Actor(.person, name) != nil else { return }
        let known = users.withLock { $0.byName }
        state.withLock { state in
            if state.failures.count >= known.count + nameLimit {
                state.failures = state.failures.filter { known[$0.key] != nil }
            }
            state.failures[name] = ((state.failures[name]?.count ?? 0) + 1, now)
        }
    }

    private func wait(_ name: String, _ now: Int64) -> Int? {
        state.withLock { state in
            guard let (count, at) = state.failures[name], count >= Self.tries else { return nil }
            let until = at + min(60, Int64(count - Self.tries + 1)) * 60_000_000
            return until > now ? Int((until - now) / 1_000_000) + 1 : nil
        }
    }

    /// A text that signs a user in once, for ten minutes.
    package func link(for user: DeskUser) -> String {
        let token = newToken()
        state.withLock { $0.links[Self.hash(token)] = (user, clock.microseconds + 600_000_000) }
        return token
    }

    /// - Returns: nil where the link was used, or is too old or none.
    package func signIn(link token: String) -> String? {
        let now = clock.microseconds
        let found = state.withLock { $0.links.removeValue(forKey: Self.hash(token)) }
        guard let found, found.until > now else { return nil }
        return begin(found.user, now)
    }

    private func begin(_ user: DeskUser, _ now: Int64, isKept: Bool = true) -> String {
        let token = newToken()
        var session = Session(user, begun: now, used: now)
        session.isKept = isKept
        let gone = state.withLock { state in
            var gone = state.sessions.filter { !Self.isAlive($0.value, now) }.map(\.key)
            for key in gone { state.sessions[key] = nil }
            if state.sessions.count >= Self.sessionLimit,
                let oldest = state.sessions.min(by: { $0.value.used < $1.value.used })
            {
                state.sessions[oldest.key] = nil
                gone.append(oldest.key)
            }
            state.sessions[Self.hash(token)] = session
            return gone
        }
        for key in gone { forget(key) }
        if isKept { keep(session, Self.hash(token)) }
        return token
    }

    /// Writes a session to the file. Where that fails it ends with the desk, and does no harm else.
    private func keep(_ session: Session, _ hash: [UInt8]) {
        try? file?.put(
            StoredSession(
                hash: hash, name: session.user.actor.name, role: session.user.role.rawValue,
                proof: Self.proof(of: session.user), begun: session.begun, used: session.used))
    }

    private func forget(_ hash: [UInt8]) { try? file?.remove(hash) }

    /// The session of a cookie, which is used hereby; nil where there is none, or it is over.
    package func session(_ token: String) -> Session? { session(token, isUsed: true) }

    /// Whether there is a session of a cookie; no use of it.
    package func goesOn(_ token: String) -> Bool { session(token, isUsed: false) != nil }

    private func session(_ token: String, isUsed: Bool) -> Session? {
        let now = clock.microseconds
        let key = Self.hash(token)
        var isKept = true
        let found = state.withLock { state -> Session? in
            guard var session = state.sessions[key] else { return nil }
            guard Self.isAlive(session, now), isKnown(session.user) else {
                state.sessions[key] = nil
                isKept = false
                return nil
            }
            if isUsed { session.used = now }
            if session.isKept, session.used - session.kept >= Self.keeping {
                session.kept = session.used
                isKept = false
            }
            state.sessions[key] = session
            return session
        }
        guard var session = found else {
            if !isKept { forget(key) }
            return nil
        }
        // Who signs out beside it is not signed in again by it. Where it fails the file is further behind.
        if !isKept { try? file?.use(key, at: session.used) }
        // What forms have follows from what the cookie has, and not the other way: nothing else has to be kept.
        session.formToken = hexadecimal(SHA256.hash(data: Array("cordon/desk/form/v1 \(token)".utf8)))
        return session
    }

    package func signOut(_ token: String) {
        state.withLock { $0.sessions[Self.hash(token)] = nil }
        forget(Self.hash(token))
    }

    private static func isAlive(_ session: Session, _ now: Int64) -> Bool {
        now < session.begun + longest && now < session.used + idle
    }

    private func newToken() -> String { hexadecimal(random(32)) }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

extension DeskSessions.Session: CustomStringConvertible, CustomReflectable {
    package var description: String { "a session of \(user.actor)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
