import Records
import Support
import Testing

@Suite("Numbers and addresses against slow readings of their standards")
struct CheckDigitOracleTests {
    /// The rearranged IBAN as a decimal numeral, letters as 10 to 35, divided by 97 as on paper.
    private func remainder(_ iban: String) -> Int {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let moved = iban.dropFirst(4) + iban.prefix(4)
        let numeral = moved.map { c in letters.firstIndex(of: c).map { String($0 + 10) } ?? String(c) }.joined()
        var rest = 0
        for digit in numeral.compactMap(\.wholeNumberValue) {
            rest = rest * 10 + digit
            while rest >= 97 { rest -= 97 }
        }
        return rest
    }

    @Test("of a hundred pairs of check digits, an IBAN has the one that ISO 7064 gives out", arguments: 0..<40)
    func iban(seed: UInt64) {
        var random = Respelling(seed: seed)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let country = String([random.one(of: letters), random.one(of: letters)])
        let account = String((0..<random.one(of: 11...30)).map { _ in random.one(of: letters + Array("0123456789")) })
        var holding: [Int] = []
        for pair in 0...99 {
            let iban = country + (pair < 10 ? "0" : "") + String(pair) + account
            if IBAN.checks(Array(iban.utf8)) { holding.append(pair) }
            #expect(IBAN.isValid(iban) == ((2...98).contains(pair) && remainder(iban) == 1), "\(iban)")
        }
        #expect(holding.count == 1)
    }

    @Test("of ten last digits, a card has the one that the table of doubled digits gives", arguments: 11...18)
    func luhn(count: Int) {
        var random = Respelling(seed: UInt64(count))
        // What a doubled digit adds, by ISO/IEC 7812-1.
        let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
        for _ in 0..<20 {
            let start = random.digits(count)
            let values = start.compactMap(\.wholeNumberValue)
            var sum = 0
            for (place, value) in values.enumerated() { sum += (count - place) % 2 == 1 ? doubled[value] : value }
            let holding = (0...9).filter { CardNumber.checks(Array((start + String($0)).utf8)) }
            #expect(holding == [(10 - sum % 10) % 10], "\(start)")
        }
    }

    @Test("a customer is a card in no grouping but those that are embossed", arguments: 0..<300)
    func groupings(seed: UInt64) {
        var random = Respelling(seed: seed)
        let card = random.card()
        var (groups, rest) = ([Substring](), card[...])
        while !rest.isEmpty {
            let size = groups.isEmpty ? random.one(of: [4, 4, 4, 3, 5]) : random.one(of: [4, 4, 4, 4, 6, 5, 1])
            groups.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        let separators = random.one(of: [[" "], ["-"], [" ", "-"]])
        let text = groups.dropLast().map { $0 + random.one(of: separators) }.joined() + (groups.last ?? "")
        let fours = #/[0-9]{4}([ \-])(?:[0-9]{4}\1)+[0-9]{1,4}/#
        let isEmbossed =
            text.wholeMatch(of: fours) != nil
            || text.wholeMatch(of: #/[0-9]{4}([ \-])[0-9]{6}\1[0-9]{4,5}/#) != nil
        #expect(Spelling.name.canonical(text) == (isEmbossed ? card : text), "\(text)")
    }

    @Test("a mail address is what the grammar of RFC 5321 says, within its lengths", arguments: 0..<20)
    func email(seed: UInt64) {
        let localPart = #/[a-z0-9!#$%&'*+=?^_`{|}~\/\-]+(?:\.[a-z0-9!#$%&'*+=?^_`{|}~\/\-]+)*/#
        let domainName = #/[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/#
        func expected(_ text: String) -> String? {
            let parts = text.lowercased().split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count <= 64, parts[0].wholeMatch(of: localPart) != nil else { return nil }
            let domain = parts[1].hasSuffix(".") ? parts[1].dropLast() : parts[1]
            guard domain.count <= 253, domain.wholeMatch(of: domainName) != nil,
                domain.split(separator: ".").allSatisfy({
                    $0.count <= 63 && !$0.hasPrefix("-") && !$0.hasSuffix("-")
                })
            else { return nil }
            return "\(parts[0])@\(domain)"
        }
        let (m, k) = (String(repeating: "m", count: 60), String(repeating: "k", count: 61))
        var random = Respelling(seed: seed)
        var taken = 0
        for _ in 0..<100 {
            func text(_ pieces: [String], _ counts: ClosedRange<Int>) -> String {
                (0..<random.one(of: counts)).map { _ in random.one(of: pieces) }.joined()
            }
            let local = text(["a", "Q", "7", "-", "_", "+", "{", "/", "'", "x", "y", ".", "(", m], 0...5)
            let domain = text(["a", "Z9", "-", "n", ".", "c.d", "_", k], 1...9)
            let address = local + random.one(of: ["@", "@", "@", "@", "", "@@"]) + domain
            let got = EmailAddress.compact(Array(address.utf8)).map { String(decoding: $0, as: UTF8.self) }
            #expect(got == expected(address), "\(address)")
            taken += got == nil ? 0 : 1
        }
        #expect((1..<100).contains(taken))
    }

    @Test("a mail address has a local part of 64 bytes, labels of 63 and a domain of 253 at most")
    func emailLengths() {
        func isTaken(_ address: String) -> Bool { EmailAddress.compact(Array(address.utf8)) != nil }
        func letters(_ count: Int) -> String { String(repeating: "h", count: count) }
        for count in 60...70 {
            #expect(isTaken(letters(count) + "@mail.example") == (count <= 64))
            #expect(isTaken("lea@mail." + letters(count)) == (count <= 63))
            let longest = [62, 62, 62, 61].map(letters).joined(separator: ".") + "." + letters(count - 58)
            #expect(isTaken("lea@" + longest) == (longest.utf8.count <= 253))
        }
    }

    @Test("a phone number has 7 to 15 digits, the first of a calling code", arguments: 0...20)
    func phones(count: Int) {
        var random = Respelling(seed: UInt64(count))
        let rest = random.digits(max(0, count - 1))
        for first in count == 0 ? [""] : ["0", "1", "9"] {
            let digits = Array((first + rest).utf8)
            let number = PhoneNumber.international(digits)
            #expect((number != nil) == (count >= 7 && count <= 15 && first != "0"))
            if let number { #expect(String(decoding: number, as: UTF8.self) == "+" + first + rest) }
        }
    }

    @Test("one trunk prefix in brackets is left out, and none that is not in brackets")
    func trunk() {
        func dialled(_ text: String, _ prefix: String = "011") -> String? {
            PhoneNumber.dialled(Array(text.utf8), prefix: Array(prefix.utf8)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(dialled("+49 (0)6 (0)698") == "4960698" && dialled("+39 06 0698") == "39060698")
        #expect(dialled("011 49-(0)6/698") == "496698" && dialled("011396698", "00") == nil)
        #expect(dialled("(+39) 6.698") == "396698" && dialled("06 698") == nil)
        #expect(dialled("(+1) (0)6 98") == "1698" && dialled("+(351) (0)6 98") == "351698")
    }

    @Test("a zero in brackets is a digit where no calling code is before it, or where the country's numbers have it")
    func realZeros() {
        func dialled(_ text: String) -> String? {
            PhoneNumber.dialled(Array(text.utf8), prefix: Array("00".utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(dialled("+(0)44 698") == "044698" && dialled("00(0)44 698") == "044698")
        #expect(dialled("+49 30 (0)698") == "49300698" && dialled("+4930 698 (0)") == "49306980")
        // A landline of Italy is none of its mobiles.
        #expect(dialled("+39 (0)331 698") == "390331698" && dialled("00378 (0)549 8") == "37805498")
        // Brackets that part the prefix: no digits alone, so no number.
        for text in ["(0)044 698 12 34", "(0)0 44 698", "0(0)44 698"] {
            #expect(dialled(text)?.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } == false, "\(text)")
        }
    }

    @Test(
        "what differs by more than its spelling stays two",
        arguments: [
            (.account, "27-3000912281", "273000912281"), (.account, "0087654321", "+87654321"),
            (.account, "SB 1024", "SB 1O24"), (.account, "+39 06 698", "+39 6 698"), (.account, "/7755", "7755"),
            (.account, "+39 (0)331 698123", "+39 331 698123"), (.account, "+49 30 (0)698123", "+49 30 698123"),
            (.account, "0(0)49 30698123", "+4930698123"), (.name, "+(0)49 30698123", "+4930698123"),
            (.name, "FR00 BANK 0000 1234 567", "FR00BANK00001234567"), (.name, "Kiosk 9", "kiosk 9"),
            (.name, "k-9", "k9"), (.name, "0039 6698 12345", "+39669812345"),
            (.name, "lea.roy@mail.example", "learoy@mail.example"), (.name, "lea+a@mail.example", "lea@mail.example"),
            (.account, "lea@mail.example", "lea@mail2.example"), (.card, "541333******0017", "541333*****0017"),
            (.card, "541333******0017", "5413330000000017"), (.card, "tkn_aB", "tkn_ab"), (.card, "0541", "541"),
            (.address, "2001:db8::7:0", "2001:db8::7"), (.address, "::203.0.113.9", "203.0.113.9"),
            (.address, "64:ff9b::203.0.113.9", "203.0.113.9"), (.plain, "Tablet-4", "tablet-4"),
            (.plain, "a  b", "a b"), (.plain, "\u{FF24}1", "D1"),
        ] as [(Spelling, String, String)])
    func two(spelling: Spelling, one: String, other: String) {
        #expect(Array(spelling.canonical(one).utf8) != Array(spelling.canonical(other).utf8))
    }
}
