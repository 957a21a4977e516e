import Evaluation
import Formats

/// Records of our own JSON that must be refused.
enum BadJSON {
    static let fields = [
        ("id", "\"p-1\""), ("time", "\"2018-07-05T00:00:31Z\""), ("customer", "\"596\""), ("terminal", "\"3156\""),
        ("amount", "57.16"),
    ]

    /// A good record with some fields in another form; nil leaves one out.
    static func record(_ changes: [String: String?] = [:]) -> String {
        var parts = fields.compactMap { name, value in
            (changes[name] ?? value).map { "\"\(name)\":\($0)" }
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !fields.contains(where: { $0.0 == name }) {
            if let value { parts.append("\"\(name)\":\(value)") }
        }
        return "{" + parts.joined(separator: ",") + "}"
    }

    static let amounts: [(String, RejectionReason)] = [
        ("-1", .amountNegative), ("-0.01", .amountNegative), ("57.161", .amountTooPrecise),
        ("\"1e5\"", .amountNotANumber),
        ("100000000000.01", .amountTooLarge), ("999999999999999999999999999999", .amountTooLarge),
        ("\"1,25\"", .amountNotANumber), ("\"NaN\"", .amountNotANumber), ("\"Infinity\"", .amountNotANumber),
        ("\"0x10\"", .amountNotANumber), ("\"5 5\"", .amountNotANumber), ("\"5.\"", .amountNotANumber),
        ("\"+5\"", .amountNotANumber), ("\"1.2.3\"", .amountNotANumber), ("\"٥\"", .amountNotANumber),
        ("\"--5\"", .amountNotANumber), ("\"5 EUR\"", .amountNotANumber), ("true", .wrongType), ("[5]", .wrongType),
    ]

    static let times = [
        "2018-02-29", "2018-13-01", "2018-00-10", "2018-04-31T00:00:00Z", "2018-07-05T24:00:00Z",
        "2018-07-05T00:60:00Z", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "9999-12-31", "05/07/2018", "now",
        "2018-07-05T00:00:31+24:00", "2018-7-5",
    ]

    static let values: [(String, String, RejectionReason)] = [
        ("currency", "\"eur\"", .currencyUnknown), ("currency", "\"XQQ\"", .currencyUnknown),
        ("currency", "\"EURO\"", .currencyUnknown), ("currency", "\"\u{20AC}\"", .currencyUnknown),
        ("currency", "{}", .wrongType), ("currency", "\"GBP\"", .rateMissing), ("kind", "\"wire\"", .valueInvalid),
        ("kind", "\"Card\"", .valueInvalid), ("channel", "\"ship\"", .valueInvalid), ("channel", "7", .valueInvalid),
        ("merchant_category", "\"54\"", .valueInvalid), ("merchant_category", "\"54I1\"", .valueInvalid),
        ("country", "\"de\"", .valueInvalid), ("country", "\"DEU\"", .valueInvalid),
        ("ip", "\"256.1.1.1\"", .valueInvalid), ("ip", "\"1.1.1\"", .valueInvalid), ("ip", "\"::g\"", .valueInvalid),
        ("device", "true", .wrongType), ("card", "[1]", .wrongType), ("account", "\"a\\u0000b\"", .controlCharacter),
        ("payee", "\"\(String(repeating: "x", count: 129))\"", .fieldTooLong),
    ]

    static var cases: [BadCase] {
        var out: [BadCase] = []
        for (name, _) in fields {
            let changes: [(String, String?, RejectionReason)] = [
                ("missing", nil, .missingField), ("null", "null", .missingField), ("empty", "\"\"", .emptyField),
                ("an object", "{\"x\":1}", .wrongType), ("too long", "\"\(long)\"", .fieldTooLong),
                ("with a control character", "\"a\\u001fb\"", .controlCharacter),
            ]
            for (what, raw, reason) in changes {
                out.append(BadCase("\(name) \(what)", .json, record([name: raw]), reason, name))
            }
        }
        for (raw, reason) in amounts {
            out.append(BadCase("amount \(raw)", .json, record(["amount": raw]), reason, "amount"))
        }
        for time in times {
            out.append(BadCase("time \(time)", .json, record(["time": "\"\(time)\""]), .timeInvalid, "time"))
        }
        for (name, raw, reason) in values {
            out.append(BadCase("\(name) \(raw.prefix(20))", .json, record([name: raw]), reason, name))
        }
        for (amount, code, reason) in [
            ("100.50", "JPY", RejectionReason.amountTooPrecise), ("1.1234", "KWD", .amountTooPrecise),
            ("1.001", "USD", .amountTooPrecise), ("200000000001", "USD", .amountTooLarge),
            ("99999999999999999", "USD", .amountTooLarge),
        ] {
            let text = record(["amount": amount, "currency": "\"\(code)\""])
            out.append(BadCase("\(amount) \(code)", .json, text, reason, "amount"))
        }
        return out + damaged
    }

    private static let long = String(repeating: "é", count: 65)

    /// Damage, with the place where no reader can go on.
    private static var damaged: [BadCase] {
        let whole = record()
        var out = stride(from: 1, to: whole.utf8.count, by: 5).map { cut in
            BadCase("first \(cut) bytes", .json, String(whole.prefix(cut)), .malformedJSON, at: cut)
        }
        for (name, text, at) in [
            ("nothing", "", 0), ("a space", " ", 1), ("a list", "[]", 0), ("a number", "5", 0), ("two", "{}{}", 2),
            ("a comma", "{\"a\":1,}", 7), ("a colon missing", "{\"a\" 1}", 5), ("a bare name", "{a:1}", 1),
            ("a word", "{\"a\":tru}", 5), ("an escape", "{\"a\":\"\\x\"}", 8),
            ("half a pair", "{\"a\":\"\\ud800\"}", 12),
            ("two marks", "\u{FEFF}\u{FEFF}{}", 0), ("a comment", "//\n{}", 0), ("a zero in front", "{\"a\":05}", 6),
            ("twice", "{\"a\":1,\"a\":2}", 10),
        ] {
            out.append(BadCase(name, .json, text, .malformedJSON, at: at))
        }
        let bad = Array(whole.utf8)
        out.append(
            BadCase(
                "no UTF-8", .json, bytes: bad.dropLast(2) + [0xFF] + bad.suffix(2), .malformedJSON, at: bad.count - 2))
        let name = record(["terminal": "\"M#ller\""])
        let latin = name.utf8.map { $0 == UInt8(ascii: "#") ? 0xFC : $0 }
        out.append(BadCase("ISO-8859-1", .json, bytes: latin, .encodingUnsupported, "terminal"))
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        out.append(BadCase("nested 100 deep", .json, "{\"a\":\(deep)}", .malformedJSON, at: 36))
        let huge = record(["note": "\"\(String(repeating: "x", count: 1_000_000))\""])
        out.append(BadCase("1 MB", .json, huge, .recordTooLarge))
        return out
    }

}
