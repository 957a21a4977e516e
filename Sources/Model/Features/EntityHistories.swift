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
    /// Keeps what is only read ahead from being left out.
    private var touched: UInt32 = 0

    /// - Parameters:
    ///   - columns: the other entities that `distinct` tells apart.
    ///   - retention: seconds of event time that windows reach back.
    init(of entity: Feature.Entity, columns: [Feature.Entity], retention: Int64) {
        self.entity = entity
        self.columns = columns
        self.retention = retention
        entityIndex = entity.index
        columnIndices = columns.map(\.index)
    }

    var width: Int { columns.count }

    /// The history of the entity that the event names; nil where it names none, or a new one.
    subscript(event: WindowEvent) -> History? {
        let key = event.keys[entityIndex]
        return index[key].map { histories[$0] }
    }

    /// Takes one transaction in; one that names no such entity is passed over.
    mutating func add(_ event: WindowEvent, fraud: Bool) {
        let key = event.keys[entityIndex]
        guard key != 0 else { return }
        let place = place(of: key)
        // Twice the retention lets a late transaction find what it needs.
        histories[place].add(event, fraud: fraud, columns: columnIndices, reach: 2 * retention)
    }

    /// Takes many transactions in. In groups: where each one's history lies is looked up for the whole group first, and
    /// those histories are touched, so that the processor waits for many places of memory at a time rather than for one
    /// after the other.
    mutating func add(_ events: some RandomAccessCollection<(event: WindowEvent, fraud: Bool)>) {
        var rest = events[...]
        while !rest.isEmpty {
            let group = rest.prefix(64)
            rest = rest.dropFirst(64)
            let places = group.map { index[$0.event.keys[entityIndex]] ?? -1 }
            for place in places where place >= 0 { touched &+= histories[place].newestWord }
            for entry in group { add(entry.event, fraud: entry.fraud) }
        }
    }

    /// Where the key's history lies, put into an empty place where there is none.
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

    /// Marks one earlier transaction; nothing where its entity is forgotten.
    mutating func confirm(_ event: WindowEvent, fraud: Bool) {
        let key = event.keys[entityIndex]
        guard let place = index[key] else { return }
        histories[place].confirm(time: event.time, amount: event.amount, fraud: fraud, width: width)
    }

    /// Forgets entities whose newest transaction is at or before `bound`. Their places are used again for new entities;
    /// memory is not given back.
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
