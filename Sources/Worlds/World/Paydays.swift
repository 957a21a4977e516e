/// Who is paid on which day of a world, and how spending follows: high for some days, then lower until the next payday.
struct Paydays: Sendable {
    /// The key of those without a payday.
    static let never = 0
    private static let lastWorkingDay = 32
    /// By key and day of the world.
    private let isPayday: [[Bool]]
    private let spending: [[Double]]

    /// - Parameter payer: employers pay on a day of their own.
    static func key(_ payday: Segment.Payday, payer: Int) -> Int {
        switch payday {
        case .none: never
        case .day(let day): day
        case .lastWorkingDay: lastWorkingDay
        case .employers: 25 + payer % 6
        }
    }

    init(_ season: Season) {
        let first = season.days.first?.number ?? 0
        // A month before the world begins somebody was paid, too.
        let days = Season(first: first - 31, count: season.days.count + 31).days
        var isPayday = [[Bool]](repeating: [], count: Self.lastWorkingDay + 1)
        var spending = [[Double]](repeating: [], count: Self.lastWorkingDay + 1)
        for key in 0...Self.lastWorkingDay {
            var since = 31
            for day in days {
                let paid = Self.pays(key, day)
                since = paid ? 0 : since + 1
                guard day.number >= first else { continue }
                isPayday[key].append(paid)
                spending[key].append(key == Self.never ? 1 : Self.spending(daysSince: since))
            }
        }
        self.isPayday = isPayday
        self.spending = spending
    }

    private static func pays(_ key: Int, _ day: Season.Day) -> Bool {
        switch key {
        case never: false
        case lastWorkingDay: day.isLastWorkingDay
        default: day.isWorkingDay && Season.workingDay(key, monthOf: day.number) == day.number
        }
    }

    static func spending(daysSince days: Int) -> Double {
        switch days {
        case ...2: 1.5
        case ...7: 1.2
        case ...14: 1
        case ...24: 0.85
        default: 0.75
        }
    }

    func isPayday(_ key: Int, day: Int) -> Bool { isPayday[key][day] }
    func spending(_ key: Int, day: Int) -> Double { spending[key][day] }
}
