import Formats
import Records
import Support
import Testing

@Suite("Laws of files")
struct RecordLawTests {
    /// A field in quotes where it has to be, and else by chance.
    private func quoted(_ field: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        let needs = field.contains { [10, 13, 34, 44].contains($0) }
        guard needs || Bool.random(using: &random) else { return field }
        return [34] + field.flatMap { $0 == 34 ? [34, 34] : [$0] } + [34]
    }

    @Test(
        "rows of any fields come back from a file of theirs, each with its line, whatever ends the lines",
        arguments: [[10], [13, 10], [13]] as [[UInt8]])
    func rows(lineEnd: [UInt8]) {
        var random = SplitMix64(UInt64(lineEnd.reduce(60) { $0 + Int($1) }))
        // A line end within a field is one of the file's own.
        let pieces: [[UInt8]] = [[97], [34], [44], [195, 169], [32], lineEnd]
        for _ in 0..<150 {
            var (file, line, expected): ([UInt8], Int, [(Int, [[UInt8]])]) = ([], 1, [])
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                // A letter in the first field, since a blank row is none; the first line ends outside of quotes.
                let isFirst = expected.isEmpty
                let fields = (0..<3).map { place -> [UInt8] in
                    let more = (0..<Int.random(in: 0...4, using: &random)).flatMap { _ in
                        pieces.dropLast(isFirst ? 1 : 0).randomElement(using: &random) ?? []
                    }
                    return (place == 0 ? [120] : []) + more
                }
                expected.append((line, fields))
                file += Array(fields.map { quoted($0, &random) }.joined(separator: [44])) + lineEnd
                line += 1 + fields.joined().count { $0 == lineEnd.last }
                for _ in 0..<Int.random(in: 0...2, using: &random) { (file, line) = (file + lineEnd, line + 1) }
            }
            let found = Array(CSVRecords(file, fields: 3))
            #expect(found.map(\.line) == expected.map(\.0))
            #expect(found.map { CSVLine.split(file[$0.bytes]) } == expected.map { Optional($0.1) })
            // The end of the last line may be there or not, and a mark at the start is none of the file.
            while file.last == lineEnd.last || file.last == 13 { file.removeLast() }
            #expect(Array(CSVRecords([0xEF, 0xBB, 0xBF] + file)).map(\.line) == expected.map(\.0))
        }
    }

    private func records(_ file: String) -> [String] {
        let bytes = Array(file.utf8)
        return JSONRecords(bytes).map { String(decoding: bytes[$0.bytes], as: UTF8.self) }
    }

    /// What stands before objects, between them and behind the last one.
    private static let writings = [
        ("", "\n", ""), ("", "", ""), ("", "\r\n\r\n", "\n"), ("[", ",", "]"), ("[\n", " ,\n ", "\n]\n"),
        ("\u{1E}", "\n\u{1E}", "\n"), ("[", "] [", "]"),
    ]

    @Test("objects are the same records on lines, one behind the other, over lines, in an array or as a sequence")
    func writings() {
        var random = SplitMix64(61)
        let values = ["1", "\"}\"", "[{},[2]]", "{\"x\":\"\\\"{\"}", "null", "-1.5e+3", "\"\\\\\""]
        for _ in 0..<100 {
            let objects = (0..<Int.random(in: 0...5, using: &random)).map { number in
                let members = (0..<Int.random(in: 0...3, using: &random)).map { name in
                    ", \"\(name)\": \(values.randomElement(using: &random) ?? "0")"
                }
                return "{\"n\":\(number)\(members.joined())}"
            }
            let files = Self.writings.map { $0 + objects.joined(separator: $1) + $2 }
            for file in files {
                #expect(records("\u{FEFF}" + file) == objects, "\(file)")
                // Files that are put together, however each of them is written, have the records of both.
                for other in files { #expect(records(file + other) == objects + objects, "\(file + other)") }
            }
        }
    }

    @Test("records that are split and joined again are the same records, damaged ones among them")
    func joined() {
        var random = SplitMix64(62)
        let pieces = ["a,b", "\"a\n,b\"", "\"open", "x\"y", "\"a\"b", ",", "\"\"", "é"]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...6, using: &random)
            let lines = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }
            let bytes = Array(lines.joined(separator: "\n\n").utf8)
            let records = CSVRecords(bytes).map { Array(bytes[$0.bytes]) }
            let again = Array(records.joined(separator: [10]))
            #expect(CSVRecords(again).map { Array(again[$0.bytes]) } == records, "\(lines)")
        }
    }

    private static let names = ["id", "time", "customer", "terminal", "amount"]
    private static let values = ["p-7", "2031-02-09T07:05:00Z", "ada", "kiosk", "41.07"]

    /// Every order of some numbers.
    private func orders(_ numbers: [Int]) -> [[Int]] {
        guard numbers.count > 1 else { return [numbers] }
        return numbers.flatMap { first in orders(numbers.filter { $0 != first }).map { [first] + $0 } }
    }

    @Test("columns in every order, among others and by other names, say the same of a payment")
    func columns() throws {
        let expected = Transaction(
            id: "p-7", time: try #require(EventTime(rfc3339: "2031-02-09T07:05:00Z")), customer: "ada",
            terminal: "kiosk", amount: MinorUnits(4107))
        let own = Mapping(
            format: .csv(Mapping.CSVForm()), id: "r\u{E9}f", time: "at", customer: "who", terminal: "where",
            amount: "sum", type: nil, labels: nil)
        let renamed = ["r\u{E9}f", "at", "who", "where", "sum"]
        let plain = Mapping(format: .csv(Mapping.CSVForm()), type: nil, labels: nil)
        for order in orders([0, 1, 2, 3, 4]) {
            let values = order.map { Self.values[$0] }
            for (mapping, names) in [(plain, Self.names), (own, renamed)] {
                let header = order.map { names[$0] }
                // One that nobody reads is at each place in turn, its name there twice.
                let place = order[0]
                let wider = header[..<place] + ["x"] + header[place...] + ["x"]
                let line = values[..<place] + ["\"1,\""] + values[place...] + [""]
                for (header, line) in [(header, values), (Array(wider), Array(line))] {
                    let file = header.joined(separator: ",") + "\n" + line.joined(separator: ",")
                    let found = try RecordFile(Array(file.utf8), name: "f", mapping: mapping)
                    #expect(found.records.flatMap { found.parts($0) }.map(\.transaction) == [expected], "\(header)")
                    #expect(found.columns == header)
                }
            }
        }
    }

    @Test("each column that is missing is named, and each that is there twice, whichever it is")
    func headers() throws {
        let mapping = Mapping(format: .csv(Mapping.CSVForm()), type: nil, labels: nil)
        let parser = RecordParser(mapping: mapping)
        for (place, name) in Self.names.enumerated() {
            var fewer = Self.names
            fewer.remove(at: place)
            #expect(throws: HeaderFault.missing([name])) {
                try parser.reading(header: Array(fewer.joined(separator: ",").utf8))
            }
            #expect(throws: HeaderFault.twice(name)) {
                try parser.reading(header: Array((fewer + [name, name]).joined(separator: ",").utf8))
            }
        }
    }
}
