import Audit
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Receipts of erasures")
struct ErasureReceiptTests {
    private let consortium = AuditConsortium()
    private let role = SyncAuthor.party(.one)

    private func receipt(_ storage: AuditBytes = AuditBytes()) throws -> ErasureReceipt {
        let log = try consortium.log(role, storage)
        log.write(AuditEvent(.started))
        return try #require(
            ErasureReceipt(
                consortium: AuditConsortium.name, role: role, member: "bank-a", until: "2026-11-30",
                dropped: [.init("rows", 4), .init("labels", 2)], remains: ["counts", "models"], audit: log))
    }

    private func verify(_ receipt: ErasureReceipt) throws -> SyncAuthor {
        let roster = consortium.roster
        return try receipt.verify(consortium: AuditConsortium.name) { roster[$0] }.role
    }

    @Test("one holds by the roster alone, and stands in the role's log")
    func holds() throws {
        let storage = AuditBytes()
        let receipt = try receipt(storage)
        #expect(try verify(receipt) == role)
        #expect(ErasureReceipt(json: receipt.json) == receipt)
        let entries = AuditConsortium.frames(storage.bytes).compactMap(\.entry)
        #expect(entries.last?.event.kind == .erased && entries.last?.event.fields[.count] == "6")
        #expect(entries.last?.event.fields[.member] == "bank-a")
        #expect(consortium.fault(storage.bytes) == nil)
    }

    @Test("whatever of its text is altered is found")
    func altered() throws {
        let json = String(decoding: try receipt().json, as: UTF8.self)
        let changes = [
            ("\"rows\"", "\"row\""), (": 4", ": 5"), ("\"counts\"", "\"count\""), ("bank-a", "bank-b"),
            ("11-30", "12-30"),
            ("party/party-1", "party/party-2"), ("cordon/erasure/v1", "cordon/erasure/v2"),
            ("\"example\"", "\"other\""),
            ("\"models\"", "\"models\", \"more\""), ("\"until\" : \"2026-11-30\"", "\"until\" : \"\""),
        ]
        for (old, new) in changes {
            let changed = json.replacing(old, with: new)
            try #require(changed != json, "\(old)")
            let receipt = try #require(ErasureReceipt(json: Array(changed.utf8)), "\(old)")
            #expect(throws: ErasureReceipt.Fault.self, "\(old)") { try verify(receipt) }
        }
        #expect(ErasureReceipt(json: [1, 2]) == nil)
    }

    @Test("a log that can't be written to gives none, and another role's key none that holds")
    func none() throws {
        let log = try consortium.log(.coordinator, AuditBytes())
        let other = try #require(
            ErasureReceipt(
                consortium: AuditConsortium.name, role: role, member: nil, until: nil, dropped: [], remains: [],
                audit: log))
        #expect(throws: ErasureReceipt.Fault.altered) { try verify(other) }
        #expect(throws: ErasureReceipt.Fault.otherConsortium) { try receipt().verify(consortium: "x") { _ in nil } }
        #expect(throws: ErasureReceipt.Fault.head(.unknownRole(role))) {
            try receipt().verify(consortium: AuditConsortium.name) { _ in nil }
        }
    }
}
