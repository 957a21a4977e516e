import Records

/// An invented consortium: customers of several banks with habits, merchants, payments of several kinds, and frauds of
/// named typologies among them.
///
/// Equal plans give equal worlds, whatever the number of threads. Typologies change nothing of the honest payments of
/// customers, but that some customers come late or leave early.
package struct ConsortiumWorld: Sendable {
    package let plan: WorldPlan
    let names: Numbering
    let season: Season
    let paydays: Paydays
    let marketplace: Marketplace
    let habits = HabitTables()
    private(set) var society: Society
    private var frauds: [Payment] = []

    package init(_ plan: WorldPlan) {
        self.plan = plan
        names = Numbering(seed: plan.seed, banks: plan.banks.count)
        season = Season(first: plan.start.dayNumber, count: plan.days)
        paydays = Paydays(season)
        marketplace = Marketplace(plan)
        society = Society(plan, marketplace)
        commitFrauds()
    }

    /// Those that decide who is there at all come first, so that the others find their victims among who is.
    private mutating func commitFrauds() {
        let first: [Typology] = [.bustOut, .syntheticIdentity]
        var incident = Incident(first[0], world: self)
        var frauds: [Payment] = []
        var number = 0
        for typology in first + Typology.allCases.filter({ !first.contains($0) }) {
            let stream = Stream.firstTypology + UInt64(typology.number) << 32
            var random = SeededRandom(seed: plan.seed, stream: stream)
            let expected = (plan.typologies[typology] ?? 0) * Double(plan.customers) / 10_000 * Double(plan.days) / 30
            for index in 0..<Int(expected + random.uniform()) {
                incident.begin(
                    typology, number: number + 1,
                    random: SeededRandom(seed: plan.seed, stream: stream + 1 + UInt64(index)))
                typology.pattern.commit(&incident, day: incident.random.below(plan.days))
                number += incident.payments.isEmpty ? 0 : 1
                frauds += incident.payments
            }
        }
        society = incident.society
        self.frauds = frauds
    }

    /// All payments, a list a day, each in order of time.
    ///
    /// - Parameter threads: how many write and sort at once; changes nothing of the result.
    package func payments(threads: Int) -> WorldPayments {
        let block = 256
        let days = plan.days
        let first = plan.start.seconds
        let blocks = inParallel((society.people + block - 1) / block, threads: threads) { index in
            var days = [[Payment]](repeating: [], count: days)
            for number in index * block..<min(society.people, (index + 1) * block) {
                guard var diary = Diary(of: Int32(number), in: self) else { continue }
                diary.write()
                for payment in diary.payments { days[Int((payment.seconds - first) / EventTime.day)].append(payment) }
            }
            return days
        }
        let fraudsByDay = Dictionary(grouping: frauds) {
            EventTime(seconds: $0.seconds).dayNumber - plan.start.dayNumber
        }
        let sorted = inParallel(days, threads: threads) { day in
            var all = fraudsByDay[day] ?? []
            for block in blocks { all += block[day] }
            all.sort(by: Payment.comesBefore)
            return all
        }
        return WorldPayments(world: self, days: sorted)
    }

    enum Stream {
        static let firstTypology: UInt64 = 1 << 43
    }
}
