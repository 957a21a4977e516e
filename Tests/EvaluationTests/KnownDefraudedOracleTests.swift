import Evaluation
import Records
import Testing

/// Who is known to be defrauded, beside lists of frauds that are gone through anew for each day.
@Suite("Customers that are known to be defrauded")
struct KnownDefraudedOracleTests {
    private let cards: [Card]

    init() throws {
        let (a, b) = (try member("bank-a"), try member("bank-b"))
        cards = [Card(member: a, customer: "1"), Card(member: a, customer: "2"), Card(member: b, customer: "1")]
    }

    /// As its page says: of the days F to the last of T and d - delay - 1.
    private func isKnown(_ card: Card, on day: Int, _ frauds: [(Card, Int)], _ days: ClosedRange<Int>, _ delay: Int)
        -> Bool
    {
        for (defrauded, fraud) in frauds where defrauded == card && fraud >= days.lowerBound {
            if fraud <= days.upperBound || fraud <= day - delay - 1 { return true }
        }
        return false
    }

    @Test(
        "are those of the definition, whatever frauds there are and in whatever order they are told", arguments: 1...30)
    func plain(seed: UInt64) {
        var random = SeededNumbers(seed)
        let first = Int.random(in: -3...5, using: &random)
        let days = first...(first + Int.random(in: 0...6, using: &random))
        let delay = Int.random(in: 0...9, using: &random)
        let frauds = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            (cards[Int.random(in: 0..<3, using: &random)], Int.random(in: -6...25, using: &random))
        }
        for order in [frauds, frauds.reversed(), frauds.shuffled(using: &random)] {
            var known = KnownDefrauded(trainingDays: days, labelDelayDays: delay)
            for (card, day) in order { known.add(card, fraudOn: day) }
            for card in cards {
                for day in -8...40 {
                    #expect(known.isKnown(card, on: day) == isKnown(card, on: day, frauds, days, delay))
                }
            }
        }
    }

    @Test("are nobody before a fraud is told, and stay known once they are")
    func monotone() {
        var known = KnownDefrauded(trainingDays: 0...6)
        #expect(known.labelDelayDays == 7 && known.trainingDays == 0...6)
        #expect((0...40).allSatisfy { day in cards.allSatisfy { !known.isKnown($0, on: day) } })
        known.add(cards[0], fraudOn: 10)
        let days = (0...40).filter { known.isKnown(cards[0], on: $0) }
        #expect(days == Array(18...40))
        known.add(cards[0], fraudOn: 30)
        #expect((0...40).filter { known.isKnown(cards[0], on: $0) } == days)
        #expect((0...40).allSatisfy { !known.isKnown(cards[1], on: $0) && !known.isKnown(cards[2], on: $0) })
    }
}
