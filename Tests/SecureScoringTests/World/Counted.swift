import EventLogs
import Foundation
import Ingest
import Model
import Records
import Sealing
import Secrets
import SecureScoring
import Support
import Synchronization
import Testing
import Tokens

/// The day on which the tests of counting begin.
let firstDay: Int64 = 17_800

/// An event of one of the two members, with all that a test knows of it.
struct CountedEvent: Sendable, Hashable {
    /// 0 or 1.
    var bank: Int
    /// Its place in the member's topic, and its id.
    var number: Int64
    /// Since `firstDay`.
    var day: Int64
    var second: Int64 = 40_000
    var terminal: String?
    var device: String?

    var time: EventTime { EventTime(seconds: (firstDay + day) * EventTime.day + second) }

    func name(of entity: Feature.Entity) -> String? { entity == .terminal ? terminal : device }

    /// What the member itself computes of it.
    func own(_ spec: BinnedSpec) -> [Double] {
        let seed = number * 2 + Int64(bank)
        return Array((values(seed) + values(seed + 1_000_001)).prefix(spec.spec.ownCount))
    }

    func tokens(_ spec: BinnedSpec) throws -> [UInt8] {
        try spec.spec.tokenEntities.flatMap { entity in
            try name(of: entity).map { try TestToken.bytes($0) } ?? [UInt8](repeating: 0, count: 33)
        }
    }
}

/// Points of P-256 (multiples of its generator, SEC 1, compressed) in the place of tokens.
enum TestToken {
    private static let points = [
        "t1": "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "t2": "037cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
        "t3": "025ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c",
        "t4": "02e2534a3532d08fbba02dde659ee62bd0031fe2db785596ef509302446b030852",
        "d1": "0251590b7a515140d2d784c85608668fdfef8c82fd1f5be52421554a0dc3d033ed",
        "d2": "02b01a172a76a4602c92d3242cb897dde3024c740debb215b4c6b0aae93c2291a9",
        "d3": "028e533b6fa0bf7b4625bb30667c01fb607ef9f8b8a80fef5b300628703187b2a3",
        "d4": "0262d9779dbee9b0534042742d3ab54cadc1d238980fce97dbb4dd9dc1db6fb393",
    ]

    /// 33 bytes that are no point: x is 7, and 7^3 - 3 * 7 + b is no square.
    static let noPoint: [UInt8] = [2] + [UInt8](repeating: 0, count: 31) + [7]

    static func bytes(_ name: String) throws -> [UInt8] {
        let hex = Array(try #require(points[name]).utf8)
        return try stride(from: 0, to: hex.count, by: 2).map { at in
            try #require(UInt8(String(decoding: hex[at..<at + 2], as: UTF8.self), radix: 16))
        }
    }
}

/// Own features of seven edges, and behind them what two kinds of entities say over one and seven days that ended seven days ago.
func countedSpec(_ name: String = "counted", own: Int = 4) throws -> BinnedSpec {
    var features = (0..<own).map { Feature(name: "f\($0)", kind: .amount) }
    var edges = (0..<own).map { _ in (0..<7).map { Double($0) + 0.5 } }
    for entity in [Feature.Entity.terminal, .device] {
        for days in [1, 7] {
            for signal in Feature.Signal.allCases {
                features.append(
                    Feature(
                        name: "\(entity.rawValue)_\(signal.rawValue)_\(days)",
                        kind: .consortium(signal, entity, Feature.Window(days: days, delayDays: 7))))
            }
        }
    }
    let spec = FeatureSpec(
        name: name, features: features, terms: ConsortiumTerms(bucket: EventTime.day, labelDelay: 7 * EventTime.day))
    // The spec has an order of its own.
    edges += spec.features.dropFirst(own).map { feature -> [Double] in
        switch feature.shared?.signal {
        case .fraudRate: [0.15, 0.3, 0.45, 0.6, 0.9]
        case .members: [0.5, 1.5]
        default: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
        }
    }
    return try BinnedSpec(spec: spec, edges: edges)
}

/// Own features of seven edges whose labels are told, though nothing is counted.
func labelledSpec() throws -> BinnedSpec {
    let terms = ConsortiumTerms(bucket: EventTime.day, labelDelay: 7 * EventTime.day)
    let features = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
    return try BinnedSpec(
        spec: FeatureSpec(name: "labelled", features: features, terms: terms, tellsLabels: true),
        edges: features.map { _ in (0..<7).map { Double($0) + 0.5 } })
}

/// A model of which every tree asks for something that the parties count, where they count anything.
///
/// - Parameters:
///   - steps: of its calibration.
///   - hasCard: whether it has a scorecard, of any points.
func countedModel(
    _ version: String, spec: BinnedSpec, steps: [Calibration.Point] = [.init(score: 0, probability: 0.5)],
    hasCard: Bool = false
) throws -> ClearModel {
    var generator = SplitMix64(state: 41)
    let forest = try Forest(trees: countedTrees(spec, &generator), bits: spec.bits)
    let points = spec.edges.map { edges in
        (0...edges.count).map { _ in Int32.random(in: -900...900, using: &generator) }
    }
    return try ClearModel(
        version: version, binned: spec, forest: forest, calibration: Calibration(points: steps),
        card: hasCard ? Scorecard(points: points, fractionBits: forest.fractionBits) : nil)
}

private func countedTrees(_ spec: BinnedSpec, _ generator: inout SplitMix64) -> [Forest.Tree] {
    (0..<40).map { tree in
        let first = spec.ownBits < spec.bits ? spec.ownBits : 0
        let secret = first + tree * (spec.bits - first) / 40
        return Forest.Tree(
            conditions: [Int.random(in: 0..<spec.bits, using: &generator), secret],
            leaves: (0..<4).map { _ in Int32.random(in: -700...700, using: &generator) })
    }
}

extension Bank {
    /// The sealed record of an event.
    ///
    /// - Parameters:
    ///   - own: in the place of what the event says; one value an own feature.
    ///   - shadow: a second spec, whose bits go along.
    ///   - random: fresh bytes, where they matter.
    func seal(
        _ event: CountedEvent, spec: BinnedSpec, own: [Double]? = nil, shadow: BinnedSpec? = nil,
        tokens: BoxedTokens? = nil,
        random: @escaping @Sendable (Int) -> [UInt8] = { SystemBytes().next($0) }
    ) throws -> [UInt8] {
        let sealer = TransactionSealer(
            member: id, epoch: epoch, sessions: sessions, spec: spec, shadow: shadow, idKey: SecretKey(bytes: seed),
            random: random)
        let transaction = Transaction(
            id: "\(event.number)", time: event.time, customer: "c", terminal: event.terminal ?? "",
            amount: MinorUnits(1))
        return sealer.seal(
            transaction, event: sealer.eventID(UInt64(event.number)), features: own ?? event.own(spec),
            shadow: shadow.map { event.own($0) },
            tokens: try tokens ?? BoxedTokens(epoch: 1, bytes: event.tokens(spec)),
            at: SealedPlace(source: SourcePosition(offset: event.number)))
    }

    func labelSealer(
        _ spec: BinnedSpec, random: @escaping @Sendable (Int) -> [UInt8] = { SystemBytes().next($0) }
    ) -> LabelSealer {
        LabelSealer(
            member: id, epoch: epoch, sessions: sessions, spec: spec, idKey: SecretKey(bytes: seed), random: random)
    }

    /// A record of labels of events that the parties know.
    ///
    /// - Parameter previous: the offset of the source of the label record before it; nil for the first.
    func label(
        _ outcomes: [(event: CountedEvent, fraud: Bool)], source: Int64, after previous: Int64? = nil, spec: BinnedSpec
    ) -> [UInt8] {
        let sealer = labelSealer(spec)
        return sealer.record(
            outcomes.map { LabelEntry(event: sealer.eventID(UInt64($0.event.number)), fraud: $0.fraud) },
            source: SourcePosition(offset: source), previous: previous.map { SourcePosition(offset: $0) })
    }

    /// A record of labelled events that the parties don't know.
    func history(
        _ outcomes: [(event: CountedEvent, fraud: Bool)], day: Int64, spec: BinnedSpec, tokens: [UInt8]? = nil,
        epoch: TokenEpoch = TokenEpoch(1)
    ) throws -> [UInt8] {
        let sealer = labelSealer(spec)
        return sealer.record(
            try outcomes.map {
                LabelEntry(
                    event: sealer.eventID(UInt64($0.event.number)), fraud: $0.fraud, time: $0.event.time,
                    tokens: try tokens ?? $0.event.tokens(spec))
            }, source: .history(day: Int(firstDay + day)), history: true, tokenEpoch: epoch.number)
    }
}

/// What the parties should count, in the clear: every event of both members, and which were frauds. Loops over all of them, and
/// shares no code with what it is held against.
struct ClearCounts: Sendable {
    private(set) var events: [CountedEvent] = []
    var frauds: Set<CountedEvent> = []
    /// Of a member's events of an entity in a day.
    var limit = 8191

    mutating func add(_ event: CountedEvent) { events.append(event) }

    /// One value a feature of the spec.
    func values(of event: CountedEvent, _ spec: BinnedSpec, own: [Double]? = nil) -> [Double] {
        (own ?? event.own(spec))
            + spec.spec.features.dropFirst(spec.spec.ownCount).map { feature in
                guard let shared = feature.shared, let name = event.name(of: shared.entity) else { return 0 }
                // The window's last whole day had ended seven days before the event.
                let last = event.day - 8
                let days = last - shared.window.span / 86_400 + 1...last
                var seen: [CountedEvent] = []
                for other in events where other.name(of: shared.entity) == name && days.contains(other.day) {
                    let own = seen.count { $0.bank == other.bank && $0.day == other.day }
                    if own < limit { seen.append(other) }
                }
                let confirmed = seen.count { frauds.contains($0) }
                switch shared.signal {
                case .frauds: return Double(confirmed)
                case .fraudRate: return seen.isEmpty ? 0 : Double(confirmed) / Double(seen.count)
                case .count: return Double(seen.count)
                case .members: return Double(Set(seen.map(\.bank)).count)
                }
            }
    }
}

/// The digest before anything is counted: of the consortium "c", by the third version of the rules, in buckets of a day, of 40
/// days, of 8,191 events, of a million of a history's day.
let genesis = Digest32(of: [
    Array("cordon/counted/genesis/v3".utf8), Array("c".utf8), UInt32(3).bigEndianBytes, EventTime.day.bigEndianBytes,
    (40 * EventTime.day).bigEndianBytes, Int64(8191).bigEndianBytes, Int64(1_000_000).bigEndianBytes,
])

/// A world whose model reads counts, and beside it what that model should have said.
final class CountedWorld {
    let world: World
    let model: ClearModel
    /// The digest of its manifest.
    let dealt: Digest32
    private let steps: [Int64]
    private(set) var clear = ClearCounts()
    /// The rotations of the token key, as members know them by their tokens, and which epoch's each member uses.
    let rotations = TokenUpdates(newest: TokenEpoch(1))
    var epochs = [TokenEpoch(1), TokenEpoch(1)]
    /// By member, source to score.
    private var expected: [[Int64: Int64]] = [[:], [:]]
    /// All that was sent, in the log's order, with the values that it should be scored by, and what of it has a label.
    private(set) var sent: [(event: CountedEvent, values: [Double])] = []
    private(set) var labelled: Set<CountedEvent> = []
    /// The offset of the last label record's source.
    var labelSource: Int64 = 0
    private var number: Int64 = 0

    /// - Parameters:
    ///   - limit: of a member's events of a token in a day.
    ///   - history: of events of a member's history of a day.
    ///   - steps: scores at which steps begin that scores are rounded to; exact where there are none.
    ///   - rows: how many scored rows parties keep; nil where they keep none.
    ///   - hasCard: whether the model has a scorecard.
    ///   - spec: the model's.
    init(
        viewed: String = Topics.sealed, limit: Int = 8191, history: Int = 1_000_000, steps: [Int64] = [],
        rows: RowLimits? = nil, hasCard: Bool = false, spec: BinnedSpec? = nil
    ) throws {
        world = try World(
            spec: spec ?? countedSpec(), viewed: viewed, countLimit: limit, historyLimit: history, rows: rows)
        clear.limit = limit
        self.steps = steps
        model = try countedModel(
            "c1", spec: world.spec,
            steps: steps.isEmpty
                ? [.init(score: 0, probability: 0.5)]
                : steps.enumerated().map { .init(score: $1, probability: Double($0) / 100) }, hasCard: hasCard)
        dealt = try world.deal(model, rounded: !steps.isEmpty)
        try world.append([try world.activation(dealt, sequence: 1)])
    }

    /// What a member is to get of a score: the step, counted in the clear, where scores are rounded.
    private func opened(_ score: Int64) -> Int64 {
        steps.isEmpty ? score : Int64(steps.dropFirst().count { score >= $0 })
    }

    var spec: BinnedSpec { world.spec }
    var banks: [Bank] { [world.a, world.b] }

    /// An event that nobody has heard of yet.
    func event(_ bank: Int, day: Int64, _ terminal: String?, _ device: String?) -> CountedEvent {
        number += 1
        return CountedEvent(
            bank: bank, number: number, day: day, second: 40_000 + number, terminal: terminal, device: device)
    }

    /// A day's events: both members meet at "t1" and "d1", and have one of each for themselves.
    func day(_ day: Int64) -> [CountedEvent] {
        (0..<2).flatMap { bank in
            [
                event(bank, day: day, "t1", "d1"), event(bank, day: day, "t1", nil),
                event(bank, day: day, bank == 0 ? "t2" : "t3", bank == 0 ? "d2" : "d3"),
                event(bank, day: day, nil, "d1"), event(bank, day: day, nil, nil),
            ]
        }
    }

    /// Sends transactions in one piece.
    ///
    /// - Parameters:
    ///   - other: in the place of the model that scores them, with its spec.
    ///   - seal: in the place of how records are sealed.
    @discardableResult
    func send(
        _ events: [CountedEvent], by other: (model: ClearModel, spec: BinnedSpec)? = nil,
        seal: ((CountedEvent) throws -> [UInt8])? = nil
    ) throws -> [Int64] {
        for event in events {
            let values = clear.values(of: event, other?.spec ?? spec)
            sent.append((event, values))
            expected[event.bank][event.number] = opened((other?.model ?? model).score(values: values))
        }
        events.forEach { clear.add($0) }
        return try world.append(
            try events.map { event in
                try seal?(event)
                    ?? banks[event.bank].seal(event, spec: spec, tokens: boxed(event, epochs[event.bank]))
            })
    }

    /// An event's tokens under an epoch's key.
    func boxed(_ event: CountedEvent, _ epoch: TokenEpoch) throws -> BoxedTokens {
        let first = try event.tokens(spec)
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: first.count, by: EntityToken.byteCount) {
            let one = Array(first[start..<start + EntityToken.byteCount])
            guard one.contains(where: { $0 != 0 }) else {
                bytes += one
                continue
            }
            let moved = rotations.move([try EntityToken(bytes: one)], from: TokenEpoch(1), to: epoch)
            bytes += try #require(moved)[0].bytes
        }
        return bytes.isEmpty ? .none : BoxedTokens(epoch: epoch.number, bytes: bytes)
    }

    /// Labels events: those of `frauds` were frauds. Returns the records, one a member.
    @discardableResult
    func label(_ events: [CountedEvent], frauds: Set<CountedEvent>) throws -> [[UInt8]] {
        labelSource += 1
        labelled.formUnion(events)
        clear.frauds.subtract(events)
        clear.frauds.formUnion(frauds)
        let records = (0..<2).compactMap { bank -> [UInt8]? in
            let own = events.filter { $0.bank == bank }.map { (event: $0, fraud: frauds.contains($0)) }
            return own.isEmpty ? nil : banks[bank].label(own, source: labelSource, spec: spec)
        }
        try world.appendLabels(records)
        return records
    }

    /// Labelled events of a day before everything live.
    func history(_ events: [CountedEvent], frauds: Set<CountedEvent>, day: Int64) throws {
        clear.frauds.formUnion(frauds)
        events.forEach { clear.add($0) }
        try world.appendLabels(
            try (0..<2).map { bank in
                try banks[bank].history(
                    events.filter { $0.bank == bank }.map { ($0, frauds.contains($0)) }, day: day, spec: spec)
            })
    }

    /// From now on these were frauds, too, by labels that the test sends itself.
    func assume(frauds: Set<CountedEvent>) { clear.frauds.formUnion(frauds) }

    /// From now on this was none.
    func absolve(_ event: CountedEvent) { clear.frauds.remove(event) }

    /// All transactions so far are scored as the model in the clear does on what was counted in the clear.
    func expectScores(_ comment: Comment? = nil) throws {
        for (bank, expected) in zip(banks, expected) where !expected.isEmpty {
            #expect(try world.scores(bank, expected.count).bySource() == expected, comment)
        }
    }

    /// How many of the scores would be others if nothing were counted.
    var telling: Int {
        clear.events.count { event in
            expected[event.bank][event.number].map {
                $0 != opened(model.score(values: ClearCounts().values(of: event, spec)))
            } ?? false
        }
    }
}
