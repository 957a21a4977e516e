import Desk
import Records
import Support
import Testing

/// Rules of a desk as lines: what each says, and the sentence where one says nothing.
struct HouseRulesTests {
    @Test("each line that says nothing is named by its number, with how it should be")
    func sentences() {
        for (text, sentence) in [
            ("four_eyes", "line 1: four_eyes AMOUNT, such as `four_eyes 10000`"),
            ("\n\nfour_eyes 0", "line 3: four_eyes AMOUNT, such as `four_eyes 10000`"),
            ("# a\nfour_eyes 5\nfour_eyes 6", "line 3: it is there twice"),
            ("# a\r\nfour_eyes 5\r\nfour_eyes 6\r\n", "line 3: it is there twice"),
            ("dance", "line 1: there is no such rule"), ("FOUR_EYES 5", "line 1: there is no such rule"),
            (
                "sample approved 1001",
                "line 1: sample STRATUM PER_MILLE, such as `sample approved 5`; strata: approved, declined, snoozed"
            ),
            ("judged_twice x", "line 1: judged_twice PER_MILLE, such as `judged_twice 50`"),
            ("zone Mars", "line 1: zone NAME, such as `zone Europe/Berlin`"),
            ("hours mon", "line 1: hours DAYS FROM-UNTIL, such as `hours mon-fri 08:00-18:00`"),
            ("hours mon 08:00-10:00\nhours mon-tue 11:00-12:00", "line 2: a day has hours twice"),
            ("holiday 2026-13-01", "line 1: holiday DATE, such as `holiday 2026-12-25`"),
            ("due late 5", "line 1: due held|stopped MINUTES [AMOUNT], such as `due held 15 10000`"),
            ("due held 5 -3", "line 1: it is no amount"), ("due held 5 0", "line 1: it is no amount"),
            ("due held 5 10\ndue held 6 10.00", "line 2: it is there twice"),
            ("escalate now", "line 1: escalate stands alone"),
        ] {
            do throws(HouseRules.Fault) {
                _ = try HouseRules(text: text)
                Issue.record("\(text) was taken")
            } catch { #expect("\(error)" == sentence, "\(text)") }
        }
    }

    @Test("how a file or a browser ends its lines makes no other rules, and moves no mistake to another line")
    func lineEnds() throws {
        let lines = [
            "# of the team", "", "four_eyes 5000", "judged_twice 50", "hours mon-fri 08:00-18:00", "due held 15",
        ]
        let rules = try HouseRules(text: lines.joined(separator: "\n"))
        #expect(rules.judgedTwice == 50 && rules.fourEyes != nil)
        for end in ["\r\n", "\r", "\n"] {
            for last in ["", end, end + end] {
                #expect(try HouseRules(text: lines.joined(separator: end) + last).text == rules.text)
                #expect(throws: HouseRules.Fault(line: lines.count + 1, reason: .unknownRule)) {
                    try HouseRules(text: (lines + ["dance"]).joined(separator: end) + last)
                }
            }
        }
    }

    @Test("rules that are drawn at random are given again by their own lines", arguments: 0..<40 as Range<UInt64>)
    func again(seed: UInt64) throws {
        var random = SplitMix64(seed)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var lines: [String] = []
        if below(2) == 0 { lines.append("four_eyes \(1 + below(10_000)).\(10 + below(90))") }
        for stratum in Sample.Stratum.allCases where below(2) == 0 {
            lines.append("sample \(stratum.rawValue) \(1 + below(1000))")
        }
        if below(2) == 0 { lines.append("judged_twice \(1 + below(1000))") }
        if below(2) == 0 { lines.append("zone \(["Europe/Berlin", "+02:00", "America/New_York"][below(3)])") }
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        for day in days where below(3) == 0 {
            lines.append("hours \(day) 08:00-\(9 + below(10)):30".replacing(" 9:", with: " 09:"))
        }
        for number in 0..<below(4) { lines.append("holiday 2026-0\(number + 1)-1\(below(9))") }
        for state in ["held", "stopped"] {
            if below(2) == 0 { lines.append("due \(state) \(1 + below(500))") }
            for level in 0..<below(3) { lines.append("due \(state) \(1 + below(500)) \(100 * (level + 1))") }
        }
        if below(2) == 0 { lines.append("escalate") }
        lines = lines.map { $0.replacing("08:00-9:", with: "08:00-09:") }.shuffled(using: &random)
        let rules = try HouseRules(text: lines.joined(separator: "\n# between\n\n"))
        #expect(try HouseRules(text: rules.text) == rules, "\(lines)")
        #expect(rules.text.split(separator: "\n").count == lines.count)
        #expect(rules.text.utf8.count <= HouseRules.limit)
        // Each line says something: without it the rules are others.
        for place in lines.indices {
            var fewer = lines
            fewer.remove(at: place)
            if let other = try? HouseRules(text: fewer.joined(separator: "\n")) {
                #expect(other != rules, "\(lines[place])")
            }
        }
    }

    @Test("what a desk begins with asks for no second person, draws nothing and is given by no line")
    func none() throws {
        let rules = HouseRules()
        #expect(rules.text.isEmpty && rules.version == 0 && rules.fourEyes == nil)
        for number in 0..<300 {
            #expect(!rules.judgesTwice(DeskSamples.item(number)))
            for stratum in Sample.Stratum.allCases {
                #expect(rules.drawn(DeskSamples.item(number), of: stratum) == nil)
            }
        }
        let every = try HouseRules(
            text: "judged_twice 1000\nsample approved 1000\nsample declined 1000\nsample snoozed 1000")
        for number in 0..<300 {
            #expect(every.judgesTwice(DeskSamples.item(number)))
            for stratum in Sample.Stratum.allCases {
                #expect(every.drawn(DeskSamples.item(number), of: stratum) == Sample(stratum, perMille: 1000))
            }
        }
    }

    @Test("who is drawn at a share is drawn at any larger one by the same salt")
    func nested() throws {
        let items = (0..<3000).map { DeskSamples.item($0) }
        var before: Set<ItemID> = []
        for share in [1, 10, 100, 500, 999] {
            var rules = try HouseRules(text: "sample approved \(share)")
            rules.salt = "salt"
            let drawn = Set(items.filter { rules.drawn($0, of: .approved) != nil })
            #expect(before.isSubset(of: drawn))
            // Six standard deviations.
            let mean = 3 * Double(share)
            #expect(abs(Double(drawn.count) - mean) <= 6 * (mean * (1 - Double(share) / 1000)).squareRoot() + 1)
            before = drawn
        }
    }

    @Test("rules take their number, salt and time from the record that set them, and from none that was refused")
    func set() throws {
        var ledger = DeskLedger()
        func rules(_ number: Int, expects: Int64?, at time: Int64) -> DeskLedger.Outcome {
            let rules = try! HouseRules(text: "four_eyes \(number)")
            return ledger.take(record(number, on: .house, expects: expects, .house(rules)), timestamp: time)
        }
        #expect(rules(5, expects: 0, at: 10) == .done(version: 1))
        #expect(ledger.house().salt == act(5).hex && ledger.house().since == 10)
        #expect(rules(6, expects: 0, at: 20) == .refused(.changed))
        #expect(ledger.house().fourEyes == MinorUnits(500) && ledger.house().since == 10)
        #expect(rules(7, expects: nil, at: 5) == .done(version: 2))
        // By the log's clock, which does not go back.
        #expect(ledger.house().salt == act(7).hex && ledger.house().since == 20 && ledger.house().version == 2)
    }

    @Test("a sum at the limit needs two, one below it one, and one that is not known none")
    func fourEyes() throws {
        for (amount, isClosed) in [(9_999, true), (10_000, false), (10_001, false), (nil, true)] as [(Int64?, Bool)] {
            var work = Work()
            var judged = record(1, .judge(Judgement(.fraud)))
            judged.amount = amount.map { MinorUnits($0) }
            try work.take(judged, at: 1, house: HouseRules(text: "four_eyes 100"))
            #expect((work.state == .closed) == isClosed && (work.proposal == nil) == isClosed)
        }
    }
}
