import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// Figures against a count of all rows, whatever order topics and acts come in.
struct FiguresTests {
    private static let day: Int64 = 1_735_689_600 / 86_400
    private static let teams = [
        "", "kind=card,transfer", "band=decline&channel=online", "at_least=300", "at_most=400&kind=card",
    ]

    /// What a log would say: alerts, payments with their decisions, labels, acts.
    private struct World {
        var inputs: [DeskInput] = []
        var alerts: Set<Int> = []
        var payments: Set<Int> = []
        var decisions: Set<Int> = []
        var labels: [Int: (at: Int64, offset: Int64, fraud: Bool)] = [:]
        var ledger = DeskLedger()
        var done: [DeskRecord] = []
    }

    private static func facts(_ number: Int) -> AlertFacts {
        var facts = DeskSamples.facts(number)
        facts.decidedAt += Int64(number % 5) * 86_400_000_000
        return facts
    }

    private func world(seed: UInt64, items: Int, steps: Int) -> World {
        var random = SplitMix64(seed)
        var world = World()
        var now: Int64 = 1_735_689_600_000_000
        let topic = TopicPartition("bank-a.transactions")
        for step in 0..<steps {
            let number = Int(random.next() % UInt64(items))
            switch random.next() % 6 {
            case 0:
                world.inputs.append(
                    .alert(Self.facts(number), at: Position(TopicPartition("bank-a.alerts"), Int64(step))))
                world.alerts.insert(number)
            case 1:
                world.inputs.append(
                    .payment(
                        DeskSamples.payment(number, time: 1_735_689_600 + Int64(number % 5) * 86_400),
                        at: SourcePosition(offset: Int64(number))))
                world.payments.insert(number)
            case 2:
                let facts = Self.facts(number)
                world.inputs.append(
                    .decision(facts.item, of: facts.source, band: facts.band, probability: facts.probability))
                world.decisions.insert(number)
            case 3:
                let (fraud, at) = (random.next() % 2 == 0, now - Int64(random.next() % 50))
                world.inputs.append(
                    .label(
                        Verdict(transaction: "t-\(number)", fraud: fraud),
                        at: Position(topic, Int64(step)), timestamp: at))
                if let known = world.labels[number], (known.at, known.offset) > (at, Int64(step)) { continue }
                world.labels[number] = (at, Int64(step), fraud)
            default:
                now += Int64(random.next() % 3_600_000_000)
                let record = DeskSamples.record(step, items: items, &random)
                world.inputs.append(.act(record, offset: Int64(step), timestamp: now))
                let isNew = world.ledger.outcomes[record.id] == nil
                world.ledger.take(record, timestamp: now)
                if isNew, case .done? = world.ledger.outcomes[record.id] { world.done.append(record) }
            }
        }
        return world
    }

    /// What is counted of an alert, one by one.
    private func tally(_ facts: AlertFacts, _ work: Work) -> AlertTally {
        var tally = AlertTally()
        (tally.alerts, tally.sum, tally.reopens) = (1, facts.amount.value, work.reopened)
        guard work.state == .closed else {
            tally.open = 1
            return tally
        }
        switch work.judgement?.finding {
        case .fraud:
            (tally.fraud, tally.fraudSum) = (1, facts.amount.value)
            tally.recovered = work.judgement?.recovered?.value ?? 0
        case .legitimate: (tally.legitimate, tally.legitimateSum) = (1, facts.amount.value)
        case .suspicious: tally.suspicious = 1
        case .undecidable: tally.undecidable = 1
        case nil: break
        }
        return tally
    }

    @Test("figures of any team are those that a count of its own rows gives", arguments: 0..<4 as Range<UInt64>)
    func oracle(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let index = try DeskIndex(path: folder.path("index"), member: DeskSamples.member)
        let world = world(seed: seed, items: 60, steps: 1500)
        var random = SplitMix64(seed)
        var rest = world.inputs[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(1 + Int(random.next() % 90)))
            rest = rest.dropFirst(batch.count)
            _ = try index.apply(DeskBatch(inputs: batch, positions: []))
        }
        #expect(world.alerts.count > 40 && world.labels.count > 40 && world.done.count > 100)
        let days = Self.day + 1...Self.day + 30
        for text in Self.teams {
            let team = text.isEmpty ? TeamScope.everything : try TeamScope(text)
            let figures = try index.figures(days, of: team, people: true)
            let own = world.alerts.compactMap { number -> (facts: AlertFacts, work: Work)? in
                let facts = Self.facts(number)
                let payment = world.payments.contains(number) ? DeskSamples.payment(number) : nil
                guard team.has(band: facts.band, kind: payment?.kind, channel: payment?.channel, amount: facts.amount)
                else {
                    return nil
                }
                return (facts, world.ledger.items[facts.item] ?? Work())
            }
            let within = own.filter { days.contains($0.facts.decidedAt / 86_400_000_000) }
            #expect(figures.total == within.reduce(into: AlertTally()) { $0 += tally($1.facts, $1.work) }, "\(text)")
            for (day, sum) in figures.byDay {
                let rows = within.filter { $0.facts.decidedAt / 86_400_000_000 == day }
                #expect(sum == rows.reduce(into: AlertTally()) { $0 += tally($1.facts, $1.work) })
            }
            for band in [Band.review, .decline] {
                let rows = within.filter { $0.facts.band == band }
                #expect(figures.tally(of: band) == rows.reduce(into: AlertTally()) { $0 += tally($1.facts, $1.work) })
            }
            let open = own.filter { $0.work.state == .open }
            #expect(figures.backlog.reduce(0) { $0 + $1.count } == Int64(open.count))
            for (day, count) in figures.backlog {
                #expect(open.filter { $0.facts.decidedAt / 86_400_000_000 == day }.count == Int(count))
            }
            for rule in DeskSamples.rules {
                let rows = within.filter { $0.facts.rules.contains(rule) }
                let sum = rows.reduce(into: AlertTally()) { $0 += tally($1.facts, $1.work) }
                #expect((figures.rules.first { $0.name == rule }?.tally ?? AlertTally()) == sum, "\(rule) \(text)")
            }
            spans(figures, own, days)
            payments(figures, world, team, days)
        }
        let people = try index.figures(Self.day...Self.day + 400, of: .everything, people: true).people ?? []
        for person in people {
            let own = world.done.filter { $0.actor == person.actor }
            func count(_ isCounted: (Act) -> Bool) -> Int64 { Int64(own.filter { isCounted($0.act) }.count) }
            #expect(person.claims == count { if case .claim = $0 { true } else { false } })
            #expect(person.verdicts == count { if case .judge = $0 { true } else { false } })
        }
        #expect(people.map(\.actor.name) == people.map(\.actor.name).sorted() && people.count == 10)
        #expect(try index.figures(days, of: .everything, people: false).people == nil)
    }

    private func spans(_ figures: DeskFigures, _ own: [(facts: AlertFacts, work: Work)], _ days: ClosedRange<Int64>) {
        let judged = own.filter { $0.work.state == .closed && days.contains(($0.work.closedAt ?? 0) / 86_400_000_000) }
        for span in DeskFigures.Span.allCases {
            var counts = Array(repeating: Int64(0), count: DeskFigures.spanLimits.count + 1)
            for (facts, work) in judged {
                guard let touch = work.firstTouch, let closed = work.closedAt else { continue }
                let micros =
                    switch span {
                    case .touch: touch - facts.decidedAt
                    case .verdict: closed - facts.decidedAt
                    case .handling: closed - touch
                    }
                counts[DeskFigures.spanLimits.firstIndex { micros / 1_000_000 <= $0 } ?? counts.count - 1] += 1
            }
            #expect(figures.spans[span] == counts, "\(span)")
        }
    }

    private func payments(_ figures: DeskFigures, _ world: World, _ team: TeamScope, _ days: ClosedRange<Int64>) {
        guard team.atLeast == nil, team.atMost == nil else {
            #expect(figures.payments == nil)
            return
        }
        var (count, prevented, lost) = (Int64(0), Int64(0), Int64(0))
        for number in world.payments.intersection(world.decisions) {
            let (payment, facts) = (DeskSamples.payment(number), Self.facts(number))
            let day = (1_735_689_600 + Int64(number % 5) * 86_400 + Int64(number)) / 86_400
            guard days.contains(day),
                team.has(band: facts.band, kind: payment.kind, channel: payment.channel, amount: nil)
            else { continue }
            count += 1
            guard world.labels[number]?.fraud == true else { continue }
            if facts.band == .decline { prevented += payment.amount.value } else { lost += payment.amount.value }
        }
        #expect(figures.payments?.reduce(0) { $0 + $1.count } == count)
        #expect(figures.fraudSums?.prevented == prevented && figures.fraudSums?.lost == lost)
        #expect(figures.fraudSumsByDay?.reduce(0) { $0 + $1.lost } == lost)
    }
}
