import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// Items without an alert, whatever order their parts come in.
struct RaisingTests {
    private let folder = try! TemporaryFolder()

    @Test("a payment that was put before the desk is the same row in whatever order its parts are read")
    func orders() throws {
        let item = DeskSamples.item(4)
        let source = SourcePosition(offset: 4)
        let payment = DeskSamples.payment(4)
        for sample in [nil, Sample(.approved, perMille: 10)] {
            let parts: [DeskInput] = [
                .payment(payment, at: source), .decision(item, of: source, band: .approve, probability: 0.25),
                .act(
                    DeskRecord(
                        id: DeskSamples.act(1), item: item, actor: DeskSamples.person(1), writtenAt: 1,
                        act: .raise(source, transaction: payment.id, sample: sample)), offset: 0, timestamp: 5_000_000),
            ]
            var rows: Set<QueueRow> = []
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let index = try DeskIndex(
                    path: folder.path("index-\(sample == nil)-\(order)"), member: DeskSamples.member)
                for part in order { _ = try index.apply(DeskBatch(inputs: [parts[part]], positions: [])) }
                rows.insert(try #require(try index.alert(item)))
                let page = try index.page(QueueFilter(), me: nil, now: 5_000_000)
                #expect(page.rows.map(\.facts.item) == [item])
            }
            let row = try #require(rows.first)
            #expect(rows.count == 1)
            #expect(row.origin == (sample == nil ? .reported : .sample))
            #expect(row.facts.expectedLoss == (sample == nil ? payment.amount.value : (payment.amount.value + 2) / 4))
            #expect(row.facts.decidedAt == 5_000_000)
            #expect(row.work.raised?.sample == sample)
        }
    }

    @Test("an alert that is drawn stays the alert that it is, and is marked")
    func drawnAlert() throws {
        let facts = DeskSamples.facts(2)
        let inputs: [DeskInput] = [
            .alert(facts, at: Position(TopicPartition("bank-a.alerts"), 0)),
            .act(
                DeskRecord(
                    id: DeskSamples.act(1), item: facts.item, actor: Actor(.desk, "desk")!, writtenAt: 1,
                    act: .raise(facts.source, transaction: facts.transaction, sample: Sample(.declined, perMille: 50))),
                offset: 0, timestamp: 9),
        ]
        for order in [inputs, inputs.reversed()] {
            let index = try DeskIndex(
                path: folder.path("drawn-\(order.count)\(rowName(order))"), member: DeskSamples.member)
            for input in order { _ = try index.apply(DeskBatch(inputs: [input], positions: [])) }
            let row = try #require(try index.alert(facts.item))
            #expect(row.facts == facts)
            #expect(row.origin == .sample)
            #expect(try index.page(QueueFilter([("origin", "sample")]), me: nil, now: 10).rows.count == 1)
            #expect(try index.page(QueueFilter([("origin", "alert")]), me: nil, now: 10).rows.isEmpty)
        }
    }

    private func rowName(_ inputs: [DeskInput]) -> String { if case .alert = inputs[0] { "a" } else { "b" } }

    @Test("payments of a name are listed page by page, the latest first, each once")
    func found() throws {
        let index = try DeskIndex(path: folder.path("found"), member: DeskSamples.member)
        let payments = (0..<300).map { DeskSamples.payment($0) }
        _ = try index.apply(
            DeskBatch(
                inputs: payments.enumerated().map {
                    .payment($0.element, at: SourcePosition(offset: Int64($0.offset)))
                }, positions: []))
        for customer in ["c-1", "c-7"] {
            var found: [Transaction] = []
            var place: Int64?
            repeat {
                let (rows, next) = try index.payments(by: .customer, " \(customer)", before: place, limit: 3)
                #expect(rows.allSatisfy { !$0.isListed })
                found += rows.compactMap(\.payment.transaction)
                place = next
            } while place != nil
            let expected = payments.filter { $0.customer == customer }.sorted { $0.time > $1.time }
            #expect(found.map(\.id) == expected.map(\.id))
        }
        #expect(try index.payments(by: .transaction, "t-17").rows.count == 1)
        #expect(try index.payments(by: .account, "none").rows.isEmpty)
    }
}
