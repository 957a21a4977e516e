package import Desk
import LocalStore
import Records

extension DeskIndex {
    /// The saved filters of somebody and their team, empty for none, by name.
    package func filters(of actor: Actor?, team: String) throws -> [(id: ItemID, filter: KeptFilter)] {
        try read { try $0.keptFilters() }.filter { $0.value.isOf(actor, team: team) }.map {
            (id: $0.key, filter: $0.value)
        }
        .sorted { ($0.filter.saved.name, $0.id) < ($1.filter.saved.name, $1.id) }
    }
}

extension DeskWriting {
    func keptFilters() throws -> [ItemID: KeptFilter] { try db.keptFilters() }

    mutating func put(_ filter: KeptFilter?, as id: ItemID) throws {
        guard let filter, let act = ActID(id.hex) else {
            return try db.run("DELETE FROM filters WHERE id = ?", id.bytes)
        }
        let record = DeskRecord(id: act, item: id, actor: filter.owner, writtenAt: 0, act: .filter(.save(filter.saved)))
        try db.run("INSERT OR REPLACE INTO filters (id, record) VALUES (?, ?)", id.bytes, record.stored)
    }
}

extension SQLiteConnection {
    fileprivate func keptFilters() throws -> [ItemID: KeptFilter] {
        var all: [ItemID: KeptFilter] = [:]
        for record in try statement("SELECT record FROM filters").all({ DeskRecord(json: $0.blob(0) ?? []) }) {
            guard let record, case .filter(.save(let saved)) = record.act else { throw DeskIndex.Failure.damaged }
            all[record.item] = KeptFilter(saved, owner: record.actor)
        }
        return all
    }
}
