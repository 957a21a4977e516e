import Audit
import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Manifests
import Model
import Records
import SecureScoring
import Support
import Synchronization
import Testing
import ThreeParty

/// The parties' audit logs, by which they sign for scores.
private struct Signers {
    let keys = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, SigningKey().rawRepresentation ?? []) })
    let storages = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, AuditBytes()) })

    func key(of role: SyncAuthor) -> VerifyingKey? {
        guard case .party(let party) = role, let bytes = keys[party] else { return nil }
        return SigningKey(bytes: bytes)?.verifyingKey
    }

    func audit(_ party: PartyID) throws -> AuditLog {
        guard let key = SigningKey(bytes: keys[party] ?? []) else { throw HPKEError.malformedKey }
        let all = PartyID.allCases.reduce(into: [SyncAuthor: VerifyingKey]()) {
            $0[.party($1)] = self.key(of: .party($1))
        }
        return try AuditLog(
            consortium: "c", role: .party(party), key: key, storage: storages[party]!, clock: FixedClock(),
            keys: { all[$0] })
    }

    var verifier: ReceiptVerifier { ReceiptVerifier(consortium: "c") { key(of: $0) } }
}

@Suite("Evidence of scores")
struct EvidenceTests {
    private let signers = Signers()

    private func world(
        watch: @escaping @Sendable (PartyID, any StateStore) -> any StateStore = { $1 }
    ) throws -> (World, ClearModel) {
        let world = try World(states: true, watch: watch)
        let model = try randomModel("v1", spec: world.spec)
        try world.append([try world.activation(try world.deal(model), sequence: 1)])
        return (world, model)
    }

    private func publish(_ world: World) throws -> [Int] {
        try PartyID.allCases.map { party in
            try EvidencePublisher(world.evidence(party), audit: signers.audit(party), log: world.log).publish()
        }
    }

    private func decision(_ source: Int64, _ raw: Int64) -> String {
        #"{"data":{"transaction":"\#(source)","decision":"pass","rawScore":\#(raw),"modelVersion":"v1","#
            + #""source":{"partition":0,"offset":\#(source)}}}"#
    }

    private func maker(_ world: World, _ bank: Bank, _ source: Int64) throws -> ReceiptMaker {
        var maker = ReceiptMaker(
            consortium: "c", member: bank.id, source: SourcePosition(offset: source)
        ) { party, epoch in epoch == bank.epoch ? bank.sessions[party] : nil }
        for record in try world.records(Topics.scores(bank.id)) { maker.take(scores: record.value ?? []) }
        for record in try world.records(Topics.evidence(bank.id)) { maker.take(evidence: record.value ?? []) }
        return maker
    }

    @Test("every score of two members has a receipt that holds, whatever the batches were, and none of another's")
    func everyScore() throws {
        let (world, model) = try world()
        try world.start(batch: 3)
        for number in Int64(0)..<8 {
            let both = [
                try world.a.seal(values(number), source: number, spec: world.spec),
                try world.b.seal(values(number), source: number, spec: world.spec),
            ]
            try world.append(both)
        }
        _ = (try world.scores(world.a, 8), try world.scores(world.b, 8))
        world.stop()
        #expect(try publish(world) == [16, 16, 16])
        #expect(try publish(world) == [0, 0, 0], "signed for once")
        let sealed = try world.records(Topics.sealed)
        for bank in [world.a, world.b] {
            for number in Int64(0)..<8 {
                let raw = model.score(values: values(number))
                let receipt = try maker(world, bank, number).receipt(of: decision(number, raw))
                let verified = try signers.verifier.verify(receipt)
                #expect(verified.score == .exact(raw))
                let record = try #require(sealed.first { $0.position.offset == receipt.sealed.offset }?.value)
                #expect(receipt.record == Data(ScoreStatement.digest(ofRecord: record).bytes))
                #expect(receipt.member == bank.id.name)
                let text = String(decoding: receipt.json, as: UTF8.self)
                #expect(DecisionReceipt(json: Array(text.utf8)) == receipt)
                #expect(throws: ReceiptFault.otherDecision("rawScore")) {
                    try signers.verifier.verify(maker(world, bank, number).receipt(of: decision(number, raw + 1)))
                }
            }
        }
        #expect(throws: ReceiptMaker.Gap.noScore) { try maker(world, world.a, 8).receipt(of: decision(8, 0)) }
        // A member opens no shares but its own.
        var other = ReceiptMaker(consortium: "c", member: world.b.id, source: SourcePosition(offset: 1)) { party, _ in
            world.b.sessions[party]
        }
        for record in try world.records(Topics.scores(world.a.id)) { other.take(scores: record.value ?? []) }
        #expect(throws: ReceiptMaker.Gap.noScore) { try other.receipt(of: decision(1, 0)) }
    }

    @Test("what a party has not signed for yet is named, and survives its restart")
    func restart() throws {
        let (world, model) = try world()
        try world.start()
        try world.append([try world.a.seal(values(4), source: 4, spec: world.spec)])
        _ = try world.scores(world.a, 1)
        world.stop()
        for party in [PartyID.zero, .two] {
            _ = try EvidencePublisher(world.evidence(party), audit: signers.audit(party), log: world.log).publish()
        }
        let raw = model.score(values: values(4))
        #expect(throws: ReceiptMaker.Gap.notSigned([.one])) {
            try maker(world, world.a, 4).receipt(of: decision(4, raw))
        }
        try world.start()
        try world.append([try world.a.seal(values(5), source: 5, spec: world.spec)])
        _ = try world.scores(world.a, 2)
        world.stop()
        #expect(try publish(world) == [1, 2, 1])
        for source in Int64(4)...5 {
            let raw = model.score(values: values(source))
            _ = try signers.verifier.verify(maker(world, world.a, source).receipt(of: decision(source, raw)))
        }
        for party in PartyID.allCases {
            let log = try signers.audit(party)
            #expect(log.count == (party == .one ? 1 : 2))
        }
    }

    @Test("a follower commits its statements with its position, and says that it is done when both are kept")
    func oneCommit() throws {
        let commits = Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, StatedCommits(failures: $0 == .one ? 1 : 0)) })
        let (world, model) = try world { StatedState(store: $1, commits: commits[$0]!) }
        try world.start(patience: .milliseconds(200))
        try world.append([try world.a.seal(values(1), source: 1, spec: world.spec)])
        try #require(commits[.zero]?.waitForScored() == true)
        _ = try world.scores(world.a, 1)
        world.stop()
        // Had the follower said so before, nobody would have computed the batch again, and its word would be missing.
        #expect(try publish(world) == [1, 1, 1])
        _ = try signers.verifier.verify(
            maker(world, world.a, 1).receipt(of: decision(1, model.score(values: values(1)))))
        #expect(commits[.zero]?.positions.allSatisfy(\.isEmpty) == true, "a leader has not decided it yet")
        for party in [PartyID.one, .two] {
            let ends = try #require(commits[party]?.positions)
            #expect(!ends.isEmpty && ends.allSatisfy { $0 == [2] })
        }
    }

    @Test(
        "a follower that ends behind its commit, and before the leader hears of it, computes and states the batch again"
    )
    func endedBehindCommit() throws {
        let commits = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, StatedCommits()) })
        let (world, model) = try world { StatedState(store: $1, commits: commits[$0]!) }
        world.wire.decide { frame, _ in frame.kind == .completed && frame.sender == .one ? .drop : .pass }
        try world.start(patience: .milliseconds(200))
        try world.append([try world.a.seal(values(1), source: 1, spec: world.spec)])
        try #require(commits[.one]?.waitForScored() == true)
        world.stop(.one)
        world.wire.decide { _, _ in .pass }
        try world.start(.one, patience: .milliseconds(200))
        try #require(commits[.zero]?.waitForScored() == true, "the leader ends the batch")
        #expect(try world.scores(world.a, 1).bySource() == [1: model.score(values: values(1))])
        world.stop()
        #expect(try publish(world) == [1, 1, 1])
    }

    /// Statements of a party on one score of a batch.
    private func batch(_ offset: Int64, _ byte: UInt8) throws -> BatchStatements {
        let digest = Digest32(of: [[byte]])
        return BatchStatements(
            party: .zero, member: try #require(MemberID("bank-a")), sessionEpoch: 1, partition: 0, plan: digest,
            agreed: digest, model: digest, ringBits: 16, steps: 0,
            entries: [
                .init(source: SourcePosition(offset: offset), offset: offset, record: digest, commitment: digest)
            ])
    }

    @Test("what is kept again while it is signed for waits on, and a book knows what its state does")
    func again() throws {
        let (world, _) = try world()
        let book = try world.evidence(.zero)
        func expect(_ batches: [BatchStatements], _ comment: Comment) throws {
            for book in [book, try world.evidence(.zero)] {
                #expect(try book.pages().map(\.statements) == batches, comment)
            }
        }
        try book.keep([batch(1, 1), batch(300, 1)])
        try expect([batch(1, 1), batch(300, 1)], "in the log's order")
        let signed = try book.pages()
        try book.keep([batch(300, 2), batch(2, 1)])
        try expect([batch(1, 1), batch(2, 1), batch(300, 2)], "computed again")
        try book.remove(signed)
        try expect([batch(2, 1), batch(300, 2)], "signed for")
        try book.remove(book.pages())
        try expect([], "all signed for")
    }

    @Test("what is signed for goes behind a write that failed, too, and what failed waits as the state has it")
    func full() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStateStore(path: "\(folder.path)/state.sqlite")
        let state = FullState(store: store)
        let book = EvidenceBook(party: .zero, state: state)
        func expect(_ batches: [BatchStatements], _ comment: Comment) throws {
            for book in [book, EvidenceBook(party: .zero, state: store)] {
                #expect(try book.pages().map(\.statements) == batches, comment)
            }
        }
        func fails(_ body: () throws -> Void) {
            state.isFull.withLock { $0 = true }
            #expect(throws: LogError.self) { try body() }
            state.isFull.withLock { $0 = false }
        }
        try book.keep([batch(1, 1), batch(2, 1)])
        let signed = try book.pages()
        fails { try book.keep([batch(2, 2), batch(3, 1)]) }
        try expect([batch(1, 1), batch(2, 1)], "nothing of it was kept")
        fails { try book.keep([batch(3, 1)]) }
        try book.remove(signed)
        try expect([], "signed for")
        try book.keep([batch(4, 1)])
        let last = try book.pages()
        fails { try book.remove(last) }
        try expect([batch(4, 1)], "nothing was removed")
    }

    @Test("a log that can't be appended to leaves all to be signed for again")
    func failed() throws {
        let (world, _) = try world()
        try world.start()
        try world.append([try world.a.seal(values(1), source: 1, spec: world.spec)])
        _ = try world.scores(world.a, 1)
        world.stop()
        let book = try world.evidence(.zero)
        let audit = try signers.audit(.zero)
        let broken = FaultyLog(world.log, topic: Topics.evidence(world.a.id))
        broken.fail(appendsTo: Topics.evidence(world.a.id), times: 1)
        #expect(throws: LogError.self) { try EvidencePublisher(book, audit: audit, log: broken).publish() }
        #expect(try EvidencePublisher(book, audit: audit, log: world.log).publish() == 1)
        #expect(audit.count == 2)
        #expect(try world.records(Topics.evidence(world.a.id)).count == 1)
    }
}
