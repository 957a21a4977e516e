package import Records

/// Invents the card transactions of a consortium's customers, with their frauds, after Le Borgne et al., "Reproducible
/// Machine Learning for Credit Card Fraud Detection", chapter 3.
///
/// A customer makes a Poisson number of transactions a day, around noon (deviation 20,000 s; those outside the day are
/// left out), at terminals within its radius, of normal amounts. Frauds are, and the last that holds gives the
/// scenario:
/// 1. every amount above 220, or above less from the day on that the options name;
/// 2. all transactions at a terminal in the 28 days after it was compromised;
/// 3. a third of a customer's transactions in the 14 days after it was compromised, with amounts five times as large.
///
/// It differs from the handbook's world in that a customer without a terminal in reach uses the nearest one, and that
/// the least amount is 0.01. The same options give the same transactions in every run.
package struct HandbookWorld: Sendable {
    package let options: HandbookOptions

    package init(options: HandbookOptions) { self.options = options }

    /// All transactions in order of time, then id. Ids are decimal digits: a transaction's are unique in the world, of
    /// one length and in the order of the list; a customer's are unique over all members; terminals are everyone's.
    package func transactions() -> [LabelledTransaction] {
        let population = HandbookPopulation(options)
        let scenarios = HandbookScenarios(options)
        var drafts: [Draft] = []
        for number in population.customers.indices {
            diary(of: number, population.customers[number], scenarios, into: &drafts)
        }
        // Customers come in order, so equal times keep the customers' order, whatever the sorting does with equals.
        let order = drafts.indices.sorted { (drafts[$0].seconds, $0) < (drafts[$1].seconds, $1) }
        let width = max(6, String(drafts.count).count)
        return order.enumerated().map { rank, index in
            drafts[index].transaction(
                id: Self.padded(rank, width), member: population.customers[drafts[index].customer].member)
        }
    }

    private struct Draft {
        var seconds: Int64
        var customer: Int
        var terminal: Int
        var minorUnits: Int64
        var scenario: Int

        func transaction(id: String, member: MemberID) -> LabelledTransaction {
            LabelledTransaction(
                member: member,
                transaction: Transaction(
                    id: id, time: EventTime(seconds: seconds), customer: String(customer), terminal: String(terminal),
                    amount: MinorUnits(minorUnits)),
                fraud: scenario != 0, scenario: scenario)
        }
    }

    /// All days of one customer.
    private func diary(
        of number: Int, _ customer: HandbookPopulation.Customer, _ scenarios: HandbookScenarios,
        into drafts: inout [Draft]
    ) {
        var random = SeededRandom(seed: options.seed, stream: HandbookPopulation.Stream.firstDiary + UInt64(number))
        for day in 0..<options.days {
            let stolen = scenarios.isCompromised(customer: number, day: day)
            for _ in 0..<random.poisson(customer.transactionsADay) {
                let second = Int64(random.normal(mean: 43_200, deviation: 20_000))
                guard second > 0, second < EventTime.day else { continue }
                var draft = Draft(
                    seconds: options.startDay.seconds + Int64(day) * EventTime.day + second, customer: number,
                    terminal: customer.terminals[random.below(customer.terminals.count)],
                    minorUnits: Self.amount(customer, &random), scenario: 0)
                if draft.minorUnits > scenarios.amountLimit(day: day) { draft.scenario = 1 }
                if scenarios.isCompromised(terminal: draft.terminal, day: day) { draft.scenario = 2 }
                // Drawn whether it is needed or not: frauds then change nothing else of a customer's days.
                let chosen = random.below(HandbookScenarios.oneIn) == 0
                if stolen, chosen {
                    draft.minorUnits *= HandbookScenarios.amountFactor
                    draft.scenario = 3
                }
                drafts.append(draft)
            }
        }
    }

    /// Normal around the customer's mean; uniform up to twice the mean where that is negative.
    private static func amount(_ customer: HandbookPopulation.Customer, _ random: inout SeededRandom) -> Int64 {
        var amount = random.normal(mean: customer.meanAmount, deviation: customer.meanAmount / 2)
        if amount < 0 { amount = random.uniform(0, 2 * customer.meanAmount) }
        return max(1, Int64((amount * 100).rounded()))
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
