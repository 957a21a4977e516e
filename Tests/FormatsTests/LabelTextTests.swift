import Formats
import Records
import Testing

struct LabelTextTests {
    private static let csv = Mapping(
        format: .csv(.init(delimiter: UInt8(ascii: ";"), columns: ["ref", "kind", "verdict"])), id: "ref", time: "ref",
        customer: "ref", terminal: "ref", amount: "ref", type: "kind",
        labels: Labels(transaction: "ref", fraud: FieldSource(["verdict"], codes: ["bad": "true", "good": "false"])))

    private static let nested = Mapping(
        type: nil, labels: Labels(value: nil, transaction: "outcome.of.ref", fraud: "outcome.fraud"))

    private static let mappings: [Mapping] = [.canonical, csv, nested]

    @Test("a label is written so that the mapping reads it, whatever the id holds", arguments: mappings)
    func reads(mapping: Mapping) throws {
        let text = try #require(LabelText(mapping: mapping))
        let parser = RecordParser(mapping: mapping)
        for id in ["t-1", "a;b", "a\"b", "ü 👍", "\\u0041", "a,b", String(repeating: "x", count: 128)] {
            for fraud in [true, false] {
                let verdict = Verdict(transaction: id, fraud: fraud)
                let record = try #require(text.record(verdict), "\(id)")
                #expect(try parser.parse(record) == .verdict(verdict))
            }
        }
    }

    @Test("what would be read as something else is not written at all")
    func refuses() throws {
        let text = try #require(LabelText(mapping: .canonical))
        for id in ["", " ", " t", "a\u{1}b", String(repeating: "x", count: 129)] {
            #expect(text.record(Verdict(transaction: id, fraud: true)) == nil, "\(id)")
        }
        var without = Mapping.canonical
        without.labels = nil
        #expect(LabelText(mapping: without) == nil)
        var other = Mapping.canonical
        other.format = .iso20022(.xml)
        #expect(LabelText(mapping: other) == nil)
        var header = Self.csv
        header.format = .csv(.init(columns: ["ref", "kind"]))
        #expect(LabelText(mapping: header) == nil)
        // Codes that know one answer alone.
        var half = Self.csv
        half.labels?.fraud = FieldSource(["verdict"], codes: ["bad": "true", "true": "true", "1": "true"])
        #expect(LabelText(mapping: half)?.record(Verdict(transaction: "t", fraud: false)) == nil)
    }

    @Test("the words are the mapping's own codes")
    func words() throws {
        let text = try #require(LabelText(mapping: Self.csv))
        #expect(
            text.record(Verdict(transaction: "t-1", fraud: true)).map { String(decoding: $0, as: UTF8.self) }
                == "t-1;label;bad")
    }
}
