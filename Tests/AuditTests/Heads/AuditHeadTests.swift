import Audit
import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Heads of audit logs")
struct AuditHeadTests {
    let consortium = AuditConsortium()
    let head = AuditHead(
        role: .party(.one), standing: SeenHead(size: 5, root: MerkleHash(leaf: [1])), microseconds: 17,
        trail: MerkleHash(leaf: [2]),
        seen: [
            .party(.zero): SeenHead(size: 9, root: MerkleHash(leaf: [3])),
            .coordinator: SeenHead(size: 1, root: MerkleHash(leaf: [4])),
        ])

    private func read(_ record: [UInt8], name: String = AuditConsortium.name) throws(AuditHeadRefusal) -> AuditHead {
        try AuditHead(verifying: record, consortium: name, keys: { consortium.roster[$0] })
    }

    private var record: [UInt8] {
        try! head.record(consortium: AuditConsortium.name, key: consortium.key(.party(.one)))
    }

    @Test("a head comes back as it was signed")
    func comesBack() throws {
        #expect(try read(record) == head)
        let first = AuditHead(
            role: .coordinator, standing: SeenHead(size: 0, root: .empty), microseconds: 0, trail: nil)
        #expect(try read(first.record(consortium: AuditConsortium.name, key: consortium.key(.coordinator))) == first)
    }

    @Test("a head that another role signed, of another consortium or of nobody in the roster is refused by name")
    func refusedByName() throws {
        let forged = try head.record(consortium: AuditConsortium.name, key: consortium.key(.party(.two)))
        #expect(throws: AuditHeadRefusal.badSignature(.party(.one))) { try read(forged) }
        #expect(throws: AuditHeadRefusal.otherConsortium) { try read(record, name: "another") }
        let stranger = AuditHead(
            role: .member(MemberID("bank-x")!), standing: head.standing, microseconds: 1, trail: nil)
        let signed = try stranger.record(consortium: AuditConsortium.name, key: SigningKey())
        #expect(throws: AuditHeadRefusal.unknownRole(.member(MemberID("bank-x")!))) { try read(signed) }
        #expect(throws: AuditHeadRefusal.malformed) { try read([]) }
        #expect(throws: AuditHeadRefusal.malformed) { try read(record + [UInt8](repeating: 0, count: 70_000)) }
    }

    @Test("a head with any bit changed is refused")
    func anyBit() {
        let record = record
        for place in record.indices {
            for bit in [0, 3, 7] {
                var other = record
                other[place] ^= 1 << bit
                #expect(throws: AuditHeadRefusal.self) { try read(other) }
            }
        }
    }

    @Test("a head that the role signed for another purpose is none")
    func otherPurpose() throws {
        var wire = try #require(WireAuditHead(decoding: record))
        let signature = try consortium.key(.party(.one)).sign(Array(wire.body), context: "cordon/sync/report/v1")
        wire.signature = Data(signature)
        #expect(throws: AuditHeadRefusal.badSignature(.party(.one))) { try read(wire.encoded) }
    }

    @Test("a head that names itself, or one role twice, is refused though it is signed")
    func seenTwice() throws {
        func resigned(_ change: (inout WireAuditHeadBody) -> Void) throws -> [UInt8] {
            var wire = try #require(WireAuditHead(decoding: record))
            var body = try #require(WireAuditHeadBody(decoding: Array(wire.body)))
            change(&body)
            wire.body = Data(body.encoded)
            wire.signature = Data(try consortium.key(.party(.one)).sign(body.encoded, context: "cordon/audit/head/v1"))
            return wire.encoded
        }
        #expect(try read(resigned { _ in }) == head)
        let changes: [(inout WireAuditHeadBody) -> Void] = [
            { $0.seen[0].role = "party/party-1" }, { $0.seen[1].role = $0.seen[0].role },
            { $0.seen[0].root = Data([1]) },
            { $0.seen[0].size = .max }, { $0.trail = Data([1]) }, { $0.schema = 2 },
        ]
        for change in changes {
            let record = try resigned(change)
            #expect(throws: AuditHeadRefusal.malformed) { try read(record) }
        }
    }
}
