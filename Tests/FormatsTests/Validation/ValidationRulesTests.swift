import Formats
import Records
import Testing

@Suite("Validation rules")
struct ValidationRulesTests {
    private let received: Int64 = 1_700_000_000_000_000

    private func payment(ahead: Int64 = 0, amount: Int64 = 500, kind: PaymentKind? = nil) -> Transaction {
        Transaction(
            id: "p", time: EventTime(seconds: received / 1_000_000 + ahead), customer: "c", terminal: "t",
            amount: MinorUnits(amount), kind: kind)
    }

    @Test(
        "a time ahead of the log's clock is marked, further ahead it is rejected",
        arguments: [(-5, []), (300, []), (301, [Mark.clockSkew]), (86_400, [.clockSkew])] as [(Int64, [Mark])])
    func clockSkew(ahead: Int64, marks: [Mark]) throws {
        let rules = ValidationRules()
        #expect(try rules.check(payment(ahead: ahead), faults: [], received: received) == marks)
        #expect(throws: Rejection(reason: .timeAhead, field: "time")) {
            try rules.check(payment(ahead: 86_401), faults: [], received: received)
        }
    }

    @Test("an amount must be within its bounds, both included")
    func amounts() throws {
        var rules = ValidationRules()
        rules.amounts = MinorUnits(100)...MinorUnits(500)
        for amount in [100, 500] as [Int64] {
            #expect(try rules.check(payment(amount: amount), faults: [], received: received) == [])
        }
        for amount in [99, 501] as [Int64] {
            #expect(throws: Rejection(reason: .amountOutOfRange, field: "amount")) {
                try rules.check(payment(amount: amount), faults: [], received: received)
            }
        }
    }

    @Test("a field can be required of all transactions, or of one kind of payment")
    func required() throws {
        var rules = ValidationRules()
        rules.required = [nil: [.channel], .instantTransfer: [.entity(.payee)]]
        var transfer = payment(kind: .instantTransfer)
        #expect(throws: Rejection(reason: .missingField, field: "channel")) {
            try rules.check(transfer, faults: [], received: received)
        }
        transfer.channel = .mobile
        #expect(throws: Rejection(reason: .missingField, field: "payee")) {
            try rules.check(transfer, faults: [], received: received)
        }
        transfer.kind = .card
        #expect(try rules.check(transfer, faults: [], received: received) == [])
    }

    @Test("a field that is there must hold an allowed value, and may be absent")
    func allowed() throws {
        var rules = ValidationRules()
        rules.allowed = [.currency: ["EUR"], .entity(.country): ["DE", "FR"]]
        var transaction = payment()
        #expect(try rules.check(transaction, faults: [], received: received) == [])
        transaction.entities[.country] = "US"
        #expect(throws: Rejection(reason: .valueNotAllowed, field: "country")) {
            try rules.check(transaction, faults: [], received: received)
        }
        transaction.entities[.country] = "FR"
        transaction.original = Money(units: 1, currency: try #require(Currency("USD")))
        #expect(throws: Rejection(reason: .valueNotAllowed, field: "currency")) {
            try rules.check(transaction, faults: [], received: received)
        }
    }
}
