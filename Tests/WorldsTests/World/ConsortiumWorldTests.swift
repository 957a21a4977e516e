import Records
import Testing
import Worlds

@Suite("A consortium's world")
struct ConsortiumWorldTests {
    @Test("equal plans give equal worlds, whatever the number of threads; another seed gives another")
    func deterministic() throws {
        let plan = try Worlds.plan()
        let one = Worlds.transactions(plan, threads: 1)
        #expect(one.count > 20_000)
        #expect(one == Worlds.transactions(plan, threads: 1))
        #expect(one == Worlds.transactions(plan, threads: 5))
        #expect(one != Worlds.transactions(try Worlds.plan(seed: 2), threads: 1))
    }

    @Test("transactions are in order of time and id, ids are unique digits of one length, days are those asked for")
    func order() throws {
        let all = Worlds.transactions(try Worlds.plan()).map(\.labelled.transaction)
        for (earlier, later) in zip(all, all.dropFirst()) {
            #expect(earlier.time <= later.time && earlier.id < later.id)
        }
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(Set(all.map(\.id.count)) == [6])
        #expect(all.allSatisfy { $0.id.allSatisfy(\.isNumber) && $0.amount.value > 0 })
        let first = try Worlds.date("2026-01-01").dayNumber
        #expect(Set(all.map(\.time.dayNumber)) == Set(first..<first + 30))
    }

    @Test("banks get their share of the customers, who stay with them")
    func banks() throws {
        let all = Worlds.transactions(try Worlds.plan(customers: 2000, days: 20))
        var banks: [String: Set<MemberID>] = [:]
        for one in all { banks[one.labelled.transaction.customer, default: []].insert(one.labelled.member) }
        #expect(banks.values.allSatisfy { $0.count == 1 })
        let counts = Dictionary(grouping: banks.values.compactMap(\.first), by: \.name).mapValues(\.count)
        for (name, share) in [("bank-a", 0.6), ("bank-b", 0.3), ("bank-c", 0.1)] {
            let part = Double(counts[name] ?? 0) / Double(banks.count)
            #expect((share * 0.93...share * 1.07).contains(part))
        }
        let alone = try Worlds.plan(banks: [BankShare(id: #require(MemberID("solo")), share: 3)])
        #expect(Set(Worlds.transactions(alone).map(\.labelled.member.name)) == ["solo"])
    }

    @Test("each kind of payment has the entities that belong to it, and no others")
    func entities() throws {
        let all = Worlds.transactions(try Worlds.plan()).map(\.labelled.transaction)
        #expect(Set(all.map(\.kind)) == [.card, .transfer, .instantTransfer, .cashOut])
        for transaction in all {
            let entities = Set(transaction.entities.keys)
            let ordered: Set<EntityKind> =
                transaction.channel == .mobile || transaction.channel == .online ? [.device, .ip] : []
            switch transaction.kind {
            case .card:
                #expect(entities == ordered.union([.account, .card, .merchant, .merchantCategory, .country]))
                #expect(transaction.entities[.merchantCategory] != "6011")
            case .cashOut:
                #expect(entities == [.account, .card, .merchant, .merchantCategory, .country])
                #expect(transaction.entities[.merchantCategory] == "6011" && transaction.channel == .atm)
                #expect(transaction.amount.value % 1000 == 0)
            case .transfer, .instantTransfer:
                #expect(entities == ordered.union([.account, .payee, .country]))
                #expect(transaction.terminal == transaction.entities[.payee])
                #expect(transaction.entities[.payee] != transaction.entities[.account])
            case nil: Issue.record("a payment without a kind")
            }
        }
        // Who pays whom is seen across banks: payees are other customers' accounts, too.
        let accounts = Set(all.compactMap { $0.entities[.account] })
        #expect(all.contains { $0.entities[.payee].map(accounts.contains) ?? false })
    }

    @Test("a customer has one account and one card, and no account or card two customers")
    func names() throws {
        let all = Worlds.transactions(try Worlds.plan()).map(\.labelled.transaction)
        for entity in [EntityKind.account, .card] {
            var owners: [String: Set<String>] = [:]
            var own: [String: Set<String>] = [:]
            for transaction in all {
                guard let name = transaction.entities[entity] else { continue }
                owners[name, default: []].insert(transaction.customer)
                own[transaction.customer, default: []].insert(name)
            }
            #expect(owners.count > 500)
            #expect(owners.values.allSatisfy { $0.count == 1 } && own.values.allSatisfy { $0.count == 1 })
        }
    }

    @Test("frauds change nothing of the honest payments")
    func independent() throws {
        var typologies = WorldPlan.usualTypologies.mapValues { $0 * 5 }
        // These two take customers away.
        typologies[.bustOut] = 0
        typologies[.syntheticIdentity] = 0
        func honest(_ typologies: [Typology: Double]) throws -> [String] {
            Worlds.transactions(try Worlds.plan(typologies: typologies)).filter { !$0.labelled.fraud }
                .map(\.labelled.transaction).map {
                    "\($0.time.seconds) \($0.customer) \($0.terminal) \($0.amount.value)"
                }
        }
        let quiet = try honest(Worlds.none)
        #expect(quiet == (try honest(typologies)))
        #expect(Worlds.transactions(try Worlds.plan(typologies: Worlds.none)).allSatisfy { $0.incident == 0 })
    }

    @Test("the usual rates make two to five frauds in a thousand, and twice the rate twice as many incidents")
    func rates() throws {
        let all = Worlds.transactions(try Worlds.plan(customers: 5000, terminals: 2000, days: 60))
        let rate = Double(all.count { $0.labelled.fraud }) / Double(all.count)
        #expect((0.002...0.005).contains(rate))
        let found = Dictionary(grouping: all.filter { $0.labelled.fraud }, by: { $0.typology })
            .mapValues { Set($0.map(\.incident)).count }
        // 5,000 customers and 60 days: as many incidents as the rate says, one more or less by rounding and the world's end.
        for (typology, rate) in WorldPlan.usualTypologies {
            #expect((Int(rate) - 2...Int(rate) + 1).contains(found[typology] ?? 0), "\(typology)")
        }
        let twice = WorldPlan.usualTypologies.mapValues { $0 * 2 }
        let more = Worlds.transactions(try Worlds.plan(customers: 5000, terminals: 2000, days: 60, typologies: twice))
        let ratio = Double(Set(more.map(\.incident)).count) / Double(Set(all.map(\.incident)).count)
        #expect((1.9...2.1).contains(ratio))
    }

    @Test("plans that make no world are refused")
    func refused() throws {
        #expect(throws: WorldPlan.Invalid.size) { try Worlds.plan(customers: 99) }
        #expect(throws: WorldPlan.Invalid.size) { try Worlds.plan(terminals: 99) }
        #expect(throws: WorldPlan.Invalid.size) { try Worlds.plan(days: 0) }
        #expect(throws: WorldPlan.Invalid.banks) { try Worlds.plan(banks: []) }
        #expect(throws: WorldPlan.Invalid.banks) {
            try Worlds.plan(banks: BankShare.threeBanks + BankShare.threeBanks)
        }
        #expect(throws: WorldPlan.Invalid.typologies) { try Worlds.plan(typologies: [.mule: -1]) }
        #expect(throws: WorldPlan.Invalid.segments) {
            try WorldPlan(start: Worlds.date("2026-01-01"), segments: [.student: 0])
        }
    }
}
