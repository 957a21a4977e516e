import Keys
import Records
import Sealing
import Support
import Testing

@Suite("Fields of a rejected record")
struct RejectedFieldsTests {
    private let key: [UInt8] = (1...32).map { $0 }

    private func make(
        _ original: [UInt8]?, party: PartyID? = nil, field: String? = nil, origin: RejectedRecord.Origin? = nil
    ) throws -> WireRejected {
        RejectedRecord.make(
            reason: "box_missing", field: field, stage: "scoring", party: party, member: try member("bank-a"),
            origin: origin ?? RejectedRecord.Origin(topic: "t", partition: 0, offset: 0), original: original,
            recipient: try HPKEPrivateKey(bytes: key).publicKey)
    }

    @Test("number parties from 1, so that 0 is none")
    func parties() throws {
        #expect(try PartyID.allCases.map { try make(nil, party: $0).party } == [1, 2, 3])
        #expect(try make(nil).party == 0)
    }

    @Test("give place and field as they are")
    func place() throws {
        let origin = RejectedRecord.Origin(topic: "bank-a.transactions", partition: 70_000, offset: .max, index: 511)
        let record = try #require(WireRejected(decoding: make(nil, field: "amount", origin: origin).encoded))
        #expect(record.topic == "bank-a.transactions" && record.partition == 70_000 && record.offset == .max)
        #expect(record.index == 511 && record.field == "amount" && record.stage == "scoring")
        #expect(try make(nil).index == 0 && make(nil).field.isEmpty && make(nil).member == "bank-a")
    }

    @Test("hold no original where an earlier part of the record carries it, and then nothing opens")
    func withoutOriginal() throws {
        let record = try make(nil)
        #expect(record.sealedOriginal.isEmpty && record.encapsulatedKey.isEmpty)
        let key = try HPKEPrivateKey(bytes: key)
        #expect(throws: HPKEError.notAuthentic) { try RejectedRecord.open(record, key: key) }
    }

    @Test("hold an original of any length, at the cost of one key and one tag", arguments: [0, 1, 1000, 100_000])
    func lengths(count: Int) throws {
        var random = SplitMix64(UInt64(count))
        let original = random.bytes(count)
        let record = try make(original)
        #expect(record.encapsulatedKey.count == 32 && record.sealedOriginal.count == count + 16)
        #expect(try RejectedRecord.open(record, key: HPKEPrivateKey(bytes: key)) == original)
        // Sealed anew each time.
        #expect(try make(original).sealedOriginal != record.sealedOriginal)
    }
}
