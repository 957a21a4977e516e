import EventLogs
import Keys
import LocalStore
import Manifests
import ModelSync
import Records
import Roles
import Support
import Testing
import ThreeParty

/// Trainings and validations whose reports are written in the parties' stead: members' counts, and what parties make of them, are
/// what a test wants.
struct ToldValidations {
    /// How many rows of each class have a score in which bin; the two models have as many bins.
    struct Counts {
        var challenger: (legitimate: [UInt32], frauds: [UInt32])
        var champion: (legitimate: [UInt32], frauds: [UInt32])

        static let none = Counts(
            challenger: ([0, 0, 0, 0], [0, 0, 0, 0]), champion: ([0, 0, 0, 0], [0, 0, 0, 0]))

        /// Of each bin rows that are no frauds, and frauds: the challenger first.
        var elements: [UInt32] {
            [challenger, champion].flatMap { model in zip(model.legitimate, model.frauds).flatMap { [$0, $1] } }
        }

        static func + (left: Counts, right: Counts) -> Counts {
            func sum(_ one: [UInt32], _ other: [UInt32]) -> [UInt32] { zip(one, other).map { $0 + $1 } }
            func sum(
                _ one: (legitimate: [UInt32], frauds: [UInt32]), _ other: (legitimate: [UInt32], frauds: [UInt32])
            ) -> (legitimate: [UInt32], frauds: [UInt32]) {
                (sum(one.legitimate, other.legitimate), sum(one.frauds, other.frauds))
            }
            return Counts(
                challenger: sum(left.challenger, right.challenger), champion: sum(left.champion, right.champion))
        }
    }

    let world: SyncWorld
    let coordinator: SyncCoordinator
    static let thresholds: [Int64] = [10, 20, 30]

    init() throws {
        world = try SyncWorld()
        coordinator = try world.coordinator()
    }

    // MARK: Reports

    private func say(_ step: PartyReport.Step, _ job: SyncJob, of party: PartyID) throws {
        let record = try SyncStatement.report(try PartyReport(order: job.digest, step: step)).record(
            by: .party(party), consortium: "c", key: SyncWorld.key(SyncWorld.identity(party)))
        try world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
    }

    /// All three parties do what was ordered, and say this in the end.
    @discardableResult
    func end(_ job: SyncJob, _ step: (PartyID) throws -> PartyReport.Step) throws -> SyncJob {
        for party in PartyID.allCases { try say(.accepted(codeVersion: "test"), job, of: party) }
        for party in PartyID.allCases { try say(step(party), job, of: party) }
        try coordinator.read()
        return try #require(coordinator.history.job(job.digest))
    }

    /// The order to train a version on offsets 0 to 239, done.
    func train(_ version: String = "v2") throws -> SyncJob {
        let job = try coordinator.order(world.training(version: version), within: 60)
        let report = try TrainedReport(plan: .zero, coin: .zero, rows: 240, frauds: 40, ringBits: 16)
        return try end(job) { _ in .trained(report) }
    }

    /// An order to validate.
    func order(_ challenger: ValidateTask.Challenger, on range: Range<Int64>) throws -> SyncJob {
        try coordinator.order(
            .validate(
                ValidateTask(
                    challenger: challenger, champion: world.champion, window: SyncWindow(range, labels: 0),
                    challengerThresholds: .init(fraction: 4, scores: Self.thresholds),
                    championThresholds: .init(fraction: 4, scores: Self.thresholds), leastFrauds: 1,
                    leastLegitimate: 1)), within: 60)
    }

    /// A validation that is done as protocol and order have it.
    ///
    /// - Parameter keys: of members that have others than at first.
    @discardableResult
    func validate(
        _ challenger: ValidateTask.Challenger, on range: Range<Int64>, _ members: [MemberID: Counts],
        keys: [MemberID: HPKEPublicKey] = [:]
    ) throws -> SyncJob {
        let job = try order(challenger, on: range)
        let boxes = try Self.boxes(of: members, order: job.digest, keys: keys)
        let opened = try Self.opened(Array(members.values))
        return try end(job) { .validated(try ValidatedReport(opened: opened, boxes: boxes[$0] ?? [])) }
    }

    static func opened(_ all: [Counts]) throws -> ValidatedReport.Opened {
        let total = all.reduce(.none, +)
        return try ValidatedReport.Opened(
            challenger: BinCounts(legitimate: total.challenger.legitimate, frauds: total.challenger.frauds),
            champion: BinCounts(legitimate: total.champion.legitimate, frauds: total.champion.frauds))
    }

    /// Each party's boxes of random shares.
    static func boxes(
        of members: [MemberID: Counts], order: Digest32, keys: [MemberID: HPKEPublicKey] = [:]
    ) throws -> [PartyID: [ValidatedReport.Box]] {
        var boxes: [PartyID: [ValidatedReport.Box]] = [:]
        for (member, counts) in members.sorted(by: { $0.key < $1.key }) {
            let key = try keys[member] ?? HPKEPrivateKey(bytes: SyncWorld.identity(member)).publicKey
            for (party, share) in zip(PartyID.allCases, shares(counts.elements)) {
                boxes[party, default: []].append(
                    try MemberCounts.seal(share, of: party, to: member, key, order: order))
            }
        }
        return boxes
    }

    /// Three random shares that add up.
    static func shares(_ elements: [UInt32]) -> [[UInt8]] {
        let (first, second) = (elements.map { _ in UInt32.random() }, elements.map { _ in UInt32.random() })
        let third = elements.indices.map { elements[$0] &- first[$0] &- second[$0] }
        return [first, second, third].map { $0.flatMap(\.bigEndianBytes) }
    }
}

extension UInt32 {
    fileprivate static func random() -> UInt32 { random(in: 0...(.max)) }
}
