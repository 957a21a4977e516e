import Desk
import EventLogs
import Foundation
import LocalStore
package import Webhooks

/// Endpoints and their messages, in one SQLite file with secrets, which its owner alone may read. One sender has it at a time:
/// whoever took it last. Commands change endpoints beside a sender that runs, which sees it by `changes`.
package final class WebhookStore: Sendable {
    /// Why something can't be done.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case unknown, taken, takenOver

        package var description: String {
            switch self {
            case .unknown: "there is no such endpoint"
            case .taken: "there is an endpoint of this name already"
            case .takenOver: "another desk has begun to send this file's messages; each desk needs a file of its own"
            }
        }
    }

    /// Messages that were delivered and are still listed, of each endpoint.
    static let listed = 500
    /// Most messages that are kept which were given up, of each endpoint; older ones are in the feed still.
    static let givenUpLimit = 100_000

    private static let version = 1
    private static let tables = """
        CREATE TABLE endpoints (n INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, filter TEXT NOT NULL,
            kinds TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER,
            cursor TEXT, replay INTEGER, revision INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE secrets (endpoint INTEGER NOT NULL, secret TEXT NOT NULL, until INTEGER);
        CREATE TABLE messages (n INTEGER PRIMARY KEY AUTOINCREMENT, endpoint INTEGER NOT NULL, id TEXT NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, last TEXT,
            at INTEGER, body BLOB, UNIQUE (endpoint, id));
        CREATE INDEX messages_by_state ON messages (endpoint, state, n);
        CREATE TABLE webhooks (only INTEGER PRIMARY KEY CHECK (only = 0), owner INTEGER NOT NULL, changes INTEGER NOT NULL);
        INSERT INTO webhooks VALUES (0, 0, 0);
        """

    let connection: SharedConnection

    package init(path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let db = try Schema.whileBusy {
            try SQLiteConnection.makePrivate(path)
            let db = try SQLiteConnection(path: path)
            try db.writeAhead()
            try Schema.make(Self.tables, version: Self.version, in: db)
            return db
        }
        connection = SharedConnection(db)
    }

    // MARK: The sender's

    /// Makes the caller the sender; whoever was it before can write nothing any more.
    package func take() throws -> Int64 {
        try connection.use { db in
            try db.transaction {
                try db.run("UPDATE webhooks SET owner = owner + 1")
                return try db.statement("SELECT owner FROM webhooks").first { $0.integer(0) } ?? 0
            }
        }
    }

    /// How often people changed endpoints.
    package func changes() throws -> Int64 {
        try connection.use { db in try db.statement("SELECT changes FROM webhooks").first { $0.integer(0) } ?? 0 }
    }

    /// An endpoint's messages that wait, with their bodies, oldest first.
    package func waiting(_ endpoint: Int64) throws -> [(message: EndpointQueue.Message, event: WebhookBatch.Event)] {
        try connection.use { db in
            try db.statement(
                "SELECT n, attempts, due, id, body FROM messages WHERE endpoint = ? AND state = 0 ORDER BY n", endpoint
            ).all { row in
                (
                    EndpointQueue.Message(number: row.integer(0), attempts: Int(row.integer(1)), due: row.integer(2)),
                    WebhookBatch.Event(id: row.text(3), body: row.blob(4) ?? [])
                )
            }
        }
    }

    /// Keeps what a turn changed, of all endpoints or of none. What a person changed since the sender looked counts before what the
    /// sender makes of the endpoint: its events and its state then come to nothing, and what became of messages is kept.
    ///
    /// - Returns: of each batch the new messages; nil where a person changed its endpoint.
    /// - Throws: `takenOver`.
    package func commit(_ batches: [WebhookBatch], by owner: Int64, at now: Int64) throws -> [[(
        number: Int64, event: WebhookBatch.Event
    )]?] {
        try connection.use { db in
            try db.transaction {
                guard try db.statement("SELECT owner FROM webhooks").first({ $0.integer(0) }) == owner else {
                    throw Failure.takenOver
                }
                return try batches.map { try db.keep($0, now) }
            }
        }
    }
}

extension SQLiteConnection {
    fileprivate func keep(_ batch: WebhookBatch, _ now: Int64) throws -> [(number: Int64, event: WebhookBatch.Event)]? {
        for (change, word) in batch.changes {
            switch change {
            case .delivered(let number):
                try run(
                    "UPDATE messages SET state = 1, last = ?, at = ?, attempts = attempts + 1 WHERE n = ?", word,
                    now, number)
            case .retry(let message):
                try run(
                    "UPDATE messages SET attempts = ?, due = ?, last = ?, at = ? WHERE n = ?", message.attempts,
                    message.due, word, now, message.number)
            case .gaveUp(let number):
                try run(
                    "UPDATE messages SET state = 2, last = ?, at = ?, attempts = attempts + 1 WHERE n = ?", word, now,
                    number)
            }
        }
        if !batch.changes.isEmpty {
            try prune(batch.endpoint, .delivered, beyond: WebhookStore.listed)
            try prune(batch.endpoint, .givenUp, beyond: WebhookStore.givenUpLimit)
        }
        let revision = try statement("SELECT revision FROM endpoints WHERE n = ?", batch.endpoint).first {
            $0.integer(0)
        }
        guard revision == batch.revision else { return nil }
        if batch.isAllDue {
            try run("UPDATE messages SET due = 0 WHERE endpoint = ? AND state = 0", batch.endpoint)
        }
        if let health = batch.health {
            try run(
                "UPDATE endpoints SET failures = ?, failing_since = ? WHERE n = ?", health.failures,
                health.failingSince,
                batch.endpoint)
        }
        if let reason = batch.disabled {
            try run("UPDATE endpoints SET state = 'disabled', reason = ? WHERE n = ?", reason.rawValue, batch.endpoint)
        }
        if let cursor = batch.cursor {
            try run("UPDATE endpoints SET cursor = ?, replay = NULL WHERE n = ?", "\(cursor)", batch.endpoint)
        }
        return try batch.events.compactMap { event in
            // One that was sent before is sent again; one that waits already is not there twice.
            try statement(
                """
                INSERT INTO messages (endpoint, id, body) VALUES (?, ?, ?) ON CONFLICT (endpoint, id) DO UPDATE
                    SET state = 0, attempts = 0, due = 0, body = excluded.body WHERE state != 0
                RETURNING n
                """, batch.endpoint, event.id, event.body
            ).first { ($0.integer(0), event) }
        }
    }

    private func prune(_ endpoint: Int64, _ state: WebhookMessage.State, beyond limit: Int) throws {
        try run(
            """
            DELETE FROM messages WHERE endpoint = ?1 AND state = ?2 AND n <=
                (SELECT n FROM messages WHERE endpoint = ?1 AND state = ?2 ORDER BY n DESC LIMIT 1 OFFSET ?3)
            """, endpoint, state.rawValue, limit)
    }
}
