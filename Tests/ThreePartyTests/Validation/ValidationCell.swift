import Model
import Records
import Support
import Testing
import ThreeParty

/// Rows of members and forests, in the clear and in shares, and three parties that validate the forests on the rows.
struct ValidationCell {
    let plan: ValidationPlan
    let forests: [Forest]
    let thermometers: [[UInt8]]
    /// The same events as the first model reads them, where it reads rows of its own.
    let firstThermometers: [[UInt8]]?
    let frauds: [Bool]
    var keys: StepCell
    private(set) var rows: [PartyID: TrainingRows] = [:]
    private(set) var firstRows: [PartyID: TrainingRows] = [:]
    private(set) var models: [PartyID: [PreparedModel]] = [:]

    /// A forest's size; its ring follows from its leaves.
    struct Size {
        var trees: Int
        var depth: Int
        var leaf: Int32
    }

    /// - Parameters:
    ///   - firstBits: of rows of its own that the first forest reads; nil where it reads the others'.
    ///   - members: whose rows come in turn; `idle` more have none.
    ///   - thresholds: of each forest; nil takes some of the scores themselves, and the scores beside them.
    ///   - pieceBytes: of one-hots that go at once.
    ///   - fraud: whether a row is one.
    ///   - leaves: of every tree, in the place of random ones.
    init(
        rows count: Int, bits: Int, firstBits: Int? = nil, members: Int = 3, idle: Int = 0, sizes: [Size],
        thresholds: [[Int64]]? = nil,
        least: (frauds: Int, legitimate: Int) = (1, 1), pieceBytes: Int = 1 << 24, seed: UInt64, source: UInt8 = 1,
        fraud: (Int) -> Bool = { $0 % 5 == 2 }, leaves: (() -> Int32)? = nil
    ) throws {
        var generator = SplitMix64(state: seed)
        thermometers = Self.random(count, bits: bits, &generator)
        firstThermometers = firstBits.map { Self.random(count, bits: $0, &generator) }
        frauds = (0..<count).map(fraud)
        forests = try sizes.enumerated().map { at, size in
            let bits = at == 0 ? firstBits ?? bits : bits
            return try Forest(
                trees: (0..<size.trees).map { _ in
                    Forest.Tree(
                        conditions: (0..<size.depth).map { _ in Int.random(in: 0..<bits, using: &generator) },
                        leaves: (0..<1 << size.depth).map { _ in
                            leaves?() ?? Int32.random(in: -size.leaf...size.leaf, using: &generator)
                        })
                }, bits: bits, fractionBits: 11)
        }
        keys = StepCell(seed: seed)
        var described: [ValidationPlan.Model] = []
        for (at, forest) in forests.enumerated() {
            let shape = try #require(
                ForestShape(
                    bits: at == 0 ? firstBits ?? bits : bits, trees: forest.trees.count, depth: forest.depth,
                    ringBits: forest.ring.rawValue))
            let read = at == 0 ? firstThermometers ?? thermometers : thermometers
            let scores = read.map { forest.score(thermometer: $0) }
            let near = Set(scores.prefix(12).flatMap { [$0 - 1, $0, $0 + 1] }).sorted()
            described.append(
                ValidationPlan.Model(
                    digest: Digest32(of: [[UInt8(at)]]), shape: shape, fraction: 11,
                    thresholds: thresholds?[at] ?? near))
            for (party, model) in try Self.prepared(forest, shape, &generator) {
                models[party, default: []].append(model)
            }
        }
        plan = try ValidationPlan(
            source: Digest32(of: [[source]]), bits: bits,
            members: (0..<members + idle).map { try #require(MemberID("bank-\($0)")) },
            memberOfRow: (0..<count).map { UInt16($0 % members) }, models: described, least: least,
            pieceBytes: pieceBytes)
        rows = Self.shared(thermometers, bits: bits, frauds, &generator)
        if let firstBits, let firstThermometers {
            // Their labels count for nothing.
            firstRows = Self.shared(firstThermometers, bits: firstBits, frauds.map { !$0 }, &generator)
        }
    }

    private static func random(_ count: Int, bits: Int, _ generator: inout SplitMix64) -> [[UInt8]] {
        let rowBytes = (bits + 7) / 8
        return (0..<count).map { _ in
            var row = generator.bytes(rowBytes)
            if bits % 8 > 0 { row[rowBytes - 1] &= 1 << UInt8(bits % 8) - 1 }
            return row
        }
    }

    private static func shared(
        _ thermometers: [[UInt8]], bits: Int, _ frauds: [Bool], _ generator: inout SplitMix64
    ) -> [PartyID: TrainingRows] {
        var rows = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, TrainingRows(bits: bits)) })
        for (row, isFraud) in zip(thermometers, frauds) {
            let parts = Shared(row, in: ExclusiveOr.self, &generator)
            let label = Shared([isFraud ? 1 : 0] as [UInt16], in: Addition.self, &generator)
            for party in PartyID.allCases {
                let (bits, outcome) = (parts.at(party), label.at(party))
                rows[party]?.append(
                    BitShares(first: bits.first, second: bits.second),
                    label: CountShare(first: outcome.first[0], second: outcome.second[0]))
            }
        }
        return rows
    }

    private static func prepared(
        _ forest: Forest, _ shape: ForestShape, _ generator: inout SplitMix64
    ) throws -> [PartyID: PreparedModel] {
        var selection = [UInt8](repeating: 0, count: shape.selectionBytes)
        for (row, bit) in forest.trees.flatMap(\.conditions).enumerated() {
            selection[row * shape.inputBytes + bit >> 3] |= 1 << UInt8(bit & 7)
        }
        let conditions = Shared(selection, in: ExclusiveOr.self, &generator)
        func leaves<R: RingElement>(_ ring: R.Type) -> [[UInt8]] {
            let values = forest.trees.flatMap(\.leaves).map { R(truncatingIfNeeded: $0) }
            return Shared(values, in: Addition.self, &generator).components.map { R.pack($0) }
        }
        let values = shape.ringBits == 16 ? leaves(UInt16.self) : leaves(UInt32.self)
        var out: [PartyID: PreparedModel] = [:]
        for party in PartyID.allCases {
            let own = conditions.at(party)
            guard
                let components = ModelComponents(
                    shape: shape, selectionFirst: own.first, selectionSecond: own.second,
                    leavesFirst: values[party.rawValue], leavesSecond: values[party.next.rawValue])
            else { throw StepCell.Stuck() }
            out[party] = PreparedModel(shape: shape, features: [shape.bits], components: components)
        }
        return out
    }

    /// Has a party bring another component of one row than it was given: it deviates from its first message on.
    mutating func deviate(_ party: PartyID) {
        var changed = TrainingRows(bits: plan.bits)
        for at in 0..<plan.rows {
            let (share, label) = rows[party]![at]
            let first = at == plan.rows / 2 ? share.first.map { ~$0 } : share.first
            changed.append(BitShares(first: first, second: share.second), label: label)
        }
        rows[party] = changed
    }

    /// Rows that are scored at once.
    var rowsOfPiece: Int { max(1, plan.pieceBytes / plan.models.reduce(0) { $0 + $1.shape.leafBytes }) }

    // MARK: In the clear

    /// A histogram as it is counted row by row: of one member, or of all.
    struct Plain: Equatable {
        var legitimate: [UInt32]
        var fraud: [UInt32]
    }

    func plain(_ model: Int, member: Int? = nil) -> Plain {
        let thresholds = plan.models[model].thresholds
        var out = Plain(
            legitimate: [UInt32](repeating: 0, count: thresholds.count + 1),
            fraud: [UInt32](repeating: 0, count: thresholds.count + 1))
        let read = model == 0 ? firstThermometers ?? thermometers : thermometers
        for row in read.indices where member == nil || Int(plan.memberOfRow[row]) == member {
            let score = forests[model].score(thermometer: read[row])
            let bin = thresholds.count { score >= $0 }
            if frauds[row] { out.fraud[bin] += 1 } else { out.legitimate[bin] += 1 }
        }
        return out
    }

    // MARK: A run

    struct Run {
        var scores: [PartyID: ValidatedScores] = [:]
        /// Every frame in the order of sending.
        var frames: [(to: PartyID, frame: Frame)] = []
        /// What ended it, and at whom.
        var error: TrainingError?
        var stopped: PartyID?
    }

    func session(_ party: PartyID, attempt: UInt64 = 1) throws -> ValidationSession {
        try ValidationSession(
            party: party, plan: plan, rows: rows[party]!, challengerRows: firstRows[party], models: models[party]!,
            keys: TrainingKeys(keys.pair(party)), attempt: attempt)
    }

    /// Runs three sessions until none has anything to do, or up to the first error.
    ///
    /// - Parameters:
    ///   - order: which link's next frame is delivered.
    ///   - sessions: another party's plan.
    ///   - change: of frames on their way.
    func run(
        order seed: UInt64 = 1, other: [PartyID: ValidationCell] = [:],
        change: (PartyID, inout Frame) -> Void = { _, _ in }
    ) throws -> Run {
        var generator = SplitMix64(state: seed)
        var run = Run()
        var links: [[Frame]] = Array(repeating: [], count: 9)
        var zero = try (other[.zero] ?? self).session(.zero)
        var one = try (other[.one] ?? self).session(.one)
        var two = try (other[.two] ?? self).session(.two)
        func take(_ effects: [ExchangedEffect<Never, ValidatedScores>], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(var frame, let peer):
                    change(peer, &frame)
                    run.frames.append((peer, frame))
                    links[party.rawValue * 3 + peer.rawValue].append(frame)
                case .finished(let scores): run.scores[party] = scores
                }
            }
        }
        take(try zero.start(), of: .zero)
        take(try one.start(), of: .one)
        take(try two.start(), of: .two)
        while let link = links.indices.filter({ !links[$0].isEmpty }).randomElement(using: &generator) {
            let frame = links[link].removeFirst()
            guard let receiver = PartyID(rawValue: link % 3) else { continue }
            do throws(TrainingError) {
                switch receiver {
                case .zero: take(try zero.receive(frame), of: receiver)
                case .one: take(try one.receive(frame), of: receiver)
                case .two: take(try two.receive(frame), of: receiver)
                }
            } catch {
                (run.error, run.stopped) = (error, receiver)
                return run
            }
        }
        return run
    }

    /// Holds all that a run gave against the rows in the clear: what is opened, and what each member adds up.
    func check(_ run: Run) throws {
        #expect(run.error == nil)
        for (at, model) in plan.models.enumerated() {
            let want = plain(at)
            for party in PartyID.allCases {
                let got = try #require(run.scores[party])
                #expect(got.frauds == frauds.count { $0 } && got.models.count == plan.models.count)
                #expect(got.models[at].histogram.legitimate == want.legitimate, "model \(at) at \(party)")
                #expect(got.models[at].histogram.fraud == want.fraud, "model \(at) at \(party)")
            }
            for member in plan.members.indices {
                let shares = PartyID.allCases.compactMap { run.scores[$0]?.models[at].members[member].encoded }
                let got = try #require(ClassHistogram(adding: shares, bins: model.bins))
                let want = plain(at, member: member)
                #expect(got.legitimate == want.legitimate && got.fraud == want.fraud, "member \(member)")
                #expect(got.rows == plan.memberOfRow.count { Int($0) == member })
            }
        }
    }
}
