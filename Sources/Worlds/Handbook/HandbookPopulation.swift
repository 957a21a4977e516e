import Records

/// The customers and terminals of a world, at random places of a square of 100 by 100.
struct HandbookPopulation: Sendable {
    struct Place: Sendable {
        var x: Double
        var y: Double

        func squaredDistance(to other: Place) -> Double {
            (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)
        }
    }

    struct Customer: Sendable {
        var member: MemberID
        /// Major units, 5 ... 100; the standard deviation is half of it.
        var meanAmount: Double
        /// 0 ... 4.
        var transactionsADay: Double
        /// Terminals within the radius, at least one: where none is, the nearest.
        var terminals: [Int]
    }

    let customers: [Customer]

    init(_ options: HandbookOptions) {
        var random = SeededRandom(seed: options.seed, stream: Stream.terminals)
        let terminals = (0..<options.terminals).map { _ in Place.random(&random) }
        let map = TerminalMap(places: terminals, radius: options.radius)
        let banks = BankShare.assign(options.customers, to: options.members)
        var customers: [Customer] = []
        customers.reserveCapacity(options.customers)
        for number in 0..<options.customers {
            var random = SeededRandom(seed: options.seed, stream: Stream.firstCustomer + UInt64(number))
            let place = Place.random(&random)
            customers.append(
                Customer(
                    member: options.members[banks[number]].id, meanAmount: random.uniform(5, 100),
                    transactionsADay: random.uniform(0, 4), terminals: map.terminals(near: place)))
        }
        self.customers = customers
    }

    /// Numbers of the generator's streams. A customer's place and habits are one, its transactions another.
    enum Stream {
        static let terminals: UInt64 = 0
        static let frauds: UInt64 = 1
        static let firstCustomer: UInt64 = 1 << 32
        static let firstDiary: UInt64 = 1 << 33
    }
}

extension HandbookPopulation.Place {
    static func random(_ random: inout SeededRandom) -> HandbookPopulation.Place {
        HandbookPopulation.Place(x: random.uniform(0, 100), y: random.uniform(0, 100))
    }
}

/// Terminals in order of x, so that those near a place are found among a strip of the square.
private struct TerminalMap {
    let places: [HandbookPopulation.Place]
    let radius: Double
    let order: [Int]

    init(places: [HandbookPopulation.Place], radius: Double) {
        self.places = places
        self.radius = radius
        order = places.indices.sorted { places[$0].x < places[$1].x }
    }

    func terminals(near place: HandbookPopulation.Place) -> [Int] {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if places[order[middle]].x < place.x - radius { low = middle + 1 } else { high = middle }
        }
        var near: [Int] = []
        while low < order.count, places[order[low]].x <= place.x + radius {
            if places[order[low]].squaredDistance(to: place) < radius * radius { near.append(order[low]) }
            low += 1
        }
        guard near.isEmpty else { return near.sorted() }
        let distances = places.map { $0.squaredDistance(to: place) }
        return [places.indices.reduce(0) { distances[$1] < distances[$0] ? $1 : $0 }]
    }
}
