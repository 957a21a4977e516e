import Desk
import Records
import Support
import Testing

/// What each act does to an item in each state that one can be in: all of the table, cell by cell.
struct WorkTableTests {
    private static let now: Int64 = 1_000_000_000
    private static let fraud = Judgement(.fraud, fraudType: .invoice)
    private static let fourEyes = try! HouseRules(text: "four_eyes 100")
    private static let drawsAll = try! HouseRules(text: "judged_twice 1000")

    /// States by name, each as a list of records made it.
    enum Start: String, CaseIterable {
        case new, mine, theirs, ranOut, aside, proposed, proposedByThem, closed, closedByThem, looked, reported, late
        case reopened, paused

        func work() throws -> Work {
            var work = Work()
            func take(
                _ act: Act, by actor: Actor = ana, at time: Int64 = 0, house: HouseRules = HouseRules(),
                amount: Int64? = nil
            ) throws {
                var record = record(1, by: actor, act)
                record.amount = amount.map { MinorUnits($0) }
                try work.take(record, at: WorkTableTests.now + time, house: house)
            }
            switch self {
            case .new: break
            case .mine: try take(.claim(lease: 60))
            case .theirs: try take(.claim(lease: 60), by: ben)
            case .ranOut: try take(.claim(lease: 60), by: ben, at: -60_000_000)
            case .aside: try take(.aside(.snooze(until: WorkTableTests.now + 5, wakes: [.alert])))
            case .proposed: try take(.judge(WorkTableTests.fraud), house: WorkTableTests.fourEyes, amount: 10_000)
            case .proposedByThem:
                try take(.judge(WorkTableTests.fraud), by: ben, house: WorkTableTests.fourEyes, amount: 10_000)
            case .closed: try take(.judge(WorkTableTests.fraud))
            case .closedByThem: try take(.judge(WorkTableTests.fraud), by: ben, house: WorkTableTests.drawsAll)
            case .looked:
                try take(.judge(WorkTableTests.fraud), by: ben, house: WorkTableTests.drawsAll)
                try take(.second(Judgement(.legitimate)))
            case .reported: try take(.raise(SourcePosition(offset: 1), transaction: "t"))
            case .late: try take(.late, by: .desk)
            case .reopened:
                try take(.judge(WorkTableTests.fraud), by: ben)
                try take(.reopen)
            case .paused: try take(.aside(.pause(until: WorkTableTests.now + 9, .customer)), by: ben)
            }
            return work
        }
    }

    /// What ana does.
    private static let acts: [(name: String, act: Act)] = [
        ("claim", .claim(lease: 30)), ("release", .release), ("assign", .assign(to: ben, lease: 30)),
        ("judge", .judge(Judgement(.legitimate))), ("confirm", .confirm), ("object", .object),
        ("second", .second(Judgement(.suspicious))), ("reopen", .reopen), ("note", .note("n")),
        ("raise", .raise(SourcePosition(offset: 9), transaction: "t")),
        ("draw", .raise(SourcePosition(offset: 9), transaction: "t", sample: Sample(.approved, perMille: 5))),
        ("snooze", .aside(.snooze(until: now + 7, wakes: []))), ("wake", .aside(.wake(nil))), ("late", .late),
        ("pause", .aside(.pause(until: now + 11, .partner))), ("resume", .aside(.resume)), ("soon", .soon),
        ("file", .file(.task("x"))), ("job", .bulk(.cancel)), ("house", .house(HouseRules())),
    ]

    /// Refusals by state, in the order of the acts; `.` where the act is done.
    private static let table: [Start: String] = [
        .new: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
        .mine: ". . . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
        .theirs: "held held . held not_proposed not_proposed no_second_look not_closed . . . held not_snoozed .",
        .ranOut: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
        .aside: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . . .",
        .proposed: ". not_held . . own_proposal . no_second_look not_closed . . . . not_snoozed .",
        .proposedByThem: ". not_held . . . . no_second_look not_closed . . . . not_snoozed .",
        .closed: "closed closed closed closed not_proposed not_proposed no_second_look . . . . closed closed closed",
        .closedByThem: "closed closed closed closed not_proposed not_proposed . . . . . closed closed closed",
        .looked: "closed closed closed closed not_proposed not_proposed no_second_look . . . . closed closed closed",
        .reported:
            ". not_held . . not_proposed not_proposed no_second_look not_closed . already_raised . . not_snoozed .",
        .late: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
        .paused: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
        .reopened: ". not_held . . not_proposed not_proposed no_second_look not_closed . . . . not_snoozed .",
    ]

    /// The same of the three acts on an item's clock.
    private static func clock(_ start: Start) -> [String] {
        switch start {
        case .closed, .closedByThem, .looked: ["closed", "closed", "closed"]
        case .theirs: ["held", "not_paused", "."]
        case .paused: ["paused", ".", "."]
        default: [".", "not_paused", "."]
        }
    }

    @Test(
        "each act in each state is done or refused as the table says, and a refused one changes nothing",
        arguments: Start.allCases)
    func cells(start: Start) throws {
        let row =
            try #require(Self.table[start]).split(separator: " ").map(String.init)
            + Self.clock(start) + Array(repeating: "no_such_act", count: 3)
        try #require(row.count == Self.acts.count)
        for ((name, act), expected) in zip(Self.acts, row) {
            let before = try start.work()
            var work = before
            var said = "."
            do throws(Work.Refusal) { try work.take(record(2, act), at: Self.now + 1) } catch { said = error.rawValue }
            #expect(said == expected, "\(start) \(name)")
            if said != "." { #expect(work == before, "\(start) \(name)") }
            #expect(work.version - before.version <= 1 && work.version >= before.version)
            Self.holds(work, "\(start) \(name)")
        }
    }

    /// What is so of any work.
    private static func holds(_ work: Work, _ what: String) {
        let isClosed = work.state == .closed
        #expect(isClosed == (work.closedAt != nil), "\(what)")
        #expect(!isClosed || work.judgement != nil && work.proposal == nil && work.snoozed == nil, "\(what)")
        #expect(!isClosed || work.holder(at: now + 1) == nil, "\(what)")
        #expect(isClosed || work.confirmedBy == nil, "\(what)")
        #expect(isClosed || work.second?.isWaiting != true, "\(what)")
    }

    @Test("a version rises with what others have to see first, and with nothing else")
    func versions() throws {
        // By act: in which state it is done, and whether who looked before has to look again.
        for (name, start, rises) in [
            ("claim", Start.new, true), ("claim", .mine, false), ("claim", .ranOut, true), ("release", .mine, true),
            ("assign", .theirs, true), ("judge", .mine, true), ("confirm", .proposedByThem, true),
            ("object", .proposed, true), ("second", .closedByThem, true), ("reopen", .closed, true),
            ("note", .new, false), ("raise", .new, false), ("draw", .reported, false), ("snooze", .new, true),
            ("wake", .aside, true), ("late", .new, false),
        ] {
            let act = try #require(Self.acts.first { $0.name == name }).act
            let before = try start.work()
            var work = before
            try work.take(record(2, expects: before.version, act), at: Self.now + 1)
            #expect(work.version == before.version + (rises ? 1 : 0), "\(name) \(start)")
        }
    }

    @Test("what was put aside comes back with whatever gives it to a person or before a second one")
    func comesBack() throws {
        for act in [Act.claim(lease: 60), .assign(to: ben, lease: 60), .judge(Self.fraud), .aside(.wake(.label))] {
            var work = try Start.aside.work()
            var record = record(2, act)
            record.amount = MinorUnits(10_000)
            try work.take(record, at: Self.now + 1, house: Self.fourEyes)
            #expect(work.snoozed == nil, "\(act)")
        }
        for act in [Act.note("n"), .late, .raise(SourcePosition(offset: 1), transaction: "t")] {
            var work = try Start.aside.work()
            try work.take(record(2, act), at: Self.now + 1)
            #expect(work.snoozed?.until == Self.now + 5, "\(act)")
        }
    }

    @Test("a lease lasts for its seconds from the act, whoever gave it, and the first touch is the first of any")
    func leases() throws {
        for (act, holder, seconds) in [
            (Act.claim(lease: 30), ana, 30), (.assign(to: ben, lease: 45), ben, 45),
        ] {
            var work = Work()
            try work.take(record(1, act), at: Self.now)
            let end = Self.now + Int64(seconds) * 1_000_000
            #expect(work.holder(at: end - 1) == holder && work.holder(at: end) == nil)
            #expect(work.firstTouch == Self.now)
            try work.take(record(2, by: .desk, .assign(to: ana, lease: 10)), at: Self.now + 9)
            #expect(work.firstTouch == Self.now)
        }
        var judged = Work()
        try judged.take(record(1, .judge(Self.fraud)), at: 77)
        #expect(judged.firstTouch == 77 && judged.claims == 0)
    }

    @Test("a confirmed verdict is the first person's, and the second one's name stands beside it while it holds")
    func confirmed() throws {
        var work = try Start.proposedByThem.work()
        try work.take(record(2, .confirm), at: Self.now + 3)
        #expect(work.judgement == Self.fraud && work.holder?.actor == ben && work.confirmedBy == ana)
        #expect(work.closedAt == Self.now + 3 && work.proposal == nil)
        try work.take(record(3, by: ben, .reopen), at: Self.now + 4)
        #expect(work.confirmedBy == nil && work.judgement == Self.fraud && work.holder == nil)
        // The verdict on a smaller sum needs nobody.
        try work.take(record(4, by: ben, .judge(Judgement(.legitimate))), at: Self.now + 5, house: Self.fourEyes)
        #expect(work.state == .closed && work.confirmedBy == nil)
    }

    @Test("a proposal is replaced by the next one, and a verdict that needs nobody ends it")
    func proposals() throws {
        var work = try Start.proposed.work()
        var other = record(2, by: ben, .judge(Judgement(.legitimate)))
        other.amount = MinorUnits(20_000)
        try work.take(other, at: Self.now + 1, house: Self.fourEyes)
        #expect(work.proposal == Proposal(Judgement(.legitimate), by: ben))
        #expect(throws: Work.Refusal.ownProposal) {
            try work.take(record(3, by: ben, .confirm), at: Self.now + 2, house: Self.fourEyes)
        }
        try work.take(record(4, .judge(Judgement(.suspicious))), at: Self.now + 3, house: HouseRules())
        #expect(work.proposal == nil && work.judgement?.finding == .suspicious)
    }

    @Test("a refusal's code is one of its own, and its sentence another than all others'")
    func refusals() {
        let all = Work.Refusal.allCases
        #expect(Set(all.map(\.rawValue)).count == all.count && Set(all.map(\.description)).count == all.count)
        for refusal in all {
            #expect(refusal.rawValue.allSatisfy { $0.isLowercase || $0 == "_" }, "\(refusal)")
            #expect(!refusal.description.hasSuffix(".") && refusal.description.contains(" "))
        }
    }
}
