import Records
import Testing
import Worlds

@Suite("Typologies of cards and identities")
struct CardTypologyTests {
    private static let day = EventTime.day

    @Test(
        "over-limit amount: one card payment above every honest one of its customer, and of any honest customer's limit"
    )
    func overLimit() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 1000, days: 60, typologies: Worlds.none.merging([.overLimitAmount: 60]) { $1 })
        let cards = Worlds.transactions(plan).map(\.labelled).filter { $0.transaction.kind == .card }
        let frauds = cards.filter(\.fraud)
        #expect(frauds.count > 15)
        let honest = Dictionary(grouping: cards.filter { !$0.fraud }, by: \.transaction.customer)
            .mapValues { $0.map(\.transaction.amount.value).max() ?? 0 }
        for fraud in frauds {
            #expect(fraud.transaction.amount.value > honest[fraud.transaction.customer] ?? 0)
            #expect(fraud.transaction.amount.value >= 105_000)
        }
        // No honest payment reaches the largest limit.
        #expect(honest.values.allSatisfy { $0 < 1_000_000 })
    }

    @Test(
        "compromised terminal: every fraud of an incident is at one terminal, over several banks, for one to three weeks"
    )
    func terminal() throws {
        let incidents = try Worlds.labelledIncidents(of: .compromisedTerminal)
        for incident in incidents {
            let transactions = incident.map(\.transaction)
            #expect(Set(transactions.map(\.terminal)).count == 1)
            #expect(transactions.allSatisfy { $0.kind == .card && $0.channel == .pos })
            #expect(transactions.span < 22 * Self.day)
            #expect(Set(transactions.map(\.customer)).count > incident.count / 2)
        }
        #expect(incidents.allSatisfy { $0.count < 5 || Set($0.map(\.member)).count >= 2 })
        #expect(incidents.contains { Set($0.map(\.member)).count == 3 })
    }

    @Test("compromised terminal: honest payments at it go on")
    func honestAtTerminal() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 300, days: 60,
            typologies: Worlds.none.merging([.compromisedTerminal: 20]) { $1 })
        let all = Worlds.transactions(plan).map(\.labelled)
        let terminals = Set(all.filter(\.fraud).map(\.transaction.terminal))
        #expect(terminals.count >= 4)
        for terminal in terminals { #expect(all.contains { !$0.fraud && $0.transaction.terminal == terminal }) }
    }

    @Test("compromised card: one card, online, from one device that its owner doesn't have, within two weeks")
    func card() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 1000, days: 60, typologies: Worlds.none.merging([.compromisedCard: 30]) { $1 })
        let all = Worlds.transactions(plan).map(\.labelled)
        let owned = Set(all.filter { !$0.fraud }.compactMap { $0.transaction.entities[.device] })
        for incident in try Worlds.incidents(of: .compromisedCard) {
            #expect(Set(incident.compactMap { $0.entities[.card] }).count == 1)
            #expect(Set(incident.compactMap { $0.entities[.device] }).count == 1)
            #expect(incident.allSatisfy { $0.channel == .online && $0.kind == .card })
            #expect((4...13).contains(incident.count) && incident.span < 15 * Self.day)
        }
        let devices = all.filter(\.fraud).compactMap { $0.transaction.entities[.device] }
        #expect(!devices.isEmpty && devices.allSatisfy { !owned.contains($0) })
    }

    @Test("card testing: many small payments at one merchant within minutes, then one large within two hours")
    func testing() throws {
        for incident in try Worlds.incidents(of: .cardTesting) {
            let (tests, last) = (incident.dropLast(), try #require(incident.last))
            #expect((8...22).contains(tests.count))
            #expect(tests.allSatisfy { $0.amount.value < 300 })
            #expect(Set(tests.map(\.terminal)).count == 1 && Set(incident.map(\.customer)).count == 1)
            #expect(Array(tests).span < 22 * 90)
            #expect(last.amount.value >= 40_000)
            #expect((120...7200).contains(last.time.seconds - (tests.last?.time.seconds ?? 0)))
        }
    }

    @Test("bust-out: a customer's use grows, everything goes within two days, and nothing comes after")
    func bustOut() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 1000, days: 90, typologies: Worlds.none.merging([.bustOut: 30]) { $1 })
        let all = Worlds.transactions(plan)
        let incidents = Dictionary(grouping: all.filter { $0.labelled.fraud }, by: \.incident)
        #expect(incidents.count >= 10)
        for incident in incidents.values {
            let frauds = incident.map(\.labelled.transaction)
            let start = try #require(frauds.first).time.dayNumber
            let customer = try #require(frauds.first).customer
            #expect(frauds.allSatisfy { $0.customer == customer && $0.time.dayNumber <= start + 1 })
            #expect(frauds.contains { $0.kind == .card } && frauds.contains { $0.kind == .cashOut })
            let own = all.filter { $0.labelled.transaction.customer == customer }.map(\.labelled)
            #expect(own.allSatisfy { $0.transaction.time.dayNumber <= start + 1 })
            // What is left of the days is the bust.
            #expect(own.allSatisfy { $0.fraud || $0.transaction.time.dayNumber < start })
            let before = own.filter { !$0.fraud && $0.transaction.kind == .card }.map(\.transaction)
            let mean = before.euros.reduce(0, +) / Double(max(before.count, 1))
            let cards = frauds.filter { $0.kind == .card }
            if start > plan.start.dayNumber + 30, cards.count > 5 {
                #expect(cards.euros.reduce(0, +) / Double(cards.count) > 3 * mean)
            }
        }
    }

    @Test("synthetic identity: several customers of one device, who never paid honestly; small sums first, then large")
    func synthetic() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 1000, days: 90, typologies: Worlds.none.merging([.syntheticIdentity: 15]) { $1 }
        )
        let all = Worlds.transactions(plan)
        let honest = Set(
            all.filter { !$0.labelled.fraud && $0.labelled.transaction.kind == .card }
                .map(\.labelled.transaction.customer))
        let incidents = Dictionary(grouping: all.filter { $0.labelled.fraud }, by: \.incident).values
            .map { $0.map(\.labelled.transaction) }
        #expect(incidents.count >= 5)
        for incident in incidents {
            #expect(Set(incident.compactMap { $0.entities[.device] }).count == 1)
            #expect(Set(incident.compactMap { $0.entities[.ip] }).count == 1)
            let identities = Set(incident.map(\.customer))
            #expect((3...6).contains(identities.count))
            #expect(identities.isDisjoint(with: honest))
            guard incident.span > 20 * EventTime.day else { continue }
            for identity in identities {
                let own = incident.filter { $0.customer == identity }
                let bust = try #require(own.last).time.dayNumber - 1
                let small = own.filter { $0.time.dayNumber < bust - 1 }
                #expect(small.count >= 2 && small.allSatisfy { $0.amount.value <= 3000 })
                #expect(own.contains { $0.time.dayNumber >= bust - 1 && $0.amount.value >= 40_000 })
            }
        }
    }
}
