import Desk
import LocalStore
import Policy
import Records

/// What acts change.
extension DeskWriting {
    mutating func take(_ record: DeskRecord, _ offset: Int64, _ timestamp: Int64) throws {
        clock.pass(timestamp)
        if let known = try db.outcome(of: record.id) {
            return settled.append(SettledAct(id: record.id, outcome: known))
        }
        let before = try casesMoved(by: record)
        let outcome = try settle(record, at: clock.now)
        settled.append(SettledAct(id: record.id, outcome: outcome))
        // Whatever became of it, it is not asked for again.
        if record.actor == .desk, case .raise = record.act {
            try db.run("DELETE FROM draws WHERE item = ?", record.item.bytes)
        }
        var (refusal, version): (String?, Int64) = (nil, 0)
        switch outcome {
        case .refused(let reason): refusal = reason.rawValue
        case .done(let new): version = new
        }
        let label = refusal == nil ? try label(of: record) : nil
        try db.run(
            "INSERT INTO acts (offset, id, item, at, refusal, version, label, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            offset, record.id.bytes, record.item.bytes, clock.now, refusal, version, label, record.stored)
        guard refusal == nil else { return }
        try count(record)
        for file in before {
            try db.run("INSERT OR IGNORE INTO mentions (subject, offset) VALUES (?, ?)", file.bytes, offset)
        }
        if case .bulk(.start(let order)) = record.act {
            var deed = record
            deed.act = order.deed
            try db.run("UPDATE jobs SET deed = ? WHERE id = ?", deed.stored, record.item.bytes)
        }
        if case .aside(let act) = record.act, act == .resume || act.isPause { try setDues(of: record.item) }
        if case .raise(let source, let transaction, let sample) = record.act {
            try raise(
                record.item, Work.Raised(source: source, transaction: transaction, at: clock.now, sample: sample))
        }
    }

    /// Counts what a person did: claims, and verdicts that were given, proposed or agreed to.
    private func count(_ record: DeskRecord) throws {
        let isClaim: Bool
        switch record.act {
        case .claim: isClaim = true
        case .judge, .confirm: isClaim = false
        default: return
        }
        try db.run(
            """
            INSERT INTO people_days (day, actor, claims, verdicts) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET claims = claims + ?3, verdicts = verdicts + ?4
            """, clock.now / 86_400_000_000, ActorColumn.text(record.actor), isClaim ? 1 : 0, isClaim ? 0 : 1)
    }

    /// The cases that an item is moved between by a record.
    private func casesMoved(by record: DeskRecord) throws -> [ItemID] {
        switch record.act {
        case .file(.link(let target)): [try db.work(on: record.item)?.file, target].compactMap { $0 }
        case .file(.unlink): [try db.work(on: record.item)?.file].compactMap { $0 }
        default: []
        }
    }

    /// The label that follows from an act that took effect: of a verdict that closed its item, and from which something can be
    /// learnt.
    private func label(of record: DeskRecord) throws -> Bool? {
        switch record.act {
        case .judge, .confirm:
            guard let work = try db.work(on: record.item), work.state == .closed else { return nil }
            return work.judgement?.finding.label
        default: return nil
        }
    }
}
