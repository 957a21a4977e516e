package import Records

/// A value that can be an end of a range.
package protocol LimitValue: Comparable, Hashable, Sendable {
    /// The least value above this one; itself or nil where there is none.
    var next: Self? { get }
}

extension Int: LimitValue {
    package var next: Int? { self == .max ? nil : self + 1 }
}

extension Double: LimitValue {
    package var next: Double? { nextUp }
}

extension MinorUnits: LimitValue {
    package var next: MinorUnits? { value == .max ? nil : MinorUnits(value + 1) }
}

/// A range of values, each end open, closed or missing. Numbers compare as IEEE 754 has it, so NaN is in no range that
/// has an end.
package struct Limits<Value: LimitValue>: Sendable, Hashable {
    /// An end of the range.
    package enum Bound: Sendable, Hashable {
        /// The value itself is inside.
        case inclusive(Value)
        /// The value itself is outside.
        case exclusive(Value)

        fileprivate var value: Value {
            switch self {
            case .inclusive(let value), .exclusive(let value): value
            }
        }
    }

    package let lower: Bound?
    package let upper: Bound?

    /// Nil where no value lies between the ends: where they are turned, or meet in a value that one of them leaves out.
    /// That the values between may be whole numbers is not looked at: above 3 and below 4 is let through.
    package init?(lower: Bound?, upper: Bound?) {
        self.lower = lower
        self.upper = upper
        guard let lower, upper != nil else { return }
        // The least value above the lower end lies between, or none does.
        switch lower {
        case .inclusive(let value): guard contain(value) else { return nil }
        case .exclusive(let value): guard let next = value.next, contain(next) else { return nil }
        }
    }

    /// Whether the value is inside the range.
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
