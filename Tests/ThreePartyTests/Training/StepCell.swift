import Records
import Secrets
import Support
import Testing
import ThreeParty

/// Three parties in one process that run steps of training, round by round.
struct StepCell {
    /// Keys 0, 1 and 2: key k is that of parties k - 1 and k.
    var keys: [[UInt8]]

    init(seed: UInt64 = 1) {
        var generator = SplitMix64(state: seed)
        keys = (0..<3).map { _ in generator.bytes(32) }
    }

    /// What a run came to.
    struct Run<Result> {
        var results: [Result] = []
        var rounds = 0
        /// Bytes that all three sent.
        var sent = 0
        /// What each party received, one message behind the other.
        var received: [[UInt8]] = [[], [], []]
    }

    func pair(_ party: PartyID) -> PairKeys {
        PairKeys(
            withPrevious: SecretKey(bytes: keys[party.rawValue]), withNext: SecretKey(bytes: keys[party.next.rawValue]))
    }

    func run<Result>(_ interaction: (SecureSteps) -> Interaction<Result>) throws -> Run<Result> {
        var run = Run<Result>()
        let keys = PartyID.allCases.map { TrainingKeys(pair($0)) }
        func masks(_ party: PartyID) -> RoundMasks {
            RoundMasks(keys: keys[party.rawValue], digest: Digest32(of: [[UInt8(run.rounds)]]))
        }
        var outcomes = PartyID.allCases.map { interaction(SecureSteps(party: $0)).run(masks($0)) }
        while true {
            var sent: [RoundMessages] = []
            for case .waiting(let messages, _) in outcomes { sent.append(messages) }
            guard sent.count == 3 else { break }
            run.rounds += 1
            outcomes = try PartyID.allCases.map { party in
                guard case .waiting(let own, let resume) = outcomes[party.rawValue] else { throw Stuck() }
                let (next, previous) = (sent[party.next.rawValue].toPrevious, sent[party.previous.rawValue].toNext)
                #expect(next.count == own.fromNextBytes && previous.count == own.fromPreviousBytes)
                run.sent += own.toPrevious.count + own.toNext.count
                run.received[party.rawValue] += next + previous
                return resume(ReceivedMessages(fromNext: next[...], fromPrevious: previous[...]), masks(party))
            }
        }
        run.results = try outcomes.map {
            guard case .finished(let result) = $0 else { throw Stuck() }
            return result
        }
        return run
    }

    /// Some parties wait and others have ended.
    struct Stuck: Error {}
}

/// Secret values in three components.
struct Shared<E: RingElement, G: ShareGroup> {
    var components: [[E]]

    /// - Parameter generator: draws components 0 and 1.
    init(_ values: [E], in group: G.Type = G.self, _ generator: inout SplitMix64) {
        let zero = values.map { _ in E.random(in: 0...E.max, using: &generator) }
        let one = values.map { _ in E.random(in: 0...E.max, using: &generator) }
        components = [zero, one, values.indices.map { G.subtract(G.subtract(values[$0], zero[$0]), one[$0]) }]
    }

    func at(_ party: PartyID) -> Shares<E, G> {
        Shares(first: components[party.rawValue], second: components[party.next.rawValue])
    }
}

/// The values of three parties' shares. Each component has to be the same at both parties that hold it.
func opened<E: RingElement, G: ShareGroup>(_ shares: [Shares<E, G>]) -> [E] {
    for party in PartyID.allCases {
        #expect(shares[party.rawValue].second == shares[party.next.rawValue].first, "component \(party.next)")
    }
    return shares[0].first.indices.map { G.add(G.add(shares[0].first[$0], shares[0].second[$0]), shares[1].second[$0]) }
}
