package import Desk
package import Policy
package import Records

/// Invented alerts, payments and acts of a desk.
package enum DeskSamples {
    package static let member = MemberID("bank-a")!
    package static let rules = ["cash-at-night", "new-payee", "many-cards"]

    /// The item of a number.
    package static func item(_ number: Int) -> ItemID { ItemID(hex(0, number))! }

    package static func act(_ number: Int) -> ActID { ActID(hex(1, number))! }

    package static func person(_ number: Int) -> Actor { Actor(.person, "person-\(number)")! }

    private static func hex(_ first: UInt8, _ number: Int) -> String {
        hexadecimal([first] + (0..<15).map { UInt8(truncatingIfNeeded: number >> (8 * (14 - $0))) })
    }

    /// The payment of a number: amounts, names and fields differ, and some names are shared.
    package static func payment(_ number: Int, time: Int64 = 1_735_689_600) -> Transaction {
        var random = SplitMix64(UInt64(number) &+ 99)
        var entities: Entities = [:]
        if random.next() % 2 == 0 { entities[.payee] = "NL91ABNA04171643\(10 + random.next() % 8)" }
        if random.next() % 2 == 0 { entities[.device] = "d-\(random.next() % 20)" }
        if random.next() % 3 == 0 { entities[.ip] = "192.0.2.\(random.next() % 9)" }
        return Transaction(
            id: "t-\(number)", time: EventTime(seconds: time + Int64(number)), customer: "c-\(random.next() % 30)",
            terminal: "x-\(random.next() % 30)", amount: MinorUnits(Int64(random.next() % 100_000)),
            kind: [nil, .card, .transfer, .instantTransfer, .cashOut][Int(random.next() % 5)],
            channel: [nil, .pos, .online, .mobile][Int(random.next() % 4)], entities: entities)
    }

    /// The alert of the payment of a number.
    package static func facts(_ number: Int) -> AlertFacts {
        var random = SplitMix64(UInt64(number) &+ 7)
        let payment = payment(number)
        return AlertFacts(
            item: item(number), source: SourcePosition(offset: Int64(number)), transaction: payment.id,
            band: random.next() % 3 == 0 ? .decline : .review, probability: Double(random.next() % 101) / 100,
            amount: payment.amount, customer: payment.customer, terminal: payment.terminal, paidAt: payment.time,
            decidedAt: 1_735_689_600_000_000 + Int64(random.next() % 5_000_000),
            rules: rules.filter { _ in random.next() % 3 == 0 })
    }

    /// The alert as it stands on the topic.
    package static func event(_ facts: AlertFacts, type: String = CloudEvent.alert) -> CloudEvent {
        CloudEvent(
            id: facts.item.hex, member: member, type: type, time: EventTime(seconds: facts.decidedAt / 1_000_000),
            data: .init(
                transaction: facts.transaction, decision: facts.band.rawValue,
                rules: facts.rules.isEmpty ? nil : facts.rules.map { .init(id: $0, reason: "why \($0)") }, rawScore: 1,
                score: 0.5, probability: facts.probability, modelVersion: "1", source: .init(facts.source),
                transactionTime: facts.paidAt.rfc3339, receivedAt: facts.decidedAt - 1000, decidedAt: facts.decidedAt,
                customer: facts.customer, terminal: facts.terminal, amount: facts.amount.decimal))
    }

    /// An act that somebody of ten people may ask for, sensible or not.
    package static func record(_ number: Int, items: Int, _ random: inout SplitMix64) -> DeskRecord {
        let acts: [Act] = [
            .claim(lease: 10 + Int64(random.next() % 100)), .claim(lease: 600), .release,
            .assign(to: person(Int(random.next() % 10)), lease: 60),
            .judge(Judgement(.fraud, fraudType: .romance, source: .customerReport, loss: MinorUnits(5))),
            .judge(Judgement(.legitimate)), .reopen, .note("note <\(number)>"),
            .aside(.snooze(until: 1_735_689_600_000_000 + Int64(random.next() % 2_000) * 1_000_000, wakes: [.label])),
            .aside(.wake(nil)), .second(Judgement(.suspicious)),
        ]
        return DeskRecord(
            id: act(random.next() % 20 == 0 ? Int(random.next() % UInt64(number + 1)) : number),
            item: item(Int(random.next() % UInt64(items))), actor: person(Int(random.next() % 10)), writtenAt: 1,
            expects: random.next() % 3 == 0 ? Int64(random.next() % 4) : nil,
            act: acts[Int(random.next() % UInt64(acts.count))])
    }
}
