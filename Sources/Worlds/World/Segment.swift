/// A kind of customer, with its habits: what people of one situation have in common, before each draws its own level.
///
/// The figures are round and invented. What they keep is the order: who pays how, how often and when.
package enum Segment: String, Sendable, Hashable, CaseIterable {
    case student, employee, family, affluent, pensioner
    case smallBusiness = "small_business"

    /// When the month's income comes.
    enum Payday: Sendable, Hashable {
        /// The employer's own day, 25 to 30.
        case employers
        /// A day of the month, 5 or later, or the working day before it.
        case day(Int)
        case lastWorkingDay
        case none
    }

    struct Habits: Sendable {
        /// Share of the customers where a world file doesn't say.
        var share: Double
        /// Purchases by card a day.
        var purchases: Double
        /// How much of what can be had either way is bought online.
        var online: Double
        /// Orders by mobile app, of those that are not at a place.
        var mobile: Double
        /// Cash-outs and transfers to people and firms, a month each; how many transfers are instant.
        var cashOuts: Double
        var transfers: Double
        var instant: Double
        /// Amounts, as a factor.
        var amounts: Double
        /// A month, in major units; its payday.
        var income: Double
        var payday: Payday
        /// Most that a card pays at once, in major units.
        var cardLimit: Double
        /// Journeys abroad a year.
        var journeys: Double
        /// How active each hour of the day (UTC) is, 24 factors.
        var hours: [Double]
        /// Rent and bills by standing order, at the month's beginning.
        var standingOrders: Int
    }

    var habits: Habits {
        switch self {
        case .student:
            Habits(
                share: 0.12, purchases: 1.0, online: 0.36, mobile: 0.9, cashOuts: 2, transfers: 4, instant: 0.6,
                amounts: 0.6, income: 950, payday: .day(5), cardLimit: 1000, journeys: 1.2, hours: Self.late,
                standingOrders: 2)
        case .employee:
            Habits(
                share: 0.34, purchases: 1.2, online: 0.28, mobile: 0.65, cashOuts: 2.5, transfers: 4, instant: 0.35,
                amounts: 1, income: 2600, payday: .employers, cardLimit: 2500, journeys: 1.5, hours: Self.even,
                standingOrders: 3)
        case .family:
            Habits(
                share: 0.22, purchases: 1.6, online: 0.3, mobile: 0.65, cashOuts: 3, transfers: 5, instant: 0.3,
                amounts: 1.35, income: 3400, payday: .employers, cardLimit: 3000, journeys: 1.2, hours: Self.even,
                standingOrders: 4)
        case .affluent:
            Habits(
                share: 0.08, purchases: 1.7, online: 0.34, mobile: 0.55, cashOuts: 2, transfers: 6, instant: 0.35,
                amounts: 2.4, income: 7500, payday: .day(27), cardLimit: 10_000, journeys: 4, hours: Self.even,
                standingOrders: 4)
        case .pensioner:
            Habits(
                share: 0.18, purchases: 0.8, online: 0.08, mobile: 0.2, cashOuts: 4.5, transfers: 2, instant: 0.1,
                amounts: 0.8, income: 1500, payday: .lastWorkingDay, cardLimit: 2000, journeys: 0.8, hours: Self.early,
                standingOrders: 3)
        case .smallBusiness:
            Habits(
                share: 0.06, purchases: 1.3, online: 0.4, mobile: 0.3, cashOuts: 2, transfers: 22, instant: 0.25,
                amounts: 1.8, income: 6000, payday: .none, cardLimit: 8000, journeys: 2, hours: Self.office,
                standingOrders: 4)
        }
    }

    /// How much likelier a category is for this segment than for everyone.
    func taste(for category: MerchantCategory) -> Double {
        switch (self, category) {
        case (.student, .fastFood), (.student, .bar), (.student, .transport), (.student, .games): 2
        case (.student, .fuel), (.student, .jeweller), (.student, .doctor), (.student, .hardware): 0.3
        case (.family, .toys), (.family, .grocery), (.family, .fuel), (.family, .hardware): 1.5
        case (.family, .bar): 0.4
        case (.affluent, .restaurant), (.affluent, .hotel), (.affluent, .airline), (.affluent, .jeweller): 2.5
        case (.affluent, .fastFood), (.affluent, .discount): 0.5
        case (.pensioner, .pharmacy), (.pensioner, .doctor): 3
        case (.pensioner, .bakery), (.pensioner, .grocery): 1.4
        case (.pensioner, .games), (.pensioner, .fastFood), (.pensioner, .bar), (.pensioner, .taxi): 0.2
        case (.smallBusiness, .hardware), (.smallBusiness, .fuel), (.smallBusiness, .office): 3
        case (.smallBusiness, .toys), (.smallBusiness, .cinema), (.smallBusiness, .games): 0.2
        default: 1
        }
    }

    private static let even = [Double](repeating: 1, count: 24)
    private static let early =
        [Double](repeating: 0.1, count: 6) + [0.6, 1, 1.6, 1.8, 1.8, 1.5, 1.1, 1, 1.1, 1.1, 0.8, 0.6, 0.4]
        + [Double](repeating: 0.15, count: 5)
    private static let late =
        [1.5, 1.2, 0.8, 0.4, 0.2, 0.2, 0.3, 0.5, 0.6, 0.7, 0.9, 1] + [1.1, 1, 1, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8]
        + [1.9, 1.8]
    private static let office =
        [Double](repeating: 0.1, count: 6) + [0.6, 1.3, 1.5, 1.5, 1.5, 1.4, 1.1, 1.4, 1.5, 1.4, 1.2, 0.9]
        + [Double](repeating: 0.35, count: 6)
}
