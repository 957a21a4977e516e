import Audit
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import Roles
import Stages
import Support
import Testing

@Suite("Decisions that are computed again")
struct ReplaysTests {
    private let table: AgreementTable
    private static let auditor = HPKEPrivateKey()
    private let member = MemberID("bank-a")!
    private let agreed = Digest32(of: [[3]])
    private let model = Digest32(of: [[4]])
    /// The decision's record stands behind another of these.
    private let offset: Int64 = 1

    init() throws {
        table = try AgreementTable()
        try table.log.create([
            TopicSettings(name: Topics.sealed, partitions: 2), TopicSettings(name: Topics.replays),
        ])
        for record in [WireSealedRecord().encoded, sealed(), sealed(event: [])] {
            try table.log.append([NewRecord(TopicPartition(Topics.sealed, 1), value: record)])
        }
    }

    private var replays: Replays { Replays(table.roster, log: table.log) }

    private func key(_ name: String) throws -> SigningKey {
        try FileKeystore(directory: table.folder.path(name)).signingKey()
    }

    private let event = [UInt8](repeating: 5, count: 16)

    /// A record of `consortium.sealed`.
    private func sealed(event: [UInt8]? = nil) -> [UInt8] {
        var header = WireSealedHeader()
        (header.schema, header.member, header.eventID) = (2, member.name, Data(event ?? self.event))
        header.session = Data(repeating: 1, count: 16)
        var record = WireSealedRecord()
        record.transaction.header = Data(header.encoded)
        record.transaction.boxes = [Data([1]), Data([2]), Data([3])]
        return record.encoded
    }

    /// A receipt of a score of 6.
    private func receipt(of record: [UInt8]? = nil, at offset: Int64? = nil, partition: Int = 1) throws
        -> DecisionReceipt
    {
        let source = SourcePosition(offset: 40)
        let nonce = [UInt8](repeating: 7, count: 32)
        let words = try PartyID.allCases.map { party in
            let terms = table.roster.syncTerms
            let log = try AuditLog(
                consortium: "demo", role: .party(party), key: key("\(party)"), storage: AuditBytes(),
                clock: FixedClock(),
                keys: { terms.key(of: $0) })
            let share = [UInt8(party.rawValue + 1), 0]
            let batch = BatchStatements(
                party: party, member: member, sessionEpoch: 1, partition: partition, plan: Digest32(of: [[2]]),
                agreed: agreed, model: model, ringBits: 16, steps: 0,
                entries: [
                    .init(
                        source: source, offset: offset ?? self.offset,
                        record: ScoreStatement.digest(ofRecord: record ?? sealed()),
                        commitment: ScoreStatement.commitment(to: share, nonce: nonce))
                ])
            let made = ScoreEvidence.make([batch], seal: log.seal)
            let evidence = try #require(made?.first)
            let (statement, place) = try #require(evidence.statement(on: source, agreed: agreed))
            return (statement: statement, place: place, evidence: evidence, share: share, nonce: nonce)
        }
        let decision =
            #"{"data":{"transaction":"t","decision":"review","rawScore":6,"modelVersion":"v7","source":{"partition":0,"offset":40}}}"#
        return try #require(DecisionReceipt(consortium: "demo", decision: decision, words: words))
    }

    private func order() throws -> ReplayOrder {
        try replays.order(of: receipt(), to: Self.auditor.publicKey, expires: 1_900_000_000)
    }

    private static let signers: [(SyncAuthor, String)] = [
        (.coordinator, "coordinator"), (.member(MemberID("bank-a")!), "bank-a"),
        (.operator(OperatorID("anna")!), "anna"),
    ]

    /// The order with the signatures of some.
    private func signed(_ order: ReplayOrder, by signers: [(SyncAuthor, String)] = signers) throws -> WireReplayOrder {
        var wire = try WireReplayOrder(order, coordinator: key("coordinator"))
        wire.signatures = []
        for (author, name) in signers { try wire.sign(order, by: author, key: key(name)) }
        return wire
    }

    private func answer(_ order: ReplayOrder, _ party: PartyID, share: [UInt8]? = nil, refusing code: ReplayCode? = nil)
        throws
    {
        var record = WireReplayRecord()
        let answer =
            try code.map { ReplayAnswer(party: party, order: order.digest, word: .refused($0)) }
            ?? ReplayAnswer(
                party: party, to: order, share: share ?? [UInt8(party.rawValue + 1), 0], ringBits: 16, steps: 0)
        record.answer = try answer.signed(consortium: "demo", key: key("\(party)"))
        try table.log.append([NewRecord(TopicPartition(Topics.replays), value: record.encoded)])
    }

    private func fault(_ order: ReplayOrder, _ receipt: DecisionReceipt? = nil, key: borrowing HPKEPrivateKey) throws
        -> ReplayFault?
    {
        do {
            _ = try replays.score(of: order, decidedIn: receipt ?? self.receipt(), key: key)
            return nil
        } catch let fault as ReplayFault { return fault }
    }

    @Test("an order is of the record that the receipt names, as the log has it")
    func ordered() throws {
        let order = try order()
        #expect(
            order
                == ReplayOrder(
                    consortium: "demo", member: member, partition: 1, offset: 1, event: EventID(event)!, agreed: agreed,
                    model: model, auditor: Self.auditor.publicKey, expires: 1_900_000_000))
        let wire = try WireReplayOrder(order, coordinator: key("coordinator"))
        #expect(wire.signatures.map(\.author) == ["coordinator"] && ReplayOrder(body: Array(wire.body)) == order)
    }

    @Test("of another record, of none, or of what is no transaction there is no order")
    func notThere() throws {
        func order(_ receipt: DecisionReceipt) throws -> ReplayOrder {
            try replays.order(of: receipt, to: Self.auditor.publicKey, expires: 1)
        }
        let others = [
            try receipt(of: [1]), try receipt(of: WireSealedRecord().encoded, at: 0),
            try receipt(of: sealed(event: []), at: 2),
            try receipt(at: 3), try receipt(at: .max), try receipt(at: -1), try receipt(partition: 0),
            try receipt(partition: 2),
        ]
        for receipt in others { #expect(throws: ReplayFault.recordGone) { try order(receipt) } }
        for field in [\DecisionReceipt.model, \.agreed] {
            var broken = try receipt()
            broken[keyPath: field].removeLast()
            #expect(throws: ReceiptFault.notAReceipt) { try order(broken) }
        }
        var far = try receipt()
        far.sealed.partition = -1
        #expect(throws: ReplayFault.recordGone) { try order(far) }
    }

    @Test("a signature takes the place of the same author's, and an order goes on the log with all of them alone")
    func sending() throws {
        let order = try order()
        var wire = try signed(order)
        let first = wire.signatures
        try wire.sign(order, by: Self.signers[0].0, key: key("bank-b"))
        #expect(wire.signatures.map(\.author) == ["member/bank-a", "operator/anna", "coordinator"])
        #expect(throws: ReplayRefusal.notSigned(.coordinator)) { try replays.send(wire) }
        for left in 0..<3 {
            var some = Self.signers
            let (missing, _) = some.remove(at: left)
            let wanted: ReplayRefusal = left == 2 ? .approvals(0, least: 1) : .notSigned(missing)
            #expect(throws: wanted) { try replays.send(signed(order, by: some)) }
        }
        var other = wire
        other.body.removeLast()
        #expect(throws: ReplayRefusal.malformed) { try replays.send(other) }
        let topic = TopicPartition(Topics.replays)
        #expect(try table.log.end(of: topic) == 0, "what counts for nothing is not on the log")
        wire.signatures = first
        try replays.send(wire)
        let record = try #require(try table.log.reader(at: [Position(topic, 0)]).available(limit: 9).first?.value)
        #expect(try WireReplayRecord(decoding: record)?.order == wire && table.log.end(of: topic) == 1)
    }

    @Test("the score is told once three parties have answered, and it is the receipt's")
    func score() throws {
        let order = try order()
        #expect(try fault(order, key: Self.auditor) == .notOrdered)
        try replays.send(signed(order))
        for party in PartyID.allCases {
            #expect(try fault(order, key: Self.auditor) == .unanswered(party))
            try answer(order, party)
            // A second answer changes nothing.
            try answer(order, party, share: [9, 9])
        }
        #expect(try replays.score(of: order, decidedIn: receipt(), key: Self.auditor) == .exact(6))
        #expect(try fault(order, key: HPKEPrivateKey()) == .sealedToOther(.zero))
    }

    @Test("a party that refuses is told before those that have not answered")
    func refused() throws {
        let order = try order()
        try replays.send(signed(order))
        try answer(order, .two, refusing: .rowsGone)
        #expect(try fault(order, key: Self.auditor) == .refused(.two, .rowsGone))
        try answer(order, .one, refusing: .modelGone)
        try answer(order, .zero)
        #expect(try fault(order, key: Self.auditor) == .refused(.one, .modelGone))
    }

    @Test("another score than was decided on is told, and shares that are of none")
    func otherScore() throws {
        let order = try order()
        try replays.send(signed(order))
        for party in PartyID.allCases { try answer(order, party, share: [2, 0]) }
        let receipt = try receipt()
        #expect(try fault(order, key: Self.auditor) == nil, "two, two and two are six")
        let again = try replays.order(of: receipt, to: Self.auditor.publicKey, expires: 1_900_000_001)
        try replays.send(signed(again))
        for party in PartyID.allCases { try answer(again, party, share: [3, 0]) }
        #expect(try fault(again, key: Self.auditor) == .otherScore(.exact(9), decided: .exact(6)))
        let last = try replays.order(of: receipt, to: Self.auditor.publicKey, expires: 1_900_000_002)
        try replays.send(signed(last))
        for party in PartyID.allCases { try answer(last, party, share: [3]) }
        #expect(throws: ReceiptFault.noScore) { try replays.score(of: last, decidedIn: receipt, key: Self.auditor) }
    }

    @Test("a receipt of another decision is none of the order's, and one that shows nothing is told as that")
    func otherReceipt() throws {
        let order = try order()
        try replays.send(signed(order))
        for party in PartyID.allCases { try answer(order, party) }
        #expect(try fault(order, receipt(at: 2), key: Self.auditor) == .otherTransaction)
        #expect(try fault(order, receipt(partition: 0), key: Self.auditor) == .otherTransaction)
        let changes: [(inout ReplayOrder) -> Void] = [
            { $0.member = MemberID("bank-b")! }, { $0.agreed = .zero }, { $0.model = .zero }, { $0.offset = 0 },
            { $0.partition = 0 },
        ]
        for change in changes {
            var other = order
            change(&other)
            #expect(try fault(other, key: Self.auditor) == .otherTransaction)
        }
        var forged = try receipt()
        forged.parties[1].share[0] ^= 1
        #expect(throws: ReceiptFault.otherShare(.one)) {
            try replays.score(of: order, decidedIn: forged, key: Self.auditor)
        }
    }

    @Test("every fault has a sentence, with the party and its code where it is one party's")
    func words() {
        let faults: [ReplayFault] = [
            .recordGone, .otherTransaction, .notOrdered, .unanswered(.one), .refused(.one, .expired),
            .sealedToOther(.one),
            .otherScore(.exact(1), decided: .step(2, of: 5)),
        ]
        #expect(Set(faults.map(\.description)).count == faults.count)
        #expect(faults[3...5].allSatisfy { $0.description.contains("party-1") })
        #expect(faults[4].description.contains("(expired)"))
        #expect(faults[6].description.hasSuffix("1, not step 2 of 5"))
    }
}
