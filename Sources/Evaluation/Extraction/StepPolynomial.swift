/// A sum over sets of steps: a set adds its coefficient where all of its steps are reached. Every forest of oblivious trees
/// is one such polynomial, whose sets name each feature once and have at most as many steps as a tree has levels.
struct StepPolynomial {
    /// A level of a feature that is reached.
    struct Step: Hashable, Comparable {
        let feature: Int
        let level: Int

        static func < (left: Step, right: Step) -> Bool {
            (left.feature, left.level) < (right.feature, right.level)
        }
    }

    private var places: [[Step]: Int] = [:]
    private var terms: [(steps: [Step], coefficient: Int64)] = []

    /// - Parameter steps: in order.
    func has(_ steps: [Step]) -> Bool { places[steps] != nil }

    /// Adds to the coefficient of some steps, which are in order.
    mutating func add(_ coefficient: Int64, to steps: [Step]) {
        if let place = places[steps] {
            terms[place].coefficient += coefficient
        } else {
            places[steps] = terms.count
            terms.append((steps, coefficient))
        }
    }

    func value(_ input: [Int]) -> Int64 {
        var sum: Int64 = 0
        for (steps, coefficient) in terms where steps.allSatisfy({ input[$0.feature] >= $0.level }) {
            sum += coefficient
        }
        return sum
    }
}
