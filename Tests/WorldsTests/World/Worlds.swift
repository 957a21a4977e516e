import Records
import Testing
import Worlds

/// Small worlds for tests.
enum Worlds {
    static func date(_ text: String) throws -> EventTime { try #require(EventTime(rfc3339: text)) }

    static func plan(
        seed: UInt64 = 1, customers: Int = 600, terminals: Int = 600, days: Int = 30, start: String = "2026-01-01",
        banks: [BankShare] = BankShare.threeBanks, typologies: [Typology: Double] = WorldPlan.usualTypologies
    ) throws -> WorldPlan {
        try WorldPlan(
            seed: seed, customers: customers, terminals: terminals, days: days, start: try date(start), banks: banks,
            typologies: typologies)
    }

    static func transactions(_ plan: WorldPlan, threads: Int = 2) -> [SimulatedTransaction] {
        let world = ConsortiumWorld(plan).payments(threads: threads)
        return (0..<world.dayCount).flatMap { world.transactions(day: $0) }
    }

    /// The incidents of one typology, which is the world's only one; those that the world's end may cut are left out.
    static func incidents(of typology: Typology, seed: UInt64 = 3) throws -> [[Transaction]] {
        try labelledIncidents(of: typology, seed: seed).map { $0.map(\.transaction) }
    }

    static func labelledIncidents(of typology: Typology, seed: UInt64 = 3) throws -> [[LabelledTransaction]] {
        let all = transactions(
            try plan(
                seed: seed, customers: 2000, terminals: 1000, days: 90, typologies: none.merging([typology: 30]) { $1 })
        )
        let last = try date("2026-03-20").dayNumber
        let frauds = Dictionary(grouping: all.filter { $0.labelled.fraud }, by: \.incident)
        let whole = frauds.values.map { $0.map(\.labelled) }.filter { incident in
            incident.allSatisfy { $0.transaction.time.dayNumber < last }
                && incident.allSatisfy { $0.scenario == typology.number }
        }
        try #require(whole.count >= 5)
        return whole
    }

    static let none = Dictionary(uniqueKeysWithValues: Typology.allCases.map { ($0, 0.0) })
}

extension [Transaction] {
    /// Seconds between its first and its last.
    var span: Int64 {
        let times = map(\.time.seconds)
        return (times.max() ?? 0) - (times.min() ?? 0)
    }
    var euros: [Double] { map { Double($0.amount.value) / 100 } }
}
