import Desk
import LocalStore
import Policy
import Records

/// One page's search: a statement for the filter, whose texts are all this file's own.
struct DeskSearch {
    private let filter: QueueFilter
    private let me: Actor?
    private let now: Int64
    private let list: DeskIndex.List
    private let db: SQLiteConnection
    /// What gives the rows among which all is that the filter can let through, where those are few; nil where they are not.
    private var chosen: (text: String, values: [Value])?
    /// The list's index, columns that sort it, and what rows are in it.
    private let order: (index: String, columns: [String], state: String)

    init(_ filter: QueueFilter, me: Actor?, now: Int64, list: DeskIndex.List, _ db: SQLiteConnection) throws {
        self.filter = filter
        self.me = me
        self.now = now
        self.list = list
        self.db = db
        order =
            switch list {
            case .open where filter.shown == .kept:
                ("quiet_alerts", ["held", "rank", "due", "item"], "state = 0 AND rank IS NOT NULL AND quiet = 1")
            case .open:
                ("open_alerts", ["held", "rank", "due", "item"], "state = 0 AND rank IS NOT NULL AND quiet = 0")
            case .closed: ("closed_alerts", ["closed", "item"], "state = 1 AND rank IS NOT NULL")
            }
        chosen = try few() ?? rare()
    }

    private var budget: Int {
        switch list {
        case .open: DeskIndex.openBudget
        case .closed: DeskIndex.closedBudget
        }
    }

    /// The place that the page begins behind, as values of the sorting columns.
    private var place: [Value]? {
        switch list {
        case .open(let key):
            key.map { [.number($0.isHeld ? 0 : 1), .number(-$0.loss), .number($0.due), .bytes($0.item.bytes)] }
        case .closed(let key): key.map { [.number(-$0.closedAt), .bytes($0.item.bytes)] }
        }
    }

    enum Value {
        case number(Int64)
        case real(Double)
        case text(String)
        case bytes([UInt8])

        func bind(to statement: SQLiteStatement, at index: Int32) {
            switch self {
            case .number(let number): statement.bind(index, number)
            case .real(let number): statement.bind(index, real: number)
            case .text(let text): statement.bind(index, text)
            case .bytes(let bytes): statement.bind(index, copying: bytes)
            }
        }
    }

    /// Conditions and their values, in the order of their question marks.
    struct Conditions {
        var texts: [String] = []
        var values: [Value] = []

        mutating func add(_ text: String, _ values: Value...) {
            texts.append(text)
            self.values += values
        }

        /// Asks for what a team works on.
        mutating func team(_ team: TeamScope) {
            func among(_ column: String, _ codes: [Int64]) {
                let marks = codes.map { _ in "?" }.joined(separator: ", ")
                texts.append("\(column) IN (\(marks))")
                values += codes.sorted().map { .number($0) }
            }
            if let bands = team.bands { among("band", bands.map { DeskCodes.code($0, DeskCodes.bands) }) }
            if let kinds = team.kinds { among("kind", kinds.map { DeskCodes.code($0, DeskCodes.kinds) }) }
            if let channels = team.channels {
                among("channel", channels.map { DeskCodes.code($0, DeskCodes.channels) })
            }
            if let amount = team.atLeast { add("amount >= ?", .number(amount.value)) }
            if let amount = team.atMost { add("amount <= ?", .number(amount.value)) }
        }

        var text: String { texts.isEmpty ? "1" : texts.joined(separator: " AND ") }
    }

    func page(limit: Int) throws -> DeskPage {
        guard let conditions = try conditions() else { return DeskPage(rows: [], next: nil, isCut: false) }
        let statement = try chosen.map { try choose(among: $0, conditions, limit) } ?? scan(conditions, limit)
        var rows: [QueueRow] = []
        try statement.each { rows.append(try $0.queueRow()) }
        for place in rows.indices { rows[place] = try db.joined(rows[place]) }
        if rows.count > limit {
            rows.removeLast()
            return DeskPage(rows: rows, next: rows.last.map(placeText), isCut: false)
        }
        // Only a page that is not full may have come to the budget's end.
        let end = chosen == nil ? try budgetEnd() : nil
        return DeskPage(rows: rows, next: end, isCut: end != nil)
    }

    /// The first items that the filter lets through, in the list's order.
    func items(upTo row: Int64, limit: Int) throws -> [SelectedItem] {
        guard let conditions = try conditions() else { return [] }
        let columns = "alerts.item, version, alerts.amount, alerts.n"
        let statement =
            try chosen.map { try choose(among: $0, conditions, limit - 1, columns) }
            ?? scan(conditions, limit - 1, columns)
        return try statement.all { $0.integer(3) <= row ? $0.selected() : nil }.compactMap { $0 }
    }

    private var sorting: String { order.columns.joined(separator: ", ") }

    private var behind: String {
        place == nil ? "" : " AND (\(sorting)) > (\(order.columns.map { _ in "?" }.joined(separator: ", ")))"
    }

    /// The list from the page's place on, and its order.
    private var from: String {
        "FROM alerts INDEXED BY \(order.index) WHERE \(order.state)\(behind)"
    }

    /// The last place that the budget lets a search look at; nil where the list ends before.
    private func budgetEnd() throws -> String? {
        let last = try db.statement("SELECT \(sorting) \(from) ORDER BY \(sorting) LIMIT 1 OFFSET \(budget - 1)")
        bind(place ?? [], to: last, from: 1)
        return try last.first { endText($0) }
    }

    /// Goes through the list in its order, for as long as the budget lasts.
    private func scan(
        _ conditions: Conditions, _ limit: Int, _ columns: String = SQLiteStatement.queueColumns
    ) throws -> SQLiteStatement {
        let statement = try db.statement(
            """
            SELECT \(columns) FROM alerts JOIN (
                SELECT list.n AS found FROM (SELECT n, holder, until, band, amount, probability, rule_bits, kind, channel, origin\(
                    filter.shown == .closed ? ", finding" : ", aside"), \(sorting) \(from) ORDER BY \(sorting) LIMIT \(budget)) AS list
                WHERE \(conditions.text) LIMIT \(limit + 1))
            ON n = found ORDER BY \(sorting)
            """)
        bind((place ?? []) + conditions.values, to: statement, from: 1)
        return statement
    }

    /// A statement that gives the rows among which all is that the filter can let through, where those are few: the newest alerts
    /// of one name, or what somebody has.
    private func few() -> (text: String, values: [Value])? {
        if let entity = filter.entity {
            return (
                "SELECT n FROM links WHERE kind = ? AND name = ? ORDER BY n DESC LIMIT \(DeskIndex.linkBudget)",
                [.number(DeskCodes.code(entity.kind, DeskCodes.links)), .text(entity.name)]
            )
        }
        if let file = filter.file { return ("SELECT n FROM alerts WHERE file = ?", [.bytes(file.bytes)]) }
        switch filter.awaits {
        case .second: return ("SELECT n FROM alerts WHERE proposal IS NOT NULL", [])
        case .look:
            return (
                "SELECT n FROM alerts INDEXED BY looked_alerts WHERE first_look IS NOT NULL AND second_look IS NULL", []
            )
        case .late: return ("SELECT n FROM alerts INDEXED BY late_alerts WHERE late_at IS NOT NULL", [])
        case .soon:
            return (
                "SELECT n FROM alerts INDEXED BY warned_alerts WHERE state = 0 AND warned_at IS NOT NULL AND late_at IS NULL",
                []
            )
        case .others:
            return (
                "SELECT n FROM alerts INDEXED BY paused_alerts WHERE state = 0 AND paused > 0 AND paused > ?",
                [.number(now)]
            )
        case nil: break
        }
        if filter.shown == .snoozed {
            return (
                "SELECT n FROM alerts INDEXED BY aside_alerts WHERE state = 0 AND rank IS NOT NULL AND aside > 0", []
            )
        }
        guard filter.shown == .open, filter.whose == .mine else { return nil }
        return (
            "SELECT n FROM alerts INDEXED BY held_alerts WHERE state = 0 AND rank IS NOT NULL AND holder = ?",
            [.text(me.map(ActorColumn.text) ?? "")]
        )
    }

    /// The condition that the fewest alerts meet, where those are few: what a filter finds nothing of need not be looked for
    /// through the whole list.
    private func rare() throws -> (text: String, values: [Value])? {
        let state = Value.number(filter.shown == .closed ? 1 : 0)
        func from(_ index: String, _ condition: String) -> String {
            "SELECT n FROM alerts INDEXED BY \(index) WHERE state = ? AND rank IS NOT NULL AND \(condition)"
        }
        var all: [(text: String, values: [Value])] = []
        if filter.atLeast != nil || filter.atMost != nil {
            let (least, most) = (filter.atLeast?.value ?? .min, filter.atMost?.value ?? .max)
            all.append((from("alerts_by_amount", "amount BETWEEN ? AND ?"), [state, .number(least), .number(most)]))
        }
        if let probability = filter.probability {
            all.append((from("alerts_by_probability", "probability >= ?"), [state, .real(probability)]))
        }
        if let origin = filter.origin, origin != .alert {
            let code = DeskCodes.code(origin, DeskCodes.origins)
            all.append((from("alerts_by_origin", "origin > 0 AND origin = ?"), [state, .number(code)]))
        }
        if let kind = filter.kind, let channel = filter.channel {
            all.append(
                (
                    from("alerts_by_kind", "kind = ? AND channel = ?"),
                    [
                        state, .number(DeskCodes.code(kind, DeskCodes.kinds)),
                        .number(DeskCodes.code(channel, DeskCodes.channels)),
                    ]
                ))
        }
        if let rule = filter.rule {
            all.append(
                ("SELECT n FROM rule_alerts WHERE rule = (SELECT id FROM rules WHERE name = ?)", [.text(rule)]))
        }
        for choice in all {
            let statement = try db.statement(
                "SELECT count(*) FROM (SELECT 1 FROM (\(choice.text)) LIMIT \(DeskIndex.fewAlerts + 1))")
            bind(choice.values, to: statement, from: 1)
            if try statement.first({ $0.integer(0) }) ?? 0 <= DeskIndex.fewAlerts { return choice }
        }
        return nil
    }

    private func choose(
        among few: (text: String, values: [Value]), _ conditions: Conditions, _ limit: Int,
        _ columns: String = SQLiteStatement.queueColumns
    ) throws -> SQLiteStatement {
        // The few come first (SQLite keeps a CROSS JOIN's order): the list's index would be walked to its end else. And rows are
        // read whole that are shown, and no others.
        let statement = try db.statement(
            """
            SELECT \(columns) FROM alerts JOIN (
                SELECT alerts.n AS found FROM (\(few.text)) AS few CROSS JOIN alerts ON alerts.n = few.n WHERE
                \(order.state) AND \(conditions.text)\(behind)
                ORDER BY \(sorting) LIMIT \(limit + 1))
            ON n = found ORDER BY \(sorting)
            """)
        bind(few.values + conditions.values + (place ?? []), to: statement, from: 1)
        return statement
    }

    /// What the filter asks for; nil where nothing can be so.
    private func conditions() throws -> Conditions? {
        var out = Conditions()
        if filter.shown != .closed {
            out.add(filter.shown != .snoozed ? "aside <= ?" : "aside > ?", .number(now))
            holders(&out)
        }
        out.team(filter.team)
        // These two have few rows to choose among, and stand in no list's index.
        if let file = filter.file { out.add("file = ?", .bytes(file.bytes)) }
        switch filter.awaits {
        case .second: out.add("proposal IS NOT NULL")
        case .look: out.add("first_look IS NOT NULL AND second_look IS NULL")
        case .late: out.add("late_at IS NOT NULL")
        case .soon: out.add("warned_at IS NOT NULL AND late_at IS NULL")
        case .others: out.add("paused > ?", .number(now))
        case nil: break
        }
        if let origin = filter.origin { out.add("origin = ?", .number(DeskCodes.code(origin, DeskCodes.origins))) }
        if let band = filter.band { out.add("band = ?", .number(DeskCodes.code(band, DeskCodes.bands))) }
        if let kind = filter.kind { out.add("kind = ?", .number(DeskCodes.code(kind, DeskCodes.kinds))) }
        if let channel = filter.channel { out.add("channel = ?", .number(DeskCodes.code(channel, DeskCodes.channels))) }
        if let amount = filter.atLeast { out.add("amount >= ?", .number(amount.value)) }
        if let amount = filter.atMost { out.add("amount <= ?", .number(amount.value)) }
        if let probability = filter.probability { out.add("probability >= ?", .real(probability)) }
        if let finding = filter.finding {
            out.add("finding = ?", .number(DeskCodes.code(finding, DeskCodes.findings)))
            blind(&out)
        }
        if let rule = filter.rule {
            guard let bit = try RuleColumn.bit(of: rule, db) else { return nil }
            out.add("rule_bits & ? <> 0", .number(bit))
            if try db.sharesRuleBits() {
                out.add(
                    "(SELECT instr(own.rules, ?) FROM alerts AS own WHERE own.n = \(chosen == nil ? "list" : "alerts").n) > 0",
                    .text("\n\(rule)\n"))
            }
        }
        return out
    }

    /// Leaves out whose verdict is kept from who asks (`Work.isBlind`): the list would tell it.
    private func blind(_ out: inout Conditions) {
        guard let me, me.kind == .person else { return }
        let text = Value.text(ActorColumn.text(me))
        out.add(
            """
            \(chosen == nil ? "list" : "alerts").n NOT IN (SELECT n FROM alerts INDEXED BY looked_alerts
                WHERE first_look IS NOT NULL AND second_look IS NULL AND first_by <> ? AND confirmed_by IS NOT ?)
            """, text, text)
    }

    private func holders(_ out: inout Conditions) {
        let mine = Value.text(me.map(ActorColumn.text) ?? "")
        switch filter.whose {
        case .anyone: break
        case .free: out.add("until <= ?", .number(now))
        case .mine: out.add("until > ? AND holder = ?", .number(now), mine)
        case .mineOrFree: out.add("(until <= ? OR holder = ?)", .number(now), mine)
        }
    }

    private func bind(_ values: [Value], to statement: SQLiteStatement, from first: Int32) {
        for (index, value) in zip(first..., values) { value.bind(to: statement, at: index) }
    }

    private func placeText(_ row: QueueRow) -> String {
        switch list {
        case .open:
            QueueKey(isHeld: row.facts.isHeld, loss: row.facts.expectedLoss, due: row.due, item: row.facts.item).text
        case .closed: ClosedKey(closedAt: row.work.closedAt ?? 0, item: row.facts.item).text
        }
    }

    private func endText(_ row: SQLiteStatement) -> String? {
        switch list {
        case .open:
            ItemID(bytes: row.blob(3) ?? []).map {
                QueueKey(isHeld: row.integer(0) == 0, loss: -row.integer(1), due: row.integer(2), item: $0).text
            }
        case .closed: ItemID(bytes: row.blob(1) ?? []).map { ClosedKey(closedAt: -row.integer(0), item: $0).text }
        }
    }
}

extension SQLiteConnection {
    /// Whether there are more rules than bits.
    fileprivate func sharesRuleBits() throws -> Bool {
        try statement("SELECT count(*) FROM (SELECT 1 FROM rules LIMIT 63)").first { $0.integer(0) > 62 } ?? false
    }

    /// The row with the names that its payment has.
    func joined(_ row: QueueRow) throws -> QueueRow {
        var row = row
        row.entities = [.customer: row.facts.customer, .terminal: row.facts.terminal]
        if let payment = try payment(at: row.facts.source)?.transaction {
            for kind in LinkKind.allCases { row.entities[kind] = kind.name(in: payment) }
        }
        return row
    }
}

extension SQLiteStatement {
    static let queueColumns = """
        item, partition, offset, part, tx, band, probability, amount, customer, terminal, paid, decided, rules, due, kind, channel,
        origin, by_score, kept, \(workColumns)
        """

    /// How many `queueColumns` are.
    static let queueWidth = Int32(queueColumns.split(separator: ",").count)

    /// An alert of `queueColumns`.
    func queueRow() throws -> QueueRow {
        guard let item = ItemID(bytes: blob(0) ?? []), let band = DeskCodes.word(integer(5), DeskCodes.bands) else {
            throw DeskIndex.Failure.damaged
        }
        return QueueRow(
            facts: AlertFacts(
                item: item, source: source(1), transaction: text(4), band: band, probability: real(6),
                amount: MinorUnits(integer(7)), customer: text(8), terminal: text(9),
                paidAt: EventTime(seconds: integer(10)),
                decidedAt: integer(11), rules: RuleColumn.rules(text(12)), isReported: integer(16) == 1,
                scoreBand: DeskCodes.word(optionalInteger(17), DeskCodes.bands)),
            work: work(19), due: integer(13), kind: DeskCodes.word(optionalInteger(14), DeskCodes.kinds),
            channel: DeskCodes.word(optionalInteger(15), DeskCodes.channels),
            kept: blob(18).flatMap { ItemID(bytes: $0) })
    }
}
