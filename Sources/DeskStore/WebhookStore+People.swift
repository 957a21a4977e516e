package import Desk
import LocalStore
package import Webhooks

/// What people do with endpoints.
extension WebhookStore {
    package func endpoints() throws -> [WebhookEndpoint] {
        try connection.use { db in
            var keys: [Int64: [WebhookEndpoint.Key]] = [:]
            try db.statement("SELECT endpoint, secret, until FROM secrets ORDER BY rowid").each { row in
                guard let secret = WebhookSecret(row.text(1)) else { return }
                keys[row.integer(0), default: []].append(.init(secret: secret, until: row.optionalInteger(2)))
            }
            return try db.statement(
                """
                SELECT n, name, url, filter, kinds, state, reason, failures, failing_since, cursor, replay, revision FROM endpoints
                ORDER BY name
                """
            ).all { $0.endpoint(keys[$0.integer(0)] ?? []) }.compactMap { $0 }
        }
    }

    /// Adds an endpoint, which gets what comes from now on.
    package func add(
        _ name: String, to address: WebhookAddress, filter: QueueFilter, kinds: WebhookEndpoint.Kinds,
        secret: WebhookSecret
    ) throws {
        try change { db in
            guard try db.statement("SELECT n FROM endpoints WHERE name = ?", name).first({ $0.integer(0) }) == nil
            else {
                throw Failure.taken
            }
            try db.run(
                "INSERT INTO endpoints (name, url, filter, kinds, state) VALUES (?, ?, ?, ?, 'active')", name,
                "\(address)",
                filter.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "\n"), kinds.rawValue)
            let number = try db.number(of: name)
            try db.run("INSERT INTO secrets (endpoint, secret) VALUES (?, ?)", number, secret.text)
        }
    }

    /// Removes an endpoint with its messages and secrets.
    package func remove(_ name: String) throws {
        try change { db in
            let number = try db.number(of: name)
            for table in ["messages", "secrets"] { try db.run("DELETE FROM \(table) WHERE endpoint = ?", number) }
            try db.run("DELETE FROM endpoints WHERE n = ?", number)
        }
    }

    /// Pauses an endpoint, or lets it go on; one that was disabled begins anew.
    package func set(_ name: String, active: Bool) throws {
        try change(name) { db, number in
            try db.run(
                "UPDATE endpoints SET state = ?, reason = NULL, failures = 0, failing_since = NULL WHERE n = ?",
                (active ? EndpointQueue.State.active : .paused).rawValue, number)
            if active { try db.run("UPDATE messages SET due = 0 WHERE endpoint = ? AND state = 0", number) }
        }
    }

    /// Gives an endpoint another key. The one that it has signs beside it until a time, and any older one no more.
    package func rotate(_ name: String, to secret: WebhookSecret, until: Int64) throws {
        try change(name) { db, number in
            try db.run("DELETE FROM secrets WHERE endpoint = ? AND until IS NOT NULL", number)
            try db.run("UPDATE secrets SET until = ? WHERE endpoint = ?", until, number)
            try db.run("INSERT INTO secrets (endpoint, secret) VALUES (?, ?)", number, secret.text)
        }
    }

    /// Has everything sent again that came at a time or later, under the ids that it had.
    ///
    /// - Parameter time: microseconds since 1970.
    package func replay(_ name: String, since time: Int64) throws {
        try change(name) { db, number in
            try db.run("UPDATE endpoints SET replay = ? WHERE n = ?", time, number)
        }
    }

    /// Has a message sent again, delivered or given up.
    ///
    /// - Parameter id: nil for all that were given up.
    /// - Returns: how many.
    @discardableResult
    package func resend(_ name: String, id: String? = nil) throws -> Int {
        try change(name) { db, number in
            try db.run(
                """
                UPDATE messages SET state = 0, attempts = 0, due = 0
                WHERE endpoint = ?1 AND CASE WHEN ?2 IS NULL THEN state = 2 ELSE id = ?2 AND state != 0 END
                """, number, id)
            return db.changes
        }
    }

    /// An endpoint's messages of a kind, the latest first.
    package func messages(of name: String, _ state: WebhookMessage.State, limit: Int) throws -> [WebhookMessage] {
        try connection.use { db in
            try db.statement(
                """
                SELECT n, id, state, attempts, due, last, at FROM messages WHERE endpoint = ? AND state = ? ORDER BY n DESC LIMIT ?
                """, try db.number(of: name), state.rawValue, limit
            ).all { row in
                WebhookMessage(
                    number: row.integer(0), id: row.text(1),
                    state: WebhookMessage.State(rawValue: row.integer(2)) ?? .waiting,
                    attempts: Int(row.integer(3)), due: row.integer(4), last: row.optionalText(5),
                    at: row.optionalInteger(6))
            }
        }
    }

    private func change<T>(_ name: String, _ body: (SQLiteConnection, Int64) throws -> T) throws -> T {
        try change { db in
            let number = try db.number(of: name)
            try db.run("UPDATE endpoints SET revision = revision + 1 WHERE n = ?", number)
            return try body(db, number)
        }
    }

    private func change<T>(_ body: (SQLiteConnection) throws -> T) throws -> T {
        try connection.use { db in
            try db.transaction {
                try db.run("UPDATE webhooks SET changes = changes + 1")
                return try body(db)
            }
        }
    }
}

extension SQLiteConnection {
    fileprivate func number(of name: String) throws -> Int64 {
        guard let number = try statement("SELECT n FROM endpoints WHERE name = ?", name).first({ $0.integer(0) }) else {
            throw WebhookStore.Failure.unknown
        }
        return number
    }
}

extension SQLiteStatement {
    /// Nil for a row that no desk has written.
    fileprivate func endpoint(_ keys: [WebhookEndpoint.Key]) -> WebhookEndpoint? {
        let parameters = text(3).split(separator: "\n").map { line in
            let halves = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(halves[0]), value: halves.count == 2 ? String(halves[1]) : "")
        }
        guard let address = try? WebhookAddress(text(2)), let filter = try? QueueFilter(parameters),
            let kinds = WebhookEndpoint.Kinds(rawValue: text(4)), let state = EndpointQueue.State(rawValue: text(5))
        else { return nil }
        return WebhookEndpoint(
            number: integer(0), name: text(1), address: address, filter: filter, kinds: kinds, state: state,
            reason: optionalText(6).flatMap { EndpointQueue.Reason(rawValue: $0) },
            health: .init(failures: Int(integer(7)), failingSince: optionalInteger(8)),
            cursor: optionalText(9).flatMap { FeedCursor($0) }, replay: optionalInteger(10), revision: integer(11),
            keys: keys)
    }
}
