import Formats

/// Lines of CSV that must be refused.
enum BadCSV {
    static let columns = ["type", "id", "time", "customer", "terminal", "amount", "currency", "transaction", "fraud"]

    /// A good line with some fields in another form.
    static func line(_ changes: [String: String] = [:]) -> String {
        let good = ["id": "p1", "time": "2018-07-05", "customer": "c1", "terminal": "t1", "amount": "19.99"]
        return columns.map { changes[$0] ?? good[$0] ?? "" }.joined(separator: ",")
    }

    static var cases: [BadCase] {
        var out: [BadCase] = []
        for name in ["id", "time", "customer", "terminal", "amount"] {
            out.append(BadCase("\(name) empty", .csv, line([name: ""]), .emptyField, name))
            out.append(BadCase("\(name) quoted empty", .csv, line([name: "\"\""]), .emptyField, name))
            let long = String(repeating: "9", count: 129)
            out.append(BadCase("\(name) too long", .csv, line([name: long]), .fieldTooLong, name))
            out.append(BadCase("\(name) over two lines", .csv, line([name: "\"1\n2\""]), .controlCharacter, name))
            out.append(BadCase("\(name) with NUL", .csv, line([name: "1\u{0}2"]), .controlCharacter, name))
            var bytes = Array(line([name: "X"]).utf8)
            bytes[bytes.firstIndex(of: UInt8(ascii: "X")) ?? 0] = 0xE9
            out.append(BadCase("\(name) in ISO-8859-1", .csv, bytes: bytes, .encodingUnsupported, name))
        }
        for (raw, reason) in BadJSON.amounts where raw.first != "t" && raw.first != "[" {
            let amount = raw.contains(",") ? raw : String(raw.filter { $0 != "\"" })
            out.append(BadCase("amount \(amount)", .csv, line(["amount": amount]), reason, "amount"))
        }
        for time in BadJSON.times {
            out.append(BadCase("time \(time)", .csv, line(["time": time]), .timeInvalid, "time"))
        }
        for code in ["eur", "XQQ", "EURO", "978"] {
            out.append(BadCase("currency \(code)", .csv, line(["currency": code]), .currencyUnknown, "currency"))
        }
        let jpy = line(["currency": "JPY"])
        out.append(BadCase("decimals of a currency without", .csv, jpy, .amountTooPrecise, "amount"))
        out.append(BadCase("no rate", .csv, line(["currency": "GBP"]), .rateMissing, "currency"))
        let good = line()
        for (name, text) in [
            ("nothing", ""), ("a column less", String(good.dropLast())), ("a column more", good + ","),
            ("another delimiter", good.replacing(",", with: ";")), ("an open quote", good + "\"x"),
            ("text after a quote", line(["id": "\"p\"1"])), ("a quote inside", line(["id": "p\"1"])),
            ("two lines", good + "\n" + good), ("two line ends", good + "\n\n"), ("a bare CR", line(["id": "p\r1"])),
            ("a cut line", String(good.prefix(20))),
        ] {
            out.append(BadCase(name, .csv, text, .malformedCSV))
        }
        for (name, changes, reason, field) in [
            ("a label of nothing", ["fraud": "1"], RejectionReason.emptyField, "transaction"),
            ("a label that says nothing", ["transaction": "p1"], .wrongType, "fraud"),
            ("a label that is unsure", ["transaction": "p1", "fraud": "maybe"], .wrongType, "fraud"),
        ] {
            out.append(BadCase(name, .csv, line(changes.merging(["type": "label"]) { $1 }), reason, field))
        }
        out.append(BadCase("1 MB", .csv, line(["id": String(repeating: "x", count: 1_000_000)]), .recordTooLarge))
        return out
    }
}
