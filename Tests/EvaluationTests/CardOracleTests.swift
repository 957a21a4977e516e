import Evaluation
import Records
import Testing

@Suite("Cards, customers and terminals, by going through all of them")
struct CardOracleTests {
    private struct Row {
        var day: Int
        var card: Int
        var fraud: Bool
        var score: Double
    }

    private func rows(_ random: inout SeededNumbers) -> [Row] {
        (0..<Int.random(in: 1...80, using: &random)).map { _ in
            Row(
                day: Int.random(in: -2...3, using: &random), card: Int.random(in: 0..<12, using: &random),
                fraud: Int.random(in: 0..<3, using: &random) == 0, score: Double(Int.random(in: -3...3, using: &random))
            )
        }
    }

    /// Takes the best card of the day that is left, `k` times; who was caught on an earlier day takes no part.
    private func precision(_ rows: [Row], _ k: Int) -> Double {
        var (caught, days, sum) = (Set<Int>(), 0, 0.0)
        for day in -2...3 where rows.contains(where: { $0.day == day }) {
            days += 1
            var left = Set(rows.filter { $0.day == day }.map(\.card)).subtracting(caught)
            for _ in 0..<k {
                func best(_ card: Int) -> Double {
                    rows.filter { $0.day == day && $0.card == card }.map(\.score).max() ?? -.infinity
                }
                guard let card = left.sorted().max(by: { best($0) < best($1) || best($0) == best($1) && $0 > $1 })
                else {
                    break
                }
                left.remove(card)
                guard rows.contains(where: { $0.day == day && $0.card == card && $0.fraud }) else { continue }
                sum += 1 / Double(k)
                caught.insert(card)
            }
        }
        return sum / Double(days)
    }

    @Test("card precision is what taking the best card again and again gives", arguments: 1...30 as ClosedRange<UInt64>)
    func precision(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        for k in [1, 2, 3, 7, 100] {
            let rows = rows(&random)
            func figure(_ rows: [Row]) -> Double? {
                cardPrecision(
                    day: rows.map(\.day), card: rows.map(\.card), fraud: rows.map(\.fraud), score: rows.map(\.score),
                    k: k)
            }
            let value = try #require(figure(rows))
            #expect(abs(value - precision(rows, k)) < 1e-12)
            // Rows may stand in any order.
            #expect(try abs(#require(figure(rows.shuffled(using: &random))) - value) < 1e-12)
        }
    }

    @Test("card precision looks at a hundred cards where nothing else is said")
    func usual() {
        // Every card is defrauded, so of a hundred looked at as many are found as there are.
        for count in [1, 99, 100, 101, 250] {
            let cards = Array(0..<count)
            let value = cardPrecision(
                day: cards.map { _ in 1 }, card: cards, fraud: cards.map { _ in true }, score: cards.map { Double($0) })
            #expect(value == Double(min(count, 100)) / 100)
        }
    }

    @Test("card precision counts a day on which all cards are blocked, and finds nothing on it")
    func blockedDay() {
        let value = cardPrecision(
            day: [1, 2, 3], card: ["x", "x", "y"], fraud: [true, true, true], score: [1, 1, 1], k: 1)
        #expect(value == 2.0 / 3)
    }

    @Test(
        "a customer is known by any fraud since the training days began that is confirmed",
        arguments: 1...20 as ClosedRange<UInt64>)
    func known(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let first = Int.random(in: -5...5, using: &random)
        let training = first...first + Int.random(in: 0...10, using: &random)
        let delay = Int.random(in: 0...9, using: &random)
        let members = try [member("bank-a"), member("bank-b")]
        var known = KnownDefrauded(trainingDays: training, labelDelayDays: delay)
        #expect(known.trainingDays == training && known.labelDelayDays == delay)
        var frauds: [(card: Card, day: Int)] = []
        for _ in 0..<20 {
            let card = Card(
                member: members[Int.random(in: 0...1, using: &random)],
                customer: "c\(Int.random(in: 0..<5, using: &random))")
            frauds.append((card, Int.random(in: -20...40, using: &random)))
        }
        for fraud in frauds { known.add(fraud.card, fraudOn: fraud.day) }
        for member in members {
            for customer in 0..<6 {
                let card = Card(member: member, customer: "c\(customer)")
                for day in -20...60 {
                    let expected = frauds.contains {
                        $0.card == card && $0.day >= training.lowerBound
                            && ($0.day <= training.upperBound || $0.day + delay < day)
                    }
                    #expect(known.isKnown(card, on: day) == expected, "\(customer) on \(day)")
                }
            }
        }
    }

    @Test("labels take a week where nothing else is said")
    func usualDelay() throws {
        var known = KnownDefrauded(trainingDays: 0...1)
        #expect(known.labelDelayDays == 7)
        let card = Card(member: try member("bank-a"), customer: "c")
        known.add(card, fraudOn: 10)
        #expect((0...40).filter { known.isKnown(card, on: $0) } == Array(18...40))
    }

    @Test(
        "a terminal is known to others by confirmed frauds that are not forgotten",
        arguments: 1...20 as ClosedRange<UInt64>)
    func terminals(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let (delay, memory) = (Int.random(in: 0...5, using: &random), Int.random(in: 1...12, using: &random))
        let members = try ["bank-a", "bank-b", "bank-c"].map { try member($0) }
        var known = KnownTerminals(delayDays: delay, memoryDays: memory)
        var frauds: [(terminal: String, member: MemberID, day: Int)] = []
        for _ in 0..<12 {
            frauds.append(
                (
                    "t\(Int.random(in: 0..<3, using: &random))", members[Int.random(in: 0..<3, using: &random)],
                    Int.random(in: -10...20, using: &random)
                ))
        }
        for fraud in frauds { known.add(fraud.terminal, of: fraud.member, fraudOn: fraud.day) }
        for terminal in ["t0", "t1", "t2", "t3"] {
            for member in members {
                for day in -15...45 {
                    // Confirmed `delay` days later, seen from the day after that on, for `memory` days.
                    let seen = frauds.filter {
                        $0.terminal == terminal && (1...memory).contains(day - $0.day - delay)
                    }
                    let expected = !seen.isEmpty && !seen.contains { $0.member == member }
                    #expect(known.isKnownToOthersAlone(terminal, member, on: day) == expected)
                }
            }
        }
    }

    @Test("cards are ordered by member, then customer, and are two where either differs")
    func order() throws {
        let cards = try [("bank-a", "1"), ("bank-a", "10"), ("bank-a", "2"), ("bank-b", ""), ("bank-b", "1")].map {
            Card(member: try member($0), customer: $1)
        }
        #expect(cards.shuffled().sorted() == cards && Set(cards).count == cards.count)
    }
}
