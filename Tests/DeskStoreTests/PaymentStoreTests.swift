import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// What an index keeps of payments, against plain arrays of them.
struct PaymentStoreTests {
    private let folder = try! TemporaryFolder()
    private let alerts = TopicPartition("bank-a.alerts")
    private let day: Int64 = 86_400
    private let start: Int64 = 1_735_689_600

    private func index(_ name: String) throws -> DeskIndex {
        try DeskIndex(path: folder.path(name), member: DeskSamples.member)
    }

    private func apply(_ inputs: [DeskInput], to index: DeskIndex) throws {
        _ = try index.apply(DeskBatch(inputs: inputs, positions: []))
    }

    private func act(_ number: Int, _ act: Act, on item: Int, by person: Int = 1, at: Int64, amount: Int64? = nil)
        -> DeskInput
    {
        .act(
            DeskRecord(
                id: DeskSamples.act(number), item: DeskSamples.item(item), actor: DeskSamples.person(person),
                writtenAt: 1,
                act: act, amount: amount.map { MinorUnits($0) }), offset: Int64(number), timestamp: at)
    }

    @Test(
        "a payment is given as it came, with each of its names, its own amount and its decision, and nothing that it lacks"
    )
    func roundTrip() throws {
        let index = try index("round")
        let full = Transaction(
            id: "t", time: EventTime(seconds: -5), customer: "c", terminal: "x", amount: MinorUnits(-7),
            original: Money(units: 123, currency: try #require(Currency("KWD"))), kind: .cashOut, channel: .file,
            entities: Entities(
                Dictionary(uniqueKeysWithValues: EntityKind.allCases.map { ($0, "\($0.rawValue) <name>") })))
        var payments = [full]
        for kind in EntityKind.allCases {
            var payment = DeskSamples.payment(payments.count)
            payment.entities = Entities([kind: "one"])
            payments.append(payment)
        }
        for kind in PaymentKind.allCases {
            var payment = DeskSamples.payment(payments.count)
            (payment.kind, payment.channel) = (kind, nil)
            payments.append(payment)
        }
        for channel in [PaymentChannel.pos, .atm, .branch, .online, .mobile, .phone, .file] {
            var payment = DeskSamples.payment(payments.count)
            (payment.kind, payment.channel) = (nil, channel)
            payments.append(payment)
        }
        func source(_ number: Int) -> SourcePosition {
            SourcePosition(partition: number % 3, offset: Int64(number / 3), index: number % 2)
        }
        try apply(payments.enumerated().map { .payment($0.element, at: source($0.offset)) }, to: index)
        for (number, payment) in payments.enumerated() {
            let known = try #require(try index.payment(at: source(number))).payment
            #expect(known.transaction == payment && known.source == source(number) && known.decided == nil)
        }
        // A record that is read again says what it says now; its decision stays beside it.
        try apply(
            [
                .decision(DeskSamples.item(0), of: source(0), band: .challenge, probability: 0.125),
                .payment(payments[1], at: source(0)),
            ], to: index)
        let known = try #require(try index.payment(at: source(0)))
        #expect(known.payment.transaction == payments[1] && !known.isListed)
        let decided = try #require(known.payment.decided)
        #expect(decided.item == DeskSamples.item(0) && decided.band == .challenge && decided.probability == 0.125)
        #expect(try index.payment(at: SourcePosition(partition: 9, offset: 0)) == nil)
    }

    @Test("decisions are read from a place on, by partition, record and part, and what is not decided is left out")
    func decisions() throws {
        let index = try index("decisions")
        var random = SplitMix64(3)
        var decided: [SourcePosition: (Double, Band)] = [:]
        var inputs: [DeskInput] = []
        for number in 0..<60 {
            let source = SourcePosition(
                partition: Int(random.next() % 3), offset: Int64(random.next() % 8), index: Int(random.next() % 2))
            if random.next() % 3 == 0 {
                inputs.append(.payment(DeskSamples.payment(number), at: source))
            } else {
                let band = [Band.approve, .challenge, .review, .decline][number % 4]
                decided[source] = (Double(number) / 100, band)
                inputs.append(
                    .decision(DeskSamples.item(number), of: source, band: band, probability: Double(number) / 100))
            }
        }
        try apply(inputs, to: index)
        for from in [
            SourcePosition(offset: 0), .init(partition: 1, offset: 3, index: 1), .init(partition: 2, offset: 7),
        ] {
            for limit in [1, 5, 100] {
                let found = try index.decisions(from: from, limit: limit)
                let expected = decided.filter { $0.key >= from }.sorted { $0.key < $1.key }.prefix(limit)
                #expect(found.map(\.source) == expected.map(\.key))
                #expect(
                    found.map(\.probability) == expected.map(\.value.0) && found.map(\.band) == expected.map(\.value.1))
            }
        }
    }

    @Test("an alert's page has the customer's decided payments of 180 days before it, and other alerts of each name")
    func picture() throws {
        let index = try index("picture")
        let customers = 6
        var payments: [Transaction] = []
        var inputs: [DeskInput] = []
        for number in 0..<260 {
            var payment = DeskSamples.payment(number)
            payment.customer = "c-\(number % customers)"
            payment.time = EventTime(seconds: start + Int64(number) * day * 2)
            payments.append(payment)
            inputs.append(.payment(payment, at: SourcePosition(offset: Int64(number))))
        }
        // One to the second as old as may be looked back, and one that is a second older.
        payments[18].time = EventTime(seconds: payments[240].time.seconds - 180 * day)
        payments[12].time = EventTime(seconds: payments[240].time.seconds - 180 * day - 1)
        for number in [18, 12] { inputs.append(.payment(payments[number], at: SourcePosition(offset: Int64(number)))) }
        let isDecided = { number in number % 5 != 1 }
        for number in 0..<260 where isDecided(number) {
            let source = SourcePosition(offset: Int64(number))
            inputs.append(.decision(DeskSamples.item(number), of: source, band: .review, probability: 0.5))
        }
        let alerted = Array(stride(from: 0, to: 260, by: 4))
        for number in alerted {
            var facts = DeskSamples.facts(number)
            facts.customer = payments[number].customer
            (facts.paidAt, facts.probability) = (payments[number].time, Double(number % 100) / 100)
            inputs.append(.alert(facts, at: Position(TopicPartition("bank-a.alerts", 2), Int64(number))))
        }
        try apply(inputs, to: index)
        for number in [240, 100, 0] {
            let picture = try #require(try index.picture(of: DeskSamples.item(number), now: 0))
            let payment = payments[number]
            #expect(picture.event == Position(TopicPartition("bank-a.alerts", 2), Int64(number)))
            #expect(picture.payment?.transaction == payment && picture.row.facts.transaction == payment.id)
            let past = payments.indices.filter { other in
                other != number && isDecided(other) && payments[other].customer == payment.customer
                    && (payment.time.seconds - 180 * day...payment.time.seconds).contains(payments[other].time.seconds)
            }
            let listed = picture.past.compactMap(\.transaction)
            #expect(listed.count == past.count && Set(listed) == Set(past.map { payments[$0] }))
            #expect(listed.map(\.time) == listed.map(\.time).sorted { $1 < $0 })
            #expect(number != 240 || past.contains(18) && !past.contains(12))
            var links: [LinkedAlerts] = []
            for kind in [LinkKind.customer, .terminal, .payee, .device, .card, .account, .ip] {
                guard let name = kind.name(in: payment) else { continue }
                let others = alerted.filter { $0 != number && kind.name(in: payments[$0]) == name }
                guard !others.isEmpty else { continue }
                let found = picture.links.first { $0.kind == kind }
                #expect(found?.rows.map(\.facts.item) == others.suffix(6).reversed().map { DeskSamples.item($0) })
                #expect(found?.name == name && found?.rest == max(0, others.count - 6) && found?.isMore == false)
                found.map { links.append($0) }
            }
            #expect(picture.links == links && !links.isEmpty)
            #expect(picture.labels.isEmpty && picture.reasons == nil && picture.file == nil && picture.cases.isEmpty)
        }
        #expect(try index.picture(of: DeskSamples.item(1), now: 0) == nil)
        // Who sees a team's alerts alone sees no other's beside them.
        var picture = try #require(try index.picture(of: DeskSamples.item(240), now: 0))
        let all = picture.links
        picture.keep(.everything)
        #expect(picture.links == all)
        let team = try TeamScope("band=decline")
        picture.keep(team)
        let rows = picture.links.flatMap(\.rows)
        #expect(rows.count == all.flatMap(\.rows).count { $0.facts.band == .decline } && !rows.isEmpty)
        #expect(rows.allSatisfy { team.has($0) } && picture.links.allSatisfy { !$0.rows.isEmpty })
    }

    @Test("an alert's page tells what became of alerts of about its probability within thirty days")
    func record() throws {
        let index = try index("record")
        let now = start * 1_000_000 + 40 * day * 1_000_000
        let edges = [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1]
        let probabilities = edges + [0.019, 0.06, 0.35, 0.45, 0.69, 0.71, 0.95, 0.999]
        var random = SplitMix64(9)
        var inputs: [DeskInput] = []
        var judged: [(probability: Double, finding: Finding, at: Int64)] = []
        for number in 0..<300 {
            var facts = DeskSamples.facts(number)
            facts.probability = probabilities[number % probabilities.count]
            inputs.append(.alert(facts, at: Position(alerts, Int64(number))))
        }
        var at = now - 31 * day * 1_000_000
        for number in 0..<240 {
            at += Int64(random.next() % UInt64(day * 200_000))
            // The edge itself is not within.
            if number == 20 { at = max(at, now - 30 * day * 1_000_000) }
            let finding = Finding.allCases[Int(random.next() % 4)]
            inputs.append(act(number, .judge(Judgement(finding)), on: number, at: at))
            judged.append((probabilities[number % probabilities.count], finding, at))
        }
        try apply(inputs, to: index)
        for (number, probability) in probabilities.enumerated() {
            let record = try #require(try index.picture(of: DeskSamples.item(number), now: now)).record
            let place = edges.dropLast().lastIndex { $0 <= probability }!
            #expect(record.from == edges[place] && record.below == edges[place + 1])
            let own = judged.filter { other in
                edges.dropLast().lastIndex { $0 <= other.probability } == place && other.at > now - 30 * day * 1_000_000
            }
            #expect(record.frauds == own.count { $0.finding == .fraud })
            #expect(record.legitimate == own.count { $0.finding == .legitimate })
            #expect(
                record.open == own.count { $0.finding.label == nil }
                    && record.judged == record.frauds + record.legitimate)
        }
    }

    @Test(
        "reports have the sums of what was not declined, and each fraud by its payment's day and its label's",
        arguments: 0..<3 as Range<UInt64>)
    func reported(seed: UInt64) throws {
        let index = try index("reported-\(seed)")
        var random = SplitMix64(seed)
        let bands: [Band] = [.approve, .challenge, .review, .decline]
        let limits: [Int64] = [10_000, 25_000, 50_000]
        var payments = (0..<120).map { number in
            DeskSamples.payment(number, time: start + Int64(random.next() % UInt64(6 * day)) - Int64(number))
        }
        for (number, amount) in (limits + limits.map { $0 + 1 }).enumerated() {
            payments[number].amount = MinorUnits(amount)
        }
        var inputs: [DeskInput] = []
        var labels: [Int: (fraud: Bool, at: Int64)] = [:]
        var judgements: [Int: Judgement] = [:]
        for number in payments.indices {
            let source = SourcePosition(offset: Int64(number))
            inputs.append(.payment(payments[number], at: source))
            if number % 7 != 0 {
                inputs.append(
                    .decision(DeskSamples.item(number), of: source, band: bands[number % 4], probability: 0.5))
            }
            if number % 3 != 0 {
                let at = start * 1_000_000 + Int64(random.next() % UInt64(8 * day)) * 1_000_000
                labels[number] = (number % 5 != 0, number % 11 == 0 ? at / (day * 1_000_000) * day * 1_000_000 : at)
            }
            if number % 2 == 0 { inputs.append(.alert(DeskSamples.facts(number), at: Position(alerts, Int64(number)))) }
        }
        for (number, label) in labels {
            inputs.append(
                .label(
                    Verdict(transaction: payments[number].id, fraud: label.fraud),
                    at: Position(TopicPartition("bank-a.transactions"), Int64(1000 + number)), timestamp: label.at))
        }
        for number in payments.indices where number % 4 < 3 {
            let judgement = Judgement(
                number % 8 == 0 ? .legitimate : .fraud, fraudType: number % 8 == 0 ? nil : .purchase,
                loss: number % 8 == 0 ? nil : MinorUnits(Int64(number)),
                recovered: number % 8 == 2 ? MinorUnits(1) : nil)
            inputs.append(act(number, .judge(judgement), on: number, at: 1))
            // One that was opened again says nothing.
            if number % 5 == 2 {
                inputs.append(act(1000 + number, .reopen, on: number, at: 2))
            } else {
                judgements[number] = judgement
            }
        }
        for place in inputs.indices.reversed().dropLast() {
            // Acts keep their order; all else comes in any.
            let other = Int(random.next() % UInt64(place + 1))
            if case .act = inputs[place] { continue }
            if case .act = inputs[other] { continue }
            inputs.swapAt(place, other)
        }
        try apply(inputs, to: index)
        let first = start / day
        for days in [first...first + 7, first + 1...first + 2, first + 5...first + 5, first + 30...first + 31] {
            for text in ["", "kind=card,transfer", "channel=online&kind=card", "band=review,decline"] {
                let team = text.isEmpty ? TeamScope.everything : try TeamScope(text)
                let found = try #require(try index.reported(days, of: team))
                let own = payments.indices.filter { number in
                    number % 7 != 0 && bands[number % 4] != .decline
                        && team.has(
                            band: bands[number % 4], kind: payments[number].kind, channel: payments[number].channel,
                            amount: nil)
                }
                var sums: [PaymentSum: (count: Int64, sum: Int64)] = [:]
                for number in own where days.contains(payments[number].time.seconds / day) {
                    let payment = payments[number]
                    let size = limits.firstIndex { payment.amount.value <= $0 } ?? 3
                    let key = PaymentSum(
                        day: payment.time.seconds / day, kind: payment.kind, channel: payment.channel, size: size,
                        count: 0,
                        sum: 0)
                    sums[key, default: (0, 0)].count += 1
                    sums[key, default: (0, 0)].sum += payment.amount.value
                }
                let expected = sums.map { key, value in
                    PaymentSum(
                        day: key.day, kind: key.kind, channel: key.channel, size: key.size, count: value.count,
                        sum: value.sum)
                }
                #expect(Set(found.sums) == Set(expected) && found.sums.count == expected.count, "\(text)")
                let frauds = own.compactMap { number -> KnownFraud? in
                    guard let label = labels[number], label.fraud else { return nil }
                    let (paid, known) = (payments[number].time.seconds / day, label.at / (day * 1_000_000))
                    guard known >= days.lowerBound, known <= days.upperBound || days.contains(paid) else { return nil }
                    let judgement = judgements[number].flatMap { $0.finding == .fraud ? $0 : nil }
                    return KnownFraud(
                        paid: paid, registered: known, kind: payments[number].kind, channel: payments[number].channel,
                        amount: payments[number].amount.value, type: judgement?.fraudType, loss: judgement?.loss?.value,
                        recovered: judgement?.recovered?.value)
                }
                func counted(_ frauds: [KnownFraud]) -> [KnownFraud: Int] {
                    frauds.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                #expect(counted(found.frauds) == counted(frauds), "\(text)")
            }
        }
        for text in ["at_least=1", "at_most=100000&kind=card"] {
            #expect(try index.reported(first...first + 7, of: TeamScope(text)) == nil)
        }
    }

    @Test(
        "of what two people agree to, a filter finds what waits for the second, whoever proposed it, within a case too")
    func waiting() throws {
        let index = try index("waiting")
        let rules = DeskInput.act(
            DeskRecord(
                id: DeskSamples.act(9000), item: .house, actor: DeskSamples.person(1), writtenAt: 1,
                act: .house(try HouseRules(text: "four_eyes 1\njudged_twice 500"))), offset: 0, timestamp: 1)
        var ledger = DeskLedger()
        var inputs = (0..<60).map { DeskInput.alert(DeskSamples.facts($0), at: Position(alerts, Int64($0))) } + [rules]
        let file = ItemID(DeskSamples.act(9001).hex)!
        inputs.append(
            .act(
                DeskRecord(
                    id: DeskSamples.act(9001), item: file, actor: DeskSamples.person(1), writtenAt: 1,
                    act: .file(.open(title: "a", about: nil, isAnother: false))), offset: 1, timestamp: 1))
        var random = SplitMix64(4)
        for number in 10..<400 {
            let judgement = Judgement(Finding.allCases[Int(random.next() % 4)])
            let acts: [Act] = [
                .judge(judgement), .judge(judgement), .confirm, .confirm, .object, .reopen, .second(judgement),
                .file(.link(to: file)), .claim(lease: 10),
            ]
            inputs.append(
                act(
                    number, acts[Int(random.next() % 9)], on: Int(random.next() % 60), by: Int(random.next() % 3),
                    at: Int64(number), amount: random.next() % 3 == 0 ? nil : 100))
        }
        for case .act(let record, _, let timestamp) in inputs { ledger.take(record, timestamp: timestamp) }
        try apply(inputs, to: index)
        let rows = (0..<60).map { number in
            let facts = DeskSamples.facts(number)
            var row = QueueRow(facts: facts, work: ledger.items[facts.item] ?? Work())
            row.entities = [.customer: facts.customer, .terminal: facts.terminal]
            return row
        }
        var found = 0
        for shown in ["open", "closed"] {
            for fields in [
                [("awaits", "second")], [("awaits", "look")], [("case", file.hex)],
                [("case", file.hex), ("awaits", "second")], [("finding", "fraud")],
                [("finding", "legitimate"), ("awaits", "look")],
            ] {
                guard let filter = try? QueueFilter([("shown", shown), ("whose", "anyone")] + fields) else { continue }
                for person in 0..<3 {
                    let me = DeskSamples.person(person)
                    let page = try index.page(filter, me: me, now: 500, limit: 100)
                    let expected = rows.filter { filter.matches($0, me: me, now: 500) }
                    #expect(Set(page.rows.map(\.facts.item)) == Set(expected.map(\.facts.item)), "\(filter.parameters)")
                    found += expected.count
                    // What a job is asked for is the same, and nothing that came behind.
                    let all = try index.selection(filter, me: me, now: 500, upTo: index.newestRow(), limit: 100)
                    #expect(all.map(\.item.item) == page.rows.map(\.facts.item))
                    #expect(
                        all.map(\.item.version) == page.rows.map(\.work.version)
                            && all.map(\.amount) == page.rows.map(\.facts.amount))
                    let early = try index.selection(filter, me: me, now: 500, upTo: 20, limit: 100)
                    #expect(
                        Set(early.map(\.item.item))
                            == Set(expected.map(\.facts.item).filter { $0 < DeskSamples.item(20) }))
                    #expect(
                        try index.selection(filter, me: me, now: 500, upTo: 1000, limit: 2).count
                            == min(2, expected.count))
                }
            }
        }
        #expect(found > 100)
        // Of named items, those that are listed, in the order in which they are named.
        let named = [7, 3, 99, 5].map { DeskSamples.item($0) }
        #expect(try index.selection(named).map(\.item.item) == [7, 3, 5].map { DeskSamples.item($0) })
    }
}
