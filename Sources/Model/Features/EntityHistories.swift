/// The histories of all entities of one kind, such as every customer.
struct EntityHistories: Sendable {
    let entity: Feature.Entity
    /// Which other entities are told apart, one column each.
    let columns: [Feature.Entity]
    private let retention: Int64
    private let entityIndex: Int
    private let columnIndices: [Int]
    private var index = KeyIndex()
    private var histories: ContiguousArray<History> = []
    private var free: [Int] = []

    init(of entity: Feature.Entity, columns: [Feature.Entity], retention: Int64) {
        self.entity = entity
        self.columns = columns
        self.retention = retention
        entityIndex = entity.index
        columnIndices = columns.map(\.index)
    }

    var width: Int { columns.count }

    subscript(event: WindowEvent) -> History? {
        let key = event.keys[entityIndex]
        return key == 0 ? nil : index[key].map { histories[$0] }
    }

    mutating func add(_ event: WindowEvent, fraud: Bool) {
        let key = event.keys[entityIndex]
        guard key != 0 else { return }
        let place = place(of: key)
        histories[place].add(event, fraud: fraud, columns: columnIndices)
        // Twice the retention lets a late transaction find what it needs.
        if let last = histories[place].last(width: width) {
            histories[place].trim(through: last - 2 * retention, width: width)
        }
    }

    private mutating func place(of key: UInt64) -> Int {
        if let place = index[key] { return place }
        let place: Int
        if let empty = free.popLast() {
            place = empty
        } else {
            place = histories.count
            histories.append(History())
        }
        index.insert(key, place)
        return place
    }

    mutating func confirm(_ event: WindowEvent, fraud: Bool) {
        let key = event.keys[entityIndex]
        guard key != 0, let place = index[key] else { return }
        histories[place].confirm(time: event.time, amount: event.amount, fraud: fraud, width: width)
    }

    /// Forgets entities whose newest transaction is at or before `bound`.
    mutating func expire(through bound: Int64) {
        let width = width
        let isKept = histories.map { ($0.last(width: width) ?? .min) > bound }
        var dead: [Int] = []
        index.filter { place in
            if !isKept[place] { dead.append(place) }
            return isKept[place]
        }
        for place in dead { histories[place] = History() }
        free += dead
    }
}
