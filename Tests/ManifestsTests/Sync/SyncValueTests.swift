import Foundation
import Keys
import Manifests
import Records
import Testing

/// What records say, with one thing wrong at a time: read from bytes that their author signed.
@Suite("What records of trainings say")
struct SyncValueTests {
    private typealias World = SyncWorld

    private static func mistake(
        _ body: WireSyncBody, by author: SyncAuthor, purpose: String
    ) -> SyncRefusal? {
        let bytes = body.encoded
        var record = WireSyncRecord()
        (record.body, record.author) = (Data(bytes), author.description)
        let name = Array(author.description.utf8)
        let signed = UInt64(name.count).bigEndianBytes + name + bytes
        record.signature = Data(try! SyncKeys.key(author).sign(signed, context: "cordon/sync/\(purpose)/v1"))
        do throws(SyncRefusal) {
            _ = try SyncMessage(verifying: record.encoded, terms: SyncKeys.terms())
            return nil
        } catch { return error }
    }

    private static func body(_ vector: SyncVector) throws -> WireSyncBody {
        try #require(WireSyncBody(decoding: SyncVector.bytes(vector.body)))
    }

    typealias Change<Wire> = (mistake: SyncMistake?, change: @Sendable (inout Wire) -> Void)

    private static let trainings: [Change<WireSyncOrder>] = [
        (nil, { $0.number = .max }), (.order, { $0.number = 0 }), (.order, { $0.expires = 0 }),
        (.order, { $0.expires = .min }), (.encoding, { $0.task = nil }),
        (.text("version"), { $0.train.version = "" }),
        (nil, { $0.train.version = String(repeating: "é", count: 32) }),
        (.text("version"), { $0.train.version = String(repeating: "é", count: 32) + "x" }),
        (.text("version"), { $0.train.version = "a\nb" }), (.text("version"), { $0.train.version = "a\u{7F}" }),
        (.text("version"), { $0.train.version = "\u{9B}31m" }),
        (.digest, { $0.train.formModel = Data(count: 31) }), (.digest, { $0.train.formModel = Data() }),
        (.window, { $0.train.window.until = 0 }), (.window, { $0.train.window.from = -1 }),
        (.window, { $0.train.window.from = 1001 }), (.window, { $0.train.window.labels = -1 }),
        (nil, { $0.train.window.labels = 0 }), (nil, { $0.train.window.until = .max }),
        (.window, { $0.train.window = WireSyncWindow() }),
        (.rule(.trees), { $0.train.rule.trees = 0 }), (.rule(.trees), { $0.train.rule = WireSyncRule() }),
        (.rule(.stages), { $0.train.rule.stages = [9] }), (.rule(.group), { $0.train.rule.group = 3 }),
        (.rule(.candidates), { $0.train.rule.candidates = .max }), (.rule(.fraction), { $0.train.rule.fraction = 15 }),
        (.rule(.rate), { $0.train.rule.rate = 1_000_001 }), (.rule(.prior), { $0.train.rule.prior = 0 }),
        (.rule(.weightBits), { $0.train.rule.weightBits = 9 }), (.rule(.tableBits), { $0.train.rule.tableBits = 9 }),
        (.rule(.clip), { $0.train.rule.clip = 1_000_001 }), (.rule(.clip), { $0.train.rule.clip = 0 }),
        (.rule(.spread), { $0.train.rule.spread = 0 }),
        (.frequencies, { $0.train.frequencies = [] }), (.frequencies, { $0.train.frequencies = [1_000_001] }),
        (nil, { $0.train.frequencies = Array(repeating: 1, count: 16_384) }),
        (.frequencies, { $0.train.frequencies = Array(repeating: 1, count: 16_385) }),
        (.members, { $0.train.admitted = ["Bank"] }), (.members, { $0.train.admitted = ["b", "a"] }),
        (.members, { $0.train.admitted = ["a", "a"] }), (nil, { $0.train.admitted = [] }),
        (.members, { $0.train.admitted = (0..<1025).map { "a\(10_000 + $0)" } }),
        (.least, { $0.train.leastRows = 0 }), (.least, { $0.train.leastFrauds = 0 }),
        (.least, { $0.train.leastFrauds = 101 }), (nil, { $0.train.leastFrauds = 100 }),
        (.least, { $0.train.leastRows = 16_777_216 }), (nil, { $0.train.leastRows = 16_777_215 }),
    ]

    @Test("orders to train", arguments: trainings.indices)
    func training(place: Int) throws {
        var body = try Self.body(SyncVector.order)
        Self.trainings[place].change(&body.order)
        let found = Self.mistake(body, by: .coordinator, purpose: "order")
        #expect(found == Self.trainings[place].mistake.map { .malformed($0) })
    }

    private static let validations: [Change<WireValidateTask>] = [
        (.digest, { $0.candidate = Data() }), (.digest, { $0.model = Data(count: 33) }),
        (nil, { $0.model = Data(count: 32) }), (.sameModel, { $0.model = $0.champion }),
        // A candidate's digest is an order's.
        (nil, { $0.candidate = $0.champion }), (.digest, { $0.champion = Data() }),
        (.window, { $0.window.until = 1000 }),
        (.thresholds, { $0.challenger = nil }), (.thresholds, { $0.clearChallengerThresholds() }),
        (
            nil,
            {
                $0.challenger = nil
                $0.clearChallengerThresholds()
            }
        ),
        (.thresholds, { $0.clearChampionThresholds() }), (.thresholds, { $0.championThresholds.scores = [] }),
        (.thresholds, { $0.challengerThresholds.scores = [5, 5] }),
        (.thresholds, { $0.challengerThresholds.scores = [5, 4] }),
        (nil, { $0.challengerThresholds.scores = (0..<1024).map { $0 } }),
        (.thresholds, { $0.challengerThresholds.scores = (0..<1025).map { $0 } }),
        (nil, { $0.championThresholds.scores = [-1 << 31, 1 << 31 - 1] }),
        (.thresholds, { $0.championThresholds.scores = [1 << 31] }),
        (.thresholds, { $0.championThresholds.scores = [-1 << 31 - 1] }),
        (nil, { $0.championThresholds.fractionBits = 30 }), (.thresholds, { $0.championThresholds.fractionBits = 31 }),
        (.least, { $0.leastFrauds = 0 }), (.least, { $0.leastLegitimate = 0 }),
        (.least, { $0.leastLegitimate = 16_777_216 }), (nil, { $0.leastFrauds = 16_777_215 }),
    ]

    @Test("orders to validate", arguments: validations.indices)
    func validation(place: Int) throws {
        var body = try Self.body(SyncVector.validate)
        Self.validations[place].change(&body.order.validate)
        let found = Self.mistake(body, by: .coordinator, purpose: "order")
        #expect(found == Self.validations[place].mistake.map { .malformed($0) })
    }

    private static let seals: [Change<WireSealTask>] = [
        (nil, { _ in }), (.digest, { $0.candidate = Data() }), (.header, { $0.header = Data() }),
        (.header, { $0.header = Data([0xFF]) }),
        (nil, { $0.header = Data(Self.long(1 << 18)) }), (.header, { $0.header = Data(Self.long(1 << 18 + 1)) }),
    ]

    /// A header of so many bytes.
    private static func long(_ bytes: Int) -> [UInt8] {
        var header = WireModelHeader()
        header.version = String(repeating: "a", count: bytes - 4)
        return header.encoded
    }

    @Test("orders to seal", arguments: seals.indices)
    func seal(place: Int) throws {
        var body = try Self.body(SyncVector.order)
        body.order.seal.candidate = Data(digest(9).bytes)
        body.order.seal.header = Data(World.header(of: digest(9)).encoded)
        Self.seals[place].change(&body.order.seal)
        let found = Self.mistake(body, by: .coordinator, purpose: "order")
        #expect(found == Self.seals[place].mistake.map { .malformed($0) })
        #expect(Self.long(1 << 18).count == 1 << 18)
    }

    private static let reports: [Change<WirePartyReport>] = [
        (.digest, { $0.order = Data() }), (.encoding, { $0.step = nil }),
        (.text("code version"), { $0.accepted = WireReportAccepted() }), (nil, { $0.accepted.codeVersion = "1.0" }),
        (.text("code version"), { $0.accepted.codeVersion = String(repeating: "a", count: 65) }),
        (.text("code"), { $0.refused.text = "x" }), (.text("sentence"), { $0.refused.code = "x" }),
        (
            .text("sentence"),
            {
                $0.refused.code = "x"
                $0.refused.text = String(repeating: "a", count: 1001)
            }
        ),
        (
            nil,
            {
                $0.refused.code = "x"
                $0.refused.text = String(repeating: "a", count: 1000)
            }
        ),
        (.progress, { $0.progress.of = 3 }), (.progress, { $0.progress.groups = 1 }),
        (.progress, { ($0.progress.groups, $0.progress.of) = (4, 3) }),
        (nil, { ($0.progress.groups, $0.progress.of) = (3, 3) }),
        (.progress, { ($0.progress.groups, $0.progress.of) = (1, 1025) }),
        (.digest, { $0.trained.plan = Data() }), (.digest, { $0.trained.coin = Data(count: 64) }),
        (.training, { $0.trained.rows = 0 }), (.training, { $0.trained.rows = 16_777_216 }),
        (.training, { $0.trained.frauds = 901 }), (nil, { $0.trained.frauds = 900 }), (nil, { $0.trained.frauds = 0 }),
        (.training, { $0.trained.ringBits = 64 }), (nil, { $0.trained.ringBits = 32 }),
        (.members, { $0.trained.leftOut = ["b", "a"] }), (.members, { $0.trained.leftOut = [""] }),
        (.box, { $0.sealed.encapsulated = Data(count: 31) }),
        (.box, { ($0.sealed.encapsulated, $0.sealed.box) = (Data(count: 32), Data(count: 16)) }),
        (nil, { ($0.sealed.encapsulated, $0.sealed.box) = (Data(count: 32), Data(count: 17)) }),
        (.counts, { $0.validated = WireReportValidated() }),
    ]

    @Test("reports", arguments: reports.indices)
    func report(place: Int) throws {
        var body = try Self.body(SyncVector.report)
        Self.reports[place].change(&body.report)
        let found = Self.mistake(body, by: .party(.one), purpose: "report")
        #expect(found == Self.reports[place].mistake.map { .malformed($0) })
    }

    private static let counts: [Change<WireReportValidated>] = [
        (nil, { _ in }), (nil, { $0.clearChallenger() }), (.counts, { $0.clearChampion() }),
        (.counts, { $0.champion.frauds = [4] }), (.counts, { $0.champion.frauds = [0, 0, 4] }),
        (.counts, { ($0.champion.legitimate, $0.champion.frauds) = ([5], [4]) }),
        // Other rows than the challenger's.
        (.counts, { $0.champion.frauds = [0, 3] }), (.counts, { $0.challenger.legitimate = [4, 0, 0] }),
        (nil, { $0.challenger.legitimate = [0, 0, 5] }),
        (
            .counts,
            {
                $0.clearChallenger()
                ($0.champion.legitimate, $0.champion.frauds) = ([0, .max], [.max, 1])
            }
        ),
        (
            .counts,
            {
                $0.clearChallenger()
                ($0.champion.legitimate, $0.champion.frauds) = ([0, 16_777_215], [0, 1])
            }
        ),
        (
            nil,
            {
                $0.clearChallenger()
                ($0.champion.legitimate, $0.champion.frauds) = ([0, 16_777_214], [0, 1])
            }
        ),
        (
            .counts,
            {
                $0.clearChallenger()
                let bins = [UInt32](repeating: 1, count: 1026)
                ($0.champion.legitimate, $0.champion.frauds) = (bins, bins)
            }
        ),
        (.members, { $0.boxes[1].member = "bank-a" }), (.members, { $0.boxes.swapAt(0, 1) }),
        (.members, { $0.boxes[0].member = "" }), (nil, { $0.boxes = [] }),
        (.box, { $0.boxes[0].encapsulated = Data() }), (.box, { $0.boxes[0].box = Data(count: 16) }),
        (.box, { $0.boxes[0].box = Data(count: 65_537) }), (nil, { $0.boxes[0].box = Data(count: 65_536) }),
    ]

    @Test("counts of a validation, and members' boxes", arguments: counts.indices)
    func count(place: Int) throws {
        let report = try PartyReport(order: digest(9), step: World.validated(.one))
        let bytes = SyncKeys.record(.report(report), by: .party(.one))
        let record = try #require(WireSyncRecord(decoding: bytes))
        var body = try #require(WireSyncBody(decoding: Array(record.body)))
        Self.counts[place].change(&body.report.validated)
        let found = Self.mistake(body, by: .party(.one), purpose: "report")
        #expect(found == Self.counts[place].mistake.map { .malformed($0) })
    }

    private static let decisions: [Change<WireSyncDecision>] = [
        (.encoding, { $0.kind = 0 }), (.encoding, { $0.kind = 4 }), (nil, { $0.kind = 2 }), (nil, { $0.kind = 3 }),
        (.digest, { $0.model = Data() }), (.digest, { $0.previous = Data(count: 5) }), (nil, { $0.previous = Data() }),
        (.sameModel, { $0.previous = $0.model }), (.order, { $0.sequence = 0 }), (nil, { $0.sequence = .max }),
        (.text("reason"), { $0.reason = "" }), (.text("reason"), { $0.reason = "a\u{1B}[1m" }),
        (nil, { $0.figures = [] }), (nil, { $0.figures = Array(repeating: $0.figures[0], count: 64) }),
        (.figures, { $0.figures = Array(repeating: $0.figures[0], count: 65) }),
        (.text("figure's name"), { $0.figures[0].name = "" }), (.figures, { $0.figures[0].value = .nan }),
        (.figures, { $0.figures[0].low = -.infinity }), (.figures, { $0.figures[0].high = .infinity }),
        (.figures, { $0.figures[0].value = 0.84 }), (.figures, { $0.figures[0].value = 0.96 }),
        (nil, { $0.figures[0].value = 0.95 }),
    ]

    @Test("decisions and their figures", arguments: decisions.indices)
    func decision(place: Int) throws {
        var body = try Self.body(SyncVector.decision)
        Self.decisions[place].change(&body.decision)
        let found = Self.mistake(body, by: .coordinator, purpose: "decision")
        #expect(found == Self.decisions[place].mistake.map { .malformed($0) })
    }

    @Test("approvals and verdicts")
    func approvals() throws {
        var approval = try Self.body(SyncVector.approval)
        let anna = SyncAuthor.operator(SyncKeys.operators[0])
        approval.approval.after = 0
        #expect(Self.mistake(approval, by: anna, purpose: "approval") == nil)
        approval.approval.model = Data(count: 31)
        #expect(Self.mistake(approval, by: anna, purpose: "approval") == .malformed(.digest))
        let bank = SyncAuthor.member(SyncKeys.members[0])
        var verdict = try Self.body(SyncVector.verdict)
        verdict.verdict.figures = Array(repeating: verdict.verdict.figures[0], count: 65)
        #expect(Self.mistake(verdict, by: bank, purpose: "verdict") == .malformed(.figures))
        verdict.verdict.figures = []
        #expect(Self.mistake(verdict, by: bank, purpose: "verdict") == nil)
        verdict.verdict.order = Data()
        #expect(Self.mistake(verdict, by: bank, purpose: "verdict") == .malformed(.digest))
    }

    @Test("all that can be said reads back as it was said")
    func roundTrips() throws {
        let candidate = digest(9)
        let header = World.header(of: candidate).encoded
        let steps: [PartyReport.Step] = [
            World.accepted(.one), .refused(code: "few_frauds", text: "3 frauds, and 10 are the least"),
            .progress(groups: 3, of: 25), try World.trained(), try World.validated(.one),
            try World.validated(.one, challenger: false), try World.sealed(.one),
        ]
        var statements: [(SyncStatement, SyncAuthor)] = try SyncVector.all().map { ($0.statement, $0.author) }
        for step in steps { statements.append((.report(try PartyReport(order: candidate, step: step)), .party(.one))) }
        let tasks: [SyncOrder.Task] = [
            .seal(try SealTask(candidate: candidate, header: header)),
            try World.validation(of: nil), try World.validation(of: .model(candidate)),
        ]
        for task in tasks {
            statements.append((.order(try SyncOrder(number: 3, expires: 9, task: task)), .coordinator))
        }
        for kind in [SyncDecision.Kind.promote, .rollback, .turnDown] {
            let decision = try World.decision(kind, candidate, previous: nil, sequence: 8)
            statements.append((.decision(decision), .coordinator))
        }
        for (statement, author) in statements {
            let record = SyncKeys.record(statement, by: author)
            let message = try SyncMessage(verifying: record, terms: SyncKeys.terms())
            #expect(message.statement == statement && message.author == author)
        }
    }

    @Test("has a sentence for whatever is wrong with it")
    func sentences() {
        let mistakes: [SyncMistake] = [
            .encoding, .text("version"), .digest, .window, .order, .rule(.trees), .frequencies, .members, .least,
            .thresholds, .sameModel, .header, .progress, .training, .counts, .box, .figures,
        ]
        #expect(Set(mistakes.map { "\($0)" }).count == mistakes.count)
        #expect(mistakes.allSatisfy { "\($0)".contains(" ") })
        #expect("\(SyncRefusal.malformed(.rule(.trees)))" == "the record is of no use: \(TrainingRule.Invalid.trees)")
        let anna = SyncKeys.operators[0]
        let refusals: [SyncRefusal] = [
            .tooLong(1_000_001), .malformed(.digest), .otherConsortium, .unknownAuthor, .wrongAuthor(.coordinator),
            .badSignature(.party(.one)), .replayed, .olderOrder(1, last: 2), .forkedOrder(3), .expired, .expiresLate,
            .busy(4), .versionTaken("v1"), .unknownCandidate, .notLater, .overlapping(5), .tooNear(6),
            .histograms(.standard), .windows(.standard), .alreadySealed, .otherHeader("depth"), .unknownOrder, .over(7),
            .outOfTurn(.two),
            .otherTask, .notChallenged, .alreadyTold(SyncKeys.members[0]), .unknownModel, .turnedDown,
            .void(after: 1, last: 2), .alreadyApproved(anna), .olderDecision(1, last: 2), .forkedDecision(8), .inForce,
            .notValidated, .approvals(1, of: 2), .notReplaced,
        ]
        #expect(Set(refusals.map { "\($0)" }).count == refusals.count)
        #expect("\(SyncRefusal.badSignature(.party(.one)))" == "party/party-1 of the roster did not sign the record")
        #expect("\(SyncRefusal.outOfTurn(.two))".hasPrefix("party-2 "))
        #expect(
            "\(SyncRefusal.histograms(.standard))".hasPrefix("no more than 8 histograms are opened of a window in 90"))
    }
}
