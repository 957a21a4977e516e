import Desk
import Foundation
import LocalStore
import Policy
import Records

/// How a case's tasks stand in one column.
enum TaskColumn {
    private struct Row: Codable {
        var text: String
        var by: String
        var done: String?
    }

    static func text(_ tasks: [CaseFile.Task]) -> String {
        let rows = tasks.map {
            Row(text: $0.text, by: ActorColumn.text($0.by), done: $0.doneBy.map(ActorColumn.text))
        }
        return (try? JSONEncoder().encode(rows)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    static func tasks(_ text: String) -> [CaseFile.Task] {
        let rows = (try? JSONDecoder().decode([Row].self, from: Data(text.utf8))) ?? []
        return rows.compactMap { row in
            ActorColumn.actor(row.by).map {
                CaseFile.Task(row.text, by: $0, doneBy: row.done.flatMap(ActorColumn.actor))
            }
        }
    }
}

extension SQLiteConnection {
    func file(_ id: ItemID) throws -> CaseFile? {
        try statement("SELECT id, \(SQLiteStatement.fileColumns) FROM files WHERE id = ?", id.bytes).first {
            $0.file(1)
        }
    }

    func openFile(about name: QueueFilter.NamedEntity) throws -> ItemID? {
        try statement(
            "SELECT id FROM files WHERE state = 0 AND about = ? AND name = ? ORDER BY id LIMIT 1",
            DeskCodes.code(name.kind, DeskCodes.links), name.name
        ).first { ItemID(bytes: $0.blob(0) ?? []) }
    }

    func job(_ id: ItemID) throws -> BulkJob? {
        try statement("SELECT \(SQLiteStatement.jobColumns) FROM jobs WHERE id = ?", id.bytes).first { $0.job(0) }
    }

    func house() throws -> HouseRules {
        try statement("SELECT house, house_version, salt, house_since FROM desk").first { row in
            var rules = (try? HouseRules(text: row.text(0))) ?? HouseRules()
            rules.version = row.integer(1)
            rules.salt = row.text(2)
            rules.since = row.integer(3)
            return rules
        } ?? HouseRules()
    }
}

extension SQLiteStatement {
    static let fileColumns = """
        state, version, title, about, name, opened_by, opened, owner, tasks, items, judgement, proposal, proposed_by, closed_by, closed
        """
    static let jobColumns = "actor, at, count, done, refused, cancelled"

    /// The case in columns from `first` on; nil where no desk has written it.
    func file(_ first: Int32) -> CaseFile? {
        guard let openedBy = actor(first + 5) else { return nil }
        let about = DeskCodes.word(optionalInteger(first + 3), DeskCodes.links).map {
            QueueFilter.NamedEntity($0, text(first + 4))
        }
        var file = CaseFile(title: text(first + 2), about: about, by: openedBy, at: integer(first + 6))
        file.state = Work.State(rawValue: integer(first)) ?? .open
        file.version = integer(first + 1)
        file.owner = actor(first + 7)
        file.tasks = TaskColumn.tasks(text(first + 8))
        file.items = integer(first + 9)
        file.judgement = JudgementColumn.judgement(text(first + 10))
        file.proposal = proposal(first + 11)
        file.closedBy = actor(first + 13)
        file.closedAt = optionalInteger(first + 14)
        return file
    }

    func job(_ first: Int32) -> BulkJob? {
        actor(first).map { by in
            var job = BulkJob(by: by, at: integer(first + 1), count: integer(first + 2))
            (job.done, job.refused, job.isCancelled) = (integer(first + 3), integer(first + 4), integer(first + 5) == 1)
            return job
        }
    }
}
