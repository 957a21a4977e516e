import Records
import Testing

@Suite("Currencies")
struct CurrencyTests {
    private static let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }

    /// All codes of three letters that are currencies, with their decimals.
    private static let found: [String: Int] = {
        var found: [String: Int] = [:]
        for one in letters {
            for two in letters {
                for three in letters {
                    let code = one + two + three
                    if let currency = Currency(code) { found[code] = currency.decimals }
                }
            }
        }
        return found
    }()

    @Test("have two decimals, but for those that ISO 4217 gives another number")
    func decimals() {
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
        let others = [0: none, 3: "BHD IQD JOD KWD LYD OMR TND", 4: "CLF UYW"]
        for decimals in 0...9 where decimals != 2 {
            let codes = Self.found.filter { $0.value == decimals }.keys.sorted()
            #expect(codes == (others[decimals] ?? "").split(separator: " ").map(String.init), "\(decimals) decimals")
        }
        for code in ["EUR", "USD", "GBP", "CHF", "DKK", "SEK", "NOK", "PLN", "CZK", "HUF", "RON", "TRY", "INR", "CNY"] {
            #expect(Self.found[code] == 2, "\(code)")
        }
    }

    @Test("have their own code each, and tell themselves apart by it")
    func codes() {
        #expect(Self.found.count > 150)
        for code in Self.found.keys {
            #expect(Currency(code)?.code == code && Currency(code)?.description == code)
        }
        #expect(Set(Self.found.keys.compactMap { Currency($0) }).count == Self.found.count)
    }

    @Test(
        "are no metals, units of account, codes for tests, nor what was withdrawn long ago",
        arguments: [
            "XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XBB", "XBC", "XBD", "XTS", "XXX", "BOV", "CHE",
            "CHW",
            "COU", "MXV", "USN", "UYI", "DEM", "FRF", "ITL", "LTL", "EEK", "ZZZ",
        ])
    func none(code: String) { #expect(Currency(code) == nil) }

    @Test(
        "are written in three capital letters and nothing else",
        arguments: ["", "E", "EU", "EURO", "eur", "Eur", "EUR ", " EUR", "EUR\0", "ＥＵＲ", "EUR\u{301}", "978", "EUR2"])
    func forms(text: String) { #expect(Currency(text) == nil) }
}
