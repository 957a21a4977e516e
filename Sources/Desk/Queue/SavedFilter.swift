/// A filter of the queue that somebody comes back to, by a name: their own, or their team's. It is of the fields that filters have,
/// and of no customer: it stands on a topic for good.
package struct SavedFilter: Hashable, Sendable {
    package let name: String
    package let filter: QueueFilter
    /// The team whose it is, empty for those who have none; nil for its owner's alone.
    package let team: String?

    /// Nil where the name is none, or the filter names a customer, a case or the like.
    package init?(_ name: String, _ filter: QueueFilter, team: String?) {
        guard (1...Self.nameLimit).contains(name.utf8.count), filter.entity == nil, filter.file == nil,
            (team ?? "").utf8.count <= 64
        else { return nil }
        self.name = name
        // Whose alerts are shown follows from who looks.
        var filter = filter
        filter.team = .everything
        self.filter = filter
        self.team = team
    }

    /// Most bytes of a name, and most filters of a person or team.
    package static let nameLimit = 60
    package static let limit = 30

    /// The filter's fields, `NAME=VALUE` each.
    package var fields: [String] { filter.parameters.map { "\($0.name)=\($0.value)" } }

    /// Nil where fields are none of a filter.
    package init?(_ name: String, fields: [String], team: String?) {
        let parameters = fields.map { field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : "")
        }
        guard parameters.allSatisfy({ !$0.value.isEmpty }), let filter = try? QueueFilter(parameters) else {
            return nil
        }
        self.init(name, filter, team: team)
    }
}

/// A saved filter with whose it is.
package struct KeptFilter: Hashable, Sendable {
    package let saved: SavedFilter
    package let owner: Actor

    package init(_ saved: SavedFilter, owner: Actor) {
        self.saved = saved
        self.owner = owner
    }

    /// Whether somebody of a team, empty for none, has it.
    package func isOf(_ actor: Actor?, team: String) -> Bool { saved.team.map { $0 == team } ?? (owner == actor) }

    /// Whether it stands beside another one, under whose name there is one.
    func isBeside(_ other: KeptFilter) -> Bool {
        saved.team == other.saved.team && (saved.team != nil || owner == other.owner)
    }
}

/// What is done to saved filters.
package enum FilterAct: Hashable, Sendable {
    /// Keeps one, whose id is the act's own, in the place of one of its name.
    case save(SavedFilter)
    case drop

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .save: "filter-save"
        case .drop: "filter-drop"
        }
    }
}

extension DeskState {
    /// - Returns: the version of the filter behind the act.
    mutating func decide(_ act: FilterAct, _ record: DeskRecord) throws -> Int64 {
        let all = try keptFilters()
        switch act {
        case .save(let saved):
            guard record.item.hex == record.id.hex else { throw Work.Refusal.noSuchAct }
            let own = KeptFilter(saved, owner: record.actor)
            let beside = all.filter { $0.value.isBeside(own) }
            let old = beside.filter { $0.value.saved.name == saved.name }
            guard beside.count - old.count < SavedFilter.limit else { throw Work.Refusal.full }
            for id in old.keys { try put(nil, as: id) }
            try put(own, as: record.item)
            return 1
        case .drop:
            guard let old = all[record.item], old.saved.team != nil || old.owner == record.actor else {
                throw Work.Refusal.missing
            }
            try put(nil, as: record.item)
            return 2
        }
    }
}
