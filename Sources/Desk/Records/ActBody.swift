import Formats
import Records

/// What stands in a record beside its frame: the members of all kinds of acts.
struct ActBody: Decodable {
    struct Place: Decodable {
        var index: Int
        var offset: Int64
        var partition: Int
    }

    var actor: String
    var actorKind: Actor.Kind
    var amount: String?
    var expects: Int64?
    var remark: String?
    var within: String?
    var writtenAt: Int64
    var lease: Int64?
    var to: String?
    var toKind: Actor.Kind?
    var filter: [String]?
    var team: String?
    var finding: Finding?
    var fraudType: FraudType?
    var knownBy: KnowledgeSource?
    var loss: String?
    var recovered: String?
    var text: String?
    var source: Place?
    var transaction: String?
    var stratum: Sample.Stratum?
    var perMille: Int64?
    var title: String?
    var about: String?
    var name: String?
    var isAnother: Bool?
    var `case`: String?
    var task: Int?
    var deed: String?
    var items: [String]?
    var rule: String?
    var rules: String?
    var scope: String?
    var until: Int64?
    var wakes: [WakeEvent]?
    var waitsFor: Pause.Awaited?
}

extension ActBody {
    /// The act that a record's word and members say; nil where they say none that this desk knows.
    func act(_ word: String) -> Act? {
        switch word {
        case "claim": validLease.map { .claim(lease: $0) }
        case "release": .release
        case "reopen": .reopen
        case "assign": assignment
        case "verdict": judgement.map { .judge($0) }
        case "second-verdict": judgement.map { .second($0) }
        case "confirm": .confirm
        case "late": .late
        case "due-soon": .soon
        case "object": .object
        case "note": line(text, Act.noteLimit).map { .note($0) }
        case "raise": raised
        case "house": rules.flatMap { try? HouseRules(text: $0) }.map { .house($0) }
        case "job": order.map { .bulk(.start($0)) }
        case "job-cancel": .bulk(.cancel)
        case "snooze": until.map { .aside(.snooze(until: $0, wakes: Set(wakes ?? []))) }
        case "rule-snooze": snooze.map { .ruleSnooze(.start($0)) }
        case "rule-snooze-end": .ruleSnooze(.end)
        case "rule-snooze-over": .ruleSnooze(.over)
        case "filter-save":
            name.flatMap { name in filter.flatMap { SavedFilter(name, fields: $0, team: team) } }.map {
                .filter(.save($0))
            }
        case "filter-drop": .filter(.drop)
        case "pause": until.flatMap { until in waitsFor.map { .aside(.pause(until: until, $0)) } }
        case "resume": .aside(.resume)
        case "wake": .aside(.wake(wakes?.first))
        default: fileAct(word).map { .file($0) }
        }
    }

    private func line(_ text: String?, _ limit: Int) -> String? {
        text.flatMap { $0.isEmpty || $0.utf8.count > limit ? nil : $0 }
    }

    private var validLease: Int64? { lease.flatMap { Act.leases.contains($0) ? $0 : nil } }

    private var assignment: Act? {
        guard let to, let toKind, let actor = Actor(toKind, to), let lease = validLease else { return nil }
        return .assign(to: actor, lease: lease)
    }

    private var judgement: Judgement? {
        guard let finding, let knownBy else { return nil }
        let (loss, recovered) = (loss.map(Self.amount), recovered.map(Self.amount))
        // An amount that can't be read is no absent one.
        guard loss != .some(nil), recovered != .some(nil) else { return nil }
        let judgement = Judgement(
            finding, fraudType: fraudType, source: knownBy, loss: loss ?? nil, recovered: recovered ?? nil)
        return judgement.fault == nil ? judgement : nil
    }

    static func amount(_ text: String) -> MinorUnits? { try? MinorUnits(decimal: text) }

    private var raised: Act? {
        guard let source, let transaction = line(transaction, RecordParser.fieldLimit), source.partition >= 0,
            source.offset >= 0, source.index >= 0
        else { return nil }
        let sample = stratum.flatMap { Sample($0, perMille: perMille ?? 0) }
        // A sample without its share has no weight.
        guard (sample == nil) == (stratum == nil && perMille == nil) else { return nil }
        return .raise(
            SourcePosition(partition: source.partition, offset: source.offset, index: source.index),
            transaction: transaction, sample: sample)
    }

    private var snooze: RuleSnooze.Order? {
        guard let rule = line(rule, 128), let reason = line(text, RuleSnooze.reasonLimit), let until,
            let name = named
        else { return nil }
        // A scope that can't be read is none of everything.
        let team = scope.map { try? TeamScope($0) } ?? .some(.everything)
        return team.map {
            RuleSnooze.Order(rule: rule, about: name.entity, until: until, reason: reason, scope: $0)
        }
    }

    /// The name that an act is about, or that it is about none; nil where it can't be read.
    private var named: (entity: QueueFilter.NamedEntity?, Void)? {
        guard about != nil || name != nil else { return (nil, ()) }
        guard let kind = about.flatMap({ LinkKind(rawValue: $0) }), let name, (1...512).contains(name.utf8.count) else {
            return nil
        }
        return (.init(kind, name), ())
    }

    private func fileAct(_ word: String) -> FileAct? {
        switch word {
        case "case-open":
            guard let title = line(title, FileAct.titleLimit), let name = named else { return nil }
            return .open(title: title, about: name.entity, isAnother: isAnother ?? false)
        case "case-link": return self.case.flatMap { ItemID($0) }.map { .link(to: $0) }
        case "case-unlink": return .unlink
        case "case-task": return line(text, FileAct.titleLimit).map { .task($0) }
        case "case-task-done": return task.flatMap { $0 >= 0 ? .finish(task: $0) : nil }
        case "case-close":
            // A verdict that can't be read is no absent one.
            guard finding != nil else { return knownBy == nil ? .close(nil) : nil }
            return judgement.map { .close($0) }
        default: return nil
        }
    }

    private var order: BulkOrder? {
        // A job of jobs is none, and would be read without end.
        guard let deed, deed != "job", let deed = act(deed), let items else { return nil }
        let all = items.compactMap { BulkItem($0) }
        return all.count == items.count ? BulkOrder(deed, items: all) : nil
    }
}
