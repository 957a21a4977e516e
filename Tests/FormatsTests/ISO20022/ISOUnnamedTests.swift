import Formats
import Records
import Testing

@Suite("Orders without an id of their own")
struct ISOUnnamedTests {
    /// References of orders that have these end-to-end and instruction ids, block by block.
    private func parts(_ blocks: [[(end: String, instruction: String?)]], ids: [String?]) throws -> [RecordPart] {
        let information = zip(blocks, ids).map { block, id in
            (id.map { [ISOSample.leaf("PmtInfId", $0)] } ?? []) + [.iban("DbtrAcct", "NL91ABNA0417164300")]
                + block.map { order in
                    ISOSample.order(
                        (order.instruction.map { [.leaf("InstrId", $0)] } ?? []) + [.leaf("EndToEndId", order.end)],
                        [.iban("CdtrAcct", "DE89370400440532013000")])
                }
        }
        let message = ISOSample.initiation(information, count: blocks.map(\.count).reduce(0, +))
        let found = try ISOSample.syntaxes.map { try message.parts("pain.001.001.03", $0) }
        #expect(found[0].map(\.message) == found[1].map(\.message))
        return found[0]
    }

    @Test("are known by instruction id or by place, each by another, and the message has a note")
    func places() throws {
        let none = "NOTPROVIDED"
        let found = try parts(
            [[(none, "I1"), (none, nil), ("E3", "I3")], [(none, nil), (none, "I1"), ("Not provided", nil)]],
            ids: ["A", "B"])
        #expect(ISOEnvelope.said(found) == ["A/I1", "M-1/A/2", "A/E3", "M-1/B/4", "B/I1", "M-1/B/6"])
        #expect(found.allSatisfy { $0.notes == [.referenceMade] })
        #expect(found[1].message["end_to_end_id"] == none)
        let alone = try parts([[(none, nil), (none, nil)]], ids: [nil])
        #expect(ISOEnvelope.said(alone) == ["M-1/1", "M-1/2"])
        #expect(try parts([[("E1", nil)]], ids: ["A"])[0].notes == [])
    }

    @Test("have no instruction id that another order has, as an instruction or as its own id")
    func ambiguous() throws {
        let none = "NOTPROVIDED"
        #expect(ISOEnvelope.said(try parts([[(none, "I"), (none, "I")]], ids: ["A"])) == ["M-1/A/1", "M-1/A/2"])
        #expect(ISOEnvelope.said(try parts([[(none, "E"), ("E", nil)]], ids: ["A"])) == ["M-1/A/1", "A/E"])
        #expect(ISOEnvelope.said(try parts([[(none, none), (none, none)]], ids: ["A"])) == ["M-1/A/1", "M-1/A/2"])
        #expect(ISOEnvelope.said(try parts([[(none, "I")], [(none, "I")]], ids: [none, nil])) == ["M-1/1", "M-1/2"])
    }

    @Test("between banks stay refused: a bank names what it sends")
    func banks() throws {
        let transfer = ISOSample.transfer(
            ids: [.leaf("InstrId", "I"), .leaf("EndToEndId", "NOTPROVIDED")],
            [
                .iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000"),
            ])
        for syntax in ISOSample.syntaxes {
            let part = try ISOSample.creditTransfer([transfer]).parts("pacs.008.001.08", syntax)[0]
            #expect(part.rejection == Rejection(reason: .missingField, field: "reference"))
        }
    }
}
