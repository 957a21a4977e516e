import Formats
import Records
import Support
import Testing

@Suite("Content of transactions")
struct TransactionContentTests {
    private static let euro = Currency("EUR")!

    private static let plain = Transaction(
        id: "p", time: EventTime(seconds: 1_530_000_000), customer: "c", terminal: "t", amount: MinorUnits(500))

    /// Transactions that differ from the first in one thing each.
    private static let others: [Transaction] = {
        func changed(_ change: (inout Transaction) -> Void) -> Transaction {
            var transaction = plain
            change(&transaction)
            return transaction
        }
        var all = [
            plain, changed { $0.time = EventTime(seconds: 1_530_000_001) }, changed { $0.amount = MinorUnits(501) },
            changed { $0.customer = "d" }, changed { $0.customer = "" }, changed { $0.customer = "ct" },
            changed { $0.terminal = "u" }, changed { $0.terminal = "" },
            changed { ($0.customer, $0.terminal) = ("t", "c") }, changed { ($0.customer, $0.terminal) = ("ct", "") },
            changed { ($0.customer, $0.terminal) = ("", "ct") },
            changed { $0.original = Money(units: 500, currency: euro) },
            changed { $0.original = Money(units: 501, currency: euro) },
            changed { $0.original = Money(units: 500, currency: Currency("USD")!) },
            changed { $0.original = Money(units: 0, currency: euro) },
        ]
        for kind in PaymentKind.allCases { all.append(changed { $0.kind = kind }) }
        for channel in PaymentChannel.allCases { all.append(changed { $0.channel = channel }) }
        for entity in EntityKind.allCases {
            for text in ["", "x", "xx"] { all.append(changed { $0.entities[entity] = text }) }
        }
        all.append(changed { $0.entities = [.account: "x", .card: "y"] })
        all.append(changed { $0.entities = [.account: "y", .card: "x"] })
        all.append(changed { $0.entities = [.account: "xy"] })
        return all
    }()

    @Test("any two transactions that say different things have different content")
    func injective() {
        #expect(Set(Self.others.map(\.content)).count == Self.others.count)
    }

    @Test("the id is no part of it, and neither is the order in which fields were set")
    func same() {
        for var transaction in Self.others {
            let content = transaction.content
            transaction.id = "another"
            #expect(transaction.content == content)
        }
        var (first, second) = (Self.plain, Self.plain)
        for entity in EntityKind.allCases { first.entities[entity] = entity.rawValue }
        for entity in EntityKind.allCases.reversed() { second.entities[entity] = entity.rawValue }
        #expect(first.content == second.content)
    }

    @Test("is the numbers in eight bytes each, then texts behind one more than their length")
    func layout() {
        func number(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
        let texts: [UInt8] = [2, 0, 0, 0, 0x63, 2, 0, 0, 0, 0x74]
        let absent = [UInt8](repeating: 0, count: 4 * (3 + EntityKind.allCases.count))
        #expect(Self.plain.content == number(1_530_000_000) + number(500) + number(.max) + texts + absent)
    }

    @Test("what is written in our own form and read again has the same content", arguments: [1, 2] as [UInt64])
    func written(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        var mapping = Mapping.canonical
        mapping.rates = RateTable(currency: Self.euro)
        let parser = RecordParser(mapping: mapping)
        let characters = Array("ab \"\\{}é店,;'")
        func text() -> String {
            let inner = (0...Int.random(in: 0...20, using: &generator)).map { _ in
                characters[Int.random(in: characters.indices, using: &generator)]
            }
            // Blanks at the ends are not read.
            return "<" + String(inner) + ">"
        }
        for _ in 0..<200 {
            var transaction = Transaction(
                id: text(), time: EventTime(seconds: Int64.random(in: 946_684_800..<4_102_444_800, using: &generator)),
                customer: text(), terminal: text(),
                amount: MinorUnits(Int64.random(in: 0...MinorUnits.limit, using: &generator)))
            if Bool.random(using: &generator) {
                transaction.original = Money(units: transaction.amount.value, currency: Self.euro)
            }
            transaction.kind = PaymentKind.allCases.randomElement(using: &generator)
            transaction.channel = Bool.random(using: &generator) ? .online : nil
            for entity in [EntityKind.account, .card, .payee, .merchant, .device] where Bool.random(using: &generator) {
                transaction.entities[entity] = text()
            }
            if Bool.random(using: &generator) { transaction.entities[.country] = "NL" }
            let read = try #require(parser.parts(CanonicalJSON.encode(transaction))[0].transaction)
            #expect(read == transaction && read.content == transaction.content)
        }
    }
}
