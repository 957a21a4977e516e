extension GroupElement {
    /// `scalar·self`. Not the identity: the order is prime and the scalar is not zero.
    package func multiplied(by scalar: borrowing TokenScalar) -> GroupElement {
        Self.multiply([self], by: scalar)[0]
    }

    /// `scalar·G`.
    package static func generator(times scalar: borrowing TokenScalar) -> GroupElement {
        scalar.lend { GroupElement(CurvePoint.generator(times: $0))! }
    }

    /// One secret scalar times each element. Cost: a multiplication an element, one inversion for all.
    package static func multiply(_ elements: [GroupElement], by scalar: borrowing TokenScalar) -> [GroupElement] {
        let workspace = CurveWorkspace()
        let points = scalar.lend { scalar in
            let multiplier = Multiplier(scalar)
            return elements.map { workspace.multiply($0.point, by: multiplier) }
        }
        return normalised(points)!
    }

    /// Each of the secret scalars times its point; nil where a point is the identity.
    static func multiply(_ points: [CurvePoint], byEach scalars: borrowing TokenScalars) -> [GroupElement]? {
        precondition(points.count == scalars.count, "a scalar for each point")
        let workspace = CurveWorkspace()
        var products: [CurvePoint] = []
        products.reserveCapacity(points.count)
        for at in points.indices {
            products.append(workspace.multiply(points[at], by: Multiplier(scalars[at])))
        }
        return normalised(products)
    }

    /// The sum of public multiples.
    package static func sum(_ elements: [GroupElement], times scalars: [Scalar]) -> CurvePoint {
        CurveWorkspace().sum(elements.map(\.point), times: scalars)
    }
}

extension CurvePoint {
    /// `scalar·G`, in time that does not depend on the scalar; the identity for zero.
    static func generator(times scalar: Scalar) -> CurvePoint {
        CurveWorkspace().multiplyGenerator(by: Multiplier(scalar))
    }
}
