/// Where each key's history lies: open addressing with linear probing, since keys are keyed hashes already. Sixteen bytes
/// a slot.
struct KeyIndex: Sendable {
    private struct Slot {
        /// 0 where the slot is free.
        var key: UInt64 = 0
        var place = 0
    }

    private var slots: ContiguousArray<Slot> = .init(repeating: Slot(), count: 1024)
    private(set) var count = 0

    /// Nil for 0, which is no key.
    subscript(key: UInt64) -> Int? {
        let found = slots[slot(key)]
        return found.key == key && key != 0 ? found.place : nil
    }

    /// Sets where a key's history lies; a key that is there already moves.
    mutating func insert(_ key: UInt64, _ place: Int) {
        if count * 4 >= slots.count * 3 { rebuild(capacity: slots.count * 2) { _ in true } }
        let slot = slot(key)
        if slots[slot].key == 0 { count += 1 }
        slots[slot] = Slot(key: key, place: place)
    }

    /// Keeps the places that `isKept` says.
    mutating func filter(_ isKept: (Int) -> Bool) { rebuild(capacity: slots.count, isKept) }

    private mutating func rebuild(capacity: Int, _ isKept: (Int) -> Bool) {
        let old = slots
        slots = .init(repeating: Slot(), count: capacity)
        count = 0
        for entry in old where entry.key != 0 && isKept(entry.place) {
            slots[slot(entry.key)] = entry
            count += 1
        }
    }

    /// The slot of a key, or the free one that it would be put into.
    private func slot(_ key: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key) & mask
        while slots[slot].key != 0, slots[slot].key != key { slot = (slot + 1) & mask }
        return slot
    }
}
