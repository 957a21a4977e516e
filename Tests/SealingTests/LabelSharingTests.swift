import Foundation
import Records
import Sealing
import Secrets
import Support
import Testing
import ThreeParty

@Suite("What boxes of labels say to whom")
struct LabelSharingTests {
    private struct Sample {
        var entries: [LabelEntry]
        var header: LabelHeader
        var seeds: (zero: [UInt8], one: [UInt8])

        init(_ random: inout SplitMix64, count: Int, history: Bool, labelled: Bool, slots: Int = 2) throws {
            header = LabelHeader(
                member: try member("bank-a"), source: SourcePosition(offset: 1), sessionEpoch: 1,
                session: SessionID(Digest32(of: [])), featureSpec: 2, count: count, history: history, labelled: labelled
            )
            seeds = (random.bytes(16), random.bytes(16))
            entries = []
            for _ in 0..<count {
                let seconds = [Int64.min, .max, 0, -1, Int64(bitPattern: random.next())].randomElement(using: &random)
                entries.append(
                    LabelEntry(
                        event: try #require(EventID(random.bytes(16))), fraud: Bool.random(using: &random),
                        time: EventTime(seconds: seconds ?? 0), tokens: random.bytes(33 * slots)))
            }
        }

        func boxes() throws -> [WireLabelBox] {
            try plaintexts().map { try #require(WireLabelBox(decoding: $0)) }
        }

        func plaintexts() -> [[UInt8]] {
            var streams = CounterStream()
            return LabelEntries.plaintexts(entries, header: header, seeds: seeds, &streams)
        }

        func read(_ box: WireLabelBox, _ party: PartyID, slots: Int = 2) -> [SharedLabel]? {
            var streams = CounterStream()
            return LabelEntries.read(box.encoded, at: party, header: header, slots: slots, &streams)
        }
    }

    /// The first elements of a seed's stream in Z_2^16, which begins at the first event's id.
    private func elements(_ seed: [UInt8], _ event: EventID, _ count: Int) -> [UInt16] {
        let stream = CounterStream.bytes(of: SecretKey(bytes: seed + event.bytes), count: 2 * count)
        return (0..<count).map { UInt16(stream[2 * $0]) | UInt16(stream[2 * $0 + 1]) << 8 }
    }

    @Test("seeds for the first two components, and what is left for the third", arguments: [1, 2, 7, 8, 9, 100, 512])
    func components(count: Int) throws {
        var random = SplitMix64(UInt64(count))
        let sample = try Sample(&random, count: count, history: false, labelled: true)
        let boxes = try sample.boxes()
        let first = sample.entries[0].event
        let (zero, one) = (elements(sample.seeds.zero, first, count), elements(sample.seeds.one, first, count))
        let rest = sample.entries.indices.map { (sample.entries[$0].fraud ? 1 : 0) &- zero[$0] &- one[$0] }
        let explicit = Data(rest.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        #expect(boxes[0].first == Data(sample.seeds.zero) && boxes[0].second == Data(sample.seeds.one))
        #expect(boxes[1].first == Data(sample.seeds.one) && boxes[1].second == explicit)
        #expect(boxes[2].first == explicit && boxes[2].second == Data(sample.seeds.zero))
        for (party, values) in [(PartyID.zero, (zero, one)), (.one, (one, rest)), (.two, (rest, zero))] {
            // Of eight entries, the explicit component is as long as a seed; it is no seed nevertheless.
            let labels = try #require(sample.read(boxes[party.rawValue], party))
            #expect(labels.map(\.event) == sample.entries.map(\.event))
            #expect(labels.compactMap { $0.outcome?.first } == values.0)
            #expect(labels.compactMap { $0.outcome?.second } == values.1)
        }
    }

    @Test("party 0's box is the same whatever the outcomes are, and the others' differ by them alone")
    func privacy() throws {
        var random = SplitMix64(5)
        let sample = try Sample(&random, count: 20, history: false, labelled: true)
        var turned = sample
        for at in turned.entries.indices { turned.entries[at].fraud.toggle() }
        #expect(sample.plaintexts()[0] == turned.plaintexts()[0])
        let (boxes, others) = (try sample.boxes(), try turned.boxes())
        #expect(boxes[1].first == others[1].first && boxes[2].second == others[2].second)
        for at in 0..<20 {
            func element(_ box: WireLabelBox) -> UInt16 {
                let part = Array(box.second)
                return UInt16(part[2 * at]) | UInt16(part[2 * at + 1]) << 8
            }
            #expect(element(boxes[1]) &- element(others[1]) == (sample.entries[at].fraud ? 1 : .max))
        }
    }

    @Test("times and tokens go along with history alone, and outcomes where the header says so")
    func announced() throws {
        var random = SplitMix64(6)
        for (history, labelled) in [(false, true), (true, true), (true, false)] {
            let sample = try Sample(&random, count: 5, history: history, labelled: labelled)
            for box in try sample.boxes() {
                #expect(box.events.count == 80)
                #expect(box.times.count == (history ? 40 : 0) && box.tokens.count == (history ? 330 : 0))
                #expect(box.first.isEmpty != labelled && box.second.isEmpty != labelled)
            }
            if !labelled { #expect(Set(sample.plaintexts()).count == 1) }
        }
    }

    @Test("times come back to the last bit, and tokens as they are", arguments: 1...8 as ClosedRange<UInt64>)
    func history(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let slots = Int.random(in: 0...4, using: &random)
        let sample = try Sample(&random, count: 30, history: true, labelled: seed % 2 == 0, slots: slots)
        let boxes = try sample.boxes()
        for party in PartyID.allCases {
            let labels = try #require(sample.read(boxes[party.rawValue], party, slots: slots))
            #expect(labels.map(\.time) == sample.entries.map(\.time))
            #expect(labels.map(\.tokens) == sample.entries.map(\.tokens))
            // The highest byte first.
            let last = try #require(sample.entries.last?.time)
            let bytes = Array(boxes[party.rawValue].times.suffix(8))
            #expect(bytes == (0..<8).map { UInt8(truncatingIfNeeded: last.seconds >> (56 - 8 * $0)) })
        }
        var timeless = sample
        timeless.entries[0].time = nil
        let times = try timeless.boxes()[0].times
        #expect(Array(times.prefix(8)) == [UInt8](repeating: 0, count: 8))
    }

    @Test("of another length in any part is refused", arguments: PartyID.allCases)
    func lengths(party: PartyID) throws {
        var random = SplitMix64(7)
        let parts: [WritableKeyPath<WireLabelBox, Data>] = [\.events, \.times, \.tokens, \.first, \.second]
        for (history, labelled) in [(false, true), (true, true), (true, false)] {
            let sample = try Sample(&random, count: 9, history: history, labelled: labelled)
            let box = try sample.boxes()[party.rawValue]
            #expect(sample.read(box, party) != nil)
            for part in parts {
                for change in [-33, -16, -8, -2, -1, 1, 2, 8, 16, 33] where box[keyPath: part].count + change >= 0 {
                    var changed = box
                    let count = box[keyPath: part].count + change
                    changed[keyPath: part] = Data((box[keyPath: part] + Data(count: 40)).prefix(count))
                    #expect(sample.read(changed, party) == nil, "\(part) by \(change)")
                }
                var without = box
                without[keyPath: part] = Data()
                #expect((sample.read(without, party) == nil) == !box[keyPath: part].isEmpty, "\(part)")
            }
            #expect(sample.read(box, party, slots: 1) == nil || !history)
            #expect(sample.read(box, party, slots: 3) == nil || !history)
        }
    }

    @Test("cut at any length is refused")
    func cut() throws {
        var random = SplitMix64(8)
        let sample = try Sample(&random, count: 3, history: true, labelled: true)
        for party in PartyID.allCases {
            let box = sample.plaintexts()[party.rawValue]
            for count in box.indices {
                var streams = CounterStream()
                let labels = LabelEntries.read(
                    Array(box.prefix(count)), at: party, header: sample.header, slots: 2, &streams)
                #expect(labels == nil, "\(count) bytes at \(party)")
            }
        }
    }

    @Test("a header that tells of nothing, or counts what no record has, is refused", arguments: [0, -1, 513, 100_000])
    func headers(count: Int) throws {
        var random = SplitMix64(9)
        var sample = try Sample(&random, count: 4, history: true, labelled: true)
        let box = try sample.boxes()[0]
        sample.header.count = count
        #expect(sample.read(box, .zero) == nil)
        // Neither history nor labelled.
        sample.header.count = 4
        (sample.header.history, sample.header.labelled) = (false, false)
        var events = WireLabelBox()
        events.events = box.events
        #expect(sample.read(events, .zero) == nil)
    }
}
