package import Records

/// The cap on members' frauds at one party (`TrainingCaps.excess`), before a training: takes frames, returns what to send, and
/// which members are over it. Of each member that is asked about one bit is opened, the sign of F - 3 F_m, and nothing else.
///
/// Eight rounds: labels go to Z_2^64 (2), signs (5), and their opening.
package struct CapsSession: ExchangedSession, ~Copyable {
    package typealias Effect = ExchangedEffect<Never, [Int]>

    package let attempt: UInt64
    package let kind = Frame.Kind.caps
    private let steps: SecureSteps
    private let source: TrainingSource
    private let asked: [Int]
    private var run: InteractionRun<[Int]>

    /// - Parameters:
    ///   - asked: places of members in `source.members`.
    ///   - plan: the digest of all that the parties agreed on, the coin too.
    package init(
        party: PartyID, source: TrainingSource, asked: [Int], plan: Digest32, keys: TrainingKeys, attempt: UInt64
    ) {
        self.source = source
        self.asked = asked
        self.attempt = attempt
        steps = SecureSteps(party: party)
        run = InteractionRun(party: party, keys: keys, plan: plan, kind: kind, attempt: attempt)
    }

    package var missing: [PartyID] { run.missing }

    package mutating func start() throws(TrainingError) -> [Effect] {
        guard !asked.isEmpty else { return [.finished([])] }
        return effects(of: run.begin(over))
    }

    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        var out: [Effect] = []
        var frames = [frame][...]
        while let frame = frames.popFirst() {
            guard let progress = try run.receive(frame) else { continue }
            out += effects(of: progress)
            frames += run.takeHeld()
        }
        return out
    }

    private func effects(of progress: InteractionRun<[Int]>.Progress) -> [Effect] {
        switch progress {
        case .waiting(let sends): sends.map { .send($0.frame, to: $0.peer) }
        case .finished(let over): [.finished(over)]
        }
    }

    /// The members that are over the cap.
    private var over: Interaction<[Int]> {
        let (steps, source, asked) = (steps, source, asked)
        return steps.toRing(source.rows.labelBits, as: UInt64.self, .caps)
            .then { labels in
                let margins = labels.map { labels in
                    var frauds = [UInt64](repeating: 0, count: source.members.count)
                    for (row, label) in labels.enumerated() { frauds[Int(source.memberOf[row])] &+= label }
                    let all = frauds.reduce(0, &+)
                    return asked.map { all &- 3 &* frauds[$0] }
                }
                return steps.negative(margins, .caps)
            }
            .then { steps.open($0) }
            .map { (signs: [UInt8]) in zip(asked, signs).filter { $0.1 == 1 }.map(\.0) }
    }
}
