import Foundation
import Keys
import Records
import Sealing
import Support
import Testing

@Suite("A party's receipts for a member")
struct ReceiptTests {
    private let sessions: Sessions

    init() throws { sessions = try Sessions() }

    private func session(_ party: PartyID) throws -> Session { try #require(sessions.parties[party]) }

    private func position(_ offset: Int64, _ index: Int = 0, partition: Int = 3) -> SourcePosition {
        SourcePosition(partition: partition, offset: offset, index: index)
    }

    // MARK: Of labels

    @Test("say how far labels are counted, nothing included, and whether one is missing", arguments: PartyID.allCases)
    func counted(party: PartyID) throws {
        for place in [nil, position(0), position(0, 511), position(.max, 1), position(-7)] {
            for isMissing in [false, true] {
                let receipt = LabelReceipt(party: party, partition: 3, counted: place, isMissing: isMissing)
                let record = try receipt.encoded(session(party))
                #expect(LabelReceipt(record, sessions: sessions.find) == receipt)
            }
        }
    }

    @Test("hold with each of their bytes: changed, cut or lengthened they are nobody's, or say the same")
    func bytes() throws {
        let counted = LabelReceipt(party: .one, partition: 3, counted: position(9, 2), isMissing: true)
        let missing = MissingReceipt(
            party: .one, sealedPartition: 2, spans: [.init(after: position(4), through: position(9))])
        for record in [try counted.encoded(session(.one)), try missing.encoded(session(.one))] {
            for at in record.indices {
                for bit in 0..<8 {
                    var changed = record
                    changed[at] ^= 1 << UInt8(bit)
                    // Protobuf has several forms of a number: the tag is over the message in its one canonical form.
                    let labels = LabelReceipt(changed, sessions: sessions.find)
                    #expect(labels == nil || labels == counted, "byte \(at), bit \(bit)")
                    let spans = MissingReceipt(changed, sessions: sessions.find)
                    #expect(spans == nil || spans == missing, "byte \(at), bit \(bit)")
                }
                #expect(LabelReceipt(Array(record.prefix(at)), sessions: sessions.find) == nil)
                #expect(MissingReceipt(Array(record.prefix(at)), sessions: sessions.find) == nil)
            }
            #expect(LabelReceipt(record + [0], sessions: sessions.find) == nil)
            #expect(MissingReceipt(record + [0], sessions: sessions.find) == nil)
        }
    }

    @Test("of one kind are none of the other")
    func kinds() throws {
        let counted = LabelReceipt(party: .two, partition: 3, counted: position(9), isMissing: false)
        #expect(try MissingReceipt(counted.encoded(session(.two)), sessions: sessions.find) == nil)
        let missing = MissingReceipt(
            party: .two, sealedPartition: 0, spans: [.init(after: nil, through: position(9))])
        #expect(try LabelReceipt(missing.encoded(session(.two)), sessions: sessions.find) == nil)
    }

    @Test("are their party's word alone, to their member, in a session that the member has")
    func others() throws {
        let receipt = LabelReceipt(party: .one, partition: 3, counted: position(9), isMissing: false)
        // Another party's key does not make this one's word.
        #expect(try LabelReceipt(receipt.encoded(session(.two)), sessions: sessions.find) == nil)
        let record = try receipt.encoded(session(.one))
        let stranger = try Sessions("bank-b")
        #expect(LabelReceipt(record, sessions: stranger.find) == nil)
        #expect(LabelReceipt(record) { _, _ in nil } == nil)
        // A record that names another member is nobody's, although its key is known.
        var wire = try #require(WireLabelReceipt(decoding: record))
        wire.member = "bank-b"
        #expect(LabelReceipt(wire.encoded, sessions: sessions.find) == nil)
        wire = try #require(WireLabelReceipt(decoding: record))
        wire.party = 3
        #expect(LabelReceipt(wire.encoded) { _, _ in sessions.parties[.one] } == nil)
        // The session is looked for by the party and the epoch that the record names.
        var asked: [(PartyID, UInt32)] = []
        _ = LabelReceipt(record) { party, epoch in
            asked.append((party, epoch))
            return nil
        }
        #expect(try asked.map(\.0) == [.one] && asked.map(\.1) == [session(.one).epoch])
    }

    @Test("of another schema, or without a place, are none: what a later version says is not guessed")
    func schema() throws {
        let session = try session(.zero)
        func record(_ change: (inout WireLabelReceipt) -> Void) throws -> [UInt8] {
            let receipt = LabelReceipt(party: .zero, partition: 3, counted: position(9), isMissing: false)
            var wire = try #require(WireLabelReceipt(decoding: receipt.encoded(session)))
            change(&wire)
            wire.tag = Data()
            wire.tag = Data(RecordTag.make(wire.encoded, under: session.receiptTags))
            return wire.encoded
        }
        #expect(try LabelReceipt(record { _ in }, sessions: sessions.find) != nil, "the tag is made as the party does")
        for schema in [0, 2, 3, .max] as [UInt32] {
            #expect(try LabelReceipt(record { $0.schema = schema }, sessions: sessions.find) == nil)
        }
        #expect(try LabelReceipt(record { $0.clearCounted() }, sessions: sessions.find) == nil)
    }

    // MARK: Of transactions

    @Test("name spans of transactions, up to 64, that have not come", arguments: [1, 2, 64])
    func spans(count: Int) throws {
        var spans = [MissingReceipt.Span(after: nil, through: position(5))]
        for number in (0..<Int64(count)).dropFirst() {
            spans.append(.init(after: position(10 * number, 3), through: position(10 * number + 5)))
        }
        let receipt = MissingReceipt(party: .two, sealedPartition: 5, spans: spans)
        #expect(receipt.partition == 3)
        let record = try receipt.encoded(session(.two))
        let read = try #require(MissingReceipt(record, sessions: sessions.find))
        #expect(read == receipt)
    }

    @Test("with no span, too many, one that ends before it begins, or of two partitions are none")
    func unsound() throws {
        let sound = MissingReceipt.Span(after: position(4), through: position(9))
        let cases: [[MissingReceipt.Span]] = [
            [], Array(repeating: sound, count: 65), [.init(after: position(9), through: position(9))],
            [.init(after: position(9, 1), through: position(9))], [.init(after: position(10), through: position(9))],
            [sound, .init(after: position(4, partition: 2), through: position(9, partition: 2))],
            [.init(after: position(4, partition: 2), through: position(9))],
        ]
        for spans in cases {
            let receipt = MissingReceipt(party: .two, sealedPartition: 5, spans: spans)
            #expect(try MissingReceipt(receipt.encoded(session(.two)), sessions: sessions.find) == nil, "\(spans)")
        }
    }

    @Test("a span holds what is behind its beginning, up to its end, the end included")
    func contains() {
        let span = MissingReceipt.Span(after: position(4, 1), through: position(9, 2))
        for inside in [position(4, 2), position(5), position(9), position(9, 2)] { #expect(span.contains(inside)) }
        for outside in [position(3), position(4), position(4, 1), position(9, 3), position(10)] {
            #expect(!span.contains(outside))
        }
        let first = MissingReceipt.Span(after: nil, through: position(9))
        #expect(first.contains(position(-5)) && first.contains(position(9)) && !first.contains(position(9, 1)))
    }
}
