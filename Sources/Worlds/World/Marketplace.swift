import Records

/// The merchants' terminals: in towns at home and abroad, online, and cash machines.
struct Marketplace: Sendable {
    struct Terminal: Sendable {
        var category: MerchantCategory
        var merchant: Int32
        /// Nil is online.
        var town: Int?
        /// ISO 3166-1 alpha-2.
        var country: String
    }

    /// Where a world lies, and where its customers travel to.
    static let home = "DE"
    static let abroad = ["AT", "ES", "FR", "GB", "IT", "NL", "US", "GR"]
    private static let sellers = ["NL", "IE", "LU", "US", "CN", "GB"]

    let terminals: [Terminal]
    /// Towns at home are `0 ..< homeTowns`, one a country abroad follows.
    let homeTowns: Int
    /// How many customers a town has, relative: a few large, many small.
    let towns: WeightedChoice
    /// Terminals by town and category, by category in all towns at home, and online by category.
    private let inTown: [[[Int32]]]
    private let anywhere: [[Int32]]
    private let online: [[Int32]]

    init(_ plan: WorldPlan) {
        var random = SeededRandom(seed: plan.seed, stream: Stream.terminals)
        let homeTowns = max(1, min(200, plan.customers / 400))
        let sizes = (0..<homeTowns).map { 1 / Double($0 + 2) }
        let towns = WeightedChoice(sizes)
        let categories = MerchantCategory.allCases
        var shares = categories.map { $0.trade.share * (1 - $0.trade.online) }
        shares[MerchantCategory.atm.number] = 4
        let choices = (place: WeightedChoice(shares), online: WeightedChoice(categories.map { $0.trade.onlineShare }))
        var terminals: [Terminal] = []
        var merchants = [[Int32]](repeating: [], count: categories.count)
        var count: Int32 = 0
        for number in 0..<plan.terminals {
            // The first ones see to it that every category is there, at a place and online.
            let isFirst = number < 2 * categories.count
            let isOnline = isFirst ? number % 2 == 1 : random.uniform() < 0.08
            let category =
                isFirst
                ? categories[number / 2]
                : categories[isOnline ? choices.online.draw(&random) : choices.place.draw(&random)]
            // One terminal in three at a place belongs to a chain or a bank that has others.
            let known = merchants[category.number]
            let isChain = !isOnline && !known.isEmpty && random.below(3) == 0
            let merchant = isChain ? known[random.below(known.count)] : count
            if !isChain {
                merchants[category.number].append(count)
                count += 1
            }
            if isOnline {
                let country = isFirst || random.below(5) > 0 ? Self.home : random.pick(Self.sellers)
                terminals.append(Terminal(category: category, merchant: merchant, town: nil, country: country))
            } else {
                let isAbroad = !isFirst && random.below(12) == 0
                let town = isAbroad ? homeTowns + random.below(Self.abroad.count) : towns.draw(&random)
                let country = isAbroad ? Self.abroad[town - homeTowns] : Self.home
                terminals.append(Terminal(category: category, merchant: merchant, town: town, country: country))
            }
        }
        let nothing = [[Int32]](repeating: [], count: categories.count)
        var inTown = [[[Int32]]](repeating: nothing, count: homeTowns + Self.abroad.count)
        var anywhere = nothing
        var online = nothing
        for (number, terminal) in terminals.enumerated() {
            let category = terminal.category.number
            if let town = terminal.town {
                inTown[town][category].append(Int32(number))
                if town < homeTowns { anywhere[category].append(Int32(number)) }
            } else {
                online[category].append(Int32(number))
            }
        }
        self.terminals = terminals
        self.homeTowns = homeTowns
        self.towns = towns
        self.inTown = inTown
        self.anywhere = anywhere
        self.online = online
    }

    /// Terminals of a category in a town; where it has none, all at home. At least one.
    func terminals(of category: MerchantCategory, in town: Int) -> [Int32] {
        let near = inTown[town][category.number]
        return near.isEmpty ? anywhere[category.number] : near
    }

    /// At least one.
    func onlineTerminals(of category: MerchantCategory) -> [Int32] { online[category.number] }

    enum Stream {
        static let terminals: UInt64 = 1 << 40
    }
}

extension MerchantCategory.Trade {
    fileprivate var onlineShare: Double { share * online }
}

extension SeededRandom {
    /// One of a list, which is not empty.
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
