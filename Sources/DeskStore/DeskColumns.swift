import Desk
import LocalStore
import Policy
import Records

/// How an actor stands in a column: `person:ana`.
enum ActorColumn {
    static func text(_ actor: Actor) -> String { "\(actor.kind.rawValue):\(actor.name)" }

    static func actor(_ text: String) -> Actor? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = Actor.Kind(rawValue: String(parts[0])) else { return nil }
        return Actor(kind, String(parts[1]))
    }
}

/// How a verdict stands in one column: `fraud romance analyst 500 -`, or `-` for none.
enum JudgementColumn {
    static func text(_ judgement: Judgement?) -> String {
        guard let judgement else { return "-" }
        return [
            judgement.finding.rawValue, judgement.fraudType?.rawValue ?? "-", judgement.source.rawValue,
            judgement.loss.map { "\($0.value)" } ?? "-", judgement.recovered.map { "\($0.value)" } ?? "-",
        ].joined(separator: " ")
    }

    static func judgement(_ text: String) -> Judgement? {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 5, let finding = Finding(rawValue: words[0]),
            let source = KnowledgeSource(rawValue: words[2])
        else { return nil }
        return Judgement(
            finding, fraudType: FraudType(rawValue: words[1]), source: source,
            loss: Int64(words[3]).map { MinorUnits($0) }, recovered: Int64(words[4]).map { MinorUnits($0) })
    }
}

/// How pauses stand in one column: `1.2.customer 7.9.partner`.
enum PauseColumn {
    static func text(_ pauses: [Pause]) -> String {
        pauses.map { "\($0.at).\($0.until).\($0.waitsFor.rawValue)" }.joined(separator: " ")
    }

    static func pauses(_ text: String) -> [Pause] {
        text.split(separator: " ").compactMap { word in
            let parts = word.split(separator: ".")
            guard parts.count == 3, let at = Int64(parts[0]), let until = Int64(parts[1]),
                let awaited = Pause.Awaited(rawValue: String(parts[2]))
            else { return nil }
            return Pause(at: at, until: until, waitsFor: awaited)
        }
    }
}

/// How the rules that matched stand in columns: their names with a line's end around each, which no name has, and beside them a
/// bit for each. Bits are shared beyond 62 rules, so they say of most alerts that a rule is not theirs, and the names say the rest.
enum RuleColumn {
    static func text(_ rules: [String]) -> String { rules.isEmpty ? "" : "\n" + rules.joined(separator: "\n") + "\n" }

    static func rules(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    /// Nil where no alert has the rule.
    static func bit(of name: String, _ db: SQLiteConnection) throws -> Int64? {
        try db.statement("SELECT id FROM rules WHERE name = ?", name).first { Int64(1) << ($0.integer(0) % 62) }
    }
}

extension DeskRecord {
    /// What the index keeps of it: the record as it stands in the log, whoever's desk it is.
    var stored: [UInt8] { json(member: DeskRecord.anyMember) }

    private static let anyMember = MemberID("member")!
}

extension SQLiteConnection {
    /// What became of an act; nil where it did not come yet.
    func outcome(of id: ActID) throws -> DeskLedger.Outcome? {
        try statement("SELECT refusal, version FROM acts WHERE id = ?", id.bytes).first { row in
            Work.Refusal(rawValue: row.text(0)).map { .refused($0) } ?? .done(version: row.integer(1))
        }
    }

    /// An item's work; nil where nothing is known of it.
    func work(on item: ItemID) throws -> Work? {
        try statement("SELECT \(SQLiteStatement.workColumns) FROM alerts WHERE item = ?", item.bytes).first {
            $0.work(0)
        }
    }

    /// What is known of a payment: its record, and its decision.
    func payment(at source: SourcePosition) throws -> KnownPayment? {
        try statement(
            "SELECT \(SQLiteStatement.paymentColumns) FROM payments WHERE partition = ? AND offset = ? AND part = ?",
            source.partition, source.offset, source.index
        ).first { $0.payment(0) }
    }
}

extension SQLiteStatement {
    static let workColumns = """
        state, version, holder, until, finding, fraud_type, known_by, loss, recovered, touched, closed, claims, reopened, raised,
        partition, offset, part, tx, stratum, per_mille, file, proposal, proposed_by, confirmed_by, aside, aside_at,
        wakes, first_look, first_by, second_look, second_by, origin, late_at, warned_at, pauses
        """

    /// The work in columns from `first` on.
    func work(_ first: Int32) -> Work {
        var work = Work()
        work.state = Work.State(rawValue: integer(first)) ?? .open
        work.version = integer(first + 1)
        if !isNull(first + 2), let actor = ActorColumn.actor(text(first + 2)) {
            work.holder = Work.Holder(actor, until: integer(first + 3))
        }
        if let finding = DeskCodes.word(optionalInteger(first + 4), DeskCodes.findings) {
            work.judgement = Judgement(
                finding, fraudType: FraudType(rawValue: text(first + 5)),
                source: KnowledgeSource(rawValue: text(first + 6)) ?? .other,
                loss: optionalInteger(first + 7).map { MinorUnits($0) },
                recovered: optionalInteger(first + 8).map { MinorUnits($0) })
        }
        work.firstTouch = optionalInteger(first + 9)
        work.closedAt = optionalInteger(first + 10).map { -$0 }
        work.claims = integer(first + 11)
        work.reopened = integer(first + 12)
        if let at = optionalInteger(first + 13) {
            work.raised = Work.Raised(
                source: source(first + 14), transaction: text(first + 17), at: at,
                sample: Sample.Stratum(rawValue: text(first + 18)).flatMap {
                    Sample($0, perMille: integer(first + 19))
                },
                isReported: integer(first + 31) == DeskCodes.code(.reported, DeskCodes.origins))
        }
        work.file = blob(first + 20).flatMap { ItemID(bytes: $0) }
        work.proposal = proposal(first + 21)
        work.confirmedBy = actor(first + 23)
        if let at = optionalInteger(first + 25) {
            let wakes = text(first + 26).split(separator: " ").compactMap { WakeEvent(rawValue: String($0)) }
            work.snoozed = Snooze(at: at, until: integer(first + 24), wakes: Set(wakes))
        }
        if let by = actor(first + 28), let judgement = JudgementColumn.judgement(text(first + 27)) {
            work.second = SecondLook(
                judgement, by: by, second: optionalText(first + 29).flatMap { JudgementColumn.judgement($0) },
                by: actor(first + 30))
        }
        work.lateAt = optionalInteger(first + 32)
        work.warnedAt = optionalInteger(first + 33)
        work.pauses = PauseColumn.pauses(text(first + 34))
        return work
    }

    /// A proposal in two columns: its verdict, and whose it is.
    func proposal(_ first: Int32) -> Proposal? {
        actor(first + 1).map { Proposal(JudgementColumn.judgement(text(first)), by: $0) }
    }

    func actor(_ column: Int32) -> Actor? { isNull(column) ? nil : ActorColumn.actor(text(column)) }

    /// A position in three columns.
    func source(_ first: Int32) -> SourcePosition {
        SourcePosition(partition: Int(integer(first)), offset: integer(first + 1), index: Int(integer(first + 2)))
    }

    /// A text; nil for NULL.
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
}
