/// What merchants sell, by ISO 18245's merchant category codes: how often, at what price, and when.
package enum MerchantCategory: Int, Sendable, Hashable, CaseIterable {
    case transport, taxi, airline, telecom, streaming, hardware, departmentStore, discount, grocery, bakery, fuel,
        clothing
    case electronics, restaurant, bar, fastFood, games, pharmacy, books, office, jeweller, toys, marketplace, atm, hotel
    case cinema, betting, doctor

    /// Its place among all.
    var number: Int { rawValue }
    /// ISO 18245.
    package var code: String { trade.code }
    /// In words: `department store`.
    package var label: String {
        "\(self)".reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) }
    }

    struct Trade: Sendable {
        /// ISO 18245.
        var code: String
        /// Of all purchases; relative.
        var share: Double
        /// In major units, and the deviation of its logarithm.
        var median: Double
        var spread: Double
        /// 0 is at a place only, 1 online only.
        var online: Double
        var hours: Hours
        /// How much busier it is at weekends and while people shop for Christmas.
        var weekend = 1.0
        var christmas = 1.0
    }

    /// When a merchant is busy, by the hour of the day.
    enum Hours: Sendable {
        case shop, morning, meals, evening, commute, office, always

        var weights: [Double] {
            switch self {
            case .shop: Self.span(8, [2, 4, 6, 6, 5, 5, 6, 7, 8, 8, 5, 2])
            case .morning: Self.span(6, [6, 9, 8, 6, 4, 3, 3, 2, 2, 2, 1, 1])
            case .meals: Self.span(10, [1, 4, 9, 7, 3, 2, 2, 4, 9, 10, 7, 4, 1])
            case .evening: [6, 4, 2, 1] + Self.span(17, [2, 4, 6, 8, 9, 9, 8])[4...]
            case .commute: Self.span(5, [2, 6, 9, 7, 3, 2, 2, 3, 3, 3, 4, 7, 8, 5, 3, 2, 2, 1])
            case .office: Self.span(7, [4, 8, 9, 9, 7, 4, 6, 7, 6, 4, 1])
            case .always: [2, 1, 1, 0.5, 0.5, 1, 2, 4, 5, 5, 5, 5, 6, 5, 5, 5, 5, 6, 7, 8, 9, 8, 6, 4]
            }
        }

        private static func span(_ first: Int, _ busy: [Double]) -> [Double] {
            let rest = [Double](repeating: 0, count: 24 - first - busy.count)
            return [Double](repeating: 0, count: first) + busy + rest
        }
    }

    var trade: Trade {
        switch self {
        case .transport:
            Trade(code: "4111", share: 8, median: 4, spread: 0.7, online: 0.3, hours: .commute, weekend: 0.6)
        case .taxi: Trade(code: "4121", share: 1.5, median: 16, spread: 0.5, online: 0.4, hours: .evening, weekend: 1.7)
        case .airline: Trade(code: "4511", share: 0.4, median: 180, spread: 0.6, online: 1, hours: .always)
        case .telecom: Trade(code: "4814", share: 2, median: 18, spread: 0.4, online: 0.8, hours: .always)
        case .streaming: Trade(code: "4899", share: 3, median: 11, spread: 0.3, online: 1, hours: .always)
        case .hardware:
            Trade(code: "5200", share: 2.5, median: 32, spread: 0.9, online: 0.15, hours: .shop, weekend: 1.5)
        case .departmentStore:
            Trade(
                code: "5311", share: 3, median: 36, spread: 0.8, online: 0.2, hours: .shop, weekend: 1.4, christmas: 1.6
            )
        case .discount:
            Trade(code: "5331", share: 5, median: 14, spread: 0.6, online: 0.02, hours: .shop, christmas: 1.2)
        case .grocery:
            Trade(code: "5411", share: 26, median: 24, spread: 0.75, online: 0.03, hours: .shop, weekend: 1.1)
        case .bakery: Trade(code: "5462", share: 7, median: 5, spread: 0.5, online: 0, hours: .morning, weekend: 1.3)
        case .fuel: Trade(code: "5541", share: 5, median: 52, spread: 0.4, online: 0, hours: .commute)
        case .clothing:
            Trade(
                code: "5651", share: 4.5, median: 42, spread: 0.7, online: 0.4, hours: .shop, weekend: 1.5,
                christmas: 1.5)
        case .electronics:
            Trade(
                code: "5732", share: 1.6, median: 85, spread: 1.0, online: 0.5, hours: .shop, weekend: 1.2, christmas: 2
            )
        case .restaurant:
            Trade(code: "5812", share: 6, median: 32, spread: 0.6, online: 0.05, hours: .meals, weekend: 1.7)
        case .bar: Trade(code: "5813", share: 2, median: 14, spread: 0.6, online: 0, hours: .evening, weekend: 2)
        case .fastFood:
            Trade(code: "5814", share: 6, median: 10, spread: 0.45, online: 0.25, hours: .meals, weekend: 1.2)
        case .games: Trade(code: "5816", share: 2, median: 9, spread: 0.8, online: 1, hours: .always, weekend: 1.3)
        case .pharmacy: Trade(code: "5912", share: 3, median: 16, spread: 0.7, online: 0.15, hours: .shop, weekend: 0.5)
        case .books: Trade(code: "5942", share: 1.5, median: 17, spread: 0.5, online: 0.5, hours: .shop, christmas: 2)
        case .office:
            Trade(code: "5943", share: 0.8, median: 24, spread: 0.8, online: 0.5, hours: .office, weekend: 0.3)
        case .jeweller:
            Trade(code: "5944", share: 0.3, median: 120, spread: 0.9, online: 0.2, hours: .shop, christmas: 2.5)
        case .toys:
            Trade(
                code: "5945", share: 1, median: 26, spread: 0.7, online: 0.5, hours: .shop, weekend: 1.3, christmas: 3)
        case .marketplace:
            Trade(code: "5999", share: 7, median: 28, spread: 0.9, online: 1, hours: .always, christmas: 1.6)
        // Its share is 0: cash-outs have a count of their own.
        case .atm: Trade(code: "6011", share: 0, median: 100, spread: 0.6, online: 0, hours: .shop)
        case .hotel: Trade(code: "7011", share: 0.5, median: 140, spread: 0.6, online: 0.6, hours: .always)
        case .cinema: Trade(code: "7832", share: 0.8, median: 22, spread: 0.4, online: 0.4, hours: .evening, weekend: 2)
        case .betting:
            Trade(code: "7995", share: 0.8, median: 20, spread: 0.8, online: 0.9, hours: .evening, weekend: 1.6)
        case .doctor: Trade(code: "8011", share: 0.8, median: 38, spread: 0.7, online: 0, hours: .office, weekend: 0.1)
        }
    }
}
