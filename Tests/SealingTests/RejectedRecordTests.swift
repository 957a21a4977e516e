import Foundation
import Keys
import Records
import Sealing
import Support
import Testing

private let original: [UInt8] = Array("{\"id\":".utf8)
private let origin = RejectedRecord.Origin(topic: "bank-a.transactions", partition: 2, offset: 77)

@Suite("A rejected record")
struct RejectedRecordTests {
    @Test("shows why and where, and opens for its member alone")
    func opens() throws {
        let key = HPKEPrivateKey()
        let record = RejectedRecord.make(
            reason: "malformed_json", field: "id", stage: "ingest", party: .one, member: try member("bank-a"),
            origin: origin, original: original, recipient: key.publicKey)
        #expect(record.reason == "malformed_json" && record.field == "id" && record.stage == "ingest")
        #expect(record.topic == "bank-a.transactions" && record.partition == 2 && record.offset == 77)
        #expect(record.member == "bank-a" && record.party == 2)
        let copy = try #require(WireRejected(decoding: record.encoded))
        #expect(try RejectedRecord.open(copy, key: key) == original)
        let other = HPKEPrivateKey()
        #expect(throws: HPKEError.notAuthentic) { try RejectedRecord.open(copy, key: other) }
        let whole = record.encoded
        #expect(!whole.indices.contains { whole[$0...].starts(with: original) })
    }

    @Test("does not open under another reason or position: what is shown belongs to what is sealed")
    func bound() throws {
        let key = HPKEPrivateKey()
        let record = RejectedRecord.make(
            reason: "box_not_opened", stage: "scoring", member: try member("bank-a"), origin: origin,
            original: original, recipient: key.publicKey)
        for change in [
            { $0.reason = "unknown_member" }, { $0.topic = "bank-b.transactions" }, { $0.partition = 3 },
            { $0.offset = 78 }, { $0.sealedOriginal[0] ^= 1 }, { $0.encapsulatedKey[0] ^= 1 },
            { $0.sealedOriginal.removeAll() }, { $0.encapsulatedKey.removeAll() },
        ] as [(inout WireRejected) -> Void] {
            var changed = record
            change(&changed)
            #expect(throws: HPKEError.notAuthentic) { try RejectedRecord.open(changed, key: key) }
        }
    }

    @Test("leaves the original out where no member can be named")
    func nobody() {
        let record = RejectedRecord.make(
            reason: "header_malformed", stage: "scoring", party: .zero, member: nil, origin: origin,
            original: original, recipient: nil)
        #expect(record.sealedOriginal.isEmpty && record.encapsulatedKey.isEmpty)
        #expect(record.member.isEmpty && record.field.isEmpty && record.party == 1)
    }
}
