import Formats
import Records
import Testing
import Worlds

@Suite("The names in an invented world")
struct WorldNamesTests {
    private let all: [LabelledTransaction]

    /// A world in which every kind of fraud happens often.
    init() throws {
        let often = WorldPlan.usualTypologies.mapValues { $0 * 10 }
        all = Worlds.transactions(try Worlds.plan(customers: 1000, days: 14, typologies: often)).map(\.labelled)
    }

    private func values(_ entity: EntityKind) -> Set<String> {
        Set(all.compactMap { $0.transaction.entities[entity] })
    }

    /// The remainder by 97 of an IBAN with its first four characters last, letters as two digits (ISO 13616), digit by digit.
    private static func remainder(_ iban: String) -> Int {
        let turned = iban.dropFirst(4) + iban.prefix(4)
        var digits = ""
        for letter in turned {
            digits += letter.isNumber ? String(letter) : String((letter.asciiValue ?? 0) - 55)
        }
        return digits.reduce(0) { ($0 * 10 + ($1.wholeNumberValue ?? 0)) % 97 }
    }

    /// Characters of an account's number by country, and what its bank's code begins with: no bank has one of these.
    private static let countries: [String: (length: Int, bank: String)] = [
        "DE": (22, "999"), "AT": (20, "990"), "LT": (20, "990"), "EE": (20, "990"),
    ]

    @Test("accounts are numbers whose check digits are right, of banks that are nobody's")
    func accounts() throws {
        let numbers = values(.account).union(values(.payee))
        #expect(numbers.count > 1500)
        for number in numbers {
            let (length, bank) = try #require(Self.countries[String(number.prefix(2))], "\(number)")
            #expect(number.count == length && number.dropFirst(4).hasPrefix(bank), "\(number)")
            #expect(number.dropFirst(2).allSatisfy { $0.isASCII && $0.isNumber })
            #expect(Self.remainder(number) == 1, "\(number)")
        }
        // A digit that is wrong is seen.
        let one = try #require(numbers.first)
        let last = one.last == "0" ? "1" : "0"
        #expect(Self.remainder(one.dropLast() + last) != 1)
        #expect(Set(numbers.map { $0.prefix(2) }).count == 4)
    }

    @Test("a transfer names the country of its payee's account, and a bank's accounts are its own customers'")
    func countries() {
        for labelled in all {
            let transaction = labelled.transaction
            guard let payee = transaction.entities[.payee] else { continue }
            #expect(transaction.entities[.country] == String(payee.prefix(2)))
        }
        var banks: [String: Set<String>] = [:]
        for labelled in all {
            guard let account = labelled.transaction.entities[.account] else { continue }
            banks[String(account.dropFirst(4).prefix(8)), default: []].insert(labelled.member.name)
        }
        #expect(banks.count == 3 && banks.values.allSatisfy { $0.count == 1 })
    }

    @Test(
        "cards, devices and merchants are a letter and eight digits, and tell nothing of their order",
        arguments: [(EntityKind.card, "k"), (.device, "d"), (.merchant, "m")])
    func short(entity: EntityKind, letter: String) {
        let names = values(entity)
        #expect(names.count > 50)
        for name in names {
            #expect(name.wholeMatch(of: /[a-z][0-9a-f]{8}/) != nil && name.hasPrefix(letter), "\(name)")
        }
        // Numbers that are given one after the other would share their first digits.
        #expect(Set(names.map { $0.prefix(3) }).count > min(names.count, 200) / 4)
    }

    @Test("addresses are of networks that no host of the Internet has")
    func addresses() throws {
        let addresses = values(.ip)
        #expect(addresses.count > 100)
        for address in addresses {
            let parts = try address.split(separator: ".").map { try #require(UInt8($0)) }
            // RFC 1918 and RFC 6598.
            #expect(parts.count == 4 && (parts[0] == 10 || (parts[0] == 100 && parts[1] & 0xC0 == 64)), "\(address)")
        }
    }

    @Test("a terminal is one merchant's, in one country, and a merchant is of one category of four digits")
    func terminals() {
        var merchants: [String: Set<String>] = [:]
        var categories: [String: Set<String>] = [:]
        for transaction in all.map(\.transaction) {
            guard let merchant = transaction.entities[.merchant] else { continue }
            merchants[transaction.terminal, default: []].insert(merchant)
            categories[merchant, default: []].insert(transaction.entities[.merchantCategory] ?? "none")
        }
        #expect(merchants.count > 100 && merchants.values.allSatisfy { $0.count == 1 })
        #expect(categories.values.allSatisfy { $0.count == 1 })
        for category in categories.values.joined() { #expect(category.count == 4 && Int(category) != nil) }
    }

    @Test("amounts are above nothing, in the consortium's currency and the one that they were paid in")
    func amounts() {
        #expect(all.allSatisfy { $0.transaction.amount.value > 0 })
        #expect(all.allSatisfy { ($0.transaction.original?.units ?? 1) > 0 })
        #expect(Set(all.map { "\($0.member.name)/\($0.transaction.id)" }).count == all.count)
    }
}
