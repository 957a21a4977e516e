import Audit
import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Statements on scores, and the records that they are in")
struct ScoreEvidenceTests {
    private let member = MemberID("bank-a")!

    private func digest(_ number: Int) -> Digest32 { Digest32(of: [UInt32(number).bigEndianBytes]) }

    private func batch(
        _ count: Int, from first: Int = 0, member: MemberID? = nil, party: PartyID = .one
    ) -> BatchStatements {
        BatchStatements(
            party: party, member: member ?? self.member, sessionEpoch: 3, partition: 2, plan: digest(1),
            agreed: digest(2), model: digest(3), ringBits: 16, steps: 17,
            entries: (first..<first + count).map {
                .init(
                    source: SourcePosition(partition: $0 % 3, offset: Int64($0), index: $0 % 2),
                    offset: Int64(1_000 + $0), record: digest(10_000 + $0), commitment: digest(20_000 + $0))
            })
    }

    // MARK: Statements

    private func statement() -> ScoreStatement {
        ScoreStatement(
            party: .two, member: member, source: SourcePosition(partition: 5, offset: -6, index: 7), partition: 8,
            offset: 9, record: digest(1), plan: digest(2), agreed: digest(3), model: digest(4), ringBits: 32,
            steps: 300,
            commitment: digest(5))
    }

    @Test("a statement's leaf is over the bytes that its layout names, in that order")
    func layout() {
        let statement = statement()
        var bytes = Array("cordon/score/statement/v1".utf8) + [2, 6] + Array("bank-a".utf8)
        bytes += [0, 0, 0, 5] + [255, 255, 255, 255, 255, 255, 255, 250] + [0, 0, 0, 7]
        bytes += [0, 0, 0, 8] + [0, 0, 0, 0, 0, 0, 0, 9]
        for number in 1...4 { bytes += digest(number).bytes }
        bytes += [32] + [0, 0, 1, 44] + digest(5).bytes
        #expect(statement.leaf == MerkleHash(leaf: bytes))
    }

    @Test("a statement with any of its fields another has another leaf")
    func everyField() {
        let changes: [(inout ScoreStatement) -> Void] = [
            { $0.party = .zero }, { $0.member = MemberID("bank-b")! }, { $0.member = MemberID("bank-a5")! },
            { $0.source.partition = 6 }, { $0.source.offset = 6 }, { $0.source.index = 0 }, { $0.partition = 9 },
            { $0.offset = -9 }, { $0.record = .zero }, { $0.plan = .zero }, { $0.agreed = .zero },
            { $0.model = .zero }, { $0.ringBits = 16 }, { $0.steps = 301 }, { $0.steps = 0 },
            { $0.commitment = .zero }, { swap(&$0.record, &$0.plan) }, { swap(&$0.agreed, &$0.model) },
            { swap(&$0.partition, &$0.source.partition) }, { swap(&$0.offset, &$0.source.offset) },
        ]
        var leaves: Set = [statement().leaf]
        for change in changes {
            var other = statement()
            change(&other)
            leaves.insert(other.leaf)
        }
        #expect(leaves.count == changes.count + 1)
    }

    @Test("a commitment is to one share under one nonce, and to no other split of the same bytes")
    func commitments() {
        let nonce = Array(0..<32 as Range<UInt8>)
        let commitment = ScoreStatement.commitment(to: [1, 2], nonce: nonce)
        #expect(commitment == Digest32(of: [Array("cordon/score/share/v1".utf8), nonce, [1, 2]]))
        #expect(commitment != ScoreStatement.commitment(to: [2, 1], nonce: nonce))
        #expect(commitment != ScoreStatement.commitment(to: [2], nonce: nonce + [1]))
        #expect(commitment != ScoreStatement.commitment(to: [1, 2], nonce: nonce.reversed()))
        #expect(ScoreStatement.commitment(to: Data([1, 2]), nonce: nonce) == commitment)
        let record = ScoreStatement.digest(ofRecord: [1, 2])
        #expect(record == Digest32(of: [Array("cordon/score/record/v1".utf8), [1, 2]]))
        #expect(record != ScoreStatement.digest(ofRecord: [1, 2, 0]))
    }

    // MARK: Batches

    @Test("a batch comes back from its row with every field, and each entry has its own statement")
    func batches() throws {
        for count in [0, 1, 2, 33] {
            let batch = batch(count)
            let read = try #require(BatchStatements(batch.wire, party: .one, member: member))
            #expect(read == batch)
            #expect(batch.encoded == batch.wire.encoded)
            for (index, entry) in batch.entries.enumerated() {
                #expect(
                    read.statement(index)
                        == ScoreStatement(
                            party: .one, member: member, source: entry.source, partition: 2, offset: entry.offset,
                            record: entry.record, plan: digest(1), agreed: digest(2), model: digest(3), ringBits: 16,
                            steps: 17, commitment: entry.commitment))
            }
        }
        // Of whom it is stands beside the row.
        let other = try #require(BatchStatements(batch(1).wire, party: .two, member: MemberID("bank-b")!))
        #expect(other.statement(0).party == .two && other.statement(0).member.name == "bank-b")
        #expect(other.sessionEpoch == 3)
    }

    @Test("a batch is written by hand as generated code writes it, whatever its numbers are")
    func written() {
        let numbers: [Int64] = [0, 1, 127, 128, 16_383, 16_384, -1, .min, .max]
        for ringBits in [0, 16] {
            var batch = batch(0)
            for offset in numbers {
                batch.entries.append(
                    .init(
                        source: SourcePosition(
                            partition: Int(offset & 0xFFFF_FFFF), offset: offset, index: Int(offset & 0xFF)),
                        offset: numbers[0] &- offset, record: digest(Int(offset & 0xFF)), commitment: .zero))
                #expect(batch.encoded == batch.wire.encoded)
            }
            let other = BatchStatements(
                party: .one, member: member, sessionEpoch: 0, partition: 0, plan: digest(1), agreed: digest(2),
                model: digest(3), ringBits: ringBits, steps: 0, entries: batch.entries)
            #expect(other.encoded == other.wire.encoded)
        }
    }

    @Test("a row in which sources, offsets, records and commitments are not as many as each other is none")
    func uneven() {
        let changes: [(inout WireScoredBatch) -> Void] = [
            { $0.planDigest.removeLast() }, { $0.planDigest.append(0) }, { $0.planDigest = Data() },
            { $0.agreedDigest.removeLast() }, { $0.agreedDigest = Data() }, { $0.modelDigest.removeLast() },
            { $0.modelDigest = Data() }, { $0.sources.removeLast() }, { $0.sources.append($0.sources[0]) },
            { $0.offsets.removeLast() }, { $0.offsets.append(1) }, { $0.offsets = [] },
            { $0.records.removeLast() }, { $0.records.removeLast(32) }, { $0.records.append(Data(count: 32)) },
            { $0.commitments.removeLast() }, { $0.commitments.removeLast(32) },
            { $0.commitments.append(Data(count: 32)) },
            {
                $0.records = $0.records + $0.commitments; $0.commitments = Data()
            },
        ]
        let wire = batch(3).wire
        #expect(BatchStatements(wire, party: .one, member: member) != nil)
        for (number, change) in changes.enumerated() {
            var other = wire
            change(&other)
            #expect(BatchStatements(other, party: .one, member: member) == nil, "change \(number)")
        }
    }

    @Test("a row with any of its fields another is another batch")
    func otherRows() throws {
        let changes: [(inout WireScoredBatch) -> Void] = [
            { $0.sessionEpoch += 1 }, { $0.partition += 1 }, { $0.planDigest[0] ^= 1 }, { $0.agreedDigest[0] ^= 1 },
            { $0.modelDigest[31] ^= 1 }, { $0.ringBits = 32 }, { $0.steps = 0 }, { $0.sources[1].partition += 1 },
            { $0.sources[1].offset += 1 }, { $0.sources[1].index += 1 }, { $0.offsets[2] += 1 },
            { $0.records[32] ^= 1 }, { $0.commitments[95] ^= 1 }, { $0.sources.swapAt(0, 1) },
            { $0.offsets.swapAt(0, 1) },
        ]
        let batch = batch(3)
        var all: Set = [batch]
        for change in changes {
            var wire = batch.wire
            change(&wire)
            all.insert(try #require(BatchStatements(wire, party: .one, member: member)))
        }
        #expect(all.count == changes.count + 1)
    }

    // MARK: Records

    private func sealed(_ event: AuditEvent) -> SealedEntry {
        let entry = AuditEntry(role: .party(.one), number: 0, previous: nil, microseconds: 5, event: event)
        return SealedEntry(entry: entry.encoded, path: [MerkleHash(leaf: [1]), .empty], head: [1, 2, 3])
    }

    private func records(_ batches: [BatchStatements]) throws -> [ScoreEvidence] {
        try #require(ScoreEvidence.make(batches, seal: sealed))
    }

    @Test("batches of several members are in records of one member each, in the order of names, all under one entry")
    func perMember() throws {
        let names = ["bank-c", "bank-a", "bank-b", "bank-a", "bank-c"].map { MemberID($0)! }
        let batches = names.enumerated().map { batch($0.offset + 1, from: 100 * $0.offset, member: $0.element) }
        var events: [AuditEvent] = []
        let made = ScoreEvidence.make(batches) {
            events.append($0)
            return sealed($0)
        }
        let records = try #require(made)
        #expect(records.map(\.member.name) == ["bank-a", "bank-b", "bank-c"])
        #expect(records.map { $0.batches.map(\.entries.count) } == [[2, 4], [3], [1, 5]])
        let event = try #require(events.first)
        #expect(events.count == 1 && event.kind == .scores && event.fields == [.count: "15"])
        // Each record's own tree is a leaf of the entry's.
        let root = try #require(event.subject.flatMap { MerkleHash($0.bytes) })
        for (index, record) in records.enumerated() {
            let own = ScoreEvidence.tree(record.batches)
            #expect(own.count == record.batches.reduce(0) { $0 + $1.entries.count })
            #expect(record.place.index == index && record.place.size == 3 && record.party == .one)
            #expect(record.place.verifies(ScoreEvidence.leaf(own.root), in: root))
            #expect(!record.place.verifies(own.root, in: root), "a root is no leaf")
            #expect(record.entry == sealed(event))
        }
        #expect(Set(records.map { ScoreEvidence.tree($0.batches).root }).count == 3)
    }

    @Test("a transaction's statement has its place among the record's, under what was agreed of its batch alone")
    func places() throws {
        var batches = [batch(3), batch(0), batch(4, from: 3), batch(1, from: 7)]
        // The transaction of the first batch again, under another agreement.
        let again = BatchStatements(
            party: .one, member: member, sessionEpoch: 3, partition: 2, plan: digest(1), agreed: digest(99),
            model: digest(3), ringBits: 16, steps: 17, entries: batches[0].entries)
        batches.append(again)
        let record = try #require(try records(batches).first)
        let root = ScoreEvidence.tree(record.batches).root
        let all = record.batches.flatMap { batch in batch.entries.indices.map { batch.statement($0) } }
        #expect(all.count == 11)
        for (number, statement) in all.enumerated() {
            let found = try #require(record.statement(on: statement.source, agreed: statement.agreed))
            #expect(found.statement == statement && found.place.index == number && found.place.size == 11)
            #expect(found.place.verifies(statement.leaf, in: root))
        }
        #expect(record.statement(on: batches[2].entries[0].source, agreed: digest(99)) == nil)
        #expect(record.statement(on: SourcePosition(partition: 2, offset: 0), agreed: digest(2)) == nil)
    }

    @Test("a record comes back as it was written, and cut off anywhere it is none, or another one")
    func comesBack() throws {
        for party in PartyID.allCases {
            let record = try #require(try records([batch(2, party: party), batch(1, from: 5, party: party)]).first)
            let bytes = record.encoded
            let read = try #require(ScoreEvidence(decoding: bytes))
            #expect(read == record && read.party == party && read.encoded == bytes)
            for end in 0..<bytes.count { #expect(ScoreEvidence(decoding: Array(bytes[..<end])) != record) }
        }
    }

    @Test("a record of another schema, of nobody, or with a hash or a batch that is none, is none")
    func refused() throws {
        let bytes = try #require(
            try records([batch(2, member: MemberID("bank-b")), batch(1), batch(1, from: 9)]).first
        ).encoded
        func read(_ change: (inout WireScoreEvidence) -> Void) throws -> ScoreEvidence? {
            var wire = try #require(WireScoreEvidence(decoding: bytes))
            change(&wire)
            return ScoreEvidence(decoding: wire.encoded)
        }
        let whole = try #require(try read { _ in })
        #expect(whole.place.path.count == 1 && whole.batches.count == 2)
        #expect(try read { $0.schema = 0 } == nil)
        #expect(try read { $0.schema = 2 } == nil)
        #expect(try read { $0.party = 3 } == nil)
        #expect(try read { $0.party = .max } == nil)
        #expect(try read { $0.member = "" } == nil)
        #expect(try read { $0.member = "Bank A" } == nil)
        #expect(try read { $0.batches[1].planDigest = Data() } == nil)
        #expect(try read { $0.batches[0].offsets = [] } == nil)
        #expect(try read { $0.path[0].removeLast() } == nil)
        #expect(try read { $0.path.append(Data()) } == nil)
        #expect(try read { $0.entryPath[1].append(0) } == nil)
        #expect(try read { $0.entryPath.append(Data()) } == nil)
        // What is of form is read as it is: a receipt is what is checked.
        let changes: [(inout WireScoreEvidence) -> Void] = [
            { $0.party = 0 }, { $0.member = "bank-z" }, { $0.index = .max }, { $0.size = .max }, { $0.path = [] },
            { $0.entry = Data() }, { $0.entryPath = [] }, { $0.head = Data([9]) }, { $0.batches.removeLast() },
            { $0.batches[0].sources[0].partition = .max },
        ]
        var all: Set = [whole]
        for change in changes { all.insert(try #require(try read(change))) }
        #expect(all.count == changes.count + 1)
    }

    @Test("hostile bytes bring no reader down, and whatever is read is written again as the same")
    func hostile() throws {
        let bytes = try #require(try records([batch(2), batch(1, from: 5)]).first).encoded
        var random = SplitMix64(12)
        var read = 0
        for _ in 0..<1_500 {
            var spoilt = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                spoilt[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let record = ScoreEvidence(decoding: spoilt) else { continue }
            read += 1
            #expect(ScoreEvidence(decoding: record.encoded) == record)
            for batch in record.batches { for index in batch.entries.indices { _ = batch.statement(index).leaf } }
        }
        #expect(read > 100)
    }
}
