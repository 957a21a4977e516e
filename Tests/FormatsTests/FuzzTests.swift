import Formats
import Foundation
import FoundationXML
import Records
import Support
import Testing

/// Every parser on damaged records from a small corpus, for a while; `scripts/fuzz.sh SECONDS SEED` takes longer.
@Suite("Fuzzing", .serialized)
struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["CORDON_FUZZ_SECONDS"].flatMap { Double($0) } ?? 1
    private static let seed = environment["CORDON_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    private static let least = 2000

    private static let corpus: [BadCase.Format: [String]] = [
        .json: [
            BadJSON.record(), #"{"type":"label","transaction":"p-1","fraud":true}"#,
            BadJSON.record([
                "currency": "\"USD\"", "kind": "\"card\"", "ip": "\"::1\"", "note": #"[{"a":"\ud83d\ude00"}]"#,
            ]),
        ],
        .csv: [BadCSV.line(), BadCSV.line(["id": "\"a,\"\"b\"\"\"", "currency": "USD", "amount": "5"])],
        .xml: [
            BadXML.message(), BadXML.message(prolog: "<?xml version='1.0'?><!-- a --><?b c?>"),
            BadXML.message("Ada Example", "<![CDATA[a & b]]> &amp; &#x41; é"),
            BadXML.message().replacing("<Document", with: "<a:Envelope xmlns:a='urn:x' a:b='1'><Document")
                .replacing("</Document>", with: "</Document></a:Envelope>"),
        ],
        .isoJSON: [BadISOJSON.message()],
    ]

    private static let tokens = [
        "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE d []>", "&amp;", "&#0;",
        "&#x41;",
        " xmlns=\"\"", " xmlns:p=\"urn:p\"", "p:", " Ccy=\"JPY\"", "\"", "'", "{", "}", "[", "]", ",", ":", "\\u0000",
        "\\ud800", "null", "-", "1e9", "99999999999999999999", ".", "\r\n", "\u{0}", "\u{FEFF}", "é", "\u{FFFF}", "T",
    ].map { Array($0.utf8) }

    /// A record of the corpus after up to four changes.
    private func mutant(_ records: [[UInt8]], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = records.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &generator)
            let length = Int.random(in: 1...24, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.removeSubrange(at..<min(at + length, bytes.count))
            case 2: bytes.insert(contentsOf: bytes[at..<min(at + length, bytes.count)], at: at)
            case 3, 4: bytes.insert(contentsOf: Self.tokens.randomElement(using: &generator) ?? [], at: at)
            case 5: bytes.removeSubrange(at...)
            default:
                let other = records.randomElement(using: &generator) ?? []
                let from = Int.random(in: other.indices, using: &generator)
                bytes.replaceSubrange(at..., with: other[from...])
            }
        }
        return bytes
    }

    @Test(
        "a damaged record is one or more parts, each taken within the rules or refused at a place that it has",
        arguments: BadCase.Format.allCases)
    func anything(format: BadCase.Format) throws {
        print("fuzzing \(format.rawValue) for \(Self.seconds) s, seed \(Self.seed)")
        var generator = SplitMix64(state: Self.seed)
        let parser = try format.parser()
        let records = (Self.corpus[format] ?? []).map { Array($0.utf8) }
        for record in records { #expect(parser.parts(record).allSatisfy { $0.rejection == nil }) }
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        var taken = 0
        var runs = 0
        // On a busy machine the time may be over before anything was tried.
        while runs < Self.least || ContinuousClock.now < deadline {
            let bytes = mutant(records, &generator)
            let parts = parser.parts(bytes)
            runs += 1
            func said() -> Comment { "run \(runs) of seed \(Self.seed): \(String(decoding: bytes, as: UTF8.self))" }
            if parts.isEmpty { Issue.record(said()) }
            for (index, part) in parts.enumerated() {
                // ISO-8859-1 and UTF-16 grow in UTF-8.
                let isFine = part.index == index && (0...(2 * bytes.count)).contains(part.at ?? 0)
                if !isFine { Issue.record(said()) }
                guard let transaction = part.transaction else { continue }
                let amounts = 0...MinorUnits.limit
                if !amounts.contains(transaction.amount.value) || transaction.id.isEmpty { Issue.record(said()) }
            }
            let isTaken = parts.contains { $0.transaction != nil }
            if isTaken { taken += 1 }
            // What our scanner takes, libxml2 takes, too.
            if format == .xml, isTaken, !XMLParser(data: Data(bytes)).parse() { Issue.record(said()) }
        }
        print("\(format.rawValue): \(runs) records, \(taken) of them with a transaction")
        #expect(taken > 0 && taken < runs)
    }
}
