import Formats
import Records
import Simulation
import Testing

@Suite("What is expected of an agent")
struct ExpectedMemberTests {
    private func payment(
        _ id: Int, _ minutes: Int, customer: Int = 0, terminal: Int = 1, device: Int? = nil, amount: Int = 10
    ) -> Message {
        .payment(id: id, minutes: minutes, customer: customer, terminal: terminal, device: device, amount: amount)
    }

    private func label(_ id: Int, _ fraud: Bool) -> ExpectedMember.Label { .init(id: "p\(id)", fraud: fraud) }

    @Test("features are the amount, and the customer's payments and amounts of the last day")
    func features() {
        let member = ExpectedMember([
            payment(0, 0, amount: 10), payment(1, 60, customer: 1, amount: 99), payment(2, 120, amount: 5),
            // A day after the first, which is out of the window; and one that comes late, before the third.
            payment(3, 1440, amount: 1), payment(4, 100, amount: 2),
        ])
        #expect(
            member.accepted.mapValues(\.own) == [
                0: [10, 1, 10], 1: [99, 1, 99], 2: [5, 2, 15], 3: [1, 2, 6], 4: [2, 2, 12],
            ])
    }

    @Test("a repeat is dropped, another payment of its id rejected, and so is what can't be read")
    func rejections() {
        let member = ExpectedMember([
            payment(0, 0), payment(0, 0), payment(0, 1), payment(0, 0, amount: 11), .malformed,
            .label(id: 7, fraud: true), .label(id: 0, fraud: false), .label(id: 0, fraud: false),
            .label(id: 0, fraud: true), .label(id: 0, fraud: false),
        ])
        #expect(member.accepted.keys.sorted() == [0])
        #expect(
            member.rejected == [
                2: .idConflict, 3: .idConflict, 4: .malformedJSON, 5: .unknownTransaction, 7: .reversalRepeated,
            ])
    }

    @Test("labels leave when their bucket has ended two hours ago, by payments and by watermarks")
    func labels() {
        let member = ExpectedMember([
            payment(0, 5), payment(1, 59), payment(2, 60), .label(id: 1, fraud: true),
            .watermark(minutes: 179), .watermark(minutes: 180), payment(3, 240),
        ])
        #expect(member.labels == [5: [label(0, false), label(1, true)], 6: [label(2, false)]])
    }

    @Test("a correction leaves at once where the label has left, and not before")
    func corrections() {
        let member = ExpectedMember([
            payment(0, 5), .label(id: 0, fraud: true), .label(id: 0, fraud: false), .watermark(minutes: 200),
            .label(id: 0, fraud: true), .label(id: 0, fraud: true), .label(id: 0, fraud: false),
        ])
        #expect(member.labels == [3: [label(0, false)], 4: [label(0, true)], 6: [label(0, false)]])
        #expect(member.rejected.isEmpty)
    }

    @Test("labels of late payments leave with the next bucket's")
    func late() {
        let member = ExpectedMember([
            payment(0, 400), payment(1, 5), .label(id: 1, fraud: true), .watermark(minutes: 410),
            .watermark(minutes: 420), .watermark(minutes: 540),
        ])
        #expect(member.labels == [4: [label(1, true)], 5: [label(0, false)]])
    }
}
