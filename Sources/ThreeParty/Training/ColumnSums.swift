package import Records

/// Of how many rows each thermometer bit is set, at one party: takes frames, returns what to send, and ends with the sums, which
/// are opened over all rows. Nothing else is.
///
/// A bit is u XOR v with u what a client knows and v what both servers know. The client deals shares of u in Z_2^32; servers make
/// them shares of u + v - 2 u v and add up the rows by themselves, so that a bit costs one message of 4 bytes: a round for each
/// piece of the columns, one that shares the sums anew, and one that opens them.
package struct ColumnSumsSession: ExchangedSession, ~Copyable {
    package typealias Effect = ExchangedEffect<Never, [Int]>

    package let attempt: UInt64
    package let kind = Frame.Kind.columnSums
    private let steps: SecureSteps
    private let rows: TrainingRows
    private var run: InteractionRun<[Int]>

    /// - Parameters:
    ///   - rows: 1 or more, the same and in the same order at all parties.
    ///   - plan: the digest of all that the parties agreed on, these rows too; all masks hang on it.
    ///   - keys: of this party, for nothing but training and validation.
    /// - Throws: `rows` for none, or for more than 2^24 - 1.
    package init(
        party: PartyID, rows: TrainingRows, plan: Digest32, keys: TrainingKeys, attempt: UInt64
    ) throws(TrainingError) {
        guard (1..<1 << 24).contains(rows.count) else { throw .bounds(.rows) }
        self.rows = rows
        self.attempt = attempt
        steps = SecureSteps(party: party)
        run = InteractionRun(party: party, keys: keys, plan: plan, kind: kind, attempt: attempt)
    }

    package var missing: [PartyID] { run.missing }

    /// Messages that wait for one another.
    package static func rounds(rows: Int, bits: Int) -> Int {
        let width = TrainingRounds.width(rows: rows)
        return (bits + width - 1) / width + 2
    }

    package mutating func start() throws(TrainingError) -> [Effect] {
        let steps = steps
        let sums = Self.sums(of: rows, from: 0, steps).then { steps.reshare($0, in: Addition.self, .columnSums) }
        return try effects(of: run.begin(sums.then { steps.open($0) }.map { $0.map { Int($0) } }))
    }

    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        var out: [Effect] = []
        var frames = [frame][...]
        while let frame = frames.popFirst() {
            guard let progress = try run.receive(frame) else { continue }
            out += try effects(of: progress)
            frames += run.takeHeld()
        }
        return out
    }

    private func effects(of progress: InteractionRun<[Int]>.Progress) throws(TrainingError) -> [Effect] {
        switch progress {
        case .waiting(let sends): return sends.map { .send($0.frame, to: $0.peer) }
        case .finished(let ones):
            // No sum of bits: a party departed from the protocol in its last messages.
            guard ones.allSatisfy({ $0 <= rows.count }) else { throw .columnSums }
            return [.finished(ones)]
        }
    }

    /// This party's additive shares of the sums of all columns from one on.
    private static func sums(of rows: TrainingRows, from column: Int, _ steps: SecureSteps) -> Interaction<[UInt32]> {
        guard column < rows.bits else { return .finished([]) }
        let range = column..<min(column + TrainingRounds.width(rows: rows.count), rows.bits)
        return steps.sums(ofBits: rows.columns(range), rows: rows.count, .columnSums).then { first in
            sums(of: rows, from: range.upperBound, steps).map { first + $0 }
        }
    }
}

extension SecureSteps {
    /// This party's additive shares of the sums of columns. One round, an element a bit from all parties together.
    ///
    /// - Parameters:
    ///   - bits: 0 or 1 each, `rows` to a column.
    package func sums(
        ofBits bits: XORShares<UInt8>, rows: Int, _ step: TrainingStep
    ) -> Interaction<[UInt32]> {
        let terms = terms(bits.count)
        return deal(clientSums(bits).map { UInt32($0) }, of: bits.count, in: Addition.self, step).map { dealt in
            var sums = [UInt32](repeating: 0, count: bits.count / max(1, rows))
            for (at, share) in zip(terms.asFirst, dealt.first) {
                let v = UInt32(bits.first[at])
                sums[at / rows] &+= share &* (1 &- 2 &* v) &+ v
            }
            for (at, share) in zip(terms.asSecond, dealt.second) {
                sums[at / rows] &+= share &* (1 &- 2 &* UInt32(bits.second[at]))
            }
            return sums
        }
    }
}

extension TrainingExchange {
    /// Runs the session that opens sums of columns, behind another one of the same attempt.
    ///
    /// - Parameter base: the digest of what the parties agreed on: order and rows.
    package func columnSums(
        of rows: TrainingRows, _ base: Digest32, party: PartyID, keys: TrainingKeys, _ attempt: UInt64,
        left: () -> Duration
    ) throws(TrainingStop) -> [Int] {
        let session: ColumnSumsSession
        do throws(TrainingError) {
            session = try ColumnSumsSession(
                party: party, rows: rows, plan: Digest32(of: [Array("cordon/column-sums/v1".utf8), base.bytes]),
                keys: keys, attempt: attempt)
        } catch { throw .refused(error) }
        return try run(session, left: left, keep: { _ in })
    }
}

extension Frame.Kind {
    /// A piece of a round of sums of columns (`TrainingPiece`, of group 0). Digest: as of `training`, of the sums.
    package static let columnSums = Frame.Kind(rawValue: 38)
}
