import Records

/// Two parties' weights at zero, `(first·f(a) - second·f(b)) / divisor = f(0)` for a line f through the parties' values
/// (Shamir 1979, with Lagrange's polynomials): small whole numbers, so that they cost additions and no multiplication.
struct Interpolation {
    let first: Int
    let second: Int
    let divisor: Int

    /// - Parameters: `a` below `b`.
    init(_ a: PartyID, _ b: PartyID) {
        precondition(a < b, "two parties in order")
        first = b.abscissa
        second = a.abscissa
        divisor = b.abscissa - a.abscissa
    }

    /// `divisor·f(0)·P`, from the two parties' multiples of P.
    func combine(_ a: GroupElement, _ b: GroupElement) -> CurvePoint {
        a.point.times(first) - b.point.times(second)
    }
}

extension CurvePoint {
    /// One to three times the point.
    func times(_ small: Int) -> CurvePoint {
        switch small {
        case 1: self
        case 2: doubled
        case 3: doubled + self
        default: preconditionFailure("parties stand at 1, 2 and 3")
        }
    }
}
