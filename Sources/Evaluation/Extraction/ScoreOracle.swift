/// The answers that an attacker gets: scores of inputs that it makes up. The same input is asked once.
struct ScoreOracle {
    /// No more is answered.
    struct Spent: Error, CustomStringConvertible {
        var description: String { "as many questions were asked as may be" }
    }

    /// The highest level of each feature: it has as many thermometer bits.
    let levels: [Int]
    private let limit: Int
    private let score: ([Int]) -> Int64
    private var answers: [[Int]: Int64] = [:]

    /// - Parameters:
    ///   - limit: answers that are given.
    ///   - score: of one level a feature.
    init(levels: [Int], limit: Int, score: @escaping ([Int]) -> Int64) {
        (self.levels, self.limit, self.score) = (levels, limit, score)
    }

    var queries: Int { answers.count }

    mutating func answer(_ input: [Int]) throws(Spent) -> Int64 {
        if let known = answers[input] { return known }
        guard answers.count < limit else { throw Spent() }
        let answer = score(input)
        answers[input] = answer
        return answer
    }
}
