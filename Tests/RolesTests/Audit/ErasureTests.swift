import Audit
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import SecureScoring
import Simulation
import Support
import Testing
import ThreeParty

@Suite("Erasures at roles")
struct ErasureTests {
    private let terms: Terms
    private let folder: TemporaryFolder
    private let clock = SimulatedClock(start: Terms.start)

    init() throws {
        terms = try Terms()
        folder = try TemporaryFolder()
    }

    private func audit(_ role: SyncAuthor, _ keys: String, _ storage: any AuditStorage = AuditBytes()) throws
        -> AuditLog
    {
        try terms.roster.auditLog(of: role, key: terms.keys(keys).signingKey(), in: storage, clock: clock)
    }

    private func verify(_ receipt: ErasureReceipt) throws -> SyncAuthor {
        let terms = terms.roster.syncTerms
        return try receipt.verify(consortium: terms.consortium) { terms.key(of: $0) }.role
    }

    @Test("a party drops a member's rows and statements from its state, sealed as it is, and signs for how many")
    func party() throws {
        let files = SQLiteStateStores(prefix: folder.path + "/party.sqlite")
        let stores = try SealedStores(files, terms.keys("party-0"))
        let limits = try #require(Terms.rows)
        let rows = RowTerms(state: try stores.open(".rows-0"), limits: limits)
        let store = try ScoredRowStore(rows, partition: 0)
        var batch = RowBatch(0..<6, seconds: 86_400, form: .zero, agreed: .zero, bits: 8)
        for row in 0..<6 {
            let event = try #require(EventID([UInt8](repeating: UInt8(row), count: 16)))
            batch.append(
                RowKey(event, of: RowKey.Member(Terms.member(row % 2))), BitShares(first: [UInt8(row)], second: [0]))
        }
        try store.keep(batch)
        store.decide(0..<6, agreed: .zero)
        try store.commit(now: 86_400)
        let book = EvidenceBook(party: .zero, state: try stores.open(""))
        for member in 0..<2 {
            try book.keep([
                BatchStatements(
                    party: .zero, member: Terms.member(member), sessionEpoch: 1, partition: 0, plan: .zero,
                    agreed: .zero,
                    model: .zero, ringBits: 16, steps: 0,
                    entries: (0..<3).map {
                        .init(source: SourcePosition(offset: $0), offset: $0, record: .zero, commitment: .zero)
                    })
            ])
        }
        let erasure = PartyErasure(party: .zero, roster: terms.roster, stores: stores, partitions: 1)
        let log = try audit(.party(.zero), "party-0")
        let receipt = try #require(
            try erasure.erase(of: Terms.member(1), until: nil, audit: log))
        #expect(try verify(receipt) == .party(.zero))
        #expect(receipt.dropped.map(\.count) == [3, 0, 3] && receipt.member == "bank-1")
        #expect(
            receipt.remains.contains { $0.contains("models") } && receipt.remains.contains { $0.contains("backups") })
        for name in ["", ".rows-0", ".none"] { try files.vacuum(name) }
        let after = try ScoredRowStore(RowTerms(state: try stores.open(".rows-0"), limits: limits), partition: 0)
        #expect(after.count == 3)
        let left = try EvidenceBook(party: .zero, state: stores.open("")).pages()
        #expect(left.map(\.statements.member) == [Terms.member(0)])
        let day = try #require(EventTime(rfc3339: "1970-01-03T00:00:00Z"))
        let older = try #require(try erasure.erase(of: nil, until: day, audit: log))
        #expect(older.dropped.map(\.count) == [3, 0, 0] && older.until == "1970-01-03")
        #expect(try verify(older) == .party(.zero) && log.count == 2)
    }

    @Test("what a freed page held is not in the file any more")
    func vacuum() throws {
        let files = SQLiteStateStores(prefix: folder.path + "/plain")
        let needle = Array("what nobody is to find again".utf8)
        do {
            let state = try files.open("")
            let rows = (0..<500).map {
                StateWrite.put(table: "t", StateEntry(key: [UInt8($0 & 255), UInt8($0 >> 8)], value: needle, order: 0))
            }
            try state.commit(rows, positions: [])
            try state.commit(
                (1..<500).map { .remove(table: "t", key: [UInt8($0 & 255), UInt8($0 >> 8)]) } + [
                    .remove(table: "t", key: [0, 0])
                ],
                positions: [])
        }
        try files.vacuum("")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasPrefix("plain") {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file)))
            #expect(bytes.firstRange(of: needle) == nil, "\(file)")
        }
    }

    @Test("a member's keys go but its identities, and its agents' state; what it keeps beside them stays")
    func member() throws {
        let (keys, state) = (folder.path + "/keys", folder.path + "/state")
        let own = Terms.member(0)
        let keystore = FileKeystore(directory: keys)
        try keystore.store(terms.keys(own.name).signingKey())
        try keystore.store(HPKEPrivateKey())
        // It changes its identity at the moment.
        try keystore.store(SigningKey(), "identity-2")
        for name in ["event-id", "windows", "at-rest"] { _ = try keystore.localKey(name) }
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        for file in ["a.sqlite", "a.sqlite-wal", "notes.txt"] {
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: state + "/" + file))
        }
        let erasure = MemberErasure(own, consortium: terms.roster.consortium, keystore: keystore, state: state)
        let receipt = try #require(try erasure.erase(audit: audit(.member(own), own.name)))
        #expect(try verify(receipt) == .member(own))
        #expect(receipt.dropped.map(\.count) == [4, 2])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: keys).sorted() == ["identity-2.key", "identity.key"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["notes.txt"])
        #expect(throws: (any Error).self) {
            try MemberErasure(own, consortium: "c", keystore: FileKeystore(directory: keys + "/none"), state: nil)
                .erase(
                    audit: audit(.member(own), own.name))
        }
    }
}
