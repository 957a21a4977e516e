import Records
import Support
import Testing

@Suite("A text that numbers are read from")
struct DigitReaderTests {
    /// What is left of a text, read by its characters: slow, and a word for word account of what a reader does.
    private struct Oracle {
        var rest: Substring

        mutating func number(_ digits: ClosedRange<Int>) -> Int? {
            let found = rest.prefix { "0123456789".contains($0) }.prefix(digits.upperBound)
            guard found.count >= digits.lowerBound else { return nil }
            rest = rest.dropFirst(found.count)
            return Int(found) ?? 0
        }

        mutating func skip(_ text: String, anyCase: Bool) -> Bool {
            let begins = anyCase ? rest.lowercased().hasPrefix(text.lowercased()) : rest.hasPrefix(text)
            if begins { rest = rest.dropFirst(text.count) }
            return begins
        }
    }

    @Test("does what one does who goes by characters", arguments: 0..<300 as Range<UInt64>)
    func steps(seed: UInt64) {
        var random = SplitMix64(seed)
        let alphabet = Array("0123456789aTzZ:-. +uUtTcC")
        let text = String((0..<12).map { _ in alphabet.randomElement(using: &random)! })
        var (reader, oracle) = (DigitReader(text), Oracle(rest: text[...]))
        for _ in 0..<20 {
            #expect(reader.isAtEnd == oracle.rest.isEmpty && reader.peek == oracle.rest.utf8.first)
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let least = Int.random(in: 0...3, using: &random)
                let most = Int.random(in: least...4, using: &random)
                #expect(reader.number(least...most) == oracle.number(least...most), "\(text)")
            case 1: #expect(reader.number(2) == oracle.number(2...2), "\(text)")
            case 2:
                let character = alphabet.randomElement(using: &random)!
                #expect(
                    reader.skip(character.unicodeScalars.first!) == oracle.skip(String(character), anyCase: false),
                    "\(text)")
            case 3:
                let word = ["utc", "T", "z", " U", "12"].randomElement(using: &random)!
                #expect(reader.skip(anyCase: word) == oracle.skip(word, anyCase: true), "\(text)")
            case 4:
                let word = ["uT", "T", "1", "-", ""].randomElement(using: &random)!
                #expect(reader.skip(text: word) == oracle.skip(word, anyCase: false), "\(text)")
            default: #expect(reader.passDigits() == (oracle.number(1...12) != nil), "\(text)")
            }
        }
    }

    @Test("passes nothing where what is asked for is not there whole")
    func refusals() {
        var reader = DigitReader("12a")
        #expect(
            reader.number(3) == nil && reader.number(3...9) == nil && !reader.skip("2") && !reader.skip(text: "12b"))
        #expect(!reader.skip(anyCase: "12aa") && !reader.skip(text: "12aa"))
        #expect(
            reader.number(2) == 12 && !reader.isAtEnd && !reader.passDigits() && reader.skip(anyCase: "A")
                && reader.isAtEnd)
        #expect(
            reader.number(1) == nil && !reader.skip("a") && reader.peek == nil && !reader.passDigits()
                && reader.offset() == nil)
        // Another letter that lies 32 from a sign is not that sign in a small form.
        var signs = DigitReader("@")
        #expect(!signs.skip(anyCase: "`") && signs.skip(anyCase: "@"))
        // Digits of other scripts are none.
        var arabic = DigitReader("\u{0661}\u{0662}")
        #expect(arabic.number(1) == nil && !arabic.passDigits())
    }

    @Test("reads every whole zone, in each of its forms")
    func zones() {
        for minutes in stride(from: -24 * 60 + 1, to: 24 * 60, by: 1) {
            let (hours, rest) = abs(minutes).quotientAndRemainder(dividingBy: 60)
            let sign = minutes < 0 ? "-" : "+"
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            var forms = ["\(sign)\(two(hours)):\(two(rest))", "\(sign)\(two(hours))\(two(rest))"]
            if rest == 0 { forms.append(sign + two(hours)) }
            for form in forms + forms.map({ " " + $0 }) {
                var reader = DigitReader(form)
                let offset = reader.offset()
                if offset != Int64(minutes * 60) || !reader.isAtEnd { Issue.record("\(form)") }
            }
        }
    }

    @Test(
        "reads no zone from anything else",
        arguments: [
            "", " ", "+", "-", "+1", "+24", "+24:00", "+01:", "+01:6", "+01:60", "+0160", "+011", "~01", "UTC", "a",
            " z", "--01",
        ])
    func noZones(text: String) {
        var reader = DigitReader(text)
        #expect(reader.offset() == nil)
    }

    @Test(
        "reads the zone of nothing ahead by its names, and leaves what comes behind",
        arguments: ["Z", "z", " UTC", " utc", "+00", "-00:00"])
    func universal(text: String) {
        var reader = DigitReader(text + "!")
        #expect(reader.offset() == 0 && reader.skip("!") && reader.isAtEnd)
    }
}
