import Crypto
package import Desk
import HTTPFront
package import Records
import Synchronization

/// A key by which a program calls the desk.
package struct DeskKey: Hashable, Sendable {
    package var actor: Actor
    package var deeds: Set<DeskRole.Deed>
    /// It counts before then.
    package var until: EventTime
    /// What it may see.
    package var scope: TeamScope

    package init(actor: Actor, deeds: Set<DeskRole.Deed>, until: EventTime, scope: TeamScope = .everything) {
        self.actor = actor
        self.deeds = deeds
        self.until = until
        self.scope = scope
    }

    /// What no program may: to see names for a reason, and to keep the desk's connections.
    package static let scopes = DeskRole.Deed.allCases.filter { $0 != .unmask && $0 != .manage }
    package static let prefix = "cordondesk_"

    /// A new key's text, which nobody can guess.
    ///
    /// - Parameter bytes: 32 random ones.
    package static func text(random bytes: [UInt8]) -> String {
        precondition(bytes.count == 32)
        return prefix + hexadecimal(bytes)
    }

    /// What a file keeps of a key: its text has 256 bits that nobody can guess, so a plain hash hides it.
    package static func hash(_ text: String) -> String { hexadecimal(SHA256.hash(data: Array(text.utf8))) }
}

/// The file of keys: a line for each, `NAME DEEDS UNTIL HASH` and a scope (`TeamScope`) where there is one. Several lines may have
/// one name, so that a key can be replaced before it ends.
package struct DeskKeys: Sendable {
    private var byHash: [String: DeskKey] = [:]

    package init() {}

    package init(text: String) throws(DeskUsers.Fault) {
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func fault(_ reason: String) -> DeskUsers.Fault { .init(line: number + 1, reason: reason) }
            guard words.count == 4 || words.count == 5 else {
                throw fault("a line is NAME SCOPES UNTIL HASH, as `cordon alerts key` writes it")
            }
            guard let actor = Actor(.service, String(first)) else { throw fault("the name is none of a program") }
            guard let until = EventTime(rfc3339: words[2]) else { throw fault("the time is none") }
            let hash = String(words[3])
            guard hash.utf8.count == 64, hash.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
            else {
                throw fault("the hash is none of a key")
            }
            guard byHash[hash] == nil else { throw fault("the key is there twice") }
            var scope = TeamScope.everything
            if words.count == 5 {
                do { scope = try TeamScope(words[4]) } catch { throw fault("\(error)") }
            }
            byHash[hash] = DeskKey(actor: actor, deeds: try Self.deeds(words[1], fault), until: until, scope: scope)
        }
    }

    private static func deeds(
        _ text: Substring, _ fault: (String) -> DeskUsers.Fault
    ) throws(DeskUsers.Fault) -> Set<DeskRole.Deed> {
        var deeds: Set<DeskRole.Deed> = []
        for word in text.split(separator: "," as Character) {
            guard let deed = DeskRole.Deed(rawValue: String(word)), DeskKey.scopes.contains(deed) else {
                throw fault("a scope is one of \(DeskKey.scopes.map(\.rawValue).joined(separator: ", "))")
            }
            deeds.insert(deed)
        }
        guard !deeds.isEmpty else { throw fault("the key may nothing") }
        return deeds
    }

    /// A key's line.
    package static func line(_ key: DeskKey, hash: String, scope: String?) -> String {
        let deeds = key.deeds.map(\.rawValue).sorted().joined(separator: ",")
        return "\(key.actor.name) \(deeds) \(key.until.rfc3339) \(hash)\(scope.map { " \($0)" } ?? "")"
    }

    /// Why a key is not taken.
    package enum Refusal: String, Error, Sendable, CustomStringConvertible {
        case unknown
        case expired

        package var description: String {
            switch self {
            case .unknown: "the desk has no such key"
            case .expired: "the key has expired: make another"
            }
        }
    }

    /// The key of an `Authorization` field.
    ///
    /// - Parameter now: seconds since 1970.
    package func key(authorization: String, now: Int64) throws(Refusal) -> DeskKey {
        let words = authorization.split(separator: " " as Character)
        guard words.count == 2, words[0].lowercased() == "bearer", words[1].hasPrefix(DeskKey.prefix),
            let key = byHash[DeskKey.hash(String(words[1]))]
        else { throw .unknown }
        guard now < key.until.seconds else { throw .expired }
        return key
    }
}

/// The keys that count now: a file's, read again when it changes. Each name may call so often a second, by all its keys.
package final class DeskKeyStore: Sendable {
    private let keys: Mutex<DeskKeys>
    private let limit: Mutex<RequestRateLimit>
    private let clock: any WallClock

    /// - Parameter perSecond: 0 is without limit.
    package init(_ keys: DeskKeys = DeskKeys(), perSecond: Int = 0, clock: any WallClock) {
        self.keys = Mutex(keys)
        limit = Mutex(RequestRateLimit(perSecond: perSecond))
        self.clock = clock
    }

    package func replace(_ keys: DeskKeys) { self.keys.withLock { $0 = keys } }

    func key(authorization: String) throws(DeskKeys.Refusal) -> DeskKey {
        try keys.withLock { $0 }.key(authorization: authorization, now: clock.microseconds / 1_000_000)
    }

    /// Seconds that a key has to wait before its next call; nil where it may call now.
    func wait(_ key: DeskKey) -> Int? {
        // The clock is read under the lock, so that calls come in the order of their times.
        limit.withLock { $0.take(of: key.actor.name, at: .microseconds(clock.microseconds)) }
    }
}
