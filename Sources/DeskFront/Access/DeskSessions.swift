import Crypto
import Desk
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
        /// Microseconds since 1970.
        fileprivate var begun: Int64
        fileprivate var used: Int64

        /// Whether a form has this session's token. How long it takes says nothing of the token.
        func isOwn(form token: String?) -> Bool {
            token.map { DeskSessions.hash($0) == DeskSessions.hash(formToken) } ?? false
        }
    }

    private struct State {
        var sessions: [SHA256Digest: Session] = [:]
        var links: [SHA256Digest: (user: DeskUser, until: Int64)] = [:]
        /// Failed tries by name, with when the latest was.
        var failures: [String: (count: Int, at: Int64)] = [:]
    }

    /// Microseconds that a session lasts in all, and without being used.
    package static let longest: Int64 = 12 * 3_600_000_000
    package static let idle: Int64 = 3_600_000_000
    /// Failed tries of a name after which it has to wait, a minute for each further one, up to an hour.
    private static let tries = 5
    private static let sessionLimit = 10_000

    private let users: Mutex<DeskUsers>
    private let nameLimit: Int
    private let clock: any WallClock
    private let random: @Sendable (Int) -> [UInt8]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - nameLimit: names whose failed tries are remembered, beside those of users.
    ///   - random: so many random bytes, of a generator that nobody can guess.
    package init(
        users: DeskUsers, clock: any WallClock, nameLimit: Int = 10_000, random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.users = Mutex(users)
        self.nameLimit = nameLimit
        self.clock = clock
        self.random = random
    }

    /// Takes up a changed file. Who is not in it any more, or has another role or password, is signed out.
    package func replace(_ users: DeskUsers) { self.users.withLock { $0 = users } }

    /// Whether the users' file has a user as it was at the sign-in; who came by a link alone is in none.
    private func isKnown(_ user: DeskUser) -> Bool {
        user.password == nil || users.withLock { $0.byName[user.actor.name] } == user
    }

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

    private func begin(_ user: DeskUser, _ now: Int64) -> String {
        let token = newToken()
        let session = Session(user: user, formToken: newToken(), begun: now, used: now)
        state.withLock { state in
            state.sessions = state.sessions.filter { Self.isAlive($0.value, now) }
            if state.sessions.count >= Self.sessionLimit,
                let oldest = state.sessions.min(by: { $0.value.used < $1.value.used })
            {
                state.sessions[oldest.key] = nil
            }
            state.sessions[Self.hash(token)] = session
        }
        return token
    }

    /// The session of a cookie, which is used hereby; nil where there is none, or it is over.
    package func session(_ token: String) -> Session? { session(token, isUsed: true) }

    /// Whether there is a session of a cookie; no use of it.
    package func goesOn(_ token: String) -> Bool { session(token, isUsed: false) != nil }

    private func session(_ token: String, isUsed: Bool) -> Session? {
        let now = clock.microseconds
        return state.withLock { state in
            let key = Self.hash(token)
            guard var session = state.sessions[key] else { return nil }
            guard Self.isAlive(session, now), isKnown(session.user) else {
                state.sessions[key] = nil
                return nil
            }
            if isUsed { session.used = now }
            state.sessions[key] = session
            return session
        }
    }

    package func signOut(_ token: String) { state.withLock { $0.sessions[Self.hash(token)] = nil } }

    private static func isAlive(_ session: Session, _ now: Int64) -> Bool {
        now < session.begun + longest && now < session.used + idle
    }

    private func newToken() -> String { hexadecimal(random(32)) }

    private static func hash(_ token: String) -> SHA256Digest { SHA256.hash(data: Array(token.utf8)) }
}

extension DeskSessions.Session: CustomStringConvertible, CustomReflectable {
    package var description: String { "a session of \(user.actor)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
