import EventLogs
import LocalConsortium
import Records
import Terminal
import Worlds

/// What a pipeline is fed with: records made before any clock starts, and the scores that must come back.
struct PipelineLoad: Sendable {
    struct Item: Sendable {
        var member: MemberID
        var record: NewRecord
        /// The transaction's number; nil for a verdict, which nobody answers.
        var transaction: Int?
    }

    /// In the order of event time.
    let items: [Item]
    /// By number: the clear model's scores on offline features.
    let scores: [Int64]
    private let numbers: [MemberID: [String: Int]]

    /// - Parameter bucket: seconds of event time after which each member says that they are over.
    init(_ data: DemoData, _ model: DemoModel, bucket: Int64 = EventTime.day) throws {
        let expected = model.clearScores.sorted { $0.key < $1.key }
        var items: [Item] = []
        var numbers: [MemberID: [String: Int]] = [:]
        var count = 0
        for event in data.schedule(bucket: bucket) {
            var number: Int?
            if case .transaction(let labelled) = event {
                let id = labelled.transaction.id
                guard count < expected.count, data.transactions[expected[count].key].transaction.id == id,
                    numbers[labelled.member, default: [:]].updateValue(count, forKey: id) == nil
                else { throw Failure("the world's transactions and the clear model's scores are not the same list") }
                number = count
                count += 1
            }
            items.append(Item(member: event.member, record: event.record, transaction: number))
        }
        self.items = items
        self.numbers = numbers
        scores = expected.map(\.value)
    }

    var transactions: Int { scores.count }

    func number(of id: String, _ member: MemberID) -> Int? { numbers[member]?[id] }

    /// The items from a place on, as far as they hold this many transactions and the verdicts between them.
    func slice(from start: Int, transactions: Int) -> ArraySlice<Item> {
        var left = transactions
        let end = items[start...].firstIndex { item in
            guard item.transaction != nil else { return false }
            left -= 1
            return left < 0
        }
        return items[start..<(end ?? items.endIndex)]
    }
}
