/// Where each key's history lies: open addressing with linear probing, since keys are keyed hashes already. 12 bytes a
/// place.
struct KeyIndex: Sendable {
    private var keys: ContiguousArray<UInt64> = .init(repeating: 0, count: 1024)
    private var places: ContiguousArray<UInt32> = .init(repeating: 0, count: 1024)
    private(set) var count = 0

    /// - Parameter key: not 0, which marks a free slot.
    subscript(key: UInt64) -> Int? {
        let slot = slot(key)
        return keys[slot] == key ? Int(places[slot]) : nil
    }

    mutating func insert(_ key: UInt64, _ place: Int) {
        if count * 4 >= keys.count * 3 { rebuild(capacity: keys.count * 2) { _ in true } }
        let slot = slot(key)
        if keys[slot] == 0 { count += 1 }
        keys[slot] = key
        places[slot] = UInt32(place)
    }

    /// Keeps the places that `isKept` says.
    mutating func filter(_ isKept: (Int) -> Bool) { rebuild(capacity: keys.count, isKept) }

    private mutating func rebuild(capacity: Int, _ isKept: (Int) -> Bool) {
        let (oldKeys, oldPlaces) = (keys, places)
        keys = .init(repeating: 0, count: capacity)
        places = .init(repeating: 0, count: capacity)
        count = 0
        for index in oldKeys.indices where oldKeys[index] != 0 && isKept(Int(oldPlaces[index])) {
            let slot = slot(oldKeys[index])
            keys[slot] = oldKeys[index]
            places[slot] = oldPlaces[index]
            count += 1
        }
    }

    private func slot(_ key: UInt64) -> Int {
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: key) & mask
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & mask }
        return slot
    }
}
