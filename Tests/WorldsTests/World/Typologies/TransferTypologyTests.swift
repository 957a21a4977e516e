import Records
import Testing
import Worlds

@Suite("Typologies of transfers")
struct TransferTypologyTests {
    @Test("account takeover: from one strange device a euro first, then instant transfers within two hours")
    func takeover() throws {
        for incident in try Worlds.incidents(of: .accountTakeover) {
            #expect(incident.first?.amount == MinorUnits(100))
            #expect((4...7).contains(incident.count))
            #expect(incident.dropFirst().allSatisfy { $0.amount.value > 5_000 && $0.kind == .instantTransfer })
            #expect(Set(incident.map(\.customer)).count == 1)
            #expect(Set(incident.compactMap { $0.entities[.device] }).count == 1)
            #expect((1...3).contains(Set(incident.map(\.terminal)).count))
            #expect(incident.span <= 2 * 3600)
        }
    }

    @Test("authorised push payment: the customer's own device, one new payee, round sums that grow")
    func pushPayment() throws {
        let plan = try Worlds.plan(
            customers: 2000, terminals: 1000, days: 60,
            typologies: Worlds.none.merging([.authorisedPushPayment: 60]) { $1 })
        let all = Worlds.transactions(plan)
        let devices = Dictionary(
            grouping: all.filter { !$0.labelled.fraud && $0.labelled.transaction.entities[.device] != nil },
            by: \.labelled.transaction.customer
        ).mapValues { Set($0.compactMap { $0.labelled.transaction.entities[.device] }) }
        let incidents = Dictionary(grouping: all.filter { $0.labelled.fraud }, by: \.incident).values
            .map { $0.map(\.labelled.transaction) }
        #expect(incidents.count > 15)
        var known = 0
        for incident in incidents {
            #expect(Set(incident.map(\.customer)).count == 1 && Set(incident.map(\.terminal)).count == 1)
            #expect(incident.allSatisfy { $0.amount.value % 5000 == 0 })
            #expect(zip(incident, incident.dropFirst()).allSatisfy { $0.amount < $1.amount })
            let customer = try #require(incident.first).customer
            let payee = try #require(incident.first).terminal
            #expect(
                !all.contains {
                    !$0.labelled.fraud && $0.labelled.transaction.customer == customer
                        && $0.labelled.transaction.terminal == payee
                })
            if let own = devices[customer], own.isSuperset(of: incident.compactMap { $0.entities[.device] }) {
                known += 1
            }
        }
        // Some victims order nothing else from their computer in two months.
        #expect(Double(known) > 0.7 * Double(incidents.count))
    }

    @Test("mule: several victims pay in within hours, then most of it goes out within hours, in transfers and cash")
    func mule() throws {
        for incident in try Worlds.labelledIncidents(of: .mule) {
            let transactions = incident.map(\.transaction)
            // The mule is the one whose account others pay.
            let mule = try #require(transactions.first { $0.kind == .cashOut }).customer
            let account = try #require(transactions.first { $0.customer == mule }?.entities[.account])
            let fanIn = transactions.filter { $0.entities[.payee] == account }
            let fanOut = transactions.filter { $0.customer == mule }
            #expect(fanIn.count + fanOut.count == transactions.count)
            #expect(Set(fanIn.map(\.customer)).count == fanIn.count && (4...12).contains(fanIn.count))
            #expect(Set(fanOut.compactMap { $0.entities[.payee] }).count >= 2)
            #expect(fanIn.span <= 4 * 3600 && transactions.span <= 10 * 3600)
            #expect(
                (fanIn.map(\.time).max() ?? EventTime(seconds: .max))
                    < (fanOut.map(\.time).min() ?? EventTime(seconds: 0)))
            let (received, sent) = (fanIn.euros.reduce(0, +), fanOut.euros.reduce(0, +))
            #expect(sent <= received && sent > 0.85 * received)
            let victims = incident.filter { $0.transaction.customer != mule }
            #expect(victims.count < 4 || Set(victims.map(\.member)).count >= 2)
        }
    }

    @Test("layering ring: each pays the next, at several banks, a little less each time, and it ends where it began")
    func ring() throws {
        for incident in try Worlds.labelledIncidents(of: .layeringRing) {
            let transfers = incident.map(\.transaction)
            for (step, next) in zip(transfers, transfers.dropFirst()) {
                #expect(step.entities[.payee] == next.entities[.account])
                #expect(next.amount < step.amount && next.amount.value > step.amount.value * 95 / 100)
                #expect((1200..<4800).contains(next.time.seconds - step.time.seconds))
            }
            #expect(transfers.last?.entities[.payee] == transfers.first?.entities[.account])
            #expect((4...7).contains(Set(transfers.map(\.customer)).count))
            #expect(Set(incident.map(\.member)).count >= 2)
        }
    }

    @Test("what banks get of a fraud looks like what they get of any payment")
    func invisible() throws {
        let many = WorldPlan.usualTypologies.mapValues { $0 * 10 }
        let all = Worlds.transactions(try Worlds.plan(customers: 2000, terminals: 1000, days: 30, typologies: many))
        let frauds = all.filter { $0.labelled.fraud }.map(\.labelled.transaction)
        let honest = all.filter { !$0.labelled.fraud }.map(\.labelled.transaction)
        #expect(frauds.count > 500)
        /// Letters as `a`, digits as `0`.
        func form(_ text: String) -> String {
            String(text.map { $0.isNumber || "abcdef".contains($0) ? "0" : $0.isLetter ? "a" : $0 })
        }
        func forms(_ of: [Transaction], _ field: (Transaction) -> String?) -> Set<String> {
            Set(
                of.compactMap(field).map {
                    String(form($0).split(separator: ".").map { _ in "0" }.joined()) + "\($0.count > 15)"
                })
        }
        for entity in EntityKind.allCases where entity != .country {
            #expect(forms(frauds) { $0.entities[entity] }.isSubset(of: forms(honest) { $0.entities[entity] }))
        }
        #expect(Set(frauds.map(\.customer.count)) == Set(honest.map(\.customer.count)))
        // Seconds are as any: none is on a whole minute more often than one in sixty.
        let whole = Double(frauds.count { $0.time.seconds % 60 == 0 }) / Double(frauds.count)
        #expect(whole < 0.04)
        // Ids tell nothing: frauds' are spread like all others.
        let ranks = frauds.compactMap { Int($0.id) }.map { Double($0) / Double(all.count) }
        let mean = ranks.reduce(0, +) / Double(ranks.count)
        #expect((0.4...0.6).contains(mean))
    }
}
