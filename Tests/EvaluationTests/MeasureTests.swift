import Evaluation
import Records
import Testing

@Suite("Quality over test days")
struct MeasureTests {
    private let a: MemberID
    private let b: MemberID

    init() throws {
        a = try member("bank-a")
        b = try member("bank-b")
    }

    private func labelled(_ member: MemberID, _ customer: String, day: Int, second: Int64 = 0, fraud: Bool = false)
        -> LabelledTransaction
    {
        LabelledTransaction(
            member: member, transaction: payment(day: day, second: second, customer: customer), fraud: fraud,
            scenario: 0)
    }

    /// How many transactions are measured, each with a score.
    private func measured(_ transactions: [LabelledTransaction], scores: [Int: Double]? = nil) -> Int {
        let all = Dictionary(uniqueKeysWithValues: transactions.indices.map { ($0, Double($0)) })
        return measure(transactions, train: 0...6, test: 14...20, scores: scores ?? all).overall.transactions
    }

    @Test(
        "is of the test days alone, from their first second to their last",
        arguments: [(13, 86_399, 0), (14, 0, 1), (20, 86_399, 1), (21, 0, 0), (3, 0, 0), (-1, 0, 0)]
            as [(Int, Int64, Int)])
    func days(day: Int, second: Int64, count: Int) {
        #expect(measured([labelled(a, "c", day: day, second: second)]) == count)
    }

    @Test(
        "leaves out customers whose fraud is known when the day begins",
        arguments: [
            // The day of the fraud, and how many of the days 14 to 20 are measured.
            (-1, 7), (0, 0), (6, 0), (7, 1), (8, 2), (12, 6), (13, 7), (30, 7),
        ])
    func known(fraudDay: Int, count: Int) {
        let fraud = labelled(a, "c", day: fraudDay, fraud: true)
        let test = (14...20).map { labelled(a, "c", day: $0) }
        #expect(measured(test + [fraud]) == count && measured([fraud] + test) == count)
        // Another's customer of the same name, and another customer, stay in.
        #expect(measured([fraud] + (14...20).map { labelled(b, "c", day: $0) }) == 7)
        #expect(measured([fraud] + (14...20).map { labelled(a, "d", day: $0) }) == 7)
    }

    @Test("leaves out what has no score, and takes each score to its own transaction")
    func scores() {
        let transactions = [
            labelled(a, "c1", day: 14), labelled(a, "c2", day: 14, fraud: true), labelled(b, "c1", day: 15),
            labelled(b, "c2", day: 16, fraud: true),
        ]
        #expect(measured(transactions, scores: [:]) == 0 && measured(transactions, scores: [1: 5, 3: 2, 9: 1]) == 2)
        func auc(_ scores: [Int: Double]) -> Double? {
            measure(transactions, train: 0...6, test: 14...20, scores: scores).overall.auc
        }
        #expect(auc([0: 1, 1: 2, 2: 1, 3: 2]) == 1 && auc([0: 2, 1: 1, 2: 2, 3: 1]) == 0)
        #expect(auc([0: 2, 1: 3, 2: 1, 3: 0]) == 0.5 && auc([0: 1, 2: 1]) == nil)
    }

    @Test("tells each member's own beside the whole")
    func members() {
        let transactions = [
            labelled(a, "c1", day: 14), labelled(a, "c2", day: 14, fraud: true), labelled(b, "c1", day: 15),
        ]
        let quality = measure(transactions, train: 0...6, test: 14...20, scores: [0: 1, 1: 2, 2: 3])
        #expect(quality.overall.transactions == 3 && quality.overall.auc == 0.5)
        #expect(quality.members[a]?.auc == 1 && quality.members[a]?.transactions == 2)
        #expect(quality.members[b]?.auc == nil && quality.members[b]?.frauds == 0)
    }

    @Test("says why there is no model, in a sentence")
    func noModel() {
        #expect("\(TrainingError.noFraud)" == "the training days hold no fraud, so there is nothing to learn from")
    }
}
