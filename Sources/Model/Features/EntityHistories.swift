/// The histories of all entities of one kind, such as every customer.
struct EntityHistories: Sendable {
    let entity: Feature.Entity
    /// Which other entities are told apart, one column each.
    let columns: [Feature.Entity]
    private let retention: Int64
    private var places: [UInt64: Int32] = [:]
    private var histories: ContiguousArray<History> = []
    private var free: [Int32] = []

    init(of entity: Feature.Entity, columns: [Feature.Entity], retention: Int64) {
        self.entity = entity
        self.columns = columns
        self.retention = retention
    }

    subscript(event: WindowEvent) -> History? {
        places[event.keys[entity]].map { histories[Int($0)] }
    }

    mutating func add(_ event: WindowEvent, fraud: Bool) {
        let key = event.keys[entity]
        guard key != 0 else { return }
        let place = Int(place(of: key))
        histories[place].add(
            time: event.time, amount: event.amount, fraud: fraud, others: columns.lazy.map { event.keys[$0] })
        // Twice the retention lets a late transaction find what it needs.
        if let last = histories[place].last {
            histories[place].trim(through: last - 2 * retention, width: columns.count)
        }
    }

    private mutating func place(of key: UInt64) -> Int32 {
        if let place = places[key] { return place }
        let place: Int32
        if let empty = free.popLast() {
            place = empty
        } else {
            place = Int32(histories.count)
            histories.append(History())
        }
        places[key] = place
        return place
    }

    mutating func confirm(_ event: WindowEvent, fraud: Bool) {
        guard let place = places[event.keys[entity]] else { return }
        histories[Int(place)].confirm(time: event.time, amount: event.amount, fraud: fraud)
    }

    /// Forgets entities whose newest transaction is at or before `bound`.
    mutating func expire(through bound: Int64) {
        for (key, place) in places where (histories[Int(place)].last ?? .min) <= bound {
            histories[Int(place)] = History()
            free.append(place)
            places[key] = nil
        }
    }
}
