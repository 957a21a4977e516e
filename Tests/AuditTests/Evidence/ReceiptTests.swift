import Audit
import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Receipts of decisions")
struct ReceiptTests {
    private let consortium = AuditConsortium()
    private let member = MemberID("bank-a")!
    private let other = MemberID("bank-b")!
    private let agreed = Digest32(of: [[7]])

    private struct Share {
        var share: [UInt8]
        var nonce: [UInt8]
    }

    private var verifier: ReceiptVerifier {
        let roster = consortium.roster
        return ReceiptVerifier(consortium: AuditConsortium.name) { roster[$0] }
    }

    private func source(_ number: Int) -> SourcePosition {
        SourcePosition(partition: 1, offset: Int64(number), index: number % 2)
    }

    private func share(_ party: PartyID, _ number: Int, _ shares: [[UInt8]]) -> Share {
        Share(share: shares[party.rawValue], nonce: [UInt8](repeating: UInt8(16 * party.rawValue + number), count: 32))
    }

    /// What a party scored: a batch of each of two members, in which `number` has the shares.
    private func batches(_ party: PartyID, _ count: Int, _ number: Int, _ shares: [[UInt8]], steps: Int)
        -> [BatchStatements]
    {
        [member, other].map { member in
            BatchStatements(
                party: party, member: member, sessionEpoch: 1, partition: 2, plan: Digest32(of: [[3]]), agreed: agreed,
                model: Digest32(of: [[4]]), ringBits: 16, steps: steps,
                entries: (0..<count).map { place in
                    let share = share(party, place, place == number ? shares : [[0, 1], [2, 3], [4, 5]])
                    return .init(
                        source: source(place), offset: Int64(100 + place), record: Digest32(of: [[UInt8(place)]]),
                        commitment: ScoreStatement.commitment(to: share.share, nonce: share.nonce))
                })
        }
    }

    private func decision(_ number: Int, raw: Int64) -> String {
        let source = source(number)
        return #"{"specversion":"1.0","data":{"transaction":"t-\#(number)","decision":"review","rawScore":\#(raw),"#
            + #""modelVersion":"v7","source":{"partition":\#(source.partition),"offset":\#(source.offset)\#(source.index == 0 ? "" : #","index":\#(source.index)"#)}}}"#
    }

    private func receipt(
        _ shares: [[UInt8]] = [[1, 0], [2, 0], [3, 0]], raw: Int64 = 6, steps: Int = 0, of count: Int = 5,
        number: Int = 3,
        entriesBefore: Int = 2
    ) throws -> DecisionReceipt {
        let words = try PartyID.allCases.map { party in
            let log = try consortium.log(.party(party), AuditBytes())
            for entry in 0..<entriesBefore { log.write(AuditEvent(.keyInForce, [.count: "\(entry)"])) }
            let made = ScoreEvidence.make(batches(party, count, number, shares, steps: steps), seal: log.seal)
            let records = try #require(made)
            #expect(records.map(\.member) == [member, other])
            let evidence = try #require(ScoreEvidence(decoding: records[0].encoded))
            #expect(evidence == records[0])
            let (statement, place) = try #require(evidence.statement(on: source(number), agreed: agreed))
            let share = share(party, number, shares)
            return (statement: statement, place: place, evidence: evidence, share: share.share, nonce: share.nonce)
        }
        let receipt = try #require(
            DecisionReceipt(consortium: AuditConsortium.name, decision: decision(number, raw: raw), words: words))
        #expect(DecisionReceipt(json: receipt.json) == receipt)
        return receipt
    }

    @Test("one of an exact score says what three shares add up to, whoever else was scored beside it")
    func exact() throws {
        for (count, number, before) in [(1, 0, 0), (2, 1, 1), (5, 3, 2), (20, 19, 7)] {
            let verified = try verifier.verify(
                receipt(
                    [[0xFF, 0xFF], [2, 0], [0xF0, 0xFF]], raw: -15, of: count, number: number, entriesBefore: before))
            #expect(verified.score == .exact(-15) && verified.transaction == "t-\(number)")
            #expect(verified.modelVersion == "v7" && verified.decision == "review")
            #expect(verified.entries.map(\.party) == PartyID.allCases)
            #expect(verified.entries.allSatisfy { $0.number == before && $0.head.size == before + 1 })
        }
    }

    @Test("one of a rounded score says which step it is")
    func rounded() throws {
        #expect(try verifier.verify(receipt([[0b101], [0b110], [0b100]], steps: 5)).score == .step(3, of: 5))
        #expect(throws: ReceiptFault.noScore) { try verifier.verify(receipt([[0b101], [0b010], [0b010]], steps: 5)) }
        #expect(throws: ReceiptFault.noScore) { try verifier.verify(receipt([[0xFF], [0], [0]], steps: 5)) }
        #expect(throws: ReceiptFault.noScore) { try verifier.verify(receipt([[1], [0], [0, 0]], steps: 5)) }
    }

    @Test("a decision of another score or another transaction is named")
    func otherDecision() throws {
        #expect(throws: ReceiptFault.otherDecision("rawScore")) { try verifier.verify(receipt(raw: 7)) }
        var moved = try receipt()
        moved.decision = decision(2, raw: 6)
        #expect(throws: ReceiptFault.otherDecision("source")) { try verifier.verify(moved) }
        moved.decision = "{}"
        #expect(throws: ReceiptFault.malformed("decision")) { try verifier.verify(moved) }
    }

    /// Every field of a receipt, altered; the decision's own words but those that are held against the parties' are the member's.
    private typealias Change = @Sendable (inout DecisionReceipt) -> Void
    private static let tamperings: [(name: String, change: Change)] = {
        @Sendable func flip(_ data: inout Data) { data[data.count / 2] ^= 1 }
        var all: [(name: String, change: Change)] = []
        func add(_ name: String, _ change: @escaping Change) { all.append((name, change)) }
        add("format") { $0.format = "cordon/receipt/v2" }
        add("consortium") { $0.consortium = "other" }
        add("member") { $0.member = "bank-b" }
        add("member's form") { $0.member = "Bank A" }
        add("source partition") { $0.source.partition += 1 }
        add("source offset") { $0.source.offset += 1 }
        add("source index") { $0.source.index = 5 }
        add("sealed partition") { $0.sealed.partition += 1 }
        add("sealed offset") { $0.sealed.offset -= 1 }
        add("ring") { $0.ringBits = 32 }
        add("ring's form") { $0.ringBits = 8 }
        add("steps") { $0.steps = 17 }
        add("record") { flip(&$0.record) }
        add("plan") { flip(&$0.plan) }
        add("agreed") { flip(&$0.agreed) }
        add("model") { flip(&$0.model) }
        add("short digest") { $0.model.removeLast() }
        add("parties") { receipt in
            receipt.parties.swapAt(0, 1)
            receipt.parties[0].party = "party-0"
            receipt.parties[1].party = "party-1"
        }
        add("a party twice") { $0.parties[1] = $0.parties[0] }
        add("four") { $0.parties.append($0.parties[0]) }
        add("decision's score") { receipt in
            receipt.decision = receipt.decision.replacingOccurrences(of: "Score\":6", with: "Score\":9")
        }
        for party in 0..<3 {
            func add(_ name: String, _ change: @escaping @Sendable (inout DecisionReceipt.Word) -> Void) {
                all.append((name, { change(&$0.parties[party]) }))
            }
            add("share") { flip(&$0.share) }
            add("no share") { $0.share = Data() }
            add("nonce") { flip(&$0.nonce) }
            add("commitment") { flip(&$0.commitment) }
            add("statement place") { $0.statementPlace.index -= 1 }
            add("statement size") { $0.statementPlace.size += 4 }
            add("statement path") { flip(&$0.statementPlace.path[0]) }
            add("record place") { $0.recordPlace.index += 1 }
            add("record size") { $0.recordPlace.size = 1 }
            add("record path") { flip(&$0.recordPlace.path[0]) }
            add("entry") { flip(&$0.entry) }
            add("no entry") { $0.entry = Data() }
            add("entry path") { flip(&$0.entryPath[0]) }
            add("entry path's length") { $0.entryPath.removeLast() }
            add("head") { flip(&$0.head) }
            all.append(("other head", { $0.parties[party].head = $0.parties[(party + 1) % 3].head }))
            all.append(("missing", { $0.parties.remove(at: party) }))
        }
        return all
    }()

    @Test("whatever is altered in one is found", arguments: tamperings.indices)
    func tampered(_ number: Int) throws {
        let (name, change) = Self.tamperings[number]
        var receipt = try receipt()
        _ = try verifier.verify(receipt)
        change(&receipt)
        #expect(throws: ReceiptFault.self, "\(name)") { try verifier.verify(receipt) }
    }

    @Test("an entry of another kind, another log's or one that is not the head's last stands for no score")
    func otherEntries() throws {
        var receipt = try receipt()
        let log = try consortium.log(.party(.one), AuditBytes())
        let subject = Digest32([UInt8](repeating: 1, count: 32))
        let sealed = try #require(log.seal(AuditEvent(.manifest, of: subject)))
        receipt.parties[1].entry = Data(sealed.entry)
        receipt.parties[1].entryPath = []
        receipt.parties[1].head = Data(sealed.head)
        #expect(throws: ReceiptFault.otherEntry(.one)) { try verifier.verify(receipt) }
        receipt.parties[0].head = Data(sealed.head)
        #expect(throws: ReceiptFault.otherRole(.zero)) { try verifier.verify(receipt) }
        let scores = try #require(log.seal(AuditEvent(.scores, of: subject)))
        receipt = try self.receipt()
        receipt.parties[1].entry = Data(scores.entry)
        receipt.parties[1].entryPath = scores.path.map { Data($0.bytes) }
        receipt.parties[1].head = Data(scores.head)
        #expect(throws: ReceiptFault.notStated(.one)) { try verifier.verify(receipt) }
        let unknown = ReceiptVerifier(consortium: AuditConsortium.name) { _ in nil }
        #expect(throws: ReceiptFault.head(.zero, .unknownRole(.party(.zero)))) { try unknown.verify(self.receipt()) }
    }

    @Test("many scores of a member are in several records under one entry, and none is in two")
    func records() throws {
        let log = try consortium.log(.party(.zero), AuditBytes())
        let sizes = [3_000, 1_000, 97, 4_096, 1, 0, 2_000]
        var offset = 0
        let batches = sizes.map { size in
            defer { offset += size }
            return BatchStatements(
                party: .zero, member: member, sessionEpoch: 1, partition: 0, plan: .zero, agreed: agreed, model: .zero,
                ringBits: 16, steps: 0,
                entries: (offset..<offset + size).map {
                    .init(
                        source: SourcePosition(offset: Int64($0)), offset: Int64($0), record: .zero, commitment: .zero)
                })
        }
        let records = try #require(ScoreEvidence.make(batches, seal: log.seal))
        #expect(records.map { $0.batches.reduce(0) { $0 + $1.entries.count } } == [4_000, 97, 4_096, 2_001])
        #expect(log.count == 1)
        for number in [0, 2_999, 3_000, 4_096, 8_192, 8_193, 10_193] {
            let found = records.filter {
                $0.statement(on: SourcePosition(offset: Int64(number)), agreed: agreed) != nil
            }
            #expect(found.count == 1)
        }
        #expect(records[0].statement(on: SourcePosition(offset: 5), agreed: .zero) == nil)
        #expect(
            ScoreEvidence.make([], seal: log.seal) == nil && ScoreEvidence.make([batches[5]], seal: log.seal) == nil)
        #expect(ScoreEvidence.make(batches) { _ in nil } == nil)
        #expect(ScoreEvidence(decoding: [1, 2, 3]) == nil)
    }
}
