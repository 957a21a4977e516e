import Evaluation
import Model
import Records
import Testing

private struct Silent: ProgressDisplay {
    func show(_ state: @autoclosure () -> String) {}
    func done(_ result: String) {}
}

@Suite("The days of a comparison")
struct UpliftPlanTests {
    @Test("learn blends from the newest week with known labels, by models of as many days two weeks before")
    func blend() throws {
        let plan = try #require(UpliftPlan(train: 100...120, test: 128...134))
        // On day 128 the outcomes of days up to 120 are known.
        #expect(plan.blend == 114...120 && plan.trainBefore == 86...106)
        #expect(plan.known == plan.train)
        // Whatever the gap, the week is none that its models learnt from.
        for gap in 1...20 {
            let plan = try #require(UpliftPlan(train: 100...106, test: 106 + gap...112 + gap))
            #expect(plan.trainBefore.count == 7 && plan.trainBefore.upperBound + gap == plan.blend.lowerBound)
            #expect(plan.blend.upperBound == plan.test.lowerBound - 8)
        }
    }

    @Test("are refused where the test does not follow the training, or frauds count as known from a later day on")
    func refused() {
        #expect(UpliftPlan(train: 1...7, test: 7...9) == nil && UpliftPlan(train: 1...7, test: 8...9) != nil)
        #expect(UpliftPlan(train: 1...7, test: 9...10, knownFrom: 8) == nil)
        #expect(UpliftPlan(train: 1...7, test: 9...10, knownFrom: 7)?.known == 7...7)
        #expect(UpliftPlan(train: 1...7, test: 9...10, knownFrom: -3)?.known == -3...7)
    }

    @Test("leave out customers whose fraud is known, or none")
    func known() throws {
        let card = Card(member: try #require(MemberID("bank-a")), customer: "7")
        for (leavesOut, isKnown) in [(true, true), (false, false)] {
            let plan = try #require(UpliftPlan(train: 1...7, test: 30...37, leavesOutKnown: leavesOut))
            var known = KnownDefrauded(trainingDays: plan.known, labelDelayDays: UpliftPlan.labelDelay)
            known.add(card, fraudOn: 5)
            known.add(card, fraudOn: 20)
            #expect(known.isKnown(card, on: 30) == isKnown)
        }
    }
}

@Suite("A comparison of members with their consortium")
struct UpliftStudyTests {
    private let spec = FeatureSpec(name: "s", features: [Feature(name: "amount", kind: .amount)])
    private let plan = UpliftPlan(train: 14...20, test: 28...30)!
    private let banks = ["bank-a", "bank-b"].map { MemberID($0)! }

    /// Twenty payments a day and bank, of which large ones are often frauds.
    private func world() -> [LabelledTransaction] {
        var random = SeededNumbers(3)
        return (0...30).flatMap { day in
            (0..<40).map { number in
                let fraud = number < 6
                let amount = Int64.random(in: fraud ? 5_000...30_000 : 100...12_000, using: &random)
                return LabelledTransaction(
                    member: banks[number % 2],
                    transaction: Transaction(
                        id: "\(day)-\(number)", time: EventTime(seconds: Int64(day) * EventTime.day + Int64(number)),
                        customer: "c\(day)-\(number)", terminal: "t", amount: MinorUnits(amount)),
                    fraud: fraud, scenario: 0)
            }
        }
    }

    private func day(_ labelled: LabelledTransaction) -> Int { labelled.transaction.time.dayNumber }

    /// Scores of the consortium that know something, of the days that a study takes.
    private func consortium(_ world: [LabelledTransaction], isBlended: Bool = true) -> UpliftStudy.Consortium {
        func scores(_ days: ClosedRange<Int>) -> [Int: Double] {
            var random = SeededNumbers(8)
            return Dictionary(
                uniqueKeysWithValues: world.indices.map { ($0, Double.random(in: 0...0.8, using: &random)) }
            ).filter { days.contains(day(world[$0.key])) }
        }
        return .init(test: scores(plan.test), blend: isBlended ? scores(plan.blend) : [:])
    }

    private func study(
        _ world: [LabelledTransaction], _ plan: UpliftPlan? = nil, isBlended: Bool = true
    ) throws -> UpliftStudy {
        try UpliftStudy(
            world, plan ?? self.plan, own: spec, consortium: consortium(world, isBlended: isBlended),
            budget: try #require(AlertBudget(perThousand: 50))
        ) { _ in Silent() }
    }

    private func flipped(_ world: [LabelledTransaction], _ change: (LabelledTransaction) -> Bool)
        -> [LabelledTransaction]
    {
        world.map { labelled in
            var copy = labelled
            if change(labelled) { copy.fraud.toggle() }
            return copy
        }
    }

    @Test("blends by a member's labels of the week, with the scores that it had then")
    func blends() throws {
        let world = world()
        let study = try study(world)
        let scores = consortium(world).blend
        for bank in banks {
            // The member's own model of the days before that week, trained by itself.
            func rows(_ days: ClosedRange<Int>) -> [FeatureRow] {
                offlineFeatures(world, spec: spec, where: days.contains).filter { world[$0.index].member == bank }
            }
            let model = try trainClearModel(
                version: "m", spec: spec,
                rows: rows(plan.trainBefore).map { ($0.values, world[$0.index].fraud) })
            let sample = rows(plan.blend).map { row in
                ScoreBlend.Row(
                    own: Double(model.score(values: row.values)) / Double(1 << model.forest.fractionBits),
                    consortium: scores[row.index]!, fraud: world[row.index].fraud)
            }
            #expect(sample.count == 140)
            let (right, found) = (ScoreBlend.fit(sample), try #require(study.blends[bank]))
            // Sums go in another order.
            #expect(abs(right.own - found.own) < 1e-9 && abs(right.consortium - found.consortium) < 1e-9)
            // An own score that knows more than the consortium's is listened to.
            #expect(found.own > 0.2)
            let beside = try #require(study.uplift.members[bank]?.beside?.quality.averagePrecision)
            let together = try #require(study.uplift.members[bank]?.consortium.quality.averagePrecision)
            #expect(beside > together)
        }
    }

    @Test("hangs on no outcome that was not known then, nor, beside the consortium's scores, on another member's")
    func known() throws {
        let world = world()
        let study = try study(world)
        let later = try self.study(flipped(world) { (21...30).contains(day($0)) })
        #expect(later.alone == study.alone && later.blends == study.blends)
        let others = try self.study(flipped(world) { $0.member == banks[1] && (7...20).contains(day($0)) })
        #expect(others.blends[banks[0]] == study.blends[banks[0]] && others.blends[banks[1]] != study.blends[banks[1]])
    }

    @Test("without blends has none, and is otherwise the same")
    func plain() throws {
        let (study, plain) = (try study(world()), try study(world(), isBlended: false))
        #expect(plain.blends.isEmpty && plain.uplift.overall.beside == nil && study.uplift.overall.beside != nil)
        #expect(plain.alone == study.alone)
        #expect(plain.uplift.overall.consortium == study.uplift.overall.consortium)
        #expect(plain.uplift.overall.alone == study.uplift.overall.alone)
    }

    @Test("leaves customers out whose fraud is known from the day that is named, however long models train")
    func knownFrom() throws {
        var world = world()
        for (customer, day) in [("early", 12), ("late", 18)] {
            for (number, fraud) in [(day, true), (29, false)] {
                world.append(
                    LabelledTransaction(
                        member: banks[0],
                        transaction: Transaction(
                            id: "\(customer)-\(number)", time: EventTime(seconds: Int64(number) * EventTime.day + 99),
                            customer: customer, terminal: "t", amount: MinorUnits(100)),
                        fraud: fraud, scenario: 0))
            }
        }
        world.sort { $0.transaction.time.seconds < $1.transaction.time.seconds }
        // Three days of forty payments are the test's, and one each of the two.
        for (train, from, count) in [
            (14...20, nil, 121), (10...20, nil, 120), (10...20, 14, 121), (10...20, 19, 122), (14...20, 10, 120),
        ] as [(ClosedRange<Int>, Int?, Int)] {
            let plan = try #require(UpliftPlan(train: train, test: plan.test, knownFrom: from))
            let compared = try study(world, plan, isBlended: false).uplift.overall.consortium.quality.transactions
            #expect(compared == count, "\(train) \(String(describing: from))")
        }
    }
}
