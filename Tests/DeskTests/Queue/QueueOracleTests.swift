import Desk
import Policy
import Records
import Support
import Testing

/// Filters, teams and places of the queue, held against what their words say of single rows.
struct QueueOracleTests {
    private static let now: Int64 = 1_000_000_000
    private static let people = [ana, ben, Actor(.person, "cem")!]

    private func row(_ random: inout SplitMix64) -> QueueRow {
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var facts = DeskSamples.facts(below(5000))
        facts.rules = ["a", "b"].filter { _ in below(2) == 0 }
        facts.isReported = below(4) == 0
        facts.amount = MinorUnits(Int64(below(6)) * 100)
        facts.probability = Double(below(5)) / 4
        var row = QueueRow(
            facts: facts, kind: ([nil] + PaymentKind.allCases)[below(5)], channel: [nil, .pos, .online][below(3)])
        for kind in LinkKind.allCases where below(2) == 0 {
            row.entities[kind] = kind.spelling.canonical("n-\(below(2))")
        }
        var work = Work()
        let finding = Finding.allCases[below(4)]
        switch below(8) {
        case 0: work.holder = .init(Self.people[below(3)], until: Self.now + Int64(below(3)) - 1)
        case 1: work.snoozed = Snooze(at: 0, until: Self.now + Int64(below(3)) - 1, wakes: [])
        case 2: work.proposal = Proposal(Judgement(finding), by: Self.people[below(3)])
        case 3, 4: (work.state, work.judgement) = (.closed, Judgement(finding))
        case 5:
            (work.state, work.judgement) = (.closed, Judgement(finding))
            work.second = SecondLook(Judgement(finding), by: Self.people[below(3)])
            if below(2) == 0 { work.second?.second = Judgement(.fraud) }
        case 6:
            work.raised = .init(
                source: SourcePosition(offset: 1), transaction: "t", sample: Sample(.approved, perMille: 1))
        default: work.lateAt = below(2) == 0 ? 5 : nil
        }
        if below(2) == 0 { work.file = DeskSamples.item(below(2)) }
        if below(4) == 0 { row.kept = DeskSamples.item(700) }
        if below(2) == 0 { work.version = 1 }
        if below(3) == 0 { work.warnedAt = 4 }
        if below(3) == 0 { work.pauses = [Pause(at: 0, until: Self.now + Int64(below(3)) - 1, waitsFor: .customer)] }
        row.work = work
        return row
    }

    /// A filter with each parameter there or not.
    private func parameters(_ random: inout SplitMix64) -> [(name: String, value: String)] {
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        let shown = ["open", "closed", "snoozed", "kept"][below(4)]
        var found: [(String, String)] = [
            ("shown", shown), ("whose", below(2) == 0 ? "anyone" : ["mine", "free", "mine_or_free"][below(3)]),
        ]
        let all: [(String, String)] = [
            ("origin", Origin.allCases[below(3)].rawValue), ("case", DeskSamples.item(below(2)).hex),
            ("awaits", QueueFilter.Awaited.allCases[below(QueueFilter.Awaited.allCases.count)].rawValue),
            ("band", ["review", "decline"][below(2)]),
            ("rule", ["a", "b"][below(2)]), ("kind", PaymentKind.allCases[below(4)].rawValue),
            ("channel", ["pos", "online"][below(2)]), ("at_least", "\(below(4)).00"), ("at_most", "\(4 + below(3)).00"),
            ("probability", "\(Double(below(5)) / 4)"), ("finding", Finding.allCases[below(4)].rawValue),
            (LinkKind.allCases[below(7)].rawValue, "n-\(below(2))"),
        ]
        for one in all where below(5) == 0 && (one.0 != "finding" || shown == "closed") { found.append(one) }
        return found
    }

    /// What the page's words say of each parameter.
    private func isIn(_ row: QueueRow, _ parameters: [(name: String, value: String)], me: Actor?) -> Bool {
        let values = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
        let isClosed = row.work.state == .closed
        let isAside = (row.work.snoozed?.until ?? 0) > Self.now
        // Kept back by a rule's snooze, until somebody does something to it.
        let isKept = row.kept != nil && row.work.version == 0 && row.work.raised == nil
        switch values["shown"] {
        case "closed": guard isClosed else { return false }
        case "snoozed": guard !isClosed, isAside, !isKept else { return false }
        case "kept": guard !isClosed, !isAside, isKept else { return false }
        default: guard !isClosed, !isAside, !isKept else { return false }
        }
        if !isClosed {
            let holder = row.work.holder.flatMap { $0.until > Self.now ? $0.actor : nil }
            switch values["whose"] {
            case "anyone": break
            case "mine": guard let holder, holder == me else { return false }
            case "free": guard holder == nil else { return false }
            default: guard holder == nil || holder == me else { return false }
            }
        }
        for (name, value) in parameters where !["shown", "whose"].contains(name) {
            let fits: Bool
            switch name {
            case "origin":
                let sampled = row.work.raised?.sample != nil
                fits = value == (row.facts.isReported ? "reported" : sampled ? "sample" : "alert")
            case "case": fits = row.work.file?.hex == value
            case "awaits":
                let second = row.work.second
                switch value {
                case "second": fits = row.work.proposal != nil
                case "late": fits = row.work.lateAt != nil
                case "soon": fits = row.work.warnedAt != nil && row.work.lateAt == nil
                case "others": fits = (row.work.pauses.map(\.until).max() ?? 0) > Self.now
                default: fits = second != nil && second?.second == nil
                }
            case "band": fits = row.facts.band.rawValue == value
            case "rule": fits = row.facts.rules.contains(value)
            case "kind": fits = row.kind?.rawValue == value
            case "channel": fits = row.channel?.rawValue == value
            case "at_least": fits = Double(row.facts.amount.value) >= Double(value)! * 100
            case "at_most": fits = Double(row.facts.amount.value) <= Double(value)! * 100
            case "probability": fits = row.facts.probability >= Double(value)!
            case "finding":
                // The list is no way to learn a verdict that is kept from somebody.
                let isKept = row.work.second.map { $0.second == nil && me != nil && $0.by != me } ?? false
                fits = row.work.judgement?.finding.rawValue == value && !isKept
            default:
                let kind = LinkKind(rawValue: name)!
                fits = row.entities[kind] == kind.spelling.canonical(value)
            }
            if !fits { return false }
        }
        return true
    }

    @Test(
        "a filter lets through what each of its parameters names, whoever looks",
        arguments: 1...5 as ClosedRange<UInt64>)
    func filters(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let rows = (0..<150).map { _ in row(&random) }
        var through = 0
        for _ in 0..<200 {
            let parameters = parameters(&random)
            let filter = try QueueFilter(parameters)
            #expect(try QueueFilter(filter.parameters) == filter, "\(parameters)")
            let me = ([nil] + Self.people)[Int(random.next() % 4)]
            for row in rows {
                let matches = filter.matches(row, me: me, now: Self.now)
                through += matches ? 1 : 0
                #expect(matches == isIn(row, parameters, me: me), "\(parameters) \(row.work)")
            }
        }
        #expect(through > 300)
    }

    @Test("no filter shows a team's reader what is not the team's", arguments: 1...3 as ClosedRange<UInt64>)
    func teams(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let rows = (0..<150).map { _ in row(&random) }
        for text in [
            "kind=card,transfer", "band=decline&channel=online", "at_least=2.00&at_most=4.00", "channel=pos,atm",
        ] {
            let team = try TeamScope(text)
            #expect(try TeamScope(team.text) == team)
            for _ in 0..<60 {
                let parameters = parameters(&random)
                var filter = try QueueFilter(parameters)
                filter.team = team
                for row in rows {
                    let isTheirs = isOf(row, text)
                    #expect(team.has(row) == isTheirs)
                    #expect(
                        filter.matches(row, me: ana, now: Self.now)
                            == (isTheirs && isIn(row, parameters, me: ana)))
                }
            }
        }
    }

    private func isOf(_ row: QueueRow, _ team: String) -> Bool {
        switch team {
        case "kind=card,transfer": row.kind == .card || row.kind == .transfer
        case "band=decline&channel=online": row.facts.band == .decline && row.channel == .online
        case "channel=pos,atm": row.channel == .pos || row.channel == .atm
        default: (200...400).contains(row.facts.amount.value)
        }
    }

    @Test("a payment that does not say is in no team that goes by it, and in every other")
    func unsaid() throws {
        for (text, isIn) in [
            ("band=review", false), ("kind=card", false), ("channel=pos", false), ("at_least=0", false),
            ("at_most=99", false),
        ] {
            #expect(try TeamScope(text).has(band: nil, kind: nil, channel: nil, amount: nil) == isIn)
        }
        #expect(TeamScope.everything.has(band: nil, kind: nil, channel: nil, amount: nil))
        let amounts = try TeamScope("at_least=5.00&at_most=6.00")
        for (amount, isIn) in [(499, false), (500, true), (600, true), (601, false)] {
            #expect(amounts.has(band: nil, kind: nil, channel: nil, amount: MinorUnits(Int64(amount))) == isIn)
        }
    }

    @Test("what is no team is refused with its part's name, and never read as a wider one")
    func refusedTeams() {
        for (text, field) in [
            ("", nil), ("band", nil), ("colour=red", nil), ("kind=card&", nil), ("kind=", nil), ("kind=card,", "kind"),
            ("kind=Card", "kind"), ("band=maybe", "band"), ("channel=pos,,atm", "channel"),
            ("kind=card&kind=transfer", "kind"), ("band=review&band=review", "band"),
            ("channel=pos&channel=atm", "channel"),
            ("at_least=x", "at_least"), ("at_most=-1", "at_most"), ("at_least=1&at_least=2", "at_least"),
            ("at_most=1&at_most=2", "at_most"), ("at_least=1.234", "at_least"),
        ] as [(String, String?)] {
            do throws(QueueFilter.Fault) {
                _ = try TeamScope(text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.field == field, "\(text)")
                #expect("\(error)" == (field.map { "\($0): " } ?? "") + "\(error.reason)")
            }
        }
    }

    @Test(
        "places sort as the queue's words say, and a page goes on behind any of them",
        arguments: 1...3 as ClosedRange<UInt64>)
    func places(seed: UInt64) {
        var random = SplitMix64(seed)
        func below(_ limit: Int) -> Int64 { Int64(random.next() % UInt64(limit)) }
        let keys = (0..<120).map { number in
            QueueKey(isHeld: below(2) == 0, loss: below(4), due: below(4), item: DeskSamples.item(number))
        }
        // By strings of fixed width, in which smaller stands first.
        func word(_ key: QueueKey) -> String {
            "\(key.isHeld ? 0 : 1) \(5000 - key.loss) \(5000 + key.due) \(key.item)"
        }
        let sorted = keys.sorted()
        #expect(sorted == keys.sorted { word($0) < word($1) })
        for (place, key) in sorted.enumerated() {
            #expect(QueueKey(key.text) == key)
            #expect(keys.count { key < $0 } == sorted.count - place - 1)
            #expect(!(key < key))
        }
        let closed = (0..<80).map { ClosedKey(closedAt: below(5) - 2, item: DeskSamples.item($0)) }
        #expect(closed.sorted() == closed.sorted { ($1.closedAt, $0.item.hex) < ($0.closedAt, $1.item.hex) })
        for key in closed { #expect(ClosedKey(key.text) == key) }
    }

    @Test("a name is found by whatever spelling a payment has it in, of its own kind alone")
    func names() {
        let entities: Entities = [
            .payee: "NL91ABNA0417164311", .device: "d-1", .card: "411111******1111", .account: "DE1", .ip: "192.0.2.1",
        ]
        let payment = Transaction(
            id: "t", time: EventTime(seconds: 0), customer: "c-1", terminal: "x-1", amount: MinorUnits(1),
            entities: entities)
        let expected: [LinkKind: String] = [
            .customer: "c-1", .terminal: "x-1", .payee: "NL91ABNA0417164311", .device: "d-1", .card: "411111******1111",
            .account: "DE1", .ip: "192.0.2.1",
        ]
        for kind in LinkKind.allCases {
            #expect(kind.name(in: payment) == expected[kind], "\(kind)")
            #expect(QueueFilter.names.contains(kind.rawValue))
        }
        let bare = Transaction(
            id: "t", time: EventTime(seconds: 0), customer: "c", terminal: "x", amount: MinorUnits(1))
        #expect(LinkKind.allCases.filter { $0.name(in: bare) != nil } == [.customer, .terminal])
        for (kind, typed, name) in [
            (LinkKind.payee, " nl91 abna 0417 1643 11", "NL91ABNA0417164311"), (.device, "D-1", "D-1"),
            (.ip, "::ffff:192.0.2.1", "192.0.2.1"), (.customer, "c-1", "c-1"),
        ] {
            #expect(QueueFilter.NamedEntity(kind, typed).name == name, "\(typed)")
            #expect(QueueFilter.NamedEntity(kind, name).name == name)
        }
    }

    @Test(
        "what is due goes by band, amount and calendar; the largest amount reached counts in any order of lines",
        arguments: 1...3 as ClosedRange<UInt64>)
    func due(seed: UInt64) {
        var random = SplitMix64(seed)
        func below(_ limit: Int) -> Int64 { Int64(random.next() % UInt64(limit)) }
        var levels = ServiceLevels(held: 60, stopped: 600)
        levels.large = (0..<6).map {
            .init(isHeld: $0 % 2 == 0, from: MinorUnits(100 * Int64($0 + 1)), seconds: 10 + below(50))
        }
        .shuffled(using: &random)
        for _ in 0..<400 {
            let (isHeld, amount, at) = (below(2) == 0, below(900), below(1_000_000))
            var (seconds, reached) = (isHeld ? Int64(60) : 600, Int64(-1))
            for level in levels.large where level.isHeld == isHeld && level.from.value <= amount {
                if level.from.value > reached { (seconds, reached) = (level.seconds, level.from.value) }
            }
            let due = levels.due(isHeld: isHeld, amount: MinorUnits(amount), decidedAt: at)
            #expect(due == at + seconds * 1_000_000)
            let band: Band = isHeld ? .review : .decline
            #expect(levels.due(facts(1, band: band, amount: amount, decidedAt: at)) == due)
        }
        // A calendar without hours is none: time passes.
        levels.calendar = ServiceCalendar()
        #expect(levels.due(isHeld: true, amount: MinorUnits(0), decidedAt: 7) == 60_000_007)
        #expect(ServiceCalendar().work(from: 3, to: 10) == 7 && ServiceCalendar().work(from: 10, to: 3) == 0)
    }

    @Test("facts of a payment that was put before people say who put it there, and its loss is all of a reported one")
    func raised() {
        let payment = DeskSamples.payment(5)
        for (sample, isReported) in [(nil, true), (Sample(.approved, perMille: 3), false)] as [(Sample?, Bool)] {
            let raised = Work.Raised(source: SourcePosition(offset: 3), transaction: payment.id, at: 9, sample: sample)
            let facts = AlertFacts(item: item(1), payment: payment, band: .approve, probability: 0.25, raised: raised)
            #expect(facts.isReported == isReported && facts.decidedAt == 9 && facts.source.offset == 3)
            #expect(facts.customer == payment.customer && facts.amount == payment.amount && facts.rules.isEmpty)
            #expect(
                facts.expectedLoss
                    == (isReported ? payment.amount.value : Int64((0.25 * Double(payment.amount.value)).rounded())))
            var row = QueueRow(facts: facts)
            row.work.raised = raised
            #expect(row.origin == (isReported ? .reported : .sample) && !facts.isHeld)
        }
        #expect(QueueRow(facts: facts(1)).origin == .alert)
    }
}
