import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Records of trainings")
struct SyncRecordTests {
    private let terms = SyncKeys.terms()

    private func refusal(_ record: [UInt8], _ terms: SyncTerms? = nil) -> SyncRefusal? {
        do throws(SyncRefusal) {
            _ = try SyncMessage(verifying: record, terms: terms ?? self.terms)
            return nil
        } catch { return error }
    }

    /// A record of any body, signed as the author of a name would.
    private func record(
        _ body: [UInt8], author: String = "coordinator", key: SyncAuthor = .coordinator, context: String
    ) -> [UInt8] {
        var record = WireSyncRecord()
        (record.body, record.author) = (Data(body), author)
        let signed = UInt64(author.utf8.count).bigEndianBytes + Array(author.utf8) + body
        record.signature = Data(try! SyncKeys.key(key).sign(signed, context: context))
        return record.encoded
    }

    @Test("are the bytes that other programs make, read as what they say and written as they do")
    func vectors() throws {
        for (vector, author, statement) in try SyncVector.all() {
            let message = try SyncMessage(verifying: vector.record, terms: terms)
            #expect(message.author == author && message.statement == statement, "\(vector.author)")
            #expect(message.digest.bytes == SyncVector.bytes(vector.name))
            let written = try #require(WireSyncRecord(decoding: SyncKeys.record(statement, by: author)))
            #expect(Array(written.body) == SyncVector.bytes(vector.body) && written.author == vector.author)
            #expect(refusal(written.encoded) == nil)
        }
    }

    @Test("with any byte changed, left out or put in are none, or say the same")
    func changed() throws {
        var random = SplitMix64(3)
        for (vector, author, statement) in try SyncVector.all() {
            let record = vector.record
            for _ in 0..<150 {
                var changed = record
                let place = Int.random(in: changed.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: changed[place] ^= UInt8.random(in: 1...255, using: &random)
                case 1: changed.remove(at: place)
                default: changed.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
                guard let message = try? SyncMessage(verifying: changed, terms: terms) else { continue }
                #expect(message.author == author && message.statement == statement)
            }
        }
    }

    @Test("count in their consortium alone")
    func consortium() throws {
        for (vector, author, statement) in try SyncVector.all() {
            var others = terms
            others.consortium = "other"
            #expect(refusal(vector.record, others) == .otherConsortium)
            #expect(refusal(SyncKeys.record(statement, by: author, consortium: "other")) == .otherConsortium)
            // Renamed to fit, it is not what was signed.
            var record = try #require(WireSyncRecord(decoding: vector.record))
            var body = try #require(WireSyncBody(decoding: Array(record.body)))
            body.consortium = "other"
            record.body = Data(body.encoded)
            #expect(refusal(record.encoded, others) == .badSignature(author))
        }
    }

    @Test("are signed for what they say, and for nothing else")
    func purposes() throws {
        let kinds = ["order", "report", "approval", "decision", "verdict"]
        for (vector, author, _) in try SyncVector.all() {
            let body = SyncVector.bytes(vector.body)
            let purposes = kinds.map { "cordon/sync/\($0)/v1" } + ["cordon/sync/order/v2", "cordon/activation/v2", ""]
            let accepted = purposes.filter {
                refusal(record(body, author: vector.author, key: author, context: $0)) == nil
            }
            #expect(accepted.count == 1, "\(accepted)")
        }
    }

    @Test("are their author's: nobody's name stands for another's, and no key signs for two")
    func authors() throws {
        let authors: [SyncAuthor] =
            [.coordinator] + PartyID.allCases.map { .party($0) } + SyncKeys.members.map { .member($0) }
            + SyncKeys.operators.map { .operator($0) }
        for (vector, author, statement) in try SyncVector.all() {
            for other in authors where other != author {
                // Another's name over the same signature.
                var renamed = try #require(WireSyncRecord(decoding: vector.record))
                renamed.author = other.description
                #expect(refusal(renamed.encoded) == .badSignature(other))
                // Another who signs in its own name: it has a say where it is an author of the kind.
                let body = SyncVector.bytes(vector.body)
                let kind = try #require(WireSyncBody(decoding: body)?.said)
                let purposes = ["order", "report", "approval", "decision", "verdict"].map { "cordon/sync/\($0)/v1" }
                let refusals = purposes.map {
                    refusal(record(body, author: other.description, key: other, context: $0))
                }
                let isAlike = "\(author)".prefix(5) == "\(other)".prefix(5)
                let expected: SyncRefusal? = isAlike ? nil : .wrongAuthor(other)
                #expect(refusals.contains(expected), "\(kind)")
                #expect(refusals.count { $0 == .badSignature(other) } == 4)
                // In the author's name by the other's key.
                #expect(
                    purposes.allSatisfy {
                        refusal(record(body, author: vector.author, key: other, context: $0)) == .badSignature(author)
                    })
            }
            _ = statement
        }
    }

    @Test(
        "name their author as the roster does",
        arguments: [
            "", "coordinator/", "party/party-3", "party/0", "party", "member/bank-c", "member/", "operator/dora",
            "Coordinator",
            "bank-a", "operator/anna/x", "member/Bank", "agent/bank-a",
        ])
    func names(name: String) throws {
        #expect(
            refusal(record(SyncVector.bytes(SyncVector.order.body), author: name, context: "cordon/sync/order/v1"))
                == .unknownAuthor)
    }

    @Test("read the names of authors that they write")
    func spelling() {
        for (name, author) in [
            ("coordinator", .coordinator), ("party/party-0", .party(.zero)), ("party/party-2", .party(.two)),
            ("member/bank-a", .member(SyncKeys.members[0])), ("operator/anna", .operator(SyncKeys.operators[0])),
        ] as [(String, SyncAuthor)] {
            #expect(SyncAuthor(name) == author && author.description == name)
        }
    }

    @Test(
        "that are longer than brokers take, no messages, of another schema or silent are refused before anything is verified"
    )
    func form() throws {
        #expect(refusal([UInt8](repeating: 0, count: 1_000_001)) == .tooLong(1_000_001))
        #expect(refusal([UInt8](repeating: 0, count: 1_000_000)) == .malformed(.encoding))
        for bytes in [[], [1, 2, 3], [0xFF]] as [[UInt8]] { #expect(refusal(bytes) == .malformed(.encoding)) }
        var body = try #require(WireSyncBody(decoding: SyncVector.bytes(SyncVector.order.body)))
        body.schema = 2
        #expect(refusal(record(body.encoded, context: "cordon/sync/order/v1")) == .malformed(.encoding))
        body.schema = 1
        body.said = nil
        #expect(refusal(record(body.encoded, context: "cordon/sync/order/v1")) == .malformed(.encoding))
    }

    @Test("have no signature at all, or one of another length")
    func unsigned() throws {
        for (vector, author, _) in try SyncVector.all() {
            var record = try #require(WireSyncRecord(decoding: vector.record))
            for signature in [Data(), record.signature.dropLast(), record.signature + [0]] {
                record.signature = signature
                #expect(refusal(record.encoded) == .badSignature(author))
            }
        }
    }

    @Test("of a roster with another key are nobody's")
    func otherKey() throws {
        var others = terms
        others.coordinator = SyncKeys.key(.party(.zero)).verifyingKey
        #expect(refusal(SyncVector.order.record, others) == .badSignature(.coordinator))
        others.operators = [:]
        #expect(refusal(SyncVector.approval.record, others) == .unknownAuthor)
    }
}
