import Foundation
import LocalConsortium
import Records
import Support
import Telemetry
import Testing

@Suite("A reading of a metrics file")
struct MetricsReadingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func reading(_ text: String) throws -> MetricsReading {
        MetricsReading(file: try folder.write(text, to: "m.prom"))
    }

    @Test("sums a name over all its labels, and no other name")
    func sums() throws {
        let reading = try reading(
            """
            # HELP a_total Things.
            # TYPE a_total counter
            a_total 2
            a_total{kind="x"} 3
            a_total{kind="y",more="1"} 0.5
            a_total_more 100
            b -1

            """)
        #expect(reading.sum(.counter("a_total", "")) == 5.5 && reading.sum(.gauge("b", "")) == -1)
        #expect(reading.sum(.gauge("a", "")) == 0 && reading.sum(.gauge("", "")) == 0)
    }

    @Test("passes over lines that are none, and files that are not there")
    func damaged() throws {
        let reading = try reading("a\na b\na 1 2\n\n  \na{x=\"1\"} 7\n# a 100\na_cut{x=\"1")
        #expect(reading.sum(.gauge("a", "")) == 7)
        #expect(MetricsReading(file: folder.path("none")).sum(.gauge("a", "")) == 0)
    }
}

@Suite("What scoring costs by the processes' count")
struct CellCostsTests {
    private let folder: TemporaryFolder
    private let demo: DemoFolder
    private let members: [MemberID]

    init() throws {
        folder = try TemporaryFolder()
        demo = DemoFolder(path: folder.path("demo"))
        members = try ["bank-a", "bank-b"].map { try member($0) }
        try FileManager.default.createDirectory(atPath: demo.run + "/metrics", withIntermediateDirectories: true)
    }

    private func write(_ role: String, _ figures: [String: Double]) throws {
        let text = figures.map { "\($0.key) \($0.value)\n" }.sorted().joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: demo.metrics(role)))
    }

    @Test("are a batch's and a transaction's shares of the sums over all processes")
    func costs() throws {
        for (number, party) in PartyID.allCases.enumerated() {
            try write(
                party.name,
                [
                    "cordon_transactions_scored_total": 100, "cordon_batches_total": 10, "cordon_rounds_total": 40,
                    "cordon_cell_sent_bytes_total": 1000 * Double(number + 1),
                    "cordon_counted_token_epoch": Double(3 + number),
                ])
        }
        try write("bank-a", ["cordon_transactions_sealed_total": 60, "cordon_sealed_bytes_total": 6000])
        try write("bank-b", ["cordon_transactions_sealed_total": 40, "cordon_sealed_bytes_total": 9000])
        let costs = CellCosts(folder: demo, members: members)
        #expect(costs.rounds == 4 && costs.transactionsPerBatch == 10)
        #expect(costs.sentBytesPerTransactionAndParty == 20)
        #expect(costs.recordBytes == 150)
        // Of the party that is furthest behind.
        #expect(costs.countedTokenEpoch == 3)
        #expect(CellCosts(folder: demo, members: [members[1]]).recordBytes == 225)
    }

    @Test("are none where nothing was done yet, or a party has never moved its counts")
    func none() throws {
        let costs = CellCosts(folder: demo, members: members)
        #expect(costs.rounds == nil && costs.transactionsPerBatch == nil && costs.recordBytes == nil)
        #expect(costs.sentBytesPerTransactionAndParty == nil && costs.countedTokenEpoch == nil)
        for party in [PartyID.zero, .one] { try write(party.name, ["cordon_counted_token_epoch": 2]) }
        #expect(CellCosts(folder: demo, members: members).countedTokenEpoch == nil)
        try write(PartyID.two.name, ["cordon_counted_token_epoch": 2])
        #expect(CellCosts(folder: demo, members: members).countedTokenEpoch == 2)
    }
}

@Suite("A demo's folder")
struct DemoFolderTests {
    @Test("keeps keys and model beside what is made anew for each run")
    func places() throws {
        let folder = DemoFolder(path: "/d")
        let bank = try member("bank-a")
        #expect(folder.model == "/d/model/model.json" && folder.bins == "/d/model/bins.json")
        let run = [
            folder.log, folder.state("party-0"), folder.agent(bank), folder.metrics("bank-a"), folder.logFile("bank-a"),
        ]
        #expect(run.allSatisfy { $0.hasPrefix(folder.run + "/") } && Set(run).count == run.count)
        #expect(folder.metrics("bank-a").hasSuffix("/bank-a.prom") && folder.logFile("bank-a").hasSuffix("/bank-a.log"))
    }

    @Test("ports that are free are as many as asked for, each another")
    func ports() throws {
        let ports = try freePorts(5)
        #expect(Set(ports).count == 5 && ports.allSatisfy { (1024...65_535).contains($0) })
    }
}
