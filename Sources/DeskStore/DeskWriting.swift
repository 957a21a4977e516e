import Desk
import EventLogs
import LocalStore
import Policy
import Records

/// One transaction of an index: what each input changes.
struct DeskWriting {
    let db: SQLiteConnection
    private let base: ServiceLevels
    var clock: LogClock
    var settled: [SettledAct] = []
    /// Those in force at the latest act.
    var rules: HouseRules {
        didSet { levels = rules.service.levels(over: base) }
    }
    /// Those that the rules give.
    private(set) var levels: ServiceLevels

    init(_ db: SQLiteConnection, levels: ServiceLevels) throws {
        self.db = db
        base = levels
        rules = try db.house()
        self.levels = rules.service.levels(over: levels)
        clock = LogClock(now: try db.statement("SELECT clock FROM desk").first { $0.integer(0) } ?? 0)
    }

    mutating func take(_ input: DeskInput) throws {
        switch input {
        case .payment(let payment, let source): try take(payment, source)
        case .decision(let item, let source, let band, let probability, let at):
            try decide(item, source, band, probability, at)
        case .label(let verdict, let position, let timestamp):
            try db.run(
                "INSERT OR REPLACE INTO labels (tx, partition, offset, fraud, at) VALUES (?, ?, ?, ?, ?)",
                verdict.transaction, position.partition.partition, position.offset, verdict.fraud, timestamp)
            try db.run(
                """
                INSERT INTO known (tx, partition, offset, fraud, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT DO UPDATE SET partition = ?2, offset = ?3, fraud = ?4, at = ?5
                WHERE (?5, ?2, ?3) > (at, partition, offset)
                """, verdict.transaction, position.partition.partition, position.offset, verdict.fraud, timestamp)
        case .alert(let facts, let position): try take(facts, position)
        case .receipt(let party, let counted):
            // The newest counts; an old one that a log repeats says less.
            try db.run(
                """
                INSERT INTO receipts (party, partition, offset) VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET offset = max(offset, ?3)
                """, Int64(party.rawValue), Int64(counted.partition), counted.offset)
        case .reasons(let event, let item):
            // What came first stays, but for the word that they are asked for.
            guard try db.reasons(of: item).map({ $0.data.state == .wanted }) ?? true else { return }
            try db.run("INSERT OR REPLACE INTO reasons (item, event) VALUES (?, ?)", item.bytes, event.json)
        case .act(let record, let offset, let timestamp): try take(record, offset, timestamp)
        }
    }

    func end(at positions: [Position]) throws {
        try db.run("UPDATE desk SET clock = ?", clock.now)
        for position in positions {
            try db.run(
                """
                INSERT INTO positions (topic, partition, offset, kept) VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT DO UPDATE SET offset = ?3
                """, position.partition.topic, position.partition.partition, position.offset)
        }
    }

    // MARK: Payments and decisions

    private func take(_ payment: Transaction, _ source: SourcePosition) throws {
        let put = try db.statement(
            """
            INSERT INTO payments (partition, offset, part, tx, paid, customer, terminal, amount, currency, units, kind, channel,
                account, card, payee, merchant, category, device, ip, country)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
            ON CONFLICT DO UPDATE SET tx = ?4, paid = ?5, customer = ?6, terminal = ?7, amount = ?8, currency = ?9, units = ?10,
                kind = ?11, channel = ?12, account = ?13, card = ?14, payee = ?15, merchant = ?16, category = ?17, device = ?18,
                ip = ?19, country = ?20
            """)
        put.bind(1, Int64(source.partition))
        put.bind(2, source.offset)
        put.bind(3, Int64(source.index))
        put.bind(4, payment.id)
        put.bind(5, payment.time.seconds)
        put.bind(6, payment.customer)
        put.bind(7, payment.terminal)
        put.bind(8, payment.amount.value)
        bind(put, 9, payment.original?.currency.code)
        bind(put, 10, payment.original?.units)
        bind(put, 11, payment.kind.map { DeskCodes.code($0, DeskCodes.kinds) })
        bind(put, 12, payment.channel.map { DeskCodes.code($0, DeskCodes.channels) })
        let entities: [EntityKind] = [.account, .card, .payee, .merchant, .merchantCategory, .device, .ip, .country]
        for (column, kind) in zip(Int32(13)..., entities) { bind(put, column, payment.entities[kind]) }
        try put.run()
        let alert = try db.statement(
            "SELECT n FROM alerts WHERE partition = ? AND offset = ? AND part = ?", source.partition, source.offset,
            source.index
        ).first { $0.integer(0) }
        guard let alert else { return }
        try join(payment, to: alert)
        try fill(alert)
        try keepBack(alert)
    }

    func bind(_ statement: SQLiteStatement, _ column: Int32, _ value: (some SQLiteValue)?) {
        if let value { value.bind(to: statement, at: column) } else { statement.bindNull(column) }
    }

    /// Puts what filters and links look at beside the alert of a payment.
    func join(_ payment: Transaction, to alert: Int64) throws {
        try db.run(
            "UPDATE alerts SET kind = ?, channel = ? WHERE n = ?",
            payment.kind.map { DeskCodes.code($0, DeskCodes.kinds) },
            payment.channel.map { DeskCodes.code($0, DeskCodes.channels) }, alert)
        try link(payment, to: alert)
    }

    private func link(_ payment: Transaction, to alert: Int64) throws {
        for kind in DeskCodes.links {
            if let name = kind.name(in: payment) { try link(kind, name, to: alert) }
        }
    }

    func link(_ kind: LinkKind, _ name: String, to alert: Int64) throws {
        try db.run(
            "INSERT OR IGNORE INTO links (kind, name, n) VALUES (?, ?, ?)", DeskCodes.code(kind, DeskCodes.links), name,
            alert)
    }

    private func decide(_ item: ItemID, _ source: SourcePosition, _ band: Band, _ probability: Double, _ at: Int64)
        throws
    {
        let put = try db.statement(
            """
            INSERT INTO payments (partition, offset, part, item, band, probability, decided) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET item = ?4, band = ?5, probability = ?6, decided = ?7
            """)
        put.bind(1, Int64(source.partition))
        put.bind(2, source.offset)
        put.bind(3, Int64(source.index))
        put.bind(4, copying: item.bytes)
        put.bind(5, DeskCodes.code(band, DeskCodes.bands))
        put.bind(6, real: probability)
        put.bind(7, at)
        try put.run()
        if at >= rules.since { try draw(item, source, band) }
        if let raised = try row(of: item) { try fill(raised) }
    }

    // MARK: Alerts

    private func take(_ facts: AlertFacts, _ position: Position) throws {
        let key = QueueKey(facts, levels: levels)
        let payment = try db.payment(at: facts.source)?.transaction
        let put = try db.statement(
            """
            INSERT INTO alerts (item, feed_partition, feed_offset, partition, offset, part, tx, held, rank, due, band, probability,
                amount, customer, terminal, paid, decided, rules, rule_bits, kind, channel, by_score)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
            ON CONFLICT (item) DO UPDATE SET by_score = ?22, feed_partition = ?2, feed_offset = ?3, partition = ?4, offset = ?5, part = ?6, tx = ?7,
                held = ?8, rank = ?9, due = ?10, band = ?11, probability = ?12, amount = ?13, customer = ?14, terminal = ?15,
                paid = ?16, decided = ?17, rules = ?18, rule_bits = ?19, kind = ?20, channel = ?21, origin = CASE WHEN origin = 2 THEN 2 ELSE 0 END
            WHERE feed_offset IS NULL
            """)
        put.bind(1, copying: facts.item.bytes)
        put.bind(2, Int64(position.partition.partition))
        put.bind(3, position.offset)
        put.bind(4, Int64(facts.source.partition))
        put.bind(5, facts.source.offset)
        put.bind(6, Int64(facts.source.index))
        put.bind(7, facts.transaction)
        put.bind(8, Int64(key.isHeld ? 0 : 1))
        put.bind(9, -key.loss)
        put.bind(10, key.due)
        put.bind(11, DeskCodes.code(facts.band, DeskCodes.bands))
        put.bind(12, real: facts.probability)
        put.bind(13, facts.amount.value)
        put.bind(14, facts.customer)
        put.bind(15, facts.terminal)
        put.bind(16, facts.paidAt.seconds)
        put.bind(17, facts.decidedAt)
        put.bind(18, RuleColumn.text(facts.rules))
        put.bind(19, try facts.rules.reduce(0) { $0 | (try ruleBit($1)) })
        bind(put, 20, payment?.kind.map { DeskCodes.code($0, DeskCodes.kinds) })
        bind(put, 21, payment?.channel.map { DeskCodes.code($0, DeskCodes.channels) })
        put.bind(22, DeskCodes.code(facts.scoreBand, DeskCodes.bands))
        try put.run()
        // An alert that comes again stays what it was the first time.
        guard db.changes == 1, let n = try row(of: facts.item) else { return }
        try setDues(of: facts.item)
        try link(.customer, facts.customer, to: n)
        try link(.terminal, facts.terminal, to: n)
        for rule in Set(facts.rules) {
            try db.run(
                "INSERT OR IGNORE INTO rule_alerts (rule, n) SELECT id, ? FROM rules WHERE name = ?", n, rule)
        }
        if let payment { try link(payment, to: n) }
        try keepBack(n)
    }

    func row(of item: ItemID) throws -> Int64? {
        try db.statement("SELECT n FROM alerts WHERE item = ?", item.bytes).first { $0.integer(0) }
    }

    private func ruleBit(_ name: String) throws -> Int64 {
        if let known = try RuleColumn.bit(of: name, db) { return known }
        try db.run("INSERT INTO rules (name) VALUES (?)", name)
        return try RuleColumn.bit(of: name, db) ?? 0
    }
}
