import Desk
import Records
import Support
import Testing

/// What each act does to a case in each state: all of the table.
struct CaseTableTests {
    private static let fraud = Judgement(.fraud)
    private static let fourEyes = try! HouseRules(text: "four_eyes 100")

    enum Start: String, CaseIterable {
        case open, proposed, proposedByThem, proposedWithout, closed

        func file() throws -> CaseFile {
            var file = CaseFile(title: "t", about: nil, by: ana, at: 3)
            func take(_ act: Act, by actor: Actor = ana, amount: Int64? = nil) throws {
                var record = record(1, by: actor, act)
                record.amount = amount.map { MinorUnits($0) }
                try file.take(record, at: 5, house: fourEyes, hasOpenItems: false)
            }
            try take(.file(.task("call")))
            switch self {
            case .open: break
            case .proposed: try take(.file(.close(CaseTableTests.fraud)), amount: 10_000)
            case .proposedByThem: try take(.file(.close(CaseTableTests.fraud)), by: ben, amount: 10_000)
            case .proposedWithout: try take(.file(.close(nil)), by: ben, amount: 10_000)
            case .closed: try take(.file(.close(CaseTableTests.fraud)), by: ben)
            }
            return file
        }
    }

    private static let acts: [(String, Act)] = [
        ("note", .note("n")), ("assign", .assign(to: ben, lease: 60)), ("task", .file(.task("x"))),
        ("finish", .file(.finish(task: 0))), ("finish none", .file(.finish(task: 1))), ("close", .file(.close(fraud))),
        ("close without", .file(.close(nil))), ("confirm", .confirm), ("object", .object), ("reopen", .reopen),
    ]

    /// Refusals without an open item in the case, and with one where they differ.
    private static let table: [Start: (settled: String, open: String)] = [
        .open: (
            ". . . . changed . . not_proposed not_proposed not_closed",
            ". . . . changed . open_items not_proposed not_proposed not_closed"
        ),
        .proposed: (
            ". . . . changed . . own_proposal . not_closed", ". . . . changed . open_items own_proposal . not_closed"
        ),
        .proposedByThem: (
            ". . . . changed . . . . not_closed", ". . . . changed . open_items . . not_closed"
        ),
        .proposedWithout: (
            ". . . . changed . . . . not_closed", ". . . . changed . open_items open_items . not_closed"
        ),
        .closed: (
            ". closed closed closed closed closed closed not_proposed not_proposed .",
            ". closed closed closed closed closed closed not_proposed not_proposed ."
        ),
    ]

    @Test(
        "each act in each state is done or refused as the table says, and a refused one changes nothing",
        arguments: Start.allCases, [false, true])
    func cells(start: Start, hasOpenItems: Bool) throws {
        let row = try #require(Self.table[start])
        let words = (hasOpenItems ? row.open : row.settled).split(separator: " ").map(String.init)
        try #require(words.count == Self.acts.count)
        for ((name, act), expected) in zip(Self.acts, words) {
            let before = try start.file()
            var file = before
            var said = "."
            do throws(Work.Refusal) {
                try file.take(record(2, act), at: 9, house: HouseRules(), hasOpenItems: hasOpenItems)
            } catch { said = error.rawValue }
            #expect(said == expected, "\(start) \(name)")
            if said != "." || name == "note" {
                #expect(file == before, "\(start) \(name)")
            } else {
                #expect(file.version == before.version + 1, "\(start) \(name)")
            }
            #expect((file.state == .closed) == (file.closedAt != nil && file.closedBy != nil))
            #expect(file.state == .open || file.proposal == nil)
        }
    }

    @Test("acts that are an item's alone are none of a case, in any state", arguments: Start.allCases)
    func none(start: Start) throws {
        for act in [
            Act.claim(lease: 60), .release, .judge(Self.fraud), .second(Self.fraud), .late, .aside(.wake(nil)),
            .aside(.snooze(until: 99, wakes: [])), .raise(SourcePosition(offset: 1), transaction: "t"), .bulk(.cancel),
            .house(HouseRules()), .file(.unlink), .file(.link(to: item(1))),
            .file(.open(title: "x", about: nil, isAnother: false)),
        ] {
            let before = try start.file()
            var file = before
            #expect(throws: Work.Refusal.noSuchAct) {
                try file.take(record(2, act), at: 9, house: HouseRules(), hasOpenItems: false)
            }
            #expect(file == before)
        }
    }

    @Test("whoever acts on an older version changes nothing, with whatever act", arguments: Start.allCases)
    func versions(start: Start) throws {
        for (_, act) in Self.acts {
            for version in [0, 99] as [Int64] {
                let before = try start.file()
                var file = before
                #expect(throws: Work.Refusal.changed) {
                    try file.take(record(2, expects: version, act), at: 9, house: HouseRules(), hasOpenItems: false)
                }
                #expect(file == before)
            }
        }
    }

    @Test("a closed case is the first person's with the time of the second one's word; opened again it has no verdict")
    func closing() throws {
        var file = try Start.proposedByThem.file()
        try file.take(record(2, .confirm), at: 9, house: Self.fourEyes, hasOpenItems: true)
        #expect(file.state == .closed && file.closedBy == ben && file.closedAt == 9 && file.judgement == Self.fraud)
        try file.take(record(3, .reopen), at: 11, house: Self.fourEyes, hasOpenItems: false)
        #expect(file.state == .open && file.judgement == nil && file.closedBy == nil && file.owner == ana)
        #expect(file.openedAt == 3 && file.openedBy == ana && file.tasks.count == 1)
    }

    @Test("a case begins with who opened it, and has no task, item or verdict")
    func beginning() {
        let file = CaseFile(title: "t", about: .init(.customer, "c"), by: ben, at: 7)
        #expect(file.version == 1 && file.owner == ben && file.openedAt == 7 && file.state == .open)
        #expect(file.tasks.isEmpty && file.items == 0 && file.judgement == nil && file.proposal == nil)
    }
}
