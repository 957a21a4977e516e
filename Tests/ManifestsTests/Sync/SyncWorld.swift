import Foundation
import Keys
import Manifests
import Records
import Testing

/// Whose keys are all known: of each author the bytes of its name, filled up to 32.
enum SyncKeys {
    static func key(_ author: SyncAuthor) -> SigningKey {
        let name = Array(author.description.utf8)
        guard let key = SigningKey(bytes: (0..<32).map { name[$0 % name.count] &+ UInt8($0) }) else {
            preconditionFailure("32 bytes are a key")
        }
        return key
    }

    static func member(_ name: String) -> MemberID { MemberID(name)! }
    static func operatorID(_ name: String) -> OperatorID { OperatorID(name)! }
    static let members = ["bank-a", "bank-b"].map(member)
    static let operators = ["anna", "bernd", "carla"].map(operatorID)

    static func terms(
        approvals: Int = 0, openings: OpeningLimits = OpeningLimits(histograms: 3, windows: 2, days: 10, apart: 100)
    ) -> SyncTerms {
        func verifying(_ author: SyncAuthor) -> VerifyingKey { key(author).verifyingKey }
        return SyncTerms(
            consortium: "demo", coordinator: verifying(.coordinator),
            parties: Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, verifying(.party($0))) }),
            members: Dictionary(uniqueKeysWithValues: members.map { ($0, verifying(.member($0))) }),
            operators: Dictionary(uniqueKeysWithValues: operators.map { ($0, verifying(.operator($0))) }),
            approvals: approvals, openings: openings)
    }

    /// A record that says the same in other bytes: with a field that nobody knows.
    static func respelt(_ statement: SyncStatement, by author: SyncAuthor, purpose: String) -> [UInt8] {
        guard var record = WireSyncRecord(decoding: record(statement, by: author)) else { return [] }
        record.body += [0xF8, 0x07, 0x01]
        let name = Array(author.description.utf8)
        let signed = UInt64(name.count).bigEndianBytes + name + Array(record.body)
        record.signature = Data(try! key(author).sign(signed, context: "cordon/sync/\(purpose)/v1"))
        return record.encoded
    }

    static func record(_ statement: SyncStatement, by author: SyncAuthor, consortium: String = "demo") -> [UInt8] {
        try! statement.record(by: author, consortium: consortium, key: key(author))
    }
}

func digest(_ number: UInt8) -> Digest32 { Digest32(of: [[number]]) }

/// A history with what is said to it. Its clock stands still unless it is moved.
struct SyncWorld {
    static let start: Int64 = 1_780_000_000
    static let day: Int64 = 86_400

    var history: SyncHistory
    var time = start
    private(set) var said: [(record: [UInt8], time: Int64)] = []

    init(approvals: Int = 0, openings: OpeningLimits = OpeningLimits(histograms: 3, windows: 2, days: 10, apart: 100)) {
        history = SyncHistory(SyncKeys.terms(approvals: approvals, openings: openings))
    }

    @discardableResult
    mutating func say(_ statement: SyncStatement, by author: SyncAuthor) throws(SyncRefusal) -> SyncMessage {
        try take(SyncKeys.record(statement, by: author))
    }

    /// Applies a record; one that is refused is no part of what was said, and has to have changed nothing.
    @discardableResult
    mutating func take(_ record: [UInt8]) throws(SyncRefusal) -> SyncMessage {
        let before = history
        do throws(SyncRefusal) {
            let message = try history.apply(record, at: Int64(said.count), time: time)
            said.append((record, time))
            return message
        } catch {
            #expect(history == before, "a refused record changed the history")
            throw error
        }
    }

    /// What a statement is refused with; nil where it counts.
    mutating func refusal(_ statement: SyncStatement, by author: SyncAuthor) -> SyncRefusal? {
        refusal(SyncKeys.record(statement, by: author))
    }

    mutating func refusal(_ record: [UInt8]) -> SyncRefusal? {
        do throws(SyncRefusal) {
            try take(record)
            return nil
        } catch { return error }
    }

    // MARK: Orders

    static func window(_ range: Range<Int64>, labels: Int64 = 50) throws -> SyncWindow {
        try SyncWindow(range, labels: labels)
    }

    static func rule() throws -> TrainingRule { try TrainingRule(trees: 8, stages: [1, 1], candidates: 2) }

    static func training(
        _ version: String = "v1", _ range: Range<Int64> = 0..<1000, labels: Int64 = 50
    ) throws -> SyncOrder.Task {
        let frequencies = BitFrequencies([1, 500_000, 1_000_000].compactMap { Millionths($0) })
        return .train(
            try TrainTask(
                version: version, formModel: digest(200), window: window(range, labels: labels), rule: rule(),
                frequencies: frequencies, admitted: [SyncKeys.members[1]], leastRows: 100, leastFrauds: 10))
    }

    static func validation(
        of challenger: ValidateTask.Challenger?, _ range: Range<Int64> = 1000..<2000, labels: Int64 = 90,
        champion: Digest32 = digest(200), threshold: Int64 = -7
    ) throws -> SyncOrder.Task {
        .validate(
            try ValidateTask(
                challenger: challenger, champion: champion, window: window(range, labels: labels),
                challengerThresholds: challenger == nil ? nil : .init(fraction: 11, scores: [0, 5]),
                championThresholds: .init(fraction: 14, scores: [threshold]), leastFrauds: 2, leastLegitimate: 3))
    }

    static func header(of candidate: Digest32, version: String = "v1") -> WireModelHeader {
        var header = WireModelHeader()
        header.schema = 2
        header.consortium = "demo"
        header.version = version
        header.order = Data(candidate.bytes)
        header.bits = 3
        header.trees = 8
        header.depth = 2
        header.ringBits = 16
        header.fractionBits = 11
        header.calibration = [(Int64(-5), 0.125), (9, 0.5)].map { score, probability in
            var point = WireCalibrationPoint()
            point.score = score
            point.probability = probability
            return point
        }
        return header
    }

    /// Gives the next order; a number that is not said is the next.
    @discardableResult
    mutating func order(
        _ task: SyncOrder.Task, number: UInt64? = nil, expires: Int64? = nil
    ) throws -> Digest32 {
        let order = try SyncOrder(
            number: number ?? history.nextNumber, expires: expires ?? time + Self.day, task: task)
        return try say(.order(order), by: .coordinator).digest
    }

    mutating func refusal(_ task: SyncOrder.Task, number: UInt64? = nil, expires: Int64? = nil) throws -> SyncRefusal? {
        let order = try SyncOrder(
            number: number ?? history.nextNumber, expires: expires ?? time + Self.day, task: task)
        return refusal(.order(order), by: .coordinator)
    }

    // MARK: Reports

    mutating func report(_ step: PartyReport.Step, on order: Digest32, by party: PartyID) throws {
        try say(.report(PartyReport(order: order, step: step)), by: .party(party))
    }

    mutating func refusal(_ step: PartyReport.Step, on order: Digest32, by party: PartyID) throws -> SyncRefusal? {
        refusal(.report(try PartyReport(order: order, step: step)), by: .party(party))
    }

    static func accepted(_ party: PartyID) -> PartyReport.Step { .accepted(codeVersion: "1.\(party.rawValue)") }

    static func trained(rows: Int = 900, frauds: Int = 40) throws -> PartyReport.Step {
        .trained(
            try TrainedReport(
                plan: digest(1), coin: digest(2), rows: rows, frauds: frauds, ringBits: 16,
                leftOut: [SyncKeys.members[0]]))
    }

    static func validated(_ party: PartyID, challenger: Bool = true, frauds: UInt32 = 3) throws -> PartyReport.Step {
        let opened = try ValidatedReport.Opened(
            challenger: challenger ? BinCounts(legitimate: [4, 0, 1], frauds: [1, 0, frauds]) : nil,
            champion: BinCounts(legitimate: [2, 3], frauds: [0, frauds + 1]))
        // Each party's shares are others.
        let boxes = try SyncKeys.members.map {
            try ValidatedReport.Box(
                member: $0, encapsulated: [UInt8](repeating: UInt8(party.rawValue), count: 32),
                box: [UInt8](repeating: 7 + UInt8(party.rawValue), count: 56))
        }
        return .validated(try ValidatedReport(opened: opened, boxes: boxes))
    }

    static func sealed(_ party: PartyID) throws -> PartyReport.Step {
        .sealed(
            try SealedReport(
                encapsulated: [UInt8](repeating: 10 + UInt8(party.rawValue), count: 32),
                box: [UInt8](repeating: 20 + UInt8(party.rawValue), count: 40)))
    }

    /// All three accept an order, and end with the same.
    mutating func end(_ order: Digest32, _ last: (PartyID) throws -> PartyReport.Step) throws {
        for party in PartyID.allCases { try report(Self.accepted(party), on: order, by: party) }
        for party in PartyID.allCases { try report(last(party), on: order, by: party) }
    }

    // MARK: The whole way

    /// Trains a version.
    mutating func train(_ version: String = "v1", _ range: Range<Int64> = 0..<1000) throws -> Digest32 {
        let candidate = try order(Self.training(version, range))
        try end(candidate) { _ in try Self.trained() }
        return candidate
    }

    mutating func validate(
        _ challenger: ValidateTask.Challenger?, _ range: Range<Int64> = 1000..<2000
    ) throws -> Digest32 {
        let order = try order(Self.validation(of: challenger, range))
        try end(order) { try Self.validated($0, challenger: challenger != nil) }
        return order
    }

    /// Seals a version; its model's digest.
    mutating func seal(_ candidate: Digest32, version: String = "v1") throws -> Digest32 {
        let header = Self.header(of: candidate, version: version).encoded
        let order = try order(.seal(SealTask(candidate: candidate, header: header)))
        try end(order, Self.sealed)
        return try #require(history.version(of: candidate)?.sealed?.model)
    }

    /// Trains, validates and seals a version; its model's digest.
    mutating func make(_ version: String = "v1", from: Int64 = 0) throws -> Digest32 {
        let candidate = try train(version, from..<from + 1000)
        _ = try validate(.candidate(candidate), from + 1000..<from + 2000)
        return try seal(candidate, version: version)
    }

    mutating func decide(
        _ kind: SyncDecision.Kind, _ model: Digest32, previous: Digest32?, sequence: UInt64
    ) throws {
        try say(.decision(Self.decision(kind, model, previous: previous, sequence: sequence)), by: .coordinator)
    }

    static func decision(
        _ kind: SyncDecision.Kind, _ model: Digest32, previous: Digest32?, sequence: UInt64
    ) throws -> SyncDecision {
        try SyncDecision(
            kind, model: model, previous: previous, sequence: sequence, reason: "as the figures say",
            figures: [SyncFigure("auc", 0.9, low: 0.85, high: 0.95)])
    }
}
