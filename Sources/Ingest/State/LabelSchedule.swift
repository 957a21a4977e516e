import Model

/// A label that is to leave, by the agent's id of the transaction.
package struct DueLabel: Sendable, Hashable {
    package var id: UInt64
    package var fraud: Bool

    package init(id: UInt64, fraud: Bool) {
        self.id = id
        self.fraud = fraud
    }
}

/// The schedule by which labels leave, which say of events whether they were frauds: those of a bucket of event time leave all at
/// once, when event time has come to the bucket's end and the label delay after it. So neither when a label leaves nor that it
/// does says anything.
///
/// The schedule is a function of the log. It holds eight bytes an event of the last label delay.
struct LabelSchedule: Sendable {
    private let bucket: Int64
    private let delay: Int64
    /// Event time, in seconds since 1970; `Int64.min` before any event.
    private(set) var time: Int64
    /// The events whose labels have not left, by bucket.
    private var due: [Int64: ContiguousArray<UInt64>] = [:]
    /// Events that came when their bucket's labels had left: theirs leave with the next bucket's.
    private var late: Set<UInt64> = []

    init(_ terms: ConsortiumTerms, time: Int64 = .min) {
        bucket = terms.bucket
        delay = terms.labelDelay
        self.time = time
    }

    /// The last bucket whose labels have left; `Int64.min` before any event.
    var released: Int64 { time == .min ? .min : Self.floor(time - delay, bucket) - 1 }

    /// The number of labels that have not left.
    var count: Int { due.values.reduce(late.count) { $0 + $1.count } }

    /// Whether the labels of that time's bucket have left.
    func isReleased(_ time: Int64) -> Bool { Self.floor(time, bucket) <= released }

    /// Whether an event's label has left.
    func hasLeft(_ id: UInt64, at time: Int64) -> Bool { isReleased(time) && !late.contains(id) }

    /// Takes an event in; true where it is late.
    mutating func add(_ id: UInt64, at time: Int64) -> Bool {
        if restore(id, at: time) { return false }
        late.insert(id)
        return true
    }

    /// Takes in an event that was there before, unless its bucket's labels have left; whether it did.
    @discardableResult
    mutating func restore(_ id: UInt64, at time: Int64) -> Bool {
        guard !isReleased(time) else { return false }
        due[Self.floor(time, bucket), default: []].append(id)
        return true
    }

    /// Takes in an event that was late before.
    mutating func restore(late id: UInt64) { late.insert(id) }

    /// Sets event time as it was stored; nothing leaves.
    mutating func restore(time: Int64) { self.time = time }

    /// Moves event time on; the events whose labels leave with that, in no order.
    mutating func advance(to time: Int64) -> [UInt64] {
        guard time > self.time else { return [] }
        let before = released
        self.time = time
        guard released > before else { return [] }
        var leaving = Array(late)
        late = []
        for number in due.keys where number <= released { leaving += due.removeValue(forKey: number) ?? [] }
        return leaving
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }
}
