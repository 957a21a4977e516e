import Formats
import Foundation
import PipelineFiles
import Records
import Support
import Testing
import Worlds

@Suite("Files of a simulated world")
struct SimulatedFilesTests {
    private let world: WorldPayments
    private let all: [LabelledTransaction]
    private let rates: RateTable

    init() throws {
        let start = try #require(EventTime(rfc3339: "2026-01-28"))
        let often = WorldPlan.usualTypologies.mapValues { $0 * 20 }
        world = ConsortiumWorld(
            try WorldPlan(seed: 4, customers: 1500, terminals: 500, days: 6, start: start, typologies: often)
        ).payments(threads: 2)
        all = [Int](0..<6).flatMap { [world] day in world.transactions(day: day).map(\.labelled) }
        rates = try readRates(file: ConfigurationFixture.committed("rates.yaml"))
    }

    private func parser(_ mapping: String) throws -> RecordParser {
        var mapping = try readMapping(file: ConfigurationFixture.committed("mappings/\(mapping).yaml"))
        mapping.rates = rates
        return RecordParser(mapping: mapping)
    }

    private func files(_ format: OutputFormat) -> [OutputFormat.File] {
        Dictionary(grouping: all, by: \.transaction.time.dayNumber).sorted { $0.key < $1.key }.flatMap {
            day, transactions in
            format.files(of: transactions, day: "day-\(day)")
        }
    }

    @Test("CSV holds every transaction with every field, and whose it is")
    func csv() throws {
        let parser = try parser("simulated")
        var read: [Transaction] = []
        var members: [String] = []
        for file in files(.csv) {
            for line in file.bytes.split(separator: 10).dropFirst() {
                read.append(try #require(parser.parts(Array(line))[0].transaction))
                members.append(String(decoding: line.split(separator: UInt8(ascii: ","))[1], as: UTF8.self))
            }
        }
        #expect(read == all.map(\.transaction))
        #expect(members == all.map(\.member.name))
    }

    @Test("JSON lines hold every transaction with every field, a file a member")
    func jsonLines() throws {
        let parser = try parser("canonical")
        var read: [String: [Transaction]] = [:]
        for file in files(.jsonLines) {
            for line in file.bytes.split(separator: 10) {
                read[String(file.path.prefix(6)), default: []].append(
                    try #require(parser.parts(Array(line))[0].transaction))
            }
        }
        #expect(read == Dictionary(grouping: all, by: \.member.name).mapValues { $0.map(\.transaction) })
    }

    @Test("pacs.008 holds every transfer with every field that the message has, and nothing is noted")
    func iso20022() throws {
        let (named, plain) = (try parser("simulated-iso20022"), try parser("iso20022"))
        var read: [String: [Transaction]] = [:]
        for file in files(.iso20022) {
            let parts = named.parts(file.bytes)
            #expect(parts.count <= 1000 && parts.allSatisfy { $0.notes.isEmpty && $0.rejection == nil })
            read[String(file.path.prefix(6)), default: []] += parts.compactMap(\.transaction)
            // By the mapping for any bank's messages the account is the customer.
            #expect(
                plain.parts(file.bytes).map(\.transaction?.customer)
                    == parts.map { $0.transaction?.entities[.account] })
        }
        let expected = all.filter { $0.transaction.kind == .transfer || $0.transaction.kind == .instantTransfer }
            .map { labelled in
                var labelled = labelled
                // What the message has no place for.
                labelled.transaction.channel = nil
                labelled.transaction.entities[.device] = nil
                labelled.transaction.entities[.ip] = nil
                return labelled
            }
        #expect(expected.count > 1000)
        #expect(read == Dictionary(grouping: expected, by: \.member.name).mapValues { $0.map(\.transaction) })
        #expect(all.count { OutputFormat.iso20022.takes($0.transaction) } == expected.count)
    }

    @Test("a day of many transfers becomes several messages, each a whole one")
    func batches() throws {
        let member = try #require(MemberID("bank-a"))
        let transfer = try #require(all.first { $0.transaction.kind == .transfer })
        let many = (0..<2300).map { number in
            var one = transfer
            one.member = member
            one.transaction.id = "t\(number)"
            return one
        }
        let files = OutputFormat.iso20022.files(of: many, day: "2026-01-31")
        #expect(files.map(\.path) == (1...3).map { "bank-a/2026-01-31-\($0).xml" })
        let parser = try parser("simulated-iso20022")
        #expect(files.map { parser.parts($0.bytes).compactMap(\.transaction).count } == [1000, 1000, 300])
    }

    @Test("nothing in them tells a fraud; the ground truth names each with typology and incident")
    func truth() throws {
        let frauds = (0..<6).flatMap { world.transactions(day: $0) }.filter(\.labelled.fraud)
        #expect(frauds.count > 50)
        let lines = TruthText.lines(frauds).split(separator: "\n")
        #expect(lines.count == frauds.count)
        for (line, fraud) in zip(lines, frauds) {
            let fields = line.split(separator: ",")
            #expect(fields[0] == fraud.labelled.transaction.id && fields[1] == "1")
            #expect(Typology(rawValue: String(fields[3])) == fraud.typology && fraud.typology != nil)
            #expect(Int(fields[2]) == fraud.typology?.number && Int(fields[4]) == fraud.incident && fraud.incident > 0)
        }
        // The same transactions as honest ones make the same bytes.
        let honest = all.map {
            LabelledTransaction(member: $0.member, transaction: $0.transaction, fraud: false, scenario: 0)
        }
        for format in OutputFormat.allCases {
            #expect(format.files(of: all, day: "d") == format.files(of: honest, day: "d"))
        }
    }

    @Test("a replay of the CSV files gives the world back, with its ground truth")
    func replayed() throws {
        let folder = try TemporaryFolder()
        for file in files(.csv) { try folder.write(Data(file.bytes), to: file.path) }
        let truth = TruthText.header + TruthText.lines((0..<6).flatMap { world.transactions(day: $0) })
        try folder.write(truth, to: "truth.csv")
        let replay = try readReplay(file: ConfigurationFixture.committed("replays/simulated.yaml"))
        let (read, account) = try replay.load(folder.path, lastDay: .max) { _, _ in }
        let expected = all.map { labelled in
            var labelled = labelled
            // A replay's amounts are in the consortium's currency.
            labelled.transaction.original = nil
            return labelled
        }
        #expect(read == expected && account.lines.isEmpty)
    }
}
