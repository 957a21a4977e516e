package import Keys
package import Records
import Sealing
import ThreeParty

/// The way from records on `<member>.scores` to answers.
package protocol ScoreCollecting {
    /// The lowest offset of a record that is still needed; nil if none is.
    var oldest: Int64? { get }

    /// Adds a record; the answers that are complete with it.
    mutating func receive(_ bytes: [UInt8], offset: Int64) throws(ShareCollector.Refused) -> [Answer]

    /// Forgets plans that nobody waits for: all their transactions were decided by another.
    mutating func forget(where decided: (SourcePosition) -> Bool)
}

/// The collector of the three parties' score shares: adds up those of one plan, never those of two. What they refuse is believed
/// where all three say the same of one plan, so neither a log nor a single party can have a transaction refused. A plan has records
/// of their own for the transactions of each session.
package struct ShareCollector: ScoreCollecting {
    /// The reason why a record of scores is not used.
    package enum Refused: Error, Sendable, Hashable {
        /// The record is not of this schema, whoever wrote it.
        case unreadable
        case malformed
        case unknownSession
        case notAuthentic
        /// The three parties' shares of a rounded score give no step, so one of them computed something else.
        case noStep
    }

    private struct Key: Hashable {
        var plan: Digest32
        var epoch: UInt32
    }

    private struct Partial {
        var firstOffset: Int64
        var sources: [SourcePosition]
        var refused: [SourcePosition]
        var codes: [UInt8]
        var ringBits: UInt32
        var steps: UInt32
        var model: Digest32
        var modelVersion: String
        var range: Range<Int64>?
        var shares: [PartyID: [UInt8]] = [:]
    }

    private let member: MemberID
    private let sessions: (PartyID, UInt32) -> Session?
    private var plans: [Key: Partial] = [:]

    /// - Parameter sessions: the member's session with a party in an epoch.
    package init(member: MemberID, sessions: @escaping (PartyID, UInt32) -> Session?) {
        self.member = member
        self.sessions = sessions
    }

    /// The lowest offset of a record of a plan that is not complete.
    package var oldest: Int64? { plans.values.map(\.firstOffset).min() }

    /// Adds a record; the third of a plan gives its answers.
    package mutating func receive(_ bytes: [UInt8], offset: Int64) throws(Refused) -> [Answer] {
        guard let record = WireScoreShares(decoding: bytes),
            case let headerBytes = Array(record.header), let header = WireScoreHeader(decoding: headerBytes),
            header.schema == 1
        else { throw .unreadable }
        guard header.member == member.name, let party = PartyID(rawValue: Int(header.party)),
            let plan = Digest32(header.planDigest), let model = Digest32(header.modelDigest),
            header.ringBits == 16 || header.ringBits == 32
        else { throw .malformed }
        guard let keys = sessions(party, header.sessionEpoch) else { throw .unknownSession }
        let shares: [UInt8]
        do {
            shares = try SealedBox.open(
                Array(record.box), salted: [scoreBoxLabel, plan.bytes], under: keys.scoreBoxes, associated: headerBytes)
        } catch { throw .notAuthentic }
        let sources = header.sources.map { SourcePosition($0) }
        let refused = header.refused.map { SourcePosition($0) }
        let codes = Array(header.refusals)
        let width =
            header.steps == 0 ? Int(header.ringBits) / 8 : ScoreRounding.bytes(Int(header.steps) - 1)
        guard shares.count == sources.count * width, refused.count == codes.count else { throw .malformed }
        let key = Key(plan: plan, epoch: header.sessionEpoch)
        var partial =
            plans[key]
            ?? Partial(
                firstOffset: offset, sources: sources, refused: refused, codes: codes, ringBits: header.ringBits,
                steps: header.steps, model: model, modelVersion: header.modelVersion, range: Self.range(header))
        guard partial.sources == sources, partial.refused == refused, partial.codes == codes,
            partial.ringBits == header.ringBits, partial.steps == header.steps, partial.model == model,
            partial.range == Self.range(header)
        else { throw .malformed }
        partial.shares[party] = shares
        guard partial.shares.count == 3 else {
            plans[key] = partial
            return []
        }
        plans[key] = nil
        let all = PartyID.allCases.map { partial.shares[$0]! }
        let scores =
            switch (header.steps, header.ringBits) {
            case (0, 16): Self.open(all, in: UInt16.self)
            case (0, _): Self.open(all, in: UInt32.self)
            default: try Self.steps(all, of: Int(header.steps), count: sources.count)
            }
        func answer(_ source: SourcePosition, _ outcome: Answer.Outcome, row: Int? = nil) -> Answer {
            let place = row.flatMap { row in
                partial.range.map { Answer.Place(range: $0, row: row, epoch: header.sessionEpoch) }
            }
            return Answer(source: source, outcome: outcome, firstOffset: partial.firstOffset, place: place)
        }
        return zip(sources, scores).enumerated().map { row, scored in
            answer(scored.0, .score(scored.1, model: model, modelVersion: partial.modelVersion), row: row)
        }
            + zip(refused, codes).map { answer($0, .refused(Refusal(rawValue: $1) ?? .boxMalformed)) }
    }

    /// Forgets plans that nobody waits for: all their transactions were decided by another.
    package mutating func forget(where decided: (SourcePosition) -> Bool) {
        plans = plans.filter { !($0.value.sources + $0.value.refused).allSatisfy(decided) }
    }

    /// The batch's offsets; nil where the parties do not say them.
    private static func range(_ header: WireScoreHeader) -> Range<Int64>? {
        header.first >= 0 && header.first < header.end ? header.first..<header.end : nil
    }

    private static func open<R: RingElement>(_ shares: [[UInt8]], in ring: R.Type) -> [Answer.Score] {
        let components = shares.map { R.unpack($0) }
        return components[0].indices.map {
            .exact(signed(components[0][$0] &+ components[1][$0] &+ components[2][$0]))
        }
    }

    /// Rounded scores: the number of the thresholds that are reached, a bit each.
    private static func steps(
        _ shares: [[UInt8]], of steps: Int, count: Int
    ) throws(Refused) -> [Answer.Score] {
        let bytes = ScoreRounding.bytes(steps - 1)
        var values: [Answer.Score] = []
        for number in 0..<count {
            let bits = (number * bytes..<(number + 1) * bytes).map { byte -> UInt8 in
                shares[0][byte] ^ shares[1][byte] ^ shares[2][byte]
            }
            guard let step = ScoreRounding.step(bits, bits: steps - 1) else { throw .noStep }
            values.append(.step(step, of: steps))
        }
        return values
    }
}

extension ShareCollector.Refused: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable: "the record of scores is of no schema that this version knows"
        case .malformed: "the record of scores is damaged"
        case .unknownSession: "the record of scores is of a session that this agent does not know"
        case .noStep:
            "the record completes scores of which the three parties' shares give no step: a party computed something else"
        case .notAuthentic: "the record of scores is not the party's that it names"
        }
    }
}
