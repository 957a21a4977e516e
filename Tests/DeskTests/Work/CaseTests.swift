import Desk
import Records
import Support
import Testing

/// Cases, verdicts of two people, and jobs: what follows from records in their order.
struct CaseTests {
    private let clara = Actor(.person, "clara")!

    /// A ledger that takes records one after the other.
    private struct Desk {
        var ledger = DeskLedger()
        // Items of the tests have small numbers.
        var number = 1000
        var now: Int64 = 0

        @discardableResult
        mutating func take(
            _ act: Act, on subject: ItemID? = nil, by actor: Actor = ana, expects: Int64? = nil,
            amount: Int64? = nil, within: ItemID? = nil
        ) -> DeskLedger.Outcome {
            number += 1
            now += 1_000_000
            let id = DeskTests.act(number)
            return ledger.take(
                DeskRecord(
                    id: id, item: subject ?? ItemID(id.hex)!, actor: actor, writtenAt: now, expects: expects, act: act,
                    amount: amount.map { MinorUnits($0) }, within: within), timestamp: now)
        }

        /// The id that the next record has, and what it begins with it.
        var next: ItemID { ItemID(DeskTests.act(number + 1).hex)! }

        mutating func open(_ title: String = "a case", about: QueueFilter.NamedEntity? = nil) -> ItemID {
            let id = next
            #expect(take(.file(.open(title: title, about: about, isAnother: false))) == .done(version: 1))
            return id
        }
    }

    private let rules = try! HouseRules(text: "four_eyes 100")

    @Test("there is one open case about a name, unless somebody says that it is another one; a closed one is none")
    func oneOfAName() {
        var desk = Desk()
        let name = QueueFilter.NamedEntity(.customer, "c-1")
        let first = desk.open(about: name)
        #expect(desk.take(.file(.open(title: "b", about: name, isAnother: false))) == .refused(.caseExists))
        #expect(
            desk.take(.file(.open(title: "b", about: .init(.customer, "c-2"), isAnother: false))) == .done(version: 1))
        #expect(desk.take(.file(.open(title: "b", about: name, isAnother: true))) == .done(version: 1))
        for id in desk.ledger.files.keys where desk.ledger.files[id]?.about == name {
            #expect(desk.take(.file(.close(nil)), on: id) == .done(version: 2))
        }
        #expect(desk.take(.file(.open(title: "c", about: name, isAnother: false))) == .done(version: 1))
        // A case has its act's own id, and no other's.
        #expect(desk.take(.file(.open(title: "d", about: nil, isAnother: false)), on: first) == .refused(.noSuchAct))
    }

    @Test("an alert is in one case at a time: it is moved without loss, and neither of the two may be closed")
    func moving() {
        var desk = Desk()
        let (first, second) = (desk.open("one"), desk.open("two"))
        #expect(desk.take(.file(.unlink), on: item(1)) == .refused(.notLinked))
        #expect(desk.take(.file(.link(to: item(9))), on: item(1)) == .refused(.missing))
        #expect(desk.take(.file(.link(to: first)), on: item(1)) == .done(version: 1))
        #expect(desk.take(.file(.link(to: first)), on: item(1)) == .refused(.linked))
        #expect(desk.take(.file(.link(to: second)), on: item(1), expects: 0) == .refused(.changed))
        #expect(desk.take(.file(.link(to: second)), on: item(1), expects: 1) == .done(version: 2))
        #expect(desk.ledger.items[item(1)]?.file == second)
        #expect(desk.ledger.files[first]?.items == 0)
        #expect(desk.ledger.files[second]?.items == 1)
        #expect(desk.take(.file(.close(nil)), on: first) == .done(version: 2))
        #expect(desk.take(.file(.link(to: first)), on: item(1)) == .refused(.caseClosed))
        #expect(desk.take(.file(.link(to: first)), on: item(2)) == .refused(.caseClosed))
        #expect(desk.take(.file(.close(Judgement(.fraud))), on: second) == .done(version: 2))
        #expect(desk.take(.file(.unlink), on: item(1)) == .refused(.caseClosed))
        #expect(desk.take(.reopen, on: second) == .done(version: 3))
        #expect(desk.take(.file(.unlink), on: item(1)) == .done(version: 3))
        #expect(desk.ledger.files[second]?.items == 0)
    }

    @Test("tasks are ticked off once; a closed case takes notes and nothing else")
    func tasks() {
        var desk = Desk()
        let id = desk.open()
        #expect(desk.take(.file(.task("call the customer")), on: id) == .done(version: 2))
        #expect(desk.take(.file(.finish(task: 1)), on: id) == .refused(.changed))
        #expect(desk.take(.file(.finish(task: 0)), on: id, by: ben) == .done(version: 3))
        #expect(desk.take(.file(.finish(task: 0)), on: id) == .refused(.changed))
        #expect(desk.ledger.files[id]?.tasks == [.init("call the customer", by: ana, doneBy: ben)])
        #expect(desk.take(.assign(to: ben, lease: 60), on: id) == .done(version: 4))
        #expect(desk.ledger.files[id]?.owner == ben)
        #expect(desk.take(.claim(lease: 60), on: id) == .refused(.noSuchAct))
        #expect(desk.take(.file(.task("x")), on: item(5)) == .refused(.missing))
        for _ in 1..<FileAct.taskLimit { desk.take(.file(.task("more")), on: id) }
        #expect(desk.take(.file(.task("too many")), on: id) == .refused(.full))
        desk.take(.file(.close(nil)), on: id)
        let closed = desk.ledger.files[id]
        for act in [Act.file(.task("x")), .file(.finish(task: 2)), .assign(to: ana, lease: 60), .file(.close(nil))] {
            #expect(desk.take(act, on: id) == .refused(.closed))
        }
        #expect(desk.take(.note("later"), on: id) == .done(version: closed!.version))
        #expect(desk.ledger.files[id] == closed)
    }

    @Test(
        "a case is closed without a verdict only where all in it have theirs; its verdict goes to the others, over claims"
    )
    func closing() {
        var desk = Desk()
        let id = desk.open()
        for number in 1...3 { desk.take(.file(.link(to: id)), on: item(UInt8(number))) }
        desk.take(.judge(Judgement(.legitimate)), on: item(1))
        desk.take(.claim(lease: 600), on: item(2), by: ben)
        #expect(desk.take(.file(.close(nil)), on: id) == .refused(.openItems))
        let fraud = Judgement(.fraud, fraudType: .invoice)
        // Before the case is closed, its verdict is nobody's.
        #expect(desk.take(.judge(fraud), on: item(2), within: id) == .refused(.changed))
        #expect(desk.take(.file(.close(fraud)), on: id) == .done(version: 2))
        #expect(desk.take(.judge(Judgement(.legitimate)), on: item(2), within: id) == .refused(.changed))
        #expect(desk.take(.judge(fraud), on: item(7), within: id) == .refused(.changed))
        for number in 2...3 {
            let record = DeskRecord.verdict(of: id, version: 2, fraud, by: ana, on: item(UInt8(number)), at: 0)
            #expect(desk.ledger.take(record, timestamp: desk.now) == .done(version: number == 2 ? 3 : 2))
            // The desk that was killed and begins anew asks for the same.
            let again = DeskRecord.verdict(of: id, version: 2, fraud, by: ana, on: item(UInt8(number)), at: 5)
            #expect(again.id == record.id)
        }
        #expect(desk.ledger.items[item(1)]?.judgement == Judgement(.legitimate))
        #expect(desk.ledger.items[item(2)]?.judgement == fraud)
        #expect(
            DeskRecord.verdict(of: id, version: 4, fraud, by: ana, on: item(2), at: 0).id
                != DeskRecord.verdict(of: id, version: 2, fraud, by: ana, on: item(2), at: 0).id)
    }

    @Test(
        "from a sum on a verdict waits for a second person, who is another one; below it, and where no rule says so, it holds"
    )
    func fourEyes() {
        var desk = Desk()
        let fraud = Judgement(.fraud)
        #expect(desk.take(.judge(fraud), on: item(1), amount: 1_000_000) == .done(version: 1))
        #expect(desk.ledger.items[item(1)]?.state == .closed)
        #expect(desk.take(.house(rules), on: .house, expects: 1) == .refused(.changed))
        #expect(desk.take(.house(rules), on: .house, expects: 0) == .done(version: 1))
        #expect(desk.ledger.house().salt == DeskTests.act(desk.number).hex)
        #expect(desk.take(.judge(fraud), on: item(2), amount: 9999) == .done(version: 1))
        #expect(desk.ledger.items[item(2)]?.state == .closed)
        desk.take(.claim(lease: 600), on: item(3))
        #expect(desk.take(.judge(fraud), on: item(3), amount: 10_000) == .done(version: 2))
        var work = desk.ledger.items[item(3)]!
        #expect(work.state == .open && work.judgement == nil && work.proposal == Proposal(fraud, by: ana))
        #expect(work.holder(at: desk.now) == nil)
        #expect(desk.take(.confirm, on: item(3)) == .refused(.ownProposal))
        #expect(desk.take(.confirm, on: item(3), by: Actor(.service, "ben")!) == .refused(.ownProposal))
        #expect(desk.take(.confirm, on: item(4), by: ben) == .refused(.notProposed))
        desk.take(.claim(lease: 600), on: item(3), by: clara)
        #expect(desk.take(.confirm, on: item(3), by: ben) == .refused(.held))
        #expect(desk.take(.confirm, on: item(3), by: clara, expects: 2) == .refused(.changed))
        #expect(desk.take(.confirm, on: item(3), by: clara, expects: 3) == .done(version: 4))
        work = desk.ledger.items[item(3)]!
        #expect(work.state == .closed && work.judgement == fraud && work.proposal == nil)
        #expect(work.holder?.actor == ana && work.confirmedBy == clara)
        #expect(desk.take(.reopen, on: item(3)) == .done(version: 5))
        #expect(desk.ledger.items[item(3)]?.confirmedBy == nil)
        desk.take(.judge(Judgement(.legitimate)), on: item(3), by: ben, amount: 10_000)
        #expect(desk.take(.object, on: item(3)) == .done(version: 7))
        #expect(desk.take(.object, on: item(3)) == .refused(.notProposed))
        #expect(desk.ledger.items[item(3)]?.state == .open)
    }

    @Test("a case over the sum is closed by two; nothing is put into it or taken out while its end waits")
    func caseFourEyes() {
        var desk = Desk()
        desk.take(.house(rules), on: .house)
        let id = desk.open()
        desk.take(.file(.link(to: id)), on: item(1))
        let fraud = Judgement(.fraud)
        #expect(desk.take(.file(.close(fraud)), on: id, amount: 20_000) == .done(version: 2))
        #expect(desk.ledger.files[id]?.state == .open)
        #expect(desk.take(.file(.link(to: id)), on: item(2)) == .refused(.proposed))
        #expect(desk.take(.file(.unlink), on: item(1)) == .refused(.proposed))
        #expect(desk.take(.confirm, on: id) == .refused(.ownProposal))
        #expect(desk.take(.confirm, on: id, by: Actor(.service, "ben")!) == .refused(.ownProposal))
        #expect(desk.take(.object, on: id, by: ben) == .done(version: 3))
        #expect(desk.take(.confirm, on: id, by: ben) == .refused(.notProposed))
        #expect(desk.take(.file(.close(fraud)), on: id, by: ben, amount: 20_000) == .done(version: 4))
        #expect(desk.take(.confirm, on: id) == .done(version: 5))
        #expect(desk.ledger.files[id]?.closedBy == ben)
        // The two agreed on all that is in it: no alert of it needs them again.
        #expect(desk.take(.judge(fraud), on: item(1), amount: 20_000, within: id) == .done(version: 2))
        #expect(desk.ledger.items[item(1)]?.state == .closed)
    }

    private func order(_ deed: Act, _ items: [(UInt8, Int64)]) -> BulkOrder {
        BulkOrder(deed, items: items.map { BulkItem(item($0.0), version: $0.1) })!
    }

    @Test("a job does to each item what its own act does, names those that changed, and counts each once")
    func job() {
        var desk = Desk()
        desk.take(.claim(lease: 600), on: item(2), by: ben)
        let id = desk.next
        let deed = Act.judge(Judgement(.legitimate))
        #expect(desk.take(.bulk(.start(order(deed, [(1, 0), (2, 0), (3, 0)])))) == .done(version: 1))
        func part(_ number: UInt8) -> DeskRecord {
            .part(of: id, by: ana, deed, remark: "", on: BulkItem(item(number), version: 0), amount: nil, at: 9)
        }
        #expect(desk.ledger.take(part(1), timestamp: desk.now) == .done(version: 1))
        #expect(desk.ledger.take(part(1), timestamp: desk.now) == .done(version: 1))
        #expect(desk.ledger.take(part(2), timestamp: desk.now) == .refused(.changed))
        // An item that is none of the job's counts for nothing in it.
        #expect(desk.ledger.take(part(8), timestamp: desk.now) == .done(version: 1))
        #expect(desk.ledger.jobs[id].map { [$0.done, $0.refused, $0.left] } == [1, 1, 1])
        #expect(desk.take(.bulk(.cancel), on: id, by: ben) == .done(version: 2))
        #expect(desk.ledger.take(part(3), timestamp: desk.now) == .refused(.cancelled))
        #expect(desk.ledger.items[item(3)]?.state != .closed)
        #expect(desk.ledger.jobs[id].map { [$0.done, $0.refused, $0.left] } == [1, 1, 1])
        #expect(desk.take(.bulk(.cancel), on: id) == .refused(.over))
        #expect(desk.take(.bulk(.cancel), on: item(1)) == .refused(.missing))
    }

    @Test("a job has items, each once, not too many, and a deed that can be done to many")
    func orders() {
        #expect(BulkOrder(.release, items: []) == nil)
        #expect(BulkOrder(.release, items: [BulkItem(item(1), version: 0), BulkItem(item(1), version: 1)]) == nil)
        #expect(BulkOrder(.bulk(.cancel), items: [BulkItem(item(1), version: 0)]) == nil)
        #expect(BulkOrder(.file(.close(nil)), items: [BulkItem(item(1), version: 0)]) == nil)
        let many = (0...BulkOrder.limit).map { BulkItem(DeskSamples.item($0), version: 0) }
        #expect(BulkOrder(.release, items: many) == nil)
        let most = BulkOrder(.note("x"), items: Array(many.dropLast()))
        #expect(most != nil)
        // The longest job is a record that can be read.
        let record = record(1, .bulk(.start(most!)))
        #expect(DeskRecord(json: record.json(member: MemberID("bank-a")!)) == record)
    }

    @Test("rules are read from lines, and given again as such; what says nothing is refused with its line")
    func houseRules() throws {
        #expect(rules.fourEyes == MinorUnits(10_000))
        #expect(try HouseRules(text: "\n# none\n") == HouseRules())
        #expect(try HouseRules(text: rules.text) == rules)
        let drawing = try HouseRules(text: "judged_twice 50\nsample declined 20\n  sample approved 5")
        #expect(drawing.samples == [.approved: 5, .declined: 20] && drawing.judgedTwice == 50)
        #expect(try HouseRules(text: drawing.text) == drawing)
        for (text, line) in [
            ("four_eyes", 1), ("\nfour_eyes 0", 2), ("four_eyes 1 2", 1), ("four_eyes -5", 1), ("colour red", 1),
            ("four_eyes 1\nfour_eyes 2", 2), ("sample approved", 1), ("sample all 5", 1), ("sample approved 0", 1),
            ("sample approved 1001", 1), ("sample approved 5\nsample declined 5\nsample approved 6", 3),
            ("judged_twice", 1),
            ("judged_twice 0", 1), ("judged_twice 1\njudged_twice 1", 2),
        ] {
            #expect(throws: HouseRules.Fault.self) { try HouseRules(text: text) }
            do throws(HouseRules.Fault) { _ = try HouseRules(text: text) } catch { #expect(error.line == line) }
        }
    }
}
