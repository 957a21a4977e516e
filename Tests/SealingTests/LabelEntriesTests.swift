import Foundation
import Records
import Sealing
import Testing
import ThreeParty

@Suite("Boxes of labels")
struct LabelEntriesTests {
    private static let seeds = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16))

    private static func header(_ count: Int, history: Bool = false, labelled: Bool = true) -> LabelHeader {
        LabelHeader(
            member: MemberID("bank-a")!, source: SourcePosition(partition: 3, offset: 70, index: 2), sessionEpoch: 4,
            session: SessionID(Digest32(of: [])), featureSpec: 5, count: count, history: history, labelled: labelled)
    }

    /// Three kinds of entities; every third event has none of the second.
    private static func entries(_ count: Int, history: Bool = false) -> [LabelEntry] {
        (0..<count).map { number in
            var entry = LabelEntry(
                event: EventID([UInt8](repeating: UInt8(number % 251), count: 16))!, fraud: number % 7 == 0)
            if history {
                entry.time = EventTime(seconds: Int64(number) * 1000 - 500)
                for slot in 0..<3 {
                    let isThere = slot != 1 || number % 3 != 0
                    entry.tokens += [UInt8](repeating: isThere ? UInt8(slot + 1) : 0, count: 33)
                }
            }
            return entry
        }
    }

    private static func boxes(_ entries: [LabelEntry], _ header: LabelHeader) -> [[UInt8]] {
        var streams = CounterStream()
        return LabelEntries.plaintexts(entries, header: header, seeds: seeds, &streams)
    }

    private static func read(_ box: [UInt8], _ party: PartyID, _ header: LabelHeader, slots: Int = 3) -> [SharedLabel]?
    {
        var streams = CounterStream()
        return LabelEntries.read(box, at: party, header: header, slots: slots, &streams)
    }

    @Test("tell each party two components, which add up to the outcomes", arguments: [1, 2, 512])
    func outcomes(count: Int) throws {
        let header = Self.header(count)
        let entries = Self.entries(count)
        let boxes = Self.boxes(entries, header)
        var components: [PartyID: [UInt16]] = [:]
        for party in PartyID.allCases {
            let labels = try #require(Self.read(boxes[party.rawValue], party, header))
            #expect(labels.map(\.event) == entries.map(\.event))
            #expect(labels.allSatisfy { $0.time == nil && $0.tokens.isEmpty })
            let shares = labels.compactMap(\.outcome)
            for (component, values) in [(party, shares.map(\.first)), (party.next, shares.map(\.second))] {
                #expect(values.count == count && (components[component] ?? values) == values)
                components[component] = values
            }
        }
        for (number, entry) in entries.enumerated() {
            let sum = components.values.reduce(UInt16(0)) { $0 &+ $1[number] }
            #expect(sum == (entry.fraud ? 1 : 0))
        }
    }

    @Test("of history bring times and tokens, with or without outcomes", arguments: [true, false])
    func history(labelled: Bool) throws {
        let header = Self.header(40, history: true, labelled: labelled)
        let entries = Self.entries(40, history: true)
        let boxes = Self.boxes(entries, header)
        for party in PartyID.allCases {
            let labels = try #require(Self.read(boxes[party.rawValue], party, header))
            #expect(labels.map(\.time) == entries.map(\.time) && labels.map(\.tokens) == entries.map(\.tokens))
            #expect(labels.allSatisfy { ($0.outcome != nil) == labelled })
        }
    }

    @Test("are refused where they are not what the header says")
    func refused() throws {
        let header = Self.header(4)
        let box = Self.boxes(Self.entries(4), header)[0]
        #expect(Self.read(box, .zero, header) != nil)
        #expect(Self.read(box, .two, header) == nil)
        #expect(Self.read(box, .zero, Self.header(3)) == nil)
        #expect(Self.read(box, .zero, Self.header(4, labelled: false)) == nil)
        #expect(Self.read(box, .zero, Self.header(4, history: true)) == nil)
        #expect(Self.read(Array(box.dropLast()), .zero, header) == nil)
        #expect(Self.read([], .zero, header) == nil)
        let past = Self.header(4, history: true)
        let full = Self.boxes(Self.entries(4, history: true), past)[0]
        #expect(Self.read(full, .zero, past) != nil)
        #expect(Self.read(full, .zero, past, slots: 2) == nil)
        #expect(Self.read(full, .zero, header) == nil)
        // Nothing at all, and more than a record may have.
        let none = Self.header(0)
        #expect(Self.read(Self.boxes([], none)[0], .zero, none) == nil)
        let many = Self.header(513)
        #expect(Self.read(Self.boxes(Self.entries(513), many)[0], .zero, many) == nil)
    }

    @Test("headers and records read back as they were written")
    func records() throws {
        let header = Self.header(7, history: true, labelled: false)
        let boxes: [[UInt8]] = [[1], [2, 2], [3]]
        let record = try #require(LabelRecord(LabelRecord.encoded(header: header.encoded, boxes: boxes)))
        #expect(record.header == header && record.headerBytes == header.encoded && record.boxes == boxes)
        #expect(LabelRecord([0xFF]) == nil)
        #expect(LabelRecord(LabelRecord.encoded(header: [0xFF], boxes: boxes)) == nil)
        let empty = try #require(LabelRecord([]))
        #expect(empty.header.member == nil && empty.header.source == nil && empty.boxes.isEmpty)
    }

    @Test("are bound to header and party, and to being a label's")
    func associated() {
        let header = Self.header(1).encoded
        let all = PartyID.allCases.flatMap {
            [labelAssociatedData(header: header, party: $0), boxAssociatedData(header: header, party: $0)]
        }
        #expect(Set(all).count == 6)
        #expect(labelAssociatedData(header: header, party: .two) == Array("cordon/labels/v1".utf8) + header + [2])
    }

    @Test("positions of labels have an order of their own, history first")
    func order() {
        let positions = [
            SourcePosition(offset: -(1 << 46)), SourcePosition(offset: -(1 << 40), index: 65_535),
            SourcePosition(offset: 1 - (1 << 40)), SourcePosition(offset: -1, index: 9), SourcePosition(offset: 0),
            SourcePosition(offset: 0, index: 1), SourcePosition(offset: 1),
            SourcePosition(offset: (1 << 46) - 1, index: 65_535),
        ]
        let orders = positions.compactMap(\.labelOrder)
        #expect(orders.count == positions.count && zip(orders, orders.dropFirst()).allSatisfy(<) && orders[0] == 0)
        #expect(SourcePosition(offset: 1 << 46).labelOrder == nil)
        #expect(SourcePosition(offset: -(1 << 46) - 1).labelOrder == nil)
        #expect(SourcePosition(offset: 0, index: 65_536).labelOrder == nil)
        #expect(SourcePosition(offset: 0, index: -1).labelOrder == nil)
    }
}
