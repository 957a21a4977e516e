/// A key of a `NumberIndex`.
protocol NumberedKey: Hashable, Sendable {
    /// Spreads keys over an index.
    var spread: UInt64 { get }
}

/// Where the state of each key lies, such as a token's: open addressing with linear probing, four bytes a slot; the keys lie beside
/// the state.
struct NumberIndex<Key: NumberedKey>: Sendable {
    /// 0 where the slot is free, else one more than a number.
    private var slots: ContiguousArray<UInt32>
    private(set) var count = 0

    /// - Parameter capacity: keys that find room without a rebuild.
    init(capacity: Int = 0) {
        var slots = 1024
        while slots * 3 / 4 <= capacity { slots *= 2 }
        self.slots = .init(repeating: 0, count: slots)
    }

    /// The number that a key was inserted with; nil where it is not in the index. A few probes on average, since at
    /// most three quarters of the slots are taken.
    func number(of key: Key, _ keys: borrowing ContiguousArray<Key>) -> UInt32? {
        var slot = home(key)
        while slots[slot] != 0 {
            if keys[Int(slots[slot] - 1)] == key { return slots[slot] - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a number whose key is among `keys` and not in the index yet.
    mutating func insert(_ number: UInt32, _ keys: borrowing ContiguousArray<Key>) {
        if (count + 1) * 4 > slots.count * 3 { grow(keys) }
        place(number, keys)
        count += 1
    }

    /// Removes a number, and moves those back that had to pass it (Knuth, volume 3, algorithm 6.4R).
    mutating func remove(_ number: UInt32, _ keys: borrowing ContiguousArray<Key>) {
        let mask = slots.count - 1
        var hole = home(keys[Int(number)])
        while slots[hole] != number + 1 {
            precondition(slots[hole] != 0, "only what is in the index is removed from it")
            hole = (hole + 1) & mask
        }
        count -= 1
        var next = hole
        while true {
            slots[hole] = 0
            repeat {
                next = (next + 1) & mask
                if slots[next] == 0 { return }
            } while (next - home(keys[Int(slots[next] - 1)])) & mask < (next - hole) & mask
            slots[hole] = slots[next]
            hole = next
        }
    }

    private mutating func grow(_ keys: borrowing ContiguousArray<Key>) {
        let old = slots
        slots = .init(repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { place(slot - 1, keys) }
    }

    private mutating func place(_ number: UInt32, _ keys: borrowing ContiguousArray<Key>) {
        var slot = home(keys[Int(number)])
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = number + 1
    }

    private func home(_ key: Key) -> Int { Int(truncatingIfNeeded: key.spread >> 16) & (slots.count - 1) }
}
