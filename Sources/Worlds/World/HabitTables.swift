/// What a segment buys on what kind of day, and when: the tables that diaries draw from.
struct HabitTables: Sendable {
    private let categories: [[WeightedChoice]]
    private let hours: [[WeightedChoice]]

    init() {
        let all = MerchantCategory.allCases
        categories = Segment.allCases.map { segment in
            Season.Mood.allCases.map { mood in
                WeightedChoice(all.map { $0.trade.share * segment.taste(for: $0) * Self.mood(mood, $0.trade) })
            }
        }
        hours = Segment.allCases.map { segment in
            let habits = segment.habits.hours
            return all.map { WeightedChoice(zip($0.trade.hours.weights, habits).map { $0 * $1 }) }
        }
    }

    func category(_ segment: Segment, _ mood: Season.Mood, _ random: inout SeededRandom) -> MerchantCategory {
        MerchantCategory(rawValue: categories[segment.place][mood.rawValue].draw(&random)) ?? .grocery
    }

    /// A second of the day.
    func second(_ segment: Segment, _ category: MerchantCategory, _ random: inout SeededRandom) -> Int64 {
        Int64(hours[segment.place][category.number].draw(&random) * 3600 + random.below(3600))
    }

    private static func mood(_ mood: Season.Mood, _ trade: MerchantCategory.Trade) -> Double {
        switch mood {
        case .workday: 1
        case .weekend: trade.weekend
        case .shoppingWorkday: trade.christmas
        case .shoppingWeekend: trade.weekend * trade.christmas
        // What is shut on holidays sells a tenth; meals and what is always open go on.
        case .holiday: trade.hours.isOpenOnHolidays ? 1.5 : 0.1
        }
    }
}

extension MerchantCategory.Hours {
    fileprivate var isOpenOnHolidays: Bool {
        switch self {
        case .meals, .evening, .commute, .always: true
        case .shop, .morning, .office: false
        }
    }
}

extension Segment {
    fileprivate var place: Int {
        switch self {
        case .student: 0
        case .employee: 1
        case .family: 2
        case .affluent: 3
        case .pensioner: 4
        case .smallBusiness: 5
        }
    }
}
