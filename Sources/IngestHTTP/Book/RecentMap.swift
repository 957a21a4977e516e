/// A dictionary that forgets its oldest entries: beyond a number of them, and beyond an age.
///
/// Time is handed in, in seconds of a clock that only goes forward. Cost: constant a call, on average.
package struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var value: Value
        var ticket: UInt64
    }

    private let capacity: Int
    private let age: Int64
    private var slots: [Key: Slot] = [:]
    /// Keys in the order in which they came; some are gone or came again since (their ticket is another).
    private var order: [(key: Key, ticket: UInt64, time: Int64)] = []
    private var head = 0
    private var tickets: UInt64 = 0

    /// - Parameters:
    ///   - capacity: most entries, at least 1.
    ///   - age: seconds after which an entry is forgotten.
    package init(capacity: Int, age: Int64) {
        self.capacity = max(1, capacity)
        self.age = age
    }

    package var count: Int { slots.count }
    /// For tests: keys that are kept to know the order.
    package var orderLength: Int { order.count }

    package subscript(key: Key) -> Value? { slots[key]?.value }

    /// Puts an entry in, as the newest; what it pushes out is gone.
    package mutating func put(_ value: Value, for key: Key, at now: Int64) {
        tickets += 1
        slots[key] = Slot(value: value, ticket: tickets)
        order.append((key, tickets, now))
        expire(at: now)
    }

    /// Changes an entry in place, which does not make it newer; nothing where there is none.
    package mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        guard var slot = slots[key] else { return }
        change(&slot.value)
        slots[key] = slot
    }

    @discardableResult
    package mutating func remove(_ key: Key) -> Value? { slots.removeValue(forKey: key)?.value }

    private mutating func expire(at now: Int64) {
        while head < order.count {
            let oldest = order[head]
            if slots[oldest.key]?.ticket == oldest.ticket {
                guard slots.count > capacity || oldest.time + age < now else { break }
                slots[oldest.key] = nil
            }
            head += 1
        }
        if head > 1024, head * 2 > order.count {
            order.removeSubrange(..<head)
            head = 0
        }
    }
}
