import Desk
import LocalStore
import Policy
import Records

extension DeskWriting: DeskState {
    func work(on item: ItemID) throws -> Work? { try db.work(on: item) }

    mutating func put(_ work: Work, on item: ItemID) throws {
        let put = try db.statement(
            """
            INSERT INTO alerts (item, state, version, holder, until, finding, fraud_type, known_by, loss, recovered, touched, closed,
                claims, reopened, file, proposal, proposed_by, confirmed_by, aside, aside_at, wakes, first_look, first_by,
                second_look, second_by, late_at, warned_at, pauses, paused)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
                ?25, ?26, ?27, ?28, ?29)
            ON CONFLICT (item) DO UPDATE SET state = ?2, version = ?3, holder = ?4, until = ?5, finding = ?6, fraud_type = ?7,
                known_by = ?8, loss = ?9, recovered = ?10, touched = ?11, closed = ?12, claims = ?13, reopened = ?14, file = ?15,
                proposal = ?16, proposed_by = ?17, confirmed_by = ?18, aside = ?19, aside_at = ?20, wakes = ?21, first_look = ?22, first_by = ?23,
                second_look = ?24, second_by = ?25, late_at = ?26, warned_at = ?27, pauses = ?28, paused = ?29
            """)
        put.bind(1, copying: item.bytes)
        put.bind(2, work.state.rawValue)
        put.bind(3, work.version)
        bind(put, 4, work.holder.map { ActorColumn.text($0.actor) })
        put.bind(5, work.holder?.until ?? 0)
        bind(put, 6, work.judgement.map { DeskCodes.code($0.finding, DeskCodes.findings) })
        bind(put, 7, work.judgement?.fraudType?.rawValue)
        bind(put, 8, work.judgement?.source.rawValue)
        bind(put, 9, work.judgement?.loss?.value)
        bind(put, 10, work.judgement?.recovered?.value)
        bind(put, 11, work.firstTouch)
        // The latest first: turned round, as the queue's columns are.
        bind(put, 12, work.closedAt.map { -$0 })
        put.bind(13, work.claims)
        put.bind(14, work.reopened)
        bind(put, 15, work.file?.bytes)
        bind(put, 16, work.proposal.map { JudgementColumn.text($0.judgement) })
        bind(put, 17, work.proposal.map { ActorColumn.text($0.by) })
        bind(put, 18, work.confirmedBy.map(ActorColumn.text))
        put.bind(19, work.snoozed?.until ?? 0)
        bind(put, 20, work.snoozed?.at)
        bind(put, 21, work.snoozed.map { $0.wakes.map(\.rawValue).sorted().joined(separator: " ") })
        bind(put, 22, work.second.map { JudgementColumn.text($0.first) })
        bind(put, 23, work.second.map { ActorColumn.text($0.by) })
        bind(put, 24, work.second?.second.map { JudgementColumn.text($0) })
        bind(put, 25, work.second?.secondBy.map(ActorColumn.text))
        bind(put, 26, work.lateAt)
        bind(put, 27, work.warnedAt)
        put.bind(28, PauseColumn.text(work.pauses))
        put.bind(29, work.pauses.last?.until ?? 0)
        try put.run()
        guard let file = work.file, work.state == .closed else { return }
        try db.run(
            "UPDATE files SET settling = 0 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM alerts WHERE file = ?1 AND state = 0)",
            file.bytes)
    }

    func file(_ id: ItemID) throws -> CaseFile? { try db.file(id) }

    mutating func put(_ file: CaseFile, as id: ItemID) throws {
        let put = try db.statement(
            """
            INSERT OR REPLACE INTO files (id, state, version, title, about, name, opened_by, opened, owner, tasks, items, judgement,
                proposal, proposed_by, closed_by, closed, settling)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """)
        put.bind(1, copying: id.bytes)
        put.bind(2, file.state.rawValue)
        put.bind(3, file.version)
        put.bind(4, file.title)
        bind(put, 5, file.about.map { DeskCodes.code($0.kind, DeskCodes.links) })
        bind(put, 6, file.about?.name)
        put.bind(7, ActorColumn.text(file.openedBy))
        put.bind(8, file.openedAt)
        bind(put, 9, file.owner.map(ActorColumn.text))
        put.bind(10, TaskColumn.text(file.tasks))
        put.bind(11, file.items)
        bind(put, 12, file.judgement.map { JudgementColumn.text($0) })
        bind(put, 13, file.proposal.map { JudgementColumn.text($0.judgement) })
        bind(put, 14, file.proposal.map { ActorColumn.text($0.by) })
        bind(put, 15, file.closedBy.map(ActorColumn.text))
        bind(put, 16, file.closedAt)
        let isSettling = try file.judgement != nil && hasOpenItems(in: id)
        put.bind(17, isSettling ? 1 : 0)
        try put.run()
    }

    func openFile(about name: QueueFilter.NamedEntity) throws -> ItemID? { try db.openFile(about: name) }

    func hasOpenItems(in file: ItemID) throws -> Bool {
        try db.statement("SELECT 1 FROM alerts WHERE file = ? AND state = 0", file.bytes).first { _ in true } ?? false
    }

    func job(_ id: ItemID) throws -> BulkJob? { try db.job(id) }

    mutating func put(_ job: BulkJob, as id: ItemID, order: BulkOrder?) throws {
        guard let order else {
            return try db.run(
                "UPDATE jobs SET done = ?, refused = ?, cancelled = ? WHERE id = ?", job.done, job.refused,
                job.isCancelled, id.bytes)
        }
        try db.run(
            "INSERT INTO jobs (id, actor, at, count, done, refused, cancelled, deed) VALUES (?, ?, ?, ?, 0, 0, 0, ?)",
            id.bytes, ActorColumn.text(job.by), job.at, job.count, [UInt8]())
        for (place, item) in order.items.enumerated() {
            try db.run(
                "INSERT INTO job_items (job, place, item, version) VALUES (?, ?, ?, ?)", id.bytes, place,
                item.item.bytes, item.version)
        }
    }

    mutating func keep(_ outcome: DeskLedger.Outcome, of item: ItemID, in job: ItemID) throws -> Bool {
        var refusal: String?
        if case .refused(let reason) = outcome { refusal = reason.rawValue }
        try db.run(
            "UPDATE job_items SET settled = 1, refusal = ? WHERE job = ? AND item = ? AND settled = 0", refusal,
            job.bytes, item.bytes)
        return db.changes == 1
    }

    func house() -> HouseRules { rules }

    /// Reckons again when what is open is due, by rules that were just set; or one item, whose clock was stopped or let go on.
    func setDues(of item: ItemID? = nil) throws {
        let levels = levels
        let columns = "n, held, amount, decided, due, soon, pauses"
        let statement =
            try item.map {
                try db.statement("SELECT \(columns) FROM alerts WHERE item = ? AND rank IS NOT NULL", $0.bytes)
            } ?? db.statement("SELECT \(columns) FROM alerts WHERE state = 0 AND rank IS NOT NULL")
        let rows = try statement.all { row in
            let (isHeld, amount, decidedAt) = (row.integer(1) == 0, MinorUnits(row.integer(2)), row.integer(3))
            let pauses = PauseColumn.pauses(row.text(6))
            return (
                n: row.integer(0), old: (row.integer(4), row.optionalInteger(5)),
                due: levels.due(isHeld: isHeld, amount: amount, decidedAt: decidedAt, pauses: pauses),
                soon: levels.soon(isHeld: isHeld, amount: amount, decidedAt: decidedAt, pauses: pauses)
            )
        }
        for row in rows where row.due != row.old.0 || row.soon != row.old.1 {
            try db.run("UPDATE alerts SET due = ?, soon = ? WHERE n = ?", row.due, row.soon, row.n)
        }
    }

    mutating func put(_ house: HouseRules) throws {
        let old = rules
        rules = house
        try db.run(
            "UPDATE desk SET house = ?, house_version = ?, salt = ?, house_since = ?", house.text, house.version,
            house.salt, house.since)
        try drawAgain()
        try drawKeptAgain()
        if old.service != house.service { try setDues() }
    }
}
