import Desk
import Foundation
import Records
import Support
import Testing

/// Each member of each kind of act: what it may be, and that what it may not be is nobody's act.
struct RecordRefusalTests {
    /// The record of an act with some members of its data set, or removed where the value is nil.
    private func read(_ act: Act, _ changes: [String: Any?]) throws -> DeskRecord? {
        let json = record(5, act).json(member: DeskSamples.member)
        var whole = try #require(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        var data = try #require(whole["data"] as? [String: Any])
        for (name, value) in changes { data[name] = value }
        whole["data"] = data
        return DeskRecord(json: Array(try JSONSerialization.data(withJSONObject: whole)))
    }

    private static let long = String(repeating: "x", count: 201)
    private static let fraud = Judgement(.fraud, fraudType: .invoice, loss: MinorUnits(5))
    private static let about = QueueFilter.NamedEntity(.device, "d-1")
    private static let raise = Act.raise(SourcePosition(partition: 1, offset: 2, index: 3), transaction: "t")
    private static let order = BulkOrder(.note("n"), items: [BulkItem(DeskTests.item(7), version: 3)])!
    private static let name = DeskTests.item(7).hex

    /// Changes after which a record is one still, and those after which it is none.
    static var cases: [(act: Act, taken: [[String: Any?]], refused: [[String: Any?]])] {
        [
            (
                .claim(lease: 60), [["lease": 10], ["lease": 86_400], ["colour": "red"]],
                [
                    ["lease": 9], ["lease": 86_401], ["lease": nil], ["lease": "60"], ["lease": 60.5], ["actor": nil],
                    ["actorKind": nil], ["writtenAt": nil],
                ]
            ),
            (
                .assign(to: ben, lease: 60), [["to": "ana"], ["toKind": "service"]],
                [["to": nil], ["toKind": nil], ["to": "Ben"], ["to": ""], ["toKind": "team"], ["lease": 5]]
            ),
            (
                .judge(fraud),
                [["finding": "fraud"], ["fraudType": nil], ["loss": nil], ["recovered": "0.00"], ["loss": "0.00"]],
                [
                    ["finding": nil], ["knownBy": nil], ["finding": "legitimate"], ["loss": "-0.01"], ["loss": "x"],
                    ["loss": "1.234"],
                    ["recovered": ""], ["fraudType": "new"], ["knownBy": "rumour"], ["loss": "100000000000.01"],
                ]
            ),
            (
                .second(Judgement(.suspicious)), [["finding": "undecidable"]],
                [["finding": nil], ["loss": "1.00"], ["fraudType": "romance"], ["knownBy": nil]]
            ),
            (
                .note("n"), [["text": "<b>"]],
                [["text": nil], ["text": ""], ["text": 7], ["text": String(repeating: "x", count: 4001)]]
            ),
            (
                raise, [["transaction": "other"]],
                [
                    ["transaction": nil], ["transaction": ""], ["source": nil],
                    ["source": ["index": 0, "offset": -1, "partition": 0]],
                    ["source": ["index": -1, "offset": 0, "partition": 0]],
                    ["source": ["index": 0, "offset": 0, "partition": -1]],
                    ["source": ["index": 0, "offset": 0]], ["perMille": 5], ["stratum": "approved"],
                    ["stratum": "approved", "perMille": 0], ["stratum": "sunday", "perMille": 5],
                ]
            ),
            (
                .file(.open(title: "t", about: about, isAnother: false)),
                [["isAnother": true], ["about": nil, "name": nil], ["name": "d-2"]],
                [
                    ["title": nil], ["title": ""], ["title": long], ["about": nil], ["name": nil], ["about": "colour"],
                    ["name": ""],
                    ["name": String(repeating: "x", count: 513)], ["isAnother": "yes"],
                ]
            ),
            (
                .file(.link(to: DeskTests.item(7))), [["case": DeskTests.item(8).hex]],
                [["case": nil], ["case": "x"], ["case": name.uppercased() + "0"], ["case": String(name.dropLast())]]
            ),
            (.file(.task("call")), [["text": "write"]], [["text": nil], ["text": ""], ["text": long]]),
            (.file(.finish(task: 0)), [["task": 99]], [["task": nil], ["task": -1], ["task": "0"]]),
            (
                .file(.close(fraud)), [["finding": nil, "knownBy": nil, "loss": nil, "fraudType": nil]],
                [["finding": nil], ["knownBy": nil], ["finding": "maybe"], ["loss": "x"]]
            ),
            (
                .bulk(.start(order)), [["items": ["\(name).0"]]],
                [
                    ["items": nil], ["items": [String]()], ["items": ["\(name)"]], ["items": ["\(name).-1"]],
                    ["items": ["\(name).3", "\(name).4"]],
                    ["items": ["\(name).3", "x.1"]], ["deed": nil], ["deed": "job"], ["deed": "case-close"],
                    ["deed": "dance"], ["text": nil],
                ]
            ),
            (
                .aside(.snooze(until: 7, wakes: [.label])),
                [["until": 0], ["wakes": nil], ["wakes": ["alert", "label"]]],
                [["until": nil], ["until": "7"], ["wakes": ["noon"]]]
            ),
            (
                .aside(.wake(.label)), [["wakes": nil], ["wakes": ["alert"]]],
                [["wakes": ["noon"]], ["wakes": "label"]]
            ),
            (
                .house(HouseRules()), [["rules": "four_eyes 5"], ["rules": "# none"]],
                [["rules": nil], ["rules": "four_eyes"], ["rules": "dance"]]
            ),
        ]
    }

    @Test("a member that may be so is read so; one that may not makes the record none", arguments: cases.indices)
    func members(place: Int) throws {
        let (act, taken, refused) = Self.cases[place]
        #expect(try read(act, [:])?.act == act)
        for changes in taken { #expect(try read(act, changes) != nil, "\(act.word) \(changes)") }
        for changes in refused { #expect(try read(act, changes) == nil, "\(act.word) \(changes)") }
    }

    @Test("acts without members of their own need none, and a frame that can't be read is none of them")
    func frame() throws {
        for act in [Act.release, .reopen, .confirm, .object, .late, .bulk(.cancel), .file(.unlink)] {
            #expect(try read(act, [:])?.act == act)
            for changes in [
                ["amount": "x"], ["amount": "-1"], ["within": "x"], ["expects": "1"], ["expects": 1.5], ["remark": 5],
                ["remark": String(repeating: "x", count: 4001)], ["actorKind": "team"], ["actor": "A"],
            ] as [[String: Any?]] {
                #expect(try read(act, changes) == nil, "\(act.word) \(changes)")
            }
            let whole = try #require(
                try read(act, ["amount": "1.25", "within": Self.name, "expects": 4, "remark": "r"]))
            #expect(whole.amount == MinorUnits(125) && whole.within == DeskTests.item(7))
            #expect(whole.expects == 4 && whole.remark == "r")
        }
    }

    @Test("words of acts are told apart, and stand in the record's type")
    func words() {
        let acts =
            Self.cases.map(\.act) + [.release, .reopen, .confirm, .object, .late, .bulk(.cancel), .file(.unlink)]
        #expect(Set(acts.map(\.word)).count == acts.count)
        for act in acts { #expect(record(1, act).type == "org.cordon.desk.\(act.word).v1") }
        #expect(record(1, .release).key == Array(item(1).hex.utf8))
    }

    @Test("an event that says too much, or of something else, is no record; longest ones are read")
    func sizes() throws {
        let sound = record(5, .release).json(member: DeskSamples.member)
        #expect(DeskRecord(json: sound + Array(repeating: 32, count: DeskRecord.limit - sound.count)) != nil)
        #expect(DeskRecord(json: sound + Array(repeating: 32, count: DeskRecord.limit - sound.count + 1)) == nil)
        #expect(DeskRecord(json: []) == nil && DeskRecord(json: Array("null".utf8)) == nil)
        #expect(DeskRecord(json: Array("[\(String(decoding: sound, as: UTF8.self))]".utf8)) == nil)
    }

    @Test("any bytes changed in a record leave one that reads as it says, or none", arguments: 0..<3 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var random = SplitMix64(seed)
        for (act, _, _) in Self.cases {
            let sound = record(5, act).json(member: DeskSamples.member)
            for _ in 0..<60 {
                var bytes = sound
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                guard let read = DeskRecord(json: bytes) else { continue }
                // What was read is a record that is written and read again as it is.
                #expect(DeskRecord(json: read.json(member: DeskSamples.member)) == read)
            }
        }
    }

    @Test("names are sixteen bytes in one spelling, in both directions")
    func names() throws {
        var random = SplitMix64(3)
        for _ in 0..<100 {
            let bytes = random.bytes(16)
            let (item, act) = (try #require(ItemID(bytes: bytes)), try #require(ActID(bytes: bytes)))
            #expect(item.bytes == bytes && act.bytes == bytes && item.hex == act.hex)
            #expect(ItemID(item.hex) == item && ActID(act.hex) == act && "\(item)" == item.hex && "\(act)" == act.hex)
            let other = try #require(ItemID(bytes: random.bytes(16)))
            #expect((item < other) == item.bytes.lexicographicallyPrecedes(other.bytes))
        }
        for count in [0, 15, 17, 32] {
            #expect(ItemID(bytes: Array(repeating: 0, count: count)) == nil)
            #expect(ActID(bytes: Array(repeating: 0, count: count)) == nil)
        }
        for text in [
            "", "7", "\(Self.name)", "\(Self.name).", ".3", "\(Self.name).3.4", "\(Self.name).x", "\(Self.name).-3",
        ] {
            #expect(BulkItem(text) == nil, "\(text)")
        }
        let bulk = BulkItem(DeskTests.item(7), version: 12)
        #expect(BulkItem(bulk.text) == bulk)
    }

    @Test("a share of a sample is 1 to 1000 of a thousand, and weighs one over it")
    func shares() {
        for (share, isOne) in [(0, false), (1, true), (1000, true), (1001, false), (-1, false)] as [(Int64, Bool)] {
            #expect((Sample(.approved, perMille: share) != nil) == isOne)
        }
        for share in 1...1000 as ClosedRange<Int64> {
            #expect(Sample(.snoozed, perMille: share).map { abs($0.weight * Double(share) - 1000) < 1e-9 } == true)
        }
    }
}
