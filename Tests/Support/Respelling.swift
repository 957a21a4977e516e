/// Numbers that pass their checks, and other spellings of them, drawn at random.
package struct Respelling {
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed) }

    /// One of some values.
    package mutating func one<Values: Collection>(of values: Values) -> Values.Element {
        values.randomElement(using: &generator)!
    }

    package mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
    }

    /// An IBAN of 15 to 34 characters whose check digits hold, in its electronic form.
    package mutating func iban() -> String {
        let country = one(of: ["DE", "NL", "GB", "MT", "NO", "FR"])
        let length = Int.random(in: 11...30, using: &generator)
        let account = (0..<length).map { _ in one(of: Array("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")) }
        return Self.iban(country, String(account))
    }

    /// With check digits by ISO 13616: 98 less the remainder.
    package static func iban(_ country: String, _ account: String) -> String {
        let check = 98 - remainder(account + country + "00")
        return country + (check < 10 ? "0" : "") + String(check) + account
    }

    private static func remainder(_ text: String) -> Int {
        text.reduce(0) { rest, c in
            let value = Int(String(c), radix: 36)!
            return (rest * (value < 10 ? 10 : 100) + value) % 97
        }
    }

    /// A card number of 12 to 19 digits with Luhn's digit.
    package mutating func card() -> String {
        let start = one(of: ["4", "5", "3", "6"]) + digits(Int.random(in: 10...17, using: &generator))
        return (0...9).map { start + String($0) }.first { number in
            let sum = number.reversed().enumerated().reduce(0) { sum, next in
                let digit = next.element.wholeNumberValue!
                return sum + (next.offset % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10)
            }
            return sum % 10 == 0
        }!
    }

    package mutating func phone() -> String {
        "+" + one(of: ["49", "1", "44", "351", "55"]) + one(of: "123456789".map(String.init)) + digits(9)
    }

    package mutating func email() -> String {
        let name = one(of: ["jane", "j.doe", "jane+shop", "j_d-1", "0jane"])
        return "\(name)@\(one(of: ["example", "mail-7", "xn--bcher-kva"])).\(one(of: ["org", "co.example"]))"
    }

    /// The text with each letter in one case or the other.
    package mutating func letterCase(_ text: String) -> String {
        text.map { Bool.random(using: &generator) ? $0.uppercased() : $0.lowercased() }.joined()
    }

    /// The text with spaces, dashes and characters that can't be seen between its characters, now and then, and spaces
    /// at its ends.
    package mutating func separated(_ text: String, dashes: Bool = true) -> String {
        let noise = [" ", "\u{A0}", "\u{2009}", "\t", "\u{200B}", "\u{2060}"] + (dashes ? ["-", "\u{2013}"] : [])
        let parts = text.map {
            Int.random(in: 0..<3, using: &generator) == 0 ? one(of: noise) + String($0) : String($0)
        }
        return one(of: ["", " ", "\u{A0}"]) + parts.joined() + one(of: ["", "  ", "\u{FEFF}"])
    }

    /// The text in groups of four.
    package mutating func grouped(_ text: String) -> String {
        let separator = one(of: [" ", "-", "\u{A0}", "\u{202F}"])
        return text.enumerated().map { $0 > 0 && $0 % 4 == 0 ? separator + String($1) : String($1) }.joined()
    }

    /// The text with full-width digits and letters.
    package func wide(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 }))
    }
}
