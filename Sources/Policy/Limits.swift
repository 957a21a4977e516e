/// A range of values, each end open, closed or missing.
package struct Limits<Value: Comparable & Hashable & Sendable>: Sendable, Hashable {
    package enum Bound: Sendable, Hashable {
        /// The value itself is inside.
        case inclusive(Value)
        case exclusive(Value)

        fileprivate var value: Value {
            switch self {
            case .inclusive(let value), .exclusive(let value): value
            }
        }
    }

    package let lower: Bound?
    package let upper: Bound?

    /// Nil where no value lies between the ends.
    package init?(lower: Bound?, upper: Bound?) {
        self.lower = lower
        self.upper = upper
        guard let lower, let upper else { return }
        guard lower.value < upper.value || lower == upper && self.contain(lower.value) else { return nil }
    }

    package func contain(_ value: Value) -> Bool {
        switch lower {
        case .inclusive(let bound): guard value >= bound else { return false }
        case .exclusive(let bound): guard value > bound else { return false }
        case nil: break
        }
        switch upper {
        case .inclusive(let bound): return value <= bound
        case .exclusive(let bound): return value < bound
        case nil: return true
        }
    }
}
