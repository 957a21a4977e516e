import EventLogs
import Formats
import Ingest
import Keys
import LocalStore
import Model
import Records
import Secrets
import Simulation
import Support
import Synchronization
import Telemetry
import Testing

@Suite("Messages of ISO 20022 on a member's topic")
struct LiveMessageTests {
    private let folder: TemporaryFolder
    private let sessions: Sessions
    private let clock = SimulatedClock(start: 1_772_500_000_000_000)
    private let log: SQLiteEventLog
    private let metrics = Metrics()
    private var source: TopicPartition { TopicPartition(Topics.transactions(sessions.member)) }

    init() throws {
        folder = try TemporaryFolder()
        sessions = try Sessions()
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        let topics = [Topics.transactions(sessions.member), Topics.sealed, Topics.rejected(sessions.member)]
        try log.create(topics.map { TopicSettings(name: $0, partitions: 1) })
    }

    private static let features = FeatureSpec(name: "test", features: [Feature(name: "amount", kind: .amount)])

    private static func message(_ type: String, _ element: String, _ body: String) -> [UInt8] {
        Array(
            ("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:\(type)\"><\(element)><GrpHdr><MsgId>M</MsgId>"
                + "<CreDtTm>2026-03-02T10:15:00Z</CreDtTm></GrpHdr>\(body)</\(element)></Document>").utf8)
    }

    private static func transfers(_ ids: String...) -> [UInt8] {
        let body = ids.map { id in
            "<CdtTrfTxInf><PmtId><EndToEndId>\(id)</EndToEndId></PmtId><IntrBkSttlmAmt Ccy=\"EUR\">5.00</IntrBkSttlmAmt>"
                + "<Dbtr><Nm>Ada</Nm></Dbtr><Cdtr><Nm>Bo</Nm></Cdtr></CdtTrfTxInf>"
        }
        return message("pacs.008.001.08", "FIToFICstmrCdtTrf", body.joined())
    }

    private static func returned(_ id: String, _ reason: String) -> [UInt8] {
        message(
            "pacs.004.001.09", "PmtRtr",
            "<TxInf><OrgnlEndToEndId>\(id)</OrgnlEndToEndId><RtrRsnInf><Rsn><Cd>\(reason)</Cd></Rsn></RtrRsnInf></TxInf>"
        )
    }

    private static func source(_ record: LogRecord) throws -> SourcePosition? {
        guard case .transaction(let sealed)? = WireSealedRecord(decoding: record.value ?? [])?.body else { return nil }
        return SourcePosition(try #require(WireSealedHeader(decoding: Array(sealed.header))).source)
    }

    @Test("transfers are sealed, in batches too, a return for fraud is a label, and what is wrong stops nothing else")
    func live() throws {
        let records = [
            Self.transfers("E1"), Self.transfers("E2", "E1", "E3"), Self.transfers("E1"), Self.returned("E1", "AC04"),
            Self.returned("E1", "FRAD"), Self.returned("E9", "FRAD"), Array("<!DOCTYPE a><a/>".utf8),
            Self.transfers("E4"), Self.transfers("E5", "", "E6", ""),
        ]
        let state = try ingested(records, mapping: try isoMapping())

        #expect(state.waiting == 6)
        #expect(try log.end(of: TopicPartition(Topics.sealed)) == 6)
        let rejected = try log.reader(at: [Position(TopicPartition(Topics.rejected(sessions.member)), 0)])
            .available(limit: 10).map { try #require(WireRejected(decoding: $0.value ?? [])) }
        #expect(rejected.map(\.reason) == ["unknown_transaction", "forbidden_dtd", "missing_field", "missing_field"])
        #expect(rejected.map(\.offset) == [5, 6, 8, 8] && rejected.map(\.index) == [0, 0, 1, 3])
        // The original goes with the first of its record's parts that is rejected.
        #expect(rejected.map(\.sealedOriginal.isEmpty) == [false, false, false, true])
        let sources = try log.reader(at: [Position(TopicPartition(Topics.sealed), 0)]).available(limit: 10)
            .compactMap { try Self.source($0) }
        #expect(
            sources
                == [(0, 0), (1, 0), (1, 2), (7, 0), (8, 0), (8, 2)].map { SourcePosition(offset: $0.0, index: $0.1) })
        #expect(metrics.value("cordon_outcomes_total", .init("kind", "return")) == 2)
        #expect(metrics.value("cordon_labels_total") == 1)
        #expect(metrics.value("cordon_duplicates_total") == 2)
    }

    /// The state of an agent that has read these records, as all that its topic has.
    private func ingested(_ records: [[UInt8]], mapping: Mapping) throws -> AgentState {
        try log.append(records.map { NewRecord(source, value: $0) })
        let state = try AgentState(
            spec: Self.features, hasher: EntityHasher(), transactions: source,
            store: SQLiteStateStore(path: folder.path + "/state.sqlite"))
        let sealer = sessions.sealer(try BinnedSpec(spec: Self.features, edges: [[1.5]]), seed: 1)
        let pipeline = try IngestPipeline(
            member: sessions.member, log: log, state: state, mapping: mapping, rules: ValidationRules(), sealer: sealer,
            recipient: { HPKEPrivateKey().publicKey }, clock: clock, metrics: metrics)
        try pipeline.run(by: clock, until: { state.ingested == Int64(records.count) })
        return state
    }

    @Test("records without ids are known by their places, refunds are counted, and a field that can't be is left out")
    func mapped() throws {
        let records = [("5.00", "10.0.0.1"), ("-5.00", "10.0.0.1"), ("5.00", "123.456.789.200"), ("x", "::1")].map {
            Array(
                #"{"time":"2026-03-02T10:15:00Z","customer":"c","terminal":"t","amount":"\#($0)","ip":"\#($1)"}"#.utf8)
        }
        var mapping = Mapping.canonical
        (mapping.id, mapping.amountForm.refunds) = (.place, .leaveOut)
        let state = try ingested(records, mapping: mapping)

        let first = try #require(state.pending(SourcePosition(offset: 0)))
        #expect(first.transaction.id == "\(source.topic)/0/0" && first.marks.isEmpty)
        let marked = try #require(state.pending(SourcePosition(offset: 2)))
        #expect(marked.transaction.id == "\(source.topic)/0/2" && marked.marks == [.leftOut(.entity(.ip))])
        #expect(marked.transaction.entities.isEmpty && state.waiting == 2)
        #expect(metrics.value("cordon_records_left_out_total", .init("reason", "refund")) == 1)
        #expect(metrics.value("cordon_transactions_marked_total", .init("mark", "left_out:ip")) == 1)
        #expect(metrics.value("cordon_rejected_total", .init("reason", "amount_not_a_number")) == 1)
        #expect(try log.end(of: TopicPartition(Topics.rejected(sessions.member))) == 1)
    }
}
