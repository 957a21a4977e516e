import Records
import Testing
import ThreeParty

@Suite("The masks of a round")
struct RoundMasksTests {
    private static func masks() -> RoundMasks {
        RoundMasks(keys: TrainingKeys(StepCell(seed: 2).pair(.one)), digest: Digest32(of: [[1]]))
    }

    private static func shares<E: RingElement>(_ count: Int, of type: E.Type = E.self) -> AdditiveShares<E> {
        AdditiveShares(zeros: count)
    }

    /// Runs a party by itself, whatever it would receive, with masks of a digest for each round.
    private static func run<Result>(_ interaction: Interaction<Result>) -> Int {
        var outcome = interaction.run(masks())
        var rounds: UInt8 = 0
        while case .waiting(let messages, let resume) = outcome {
            rounds += 1
            let masks = RoundMasks(
                keys: TrainingKeys(StepCell(seed: 2).pair(.one)), digest: Digest32(of: [[2, rounds]]))
            outcome = resume(
                ReceivedMessages(
                    fromNext: [UInt8](repeating: 0, count: messages.fromNextBytes)[...],
                    fromPrevious: [UInt8](repeating: 0, count: messages.fromPreviousBytes)[...]), masks)
        }
        return Int(rounds)
    }

    @Test("end the program where a label would serve twice: for one key, in steps side by side, whoever draws")
    func twice() async {
        let steps = SecureSteps(party: .one)
        // Different names go side by side, and one name in rounds that follow one another.
        #expect(
            Self.run(
                steps.reshare([1] as [UInt32], in: Addition.self, .nodes)
                    .beside(steps.reshare([1] as [UInt32], in: Addition.self, .scores))
                    .then { _ in steps.reshare([1] as [UInt32], in: Addition.self, .nodes) }) == 2)
        await #expect(processExitsWith: .failure) {
            let steps = SecureSteps(party: .one)
            _ = Self.run(
                steps.reshare([1] as [UInt32], in: Addition.self, .nodes)
                    .beside(steps.reshare([2] as [UInt32], in: Addition.self, .nodes)))
        }
        await #expect(processExitsWith: .failure) {
            let steps = SecureSteps(party: .one)
            _ = Self.run(
                steps.negative(Self.shares(5), .comparisons).beside(steps.negative(Self.shares(2), .comparisons)))
        }
        // In a later round than their first, where one has an odd number of digits to join and the other an even one.
        await #expect(processExitsWith: .failure) {
            let steps = SecureSteps(party: .one)
            let begun = steps.open(Self.shares(1, of: UInt8.self)).then { _ in
                steps.truncate(Self.shares(1), by: 16, .leaves)
            }
            _ = Self.run(steps.truncate(Self.shares(1), by: 24, .leaves).beside(begun))
        }
    }

    @Test("serve once in every step by itself, of whatever number of values and digits", arguments: 0...7)
    func once(count: Int) {
        let steps = SecureSteps(party: .one)
        #expect(Self.run(steps.negative(Self.shares(count), .comparisons)) == 5)
        for (bits, rounds) in [(8, 4), (16, 5), (24, 6), (32, 6)] {
            #expect(Self.run(steps.truncate(Self.shares(count), by: bits, .leaves)) == rounds)
        }
        #expect(Self.run(steps.lift(Self.shares(count), .histograms)) == 2)
        #expect(Self.run(steps.isZero(Self.shares(count), domain: 2, .chosen)) == 2)
        #expect(Self.run(steps.lookUp(Self.shares(count), in: PublicTable([1, 2, 3]), .reciprocals)) == 2)
        #expect(Self.run(steps.shuffle(XORShares(zeros: 3 * count), width: 3)) == 3)
    }
}
