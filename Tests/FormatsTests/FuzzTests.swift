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

    @Test(
        "a damaged record is one or more parts, each taken within the rules or refused at a place that it has",
        arguments: BadCase.Format.allCases)
    func anything(format: BadCase.Format) throws {
        print("fuzzing \(format.rawValue) for \(Self.seconds) s, seed \(Self.seed)")
        var generator = SplitMix64(state: Self.seed)
        let parser = try format.parser()
        let records = (FuzzCorpus.corpus[format] ?? []).map { Array($0.utf8) }
        for record in records { #expect(parser.parts(record).allSatisfy { $0.rejection == nil }) }
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        var taken = 0
        var runs = 0
        // On a busy machine the time may be over before anything was tried.
        while runs < Self.least || ContinuousClock.now < deadline {
            let bytes = FuzzCorpus.mutant(records, &generator)
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
            // What our scanner takes, libxml2 takes, too, and of no payment that it sees nothing is said.
            if format == .xml, isTaken, !Self.hasBareInstruction(bytes) {
                let count = PaymentCount(bytes)
                let isWhole = parts.allSatisfy { !$0.message.isEmpty }
                if !count.isWellFormed || (isWhole && count.payments != parts.count) { Issue.record(said()) }
            }
        }
        print("\(format.rawValue): \(runs) records, \(taken) of them with a transaction")
        #expect(taken > 0 && taken < runs)
    }

    /// Whether a document has a processing instruction with a target alone (`<?a?>`), at which FoundationXML crashes.
    private static func hasBareInstruction(_ bytes: [UInt8]) -> Bool {
        // Without the zeros that UTF-16 has.
        let text = bytes.filter { $0 != 0 }
        var start: Int?
        for (at, pair) in zip(text, text.dropFirst()).enumerated() {
            if pair == (UInt8(ascii: "<"), UInt8(ascii: "?")) { start = at + 2 }
            guard pair == (UInt8(ascii: "?"), UInt8(ascii: ">")), let first = start else { continue }
            if first >= at || !text[first..<at].contains(where: { [9, 10, 13, 32].contains($0) }) { return true }
            start = nil
        }
        return false
    }

    @Test(
        "of a file with damaged records nothing is in no record, and what stands behind them is read",
        arguments: [BadCase.Format.json, .csv])
    func files(format: BadCase.Format) throws {
        var generator = SplitMix64(state: Self.seed)
        let mapping = try format.mapping()
        let records = (FuzzCorpus.corpus[format] ?? []).map { Array($0.utf8) }
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        var runs = 0
        while runs < Self.least / 4 || ContinuousClock.now < deadline {
            runs += 1
            // First a whole one: what is damaged may look like a header of CSV, and then nothing of the file is read.
            var bytes = records[0] + [10]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes += FuzzCorpus.mutant(records, &generator) + [10]
            }
            bytes += records[0]
            func said() -> Comment { "run \(runs) of seed \(Self.seed): \(String(decoding: bytes, as: UTF8.self))" }
            let file = try RecordFile(bytes, name: "f", mapping: mapping)
            var (end, last) = (0, [RecordPart]())
            for record in file.records {
                if record.bytes.lowerBound < end || !Self.isNothing(bytes[end..<record.bytes.lowerBound], format) {
                    Issue.record(said())
                }
                end = record.bytes.upperBound
                last = file.parts(record)
                if last.map(\.index) != Array(last.indices) || last.isEmpty { Issue.record(said()) }
            }
            if !Self.isNothing(bytes[end...], format) { Issue.record(said()) }
            if last.first?.transaction == nil { Issue.record(said()) }
        }
        print("\(format.rawValue): \(runs) files")
    }

    /// Whether bytes between two records hold none: blanks and control characters, byte order marks, and of JSON the signs of
    /// an array.
    private static func isNothing(_ bytes: ArraySlice<UInt8>, _ format: BadCase.Format) -> Bool {
        let signs: [UInt8] = [0xEF, 0xBB, 0xBF] + (format == .json ? Array("[],".utf8) : [])
        return bytes.allSatisfy { $0 <= 32 || signs.contains($0) }
    }
}

/// The payments and outcomes of a document as libxml2 sees it.
private final class PaymentCount: NSObject, XMLParserDelegate {
    private(set) var payments = 0
    private(set) var isWellFormed = false

    init(_ bytes: [UInt8]) {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let local = name.split(separator: ":").last.map(String.init) ?? name
        if ["CdtTrfTxInf", "TxInfAndSts"].contains(local) { payments += 1 }
    }
}
