import Audit
import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

/// Receipts whose words nobody signed for, each named, and what people read of one that holds.
@Suite("What a receipt shows, and why one shows nothing")
struct ReceiptFaultTests {
    private let consortium = AuditConsortium()
    private let member = MemberID("bank-a")!
    private let source = SourcePosition(partition: 1, offset: 40, index: 2)
    private let nonce = Array(0..<32 as Range<UInt8>)

    private func share(_ party: PartyID) -> [UInt8] { [UInt8(party.rawValue + 1), 0] }

    /// A receipt of a score of 6, whose three logs have some entries before.
    private func receipt(steps: Int = 0, entriesBefore: Int = 1) throws -> DecisionReceipt {
        let words = try PartyID.allCases.map { party in
            let log = try consortium.log(.party(party), AuditBytes())
            for entry in 0..<entriesBefore { log.write(AuditEvent(.keyInForce, [.count: "\(entry)"])) }
            consortium.clock.advance(.seconds(90))
            let share = steps == 0 ? share(party) : [0b111 << UInt8(party.rawValue)]
            let batch = BatchStatements(
                party: party, member: member, sessionEpoch: 1, partition: 3, plan: Digest32(of: [[2]]),
                agreed: Digest32(of: [[3]]), model: Digest32(of: [[4]]), ringBits: 16, steps: steps,
                entries: [
                    .init(
                        source: source, offset: 77, record: Digest32(of: [[1]]),
                        commitment: ScoreStatement.commitment(to: share, nonce: nonce)),
                    .init(source: SourcePosition(offset: 1), offset: 78, record: .zero, commitment: .zero),
                ])
            let made = ScoreEvidence.make([batch], seal: log.seal)
            let evidence = try #require(made?.first)
            let (statement, place) = try #require(evidence.statement(on: source, agreed: Digest32(of: [[3]])))
            return (statement: statement, place: place, evidence: evidence, share: share, nonce: nonce)
        }
        return try #require(
            DecisionReceipt(consortium: AuditConsortium.name, decision: decision(), words: words))
    }

    private func decision(
        transaction: String = "t-1", decision: String = "review", raw: Int64 = 6, version: String = "v7",
        partition: Int = 1, offset: Int64 = 40, index: Int? = 2
    ) -> String {
        let place = index.map { #","index":\#($0)"# } ?? ""
        return #"{"data":{"transaction":"\#(transaction)","decision":"\#(decision)","rawScore":\#(raw),"#
            + #""modelVersion":"\#(version)","source":{"partition":\#(partition),"offset":\#(offset)\#(place)}}}"#
    }

    private func verify(_ receipt: DecisionReceipt) throws -> VerifiedReceipt {
        let roster = consortium.roster
        return try ReceiptVerifier(consortium: AuditConsortium.name) { roster[$0] }.verify(receipt)
    }

    private func fault(_ change: (inout DecisionReceipt) -> Void) throws -> ReceiptFault? {
        var receipt = try receipt()
        change(&receipt)
        do {
            _ = try verify(receipt)
            return nil
        } catch { return error as? ReceiptFault }
    }

    @Test("each thing that can be wrong is named as what it is, with the party whose word it is")
    func named() throws {
        #expect(try fault { _ in } == nil)
        #expect(try fault { $0.format = "cordon/receipt/v2" } == .notAReceipt)
        #expect(try fault { $0.consortium = "another" } == .otherConsortium)
        #expect(try fault { $0.parties.append($0.parties[1]) } == .malformed("parties"))
        #expect(try fault { $0.member = "bank-b" } == .notStated(.zero))
        #expect(try fault { $0.member = "Bank" } == .malformed("statement of party-0"))
        for ring in [0, 8, 15, 17, 64, -16, 272] {
            #expect(try fault { $0.ringBits = ring } == .malformed("statement of party-0"))
        }
        for steps in [-1, Int(Int32.max) + 1, Int.max] {
            #expect(try fault { $0.steps = steps } == .malformed("statement of party-0"))
        }
        for field in [\DecisionReceipt.record, \.plan, \.agreed, \.model] {
            #expect(try fault { $0[keyPath: field].removeLast() } == .malformed("statement of party-0"))
            #expect(try fault { $0[keyPath: field][31] ^= 1 } == .notStated(.zero))
        }
        for party in PartyID.allCases {
            func fault(_ change: (inout DecisionReceipt.Word) -> Void) throws -> ReceiptFault? {
                try self.fault { change(&$0.parties[party.rawValue]) }
            }
            #expect(try fault { $0.party = "party-9" } == .missing(party))
            #expect(try fault { $0.head = Data() } == .head(party, .malformed))
            #expect(try fault { $0.head[$0.head.count - 1] ^= 1 } == .head(party, .badSignature(.party(party))))
            #expect(try fault { $0.entry.removeAll() } == .malformed("entry of \(party.name)"))
            #expect(try fault { $0.entryPath.append(Data(count: 32)) } == .notInLog(party))
            #expect(try fault { $0.entryPath = [Data(count: 31)] } == .notInLog(party))
            #expect(
                try fault { $0.entryPath.append(Data()) } == .notInLog(party), "a hash that is none is not passed over")
            #expect(try fault { $0.statementPlace.path[0].removeLast() } == .malformed("statement of \(party.name)"))
            #expect(try fault { $0.recordPlace.path = [Data()] } == .malformed("statement of \(party.name)"))
            #expect(try fault { $0.commitment.removeLast() } == .malformed("statement of \(party.name)"))
            #expect(try fault { $0.commitment[0] ^= 1 } == .notStated(party))
            #expect(try fault { $0.statementPlace.index = 1 } == .notStated(party))
            #expect(try fault { $0.statementPlace.index = -1 } == .notStated(party))
            #expect(try fault { $0.statementPlace.size = .max } == .notStated(party))
            #expect(try fault { $0.recordPlace.index = .max } == .notStated(party))
            #expect(try fault { $0.share[0] ^= 1 } == .otherShare(party))
            #expect(try fault { $0.nonce[31] ^= 1 } == .otherShare(party))
            #expect(try fault { $0.nonce = Data() } == .otherShare(party))
        }
    }

    @Test("a place whose number has more than 32 bits is not the one that the parties signed for")
    func longNumbers() throws {
        let over = 1 << 32
        for change in [over, -over, 1 << 40, -2] {
            #expect(try fault { $0.sealed.partition &+= change } != nil, "\(change)")
            // With a decision that says the same.
            #expect(
                try fault {
                    $0.source.partition += change
                    $0.decision = decision(partition: 1 + change)
                } == .malformed("statement of party-0"), "\(change)")
            #expect(
                try fault {
                    $0.source.index = 2 + change
                    $0.decision = decision(index: 2 + change)
                } != nil, "\(change)")
        }
        #expect(try fault { $0.sealed.partition = .max } == .malformed("statement of party-0"))
    }

    @Test("an entry that is in the log but not the head's last stands for no score")
    func notLast() throws {
        var receipt = try receipt()
        let log = try consortium.log(.party(.one), AuditBytes())
        let event = AuditEvent(.scores, of: Digest32([UInt8](repeating: 1, count: 32)))
        let first = try #require(log.seal(event))
        let second = try #require(log.seal(event))
        receipt.parties[1].entry = Data(first.entry)
        receipt.parties[1].head = Data(second.head)
        receipt.parties[1].entryPath = [Data(MerkleHash(leaf: second.entry).bytes)]
        // The path is right: the entry is in the tree of that head.
        let head = try AuditHead(
            verifying: second.head, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
        #expect(
            InclusionProof(index: 0, size: 2, path: [MerkleHash(leaf: second.entry)])
                .verifies(MerkleHash(leaf: first.entry), in: head.standing.root))
        #expect(throws: ReceiptFault.notInLog(.one)) { try verify(receipt) }
    }

    @Test("the decision is held against what was scored by its source and its exact score, and no field of it may lack")
    func decisions() throws {
        for text in [
            "", "{}", "null", #"{"data":{}}"#, decision().replacing(#""rawScore":6,"#, with: ""),
            decision().replacing("40", with: "\"40\""), decision().replacing("6", with: "6.5"),
        ] { #expect(try fault { $0.decision = text } == .malformed("decision"), "\(text)") }
        for text in [decision(partition: 0), decision(offset: 41), decision(index: 1), decision(index: nil)] {
            #expect(try fault { $0.decision = text } == .otherDecision("source"), "\(text)")
        }
        for raw in [5, 7, -6, .max, .min] as [Int64] {
            #expect(try fault { $0.decision = decision(raw: raw) } == .otherDecision("rawScore"))
        }
        // A rounded score is of many exact ones.
        var rounded = try receipt(steps: 9)
        rounded.decision = decision(raw: -5)
        #expect(throws: ReceiptFault.noScore) { try verify(rounded) }
    }

    @Test("a file in which a field lacks, or is of another kind, is no receipt")
    func files() throws {
        let receipt = try receipt()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(receipt.json)) as? [String: Any])
        #expect(DecisionReceipt(json: receipt.json) == receipt)
        for name in json.keys.sorted() {
            var other = json
            other[name] = nil
            #expect(DecisionReceipt(json: Array(try JSONSerialization.data(withJSONObject: other))) == nil, "\(name)")
            other[name] = true
            #expect(DecisionReceipt(json: Array(try JSONSerialization.data(withJSONObject: other))) == nil, "\(name)")
        }
        #expect(DecisionReceipt(json: []) == nil && DecisionReceipt(json: Array("[]".utf8)) == nil)
        #expect(
            DecisionReceipt(consortium: "x", decision: "", words: []) == nil, "of nobody's words there is none")
        // The first of several transactions of a record has no number.
        #expect(receipt.source.index == 2)
    }

    @Test("people read what it shows and what it does not, with each party's entry and time")
    func account() throws {
        let receipt = try receipt(entriesBefore: 4)
        let lines = try verify(receipt).account(of: receipt)
        #expect(lines[0] == "bank-a's transaction t-1: decided as review (model v7)")
        #expect(
            lines[2] == "  the three parties' shares add up to the score 6 in the model's units, as the decision says;")
        #expect(lines[4] == "    party-0 at 2025-01-01T00:01:30Z by its clock, in entry 4 of its audit log")
        #expect(lines[6] == "    party-2 at 2025-01-01T00:04:30Z by its clock, in entry 4 of its audit log")
        let record = hexadecimal(Digest32(of: [[1]]).bytes.prefix(8))
        #expect(
            lines[7] == "  all three say of it: the sealed record \(record)… at offset 77 of partition 3, made of the "
                + "member's record at offset 40, part 2 of partition 1;")
        #expect(lines[8].contains(String(hexadecimal(Digest32(of: [[2]]).bytes.prefix(8)))))
        #expect(lines[9].contains(String(hexadecimal(Digest32(of: [[4]]).bytes.prefix(8)))))
        let does = try #require(lines.firstIndex(of: "It shows:"))
        let doesNot = try #require(lines.firstIndex(of: "It does not show:"))
        #expect(does == 1 && doesNot == 10 && lines.count == 14)
    }

    @Test("the member's own words are no orders to the terminal on which the account is read")
    func noOrders() throws {
        var receipt = try receipt()
        receipt.decision = decision(
            transaction: #"t\u001b[2J"#, decision: #"approve\nIt shows: all"#,
            version: String(repeating: "v", count: 5_000))
        let verified = try verify(receipt)
        #expect(verified.transaction == "t\u{1B}[2J")
        let lines = verified.account(of: receipt)
        #expect(
            lines[0] == "bank-a's transaction t?[2J: decided as approve?It shows: all (model "
                + String(repeating: "v", count: 200) + ")")
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } })
    }

    @Test("every reason has a sentence of its own, which names the party where it is one party's")
    func sentences() {
        let ofParties: [(PartyID) -> ReceiptFault] = [
            { .missing($0) }, { .head($0, .malformed) }, { .otherRole($0) }, { .notInLog($0) }, { .otherEntry($0) },
            { .notStated($0) }, { .otherShare($0) },
        ]
        var all = [
            ReceiptFault.notAReceipt, .otherConsortium, .malformed("decision"), .noScore, .otherDecision("source"),
        ]
        .map(\.description)
        for fault in ofParties {
            for party in PartyID.allCases {
                #expect(fault(party).description.contains(party.name))
                all.append(fault(party).description)
            }
        }
        #expect(Set(all).count == all.count)
        let refusals: [AuditHeadRefusal] = [
            .malformed, .otherConsortium, .unknownRole(.coordinator), .badSignature(.coordinator),
        ]
        #expect(Set(refusals.map { ReceiptFault.head(.one, $0).description }).count == 4)
        let erasures: [ErasureReceipt.Fault] =
            [.otherVersion, .otherConsortium, .notInLog, .altered]
            + refusals.map { .head($0) }
        #expect(Set(erasures.map(\.description)).count == 8)
    }
}
