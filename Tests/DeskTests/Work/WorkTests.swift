import Desk
import Records
import Support
import Testing

struct WorkTests {
    /// Microseconds of a number of seconds.
    private func at(_ seconds: Int64) -> Int64 { seconds * 1_000_000 }

    private func take(_ work: inout Work, _ record: DeskRecord, _ seconds: Int64) -> Work.Refusal? {
        do throws(Work.Refusal) {
            try work.take(record, at: at(seconds))
            return nil
        } catch {
            return error
        }
    }

    @Test("an item is one person's while the lease runs, not a microsecond longer, and each use renews it")
    func leases() {
        var work = Work()
        #expect(take(&work, record(1, by: ana, .claim(lease: 600)), 100) == nil)
        #expect(work.version == 1)
        #expect(take(&work, record(2, by: ben, .claim(lease: 600)), 699) == .held)
        #expect(take(&work, record(3, by: ana, .claim(lease: 600)), 690) == nil)
        // Nobody has to look again because a claim was renewed.
        #expect(work.version == 1)
        #expect(work.claims == 1)
        #expect(work.holder(at: at(1290) - 1) == ana)
        #expect(work.holder(at: at(1290)) == nil)
        #expect(take(&work, record(4, by: ben, .claim(lease: 10)), 1290) == nil)
        #expect(work.holder(at: at(1290)) == ben)
        #expect(work.version == 2)
        #expect(work.firstTouch == at(100))
    }

    @Test("what its holder does with it renews the claim, and what others do does not")
    func use() {
        var work = Work()
        #expect(take(&work, record(1, by: ana, .claim(lease: 600)), 0) == nil)
        #expect(take(&work, record(2, by: ana, .note("a")), 500) == nil)
        #expect(work.holder(at: at(1100) - 1) == ana && work.holder(at: at(1100)) == nil)
        #expect(take(&work, record(3, by: ben, .note("b")), 900) == nil)
        #expect(work.holder(at: at(1100)) == nil && work.version == 1)
        let pause = Act.aside(.pause(until: at(5000), .customer))
        #expect(take(&work, record(4, by: ana, pause), 1000) == nil)
        #expect(work.holder(at: at(1600) - 1) == ana && work.holder(at: at(1600)) == nil)
        #expect(take(&work, record(5, by: ben, .aside(.resume)), 1200) == nil)
        #expect(work.holder(at: at(1600)) == nil)
        // A claim that is over is not begun again by a note, and a longer one is not cut.
        #expect(take(&work, record(6, by: ana, .note("c")), 1700) == nil)
        #expect(work.holder(at: at(1700)) == nil)
        #expect(take(&work, record(7, by: ana, .claim(lease: 6000)), 2000) == nil)
        #expect(take(&work, record(8, by: ana, .note("d")), 2100) == nil)
        #expect(work.holder(at: at(8000) - 1) == ana)
    }

    @Test("who acts on an older version than there is changes nothing, whatever the act is")
    func versions() {
        let acts: [Act] = [
            .claim(lease: 600), .release, .assign(to: ben, lease: 600), .judge(Judgement(.fraud)), .reopen, .note("a"),
            .raise(SourcePosition(offset: 1), transaction: "t"),
        ]
        for act in acts {
            var work = Work()
            #expect(take(&work, record(1, .claim(lease: 600)), 1) == nil)
            let before = work
            #expect(take(&work, record(2, expects: 0, act), 2) == .changed)
            #expect(take(&work, record(3, expects: 2, act), 2) == .changed)
            #expect(work == before, "\(act)")
        }
    }

    @Test("a verdict closes; somebody else's running claim keeps others from it, one that ran out does not")
    func verdicts() {
        var work = Work()
        let fraud = Judgement(.fraud, fraudType: .romance, loss: MinorUnits(5000))
        #expect(take(&work, record(1, by: ana, .claim(lease: 60)), 0) == nil)
        #expect(take(&work, record(2, by: ben, .judge(Judgement(.legitimate))), 59) == .held)
        #expect(take(&work, record(3, by: ben, .judge(fraud)), 60) == nil)
        #expect(work.state == .closed)
        #expect(work.judgement == fraud)
        #expect(work.closedAt == at(60))
        #expect(work.holder(at: at(60)) == nil)
        for act in [Act.claim(lease: 60), .release, .assign(to: ana, lease: 60), .judge(Judgement(.legitimate))] {
            #expect(take(&work, record(4, by: ana, act), 61) == .closed)
        }
        #expect(take(&work, record(5, by: ana, .note("late word")), 61) == nil)
        #expect(work.version == 2)
    }

    @Test("an item that is opened again has the verdict that it had, until there is another")
    func reopening() {
        var work = Work()
        #expect(take(&work, record(1, .reopen), 1) == .notClosed)
        #expect(take(&work, record(2, .judge(Judgement(.fraud))), 2) == nil)
        #expect(take(&work, record(3, .reopen), 3) == nil)
        #expect(work.state == .open)
        #expect(work.judgement?.finding == .fraud)
        #expect(work.closedAt == nil)
        #expect(take(&work, record(4, by: ben, .claim(lease: 60)), 3) == nil)
        #expect(take(&work, record(5, by: ben, .judge(Judgement(.legitimate))), 4) == nil)
        #expect(work.judgement?.finding == .legitimate)
        #expect(work.reopened == 1)
    }

    @Test("a claim is given back by its holder alone, and a supervisor's word goes over it")
    func releasing() {
        var work = Work()
        #expect(take(&work, record(1, .release), 1) == .notHeld)
        #expect(take(&work, record(2, by: ana, .claim(lease: 60)), 1) == nil)
        #expect(take(&work, record(3, by: ben, .release), 2) == .held)
        #expect(take(&work, record(4, by: ana, .release), 3) == nil)
        #expect(work.holder(at: at(3)) == nil)
        #expect(take(&work, record(5, by: ana, .claim(lease: 60)), 3) == nil)
        #expect(take(&work, record(6, by: ben, .assign(to: ben, lease: 30)), 4) == nil)
        #expect(work.holder(at: at(33)) == ben)
        #expect(take(&work, record(7, by: ana, .judge(Judgement(.fraud))), 33) == .held)
    }

    @Test("a transaction is put before the desk once")
    func raising() {
        var work = Work()
        let place = SourcePosition(partition: 1, offset: 7, index: 2)
        #expect(take(&work, record(1, .raise(place, transaction: "t-7")), 1) == nil)
        #expect(work.raised == Work.Raised(source: place, transaction: "t-7", at: at(1)))
        #expect(take(&work, record(2, .raise(place, transaction: "t-7")), 2) == .alreadyRaised)
    }

    @Test("what a verdict says fits together")
    func judgements() {
        #expect(Judgement(.fraud, fraudType: .invoice, loss: MinorUnits(1)).fault == nil)
        #expect(Judgement(.legitimate).fault == nil)
        #expect(Judgement(.legitimate, fraudType: .invoice).fault?.field == "fraud_type")
        #expect(Judgement(.suspicious, loss: MinorUnits(1)).fault?.field == "loss")
        #expect(Judgement(.undecidable, recovered: MinorUnits(1)).fault?.field == "recovered")
        #expect(Judgement(.fraud, loss: MinorUnits(-1)).fault?.field == "loss")
        #expect(Judgement(.fraud, recovered: MinorUnits(MinorUnits.limit + 1)).fault?.field == "recovered")
        #expect(Finding.allCases.map(\.label) == [true, false, nil, nil])
    }

    @Test("an act that comes twice has one effect and one answer; leases go by a clock that never goes back")
    func repeats() {
        var ledger = DeskLedger()
        let claim = record(1, by: ana, .claim(lease: 600))
        #expect(ledger.take(claim, timestamp: at(1000)) == .done(version: 1))
        // The log's clock was set back by an hour, and ben's claim stands behind.
        #expect(ledger.take(record(2, by: ben, .claim(lease: 600)), timestamp: at(10)) == .refused(.held))
        #expect(ledger.take(record(3, by: ana, .release), timestamp: at(20)) == .done(version: 2))
        #expect(ledger.take(claim, timestamp: at(30)) == .done(version: 1))
        #expect(ledger.items[item(1)]?.holder(at: at(30)) == nil)
        #expect(ledger.clock.now == at(1000))
    }

    /// A lease as the words of the page have it, with nothing but a list of who held it when.
    @Test(
        "fifty people at one item, in any order: whoever was told yes has it alone until it is given back or runs out")
    func race() {
        var random = SplitMix64(7)
        var ledger = DeskLedger()
        var now: Int64 = 1
        var oracle: (name: String, until: Int64)?
        for number in 0..<20_000 {
            now += Int64(random.next() % 4)
            let actor = Actor(.person, "p\(random.next() % 50)")!
            let gives = random.next() % 5 == 0
            let outcome = ledger.take(
                record(number, by: actor, gives ? .release : .claim(lease: 10)), timestamp: at(now))
            let running = oracle.flatMap { $0.until > now ? $0 : nil }
            if gives {
                #expect((running?.name == actor.name) == outcome.isDone)
                if outcome.isDone { oracle = nil }
            } else {
                #expect((running == nil || running?.name == actor.name) == outcome.isDone)
                if outcome.isDone { oracle = (actor.name, now + 10) }
            }
        }
    }
}

extension DeskLedger.Outcome {
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}
