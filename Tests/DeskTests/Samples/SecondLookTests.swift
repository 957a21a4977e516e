import Desk
import Records
import Support
import Testing

/// Draws, and verdicts that two people give without knowing of each other.
struct SecondLookTests {
    private func rules(_ text: String, salt: String = "s") -> HouseRules {
        var rules = try! HouseRules(text: text)
        rules.salt = salt
        return rules
    }

    private func take(
        _ work: inout Work, _ act: Act, by actor: Actor = ana, _ house: HouseRules, amount: Int64 = 1
    ) -> Work.Refusal? {
        var record = record(1, by: actor, act)
        record.amount = MinorUnits(amount)
        do throws(Work.Refusal) {
            try work.take(record, at: 1, house: house)
            return nil
        } catch { return error }
    }

    @Test("a share is drawn as often as it says, by the salt, and strata apart")
    func shares() {
        let (one, other) = (rules("sample approved 100\njudged_twice 500"), rules("sample approved 100", salt: "t"))
        let items = (0..<20_000).map { DeskSamples.item($0) }
        let drawn = Set(items.filter { one.drawn($0, of: .approved) != nil })
        // 2,000 on average, with a standard deviation of 42.
        #expect((1_800...2_200).contains(drawn.count))
        #expect(items.allSatisfy { one.drawn($0, of: .declined) == nil })
        let both = drawn.intersection(items.filter { other.drawn($0, of: .approved) != nil })
        #expect((120...280).contains(both.count))
        let twice = drawn.count { one.judgesTwice($0) }
        #expect((drawn.count * 4 / 10...drawn.count * 6 / 10).contains(twice))
        #expect(drawn.first.flatMap { one.drawn($0, of: .approved) } == Sample(.approved, perMille: 100))
    }

    @Test("what is drawn for it waits for another person's verdict, which changes nothing of the first")
    func way() {
        let house = rules("judged_twice 1000")
        var work = Work()
        #expect(take(&work, .second(Judgement(.fraud)), by: ben, house) == .noSecondLook)
        #expect(take(&work, .judge(Judgement(.legitimate)), house) == nil)
        #expect(work.second == SecondLook(Judgement(.legitimate), by: ana))
        #expect(work.isBlind(to: ben) && !work.isBlind(to: ana) && !work.isBlind(to: nil))
        #expect(take(&work, .second(Judgement(.fraud)), house) == .ownProposal)
        #expect(take(&work, .second(Judgement(.fraud)), by: Actor(.service, "robot")!, house) == .ownProposal)
        let before = work
        #expect(take(&work, .second(Judgement(.fraud)), by: ben, house) == nil)
        #expect(work.second == SecondLook(Judgement(.legitimate), by: ana, second: Judgement(.fraud), by: ben))
        #expect(work.judgement == before.judgement && work.state == .closed && work.version == before.version + 1)
        #expect(!work.isBlind(to: ben))
        #expect(take(&work, .second(Judgement(.fraud)), by: ben, house) == .noSecondLook)
        // An alert is judged twice once: opened again and judged again, it keeps what it had.
        let second = work.second
        #expect(take(&work, .reopen, house) == nil)
        #expect(take(&work, .judge(Judgement(.fraud)), house) == nil)
        #expect(work.second == second)
    }

    @Test("a verdict that is taken back waits for no second look; nor does one that is not drawn")
    func takenBack() {
        var work = Work()
        #expect(take(&work, .judge(Judgement(.fraud)), rules("judged_twice 1000")) == nil)
        #expect(take(&work, .reopen, rules("judged_twice 1000")) == nil)
        #expect(work.second == nil)
        #expect(take(&work, .judge(Judgement(.fraud)), rules("")) == nil)
        #expect(work.second == nil)
    }

    @Test("who agreed to a verdict knows it, and is no second look")
    func agreed() {
        let house = rules("judged_twice 1000\nfour_eyes 100")
        var work = Work()
        #expect(take(&work, .judge(Judgement(.fraud)), house, amount: 10_000) == nil)
        #expect(work.second == nil)
        #expect(take(&work, .confirm, by: ben, house, amount: 10_000) == nil)
        #expect(work.second?.by == ana)
        #expect(take(&work, .second(Judgement(.fraud)), by: ben, house) == .ownProposal)
        #expect(!work.isBlind(to: ben))
        #expect(take(&work, .second(Judgement(.fraud)), by: Actor(.person, "cem")!, house) == nil)
    }

    @Test("what was reported before it was drawn stays reported, and is a sample all the same; a sample is drawn once")
    func reported() {
        let raise = Act.raise(SourcePosition(offset: 1), transaction: "t-1")
        let draw = Act.raise(SourcePosition(offset: 1), transaction: "t-1", sample: Sample(.approved, perMille: 5))
        var work = Work()
        #expect(take(&work, raise, rules("")) == nil)
        #expect(take(&work, draw, by: .desk, rules("")) == nil)
        #expect(work.raised?.sample == Sample(.approved, perMille: 5) && work.raised?.isReported == true)
        #expect(take(&work, draw, by: .desk, rules("")) == .alreadyRaised)
        var other = Work()
        #expect(take(&other, draw, by: .desk, rules("")) == nil)
        #expect(take(&other, raise, rules("")) == .alreadyRaised)
        #expect(other.raised?.isReported == false)
    }
}
