package import EventLogs
import Foundation
package import Keys
package import Model
package import PipelineFiles
package import Records
package import SecureScoring
import Worlds

/// The terms that all schedules of a simulation have in common: who takes part, with keys in a folder, and the model. Removes the
/// folder when it goes.
package final class Terms: Sendable {
    package static let members = 2
    /// With those that may join.
    package static let most = 4
    /// More rows than a run has.
    package static let rows = RowLimits(days: 365, bytes: 1 << 30)
    /// What the parties open of reasons, where they open any: more choices than a run asks for, and of tokens that two members
    /// know.
    package static let reasons = ReasonLimits(daily: 1_000_000, members: 2)
    /// What members' systems name.
    package static let (customers, terminals, devices) = (4, 5, 4)
    /// The first minute of event time, well before the clocks' time: 2026-03-01T00:00:00Z.
    package static let begin = EventTime(seconds: 1_772_323_200)
    /// The clocks' time when a simulation starts.
    package static let start = (begin.seconds + 2 * EventTime.day) * 1_000_000

    package let folder: String
    package let roster: Roster
    /// What everybody who is a member, or may join, has of keys.
    let entries: [Roster.Member]
    package let spec: BinnedSpec
    package let model: ClearModel
    /// A model of the next feature spec, whose bits members share, too; nil for none.
    package let next: ClearModel?

    /// - Parameters:
    ///   - roundsScores: whether members get the calibration's steps of scores.
    ///   - hasNext: whether there is a next feature spec.
    ///   - opensReasons: whether members are told why their alerts were ones; then models have scorecards.
    package init(roundsScores: Bool = false, hasNext: Bool = false, opensReasons: Bool = false) throws {
        folder = NSTemporaryDirectory() + "cordon-simulation-\(UUID().uuidString)"
        var parties: [PartyID: Cell.Party] = [:]
        for party in PartyID.allCases {
            let hpke = HPKEPrivateKey(.xWing)
            let agreement = HPKEPrivateKey()
            let identity = SigningKey()
            let keys = FileKeystore(directory: "\(folder)/\(party)")
            try keys.store(hpke)
            try keys.store(agreement, "agreement")
            try keys.store(identity)
            parties[party] = Cell.Party(
                id: party, host: "", port: 0, hpke: hpke.publicKey, agreement: agreement.publicKey,
                identity: identity.verifyingKey, certificate: [UInt8](repeating: 0, count: 32))
        }
        var entries: [Roster.Member] = []
        for number in 0..<Self.most {
            let id = Self.member(number)
            let identity = SigningKey()
            let hpke = HPKEPrivateKey(.xWing)
            let keys = FileKeystore(directory: "\(folder)/\(id)")
            try keys.store(identity)
            try keys.store(hpke)
            entries.append(
                Roster.Member(id: id, identity: identity.verifyingKey, hpke: hpke.publicKey, budget: .standard))
        }
        self.entries = entries
        let coordinator = SigningKey()
        try FileKeystore(directory: folder + "/coordinator").store(coordinator)
        var roster = Roster(
            consortium: "simulated", epoch: 1, coordinator: coordinator.verifyingKey, cell: Cell(parties),
            members: Array(entries.prefix(Self.members)), eventTime: .standard)
        // A few schedules in each hundred meet it.
        roster.countLimit = 2
        roster.roundsScores = roundsScores
        if opensReasons {
            roster.openings = OpeningLimits(
                histograms: 8, windows: 256, days: 90, apart: 1_000, reasons: Self.reasons)
        }
        self.roster = roster
        spec = try Self.features("simulated", Self.own)
        model = try Self.forest("simulated-1", spec, seed: 41, hasCard: opensReasons)
        next =
            try hasNext
            ? Self.forest(
                "simulated-2",
                Self.features("simulated-next", Self.nextOwn.map { (Self.own[$0.place].0, $0.edges) }), seed: 43,
                hasCard: opensReasons)
            : nil
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    package static func member(_ number: Int) -> MemberID {
        guard let id = MemberID("bank-\(number)") else { preconditionFailure("a name of a member") }
        return id
    }

    package func keys(_ role: String) -> FileKeystore { FileKeystore(directory: "\(folder)/\(role)") }

    /// The topics that such a consortium needs.
    package var topics: [TopicSettings] {
        let kept = [
            Topics.sessions, Topics.sealed, Topics.labels, Topics.batches, Topics.tokenKeys, Topics.sync,
            Topics.agreement, Topics.audit, Topics.rejected,
        ]
        return [TopicSettings(name: Topics.manifests, cleanup: .compact)]
            + (kept + (opensReasons ? [Topics.reasons] : [])).map { TopicSettings(name: $0) }
            + roster.members.flatMap { topics(of: $0.id) }
    }

    /// Whether members are told why their alerts were ones.
    package var opensReasons: Bool { roster.openings.reasons != nil }

    /// The topics that a member has besides.
    func topics(of id: MemberID) -> [TopicSettings] {
        let reasons = opensReasons ? [Topics.reasons(id), Topics.contributions(id)] : []
        return
            ([
                Topics.transactions(id), Topics.scores(id), Topics.receipts(id), Topics.decisions(id),
                Topics.alerts(id),
                Topics.rejected(id), Topics.blinded(id), Topics.evaluations(id), Topics.evidence(id),
            ] + reasons).map { TopicSettings(name: $0) }
    }

    /// The features of the member's own with their cut points; the next spec has them in another order, with others.
    private static let own: [(Feature, [Double])] = [
        (Feature(name: "amount", kind: .amount), [20.5, 40.5, 80.5, 160.5]),
        (Feature(name: "day_count", kind: .window(.count, .customer, Feature.Window(days: 1))), [1.5, 2.5, 4.5, 8.5]),
        (
            Feature(name: "day_sum", kind: .window(.sum, .customer, Feature.Window(days: 1))),
            [20.5, 40.5, 80.5, 160.5]
        ),
    ]
    private static let nextOwn: [(place: Int, edges: [Double])] = [
        (2, [15.5, 30.5, 60.5, 120.5, 240.5]), (0, [35.5]), (1, [1.5, 3.5]),
    ]

    /// What a member computes of the next spec, from what it does of the first.
    static func nextOwn(_ values: [Double]) -> [Double] { nextOwn.map { values[$0.place] } }

    /// Features of the member's own, and what two kinds of entities say over one and six hours that ended two hours ago.
    private static func features(_ name: String, _ own: [(Feature, [Double])]) throws -> BinnedSpec {
        var features = own.map(\.0)
        let window: [Int64] = [3600, 6 * 3600]
        for entity in [Feature.Entity.terminal, .device] {
            for span in window {
                for signal in Feature.Signal.allCases {
                    features.append(
                        Feature(
                            name: "\(entity.rawValue)_\(signal.rawValue)_\(span)",
                            kind: .consortium(signal, entity, Feature.Window(span: span, delay: 2 * 3600))))
                }
            }
        }
        let spec = FeatureSpec(
            name: name, features: features, terms: ConsortiumTerms(bucket: 3600, labelDelay: 2 * 3600))
        return try BinnedSpec(
            spec: spec,
            edges: spec.features.enumerated().map { place, feature in
                switch feature.shared?.signal {
                case nil: own[place].1
                case .fraudRate: [0.1, 0.3, 0.5, 0.7]
                case .members: [0.5, 1.5]
                case .frauds, .count: [0.5, 1.5, 2.5, 3.5, 5.5]
                }
            })
    }

    /// Trees that each ask for one bit of the consortium's: what is counted wrongly shows in scores. The card has nothing to do
    /// with them.
    private static func forest(
        _ version: String, _ spec: BinnedSpec, seed: UInt64, hasCard: Bool
    ) throws -> ClearModel {
        var random = SeededRandom(seed: seed)
        let shared = spec.bits - spec.ownBits
        let trees = (0..<2 * shared).map { tree in
            Forest.Tree(
                conditions: [random.below(spec.bits), spec.ownBits + tree % shared],
                leaves: (0..<4).map { _ in Int32(random.below(1401)) - 700 })
        }
        let points = spec.edges.map { edges in (0...edges.count).map { _ in Int32(random.below(4001)) - 2000 } }
        let forest = try Forest(trees: trees, bits: spec.bits)
        return try ClearModel(
            version: version, binned: spec, forest: forest,
            calibration: Calibration(
                points: (-10...10).map { .init(score: 300 * $0, probability: Double($0 + 10) / 20) }),
            card: hasCard ? Scorecard(points: points, fractionBits: forest.fractionBits) : nil)
    }
}
