import Formats
import Support
import Testing

@Suite("A message of ISO 20022 says the same however it is written")
struct ISOSpellingTests {
    private func parts(_ bytes: [UInt8], _ syntax: Mapping.Syntax) throws -> [RecordPart] {
        RecordParser(mapping: try isoMapping(syntax)).parts(bytes)
    }

    private func message(_ seed: UInt64) -> ISOEnvelope.Message {
        var random = RandomMessage(seed: seed)
        return random.next()
    }

    /// What the message says in its plainest form.
    private func plain(_ message: ISOEnvelope.Message, _ syntax: Mapping.Syntax = .xml) throws -> [SaidPart] {
        try parts(Array(message.body.escaped(message.type, syntax).utf8), syntax).map(SaidPart.init)
    }

    @Test("in plain XML and in plain JSON, with every text as it was put in")
    func syntaxes() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let message = message(seed)
            let said = try plain(message)
            #expect(try plain(message, .json) == said, "seed \(seed)")
            var texts: Set<String> = []
            _ = message.body.texts {
                texts.insert($0)
                return $0
            }
            for (field, text) in said.flatMap(\.message) where !["reference", "currency"].contains(field) {
                // An account has one spelling of its own.
                #expect(texts.contains(text) || field.hasSuffix("_account"), "seed \(seed) \(field)")
            }
        }
    }

    @Test(
        "in XML by any prefixes, quotes, references, comments and sections, in any encoding, and at its own places",
        arguments: XMLSpelling.Encoding.all.indices)
    func xml(encoding: Int) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            let message = message(seed)
            let spelling = XMLSpelling(message, XMLSpelling.Encoding.all[encoding], seed: seed)
            let found = try parts(spelling.bytes, .xml)
            #expect(try found.map(SaidPart.init) == plain(message), "seed \(seed)")
            #expect(found.map(\.at) == spelling.places, "seed \(seed)")
        }
    }

    @Test("in JSON by any escapes, arrays, shapes and order of members, and at its own places")
    func json() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let message = message(seed)
            let spelling = JSONSpelling(message, seed: seed)
            let found = try parts(Array(spelling.text.utf8), .json)
            #expect(try found.map(SaidPart.init) == plain(message), "seed \(seed)")
            #expect(found.map(\.at) == spelling.places, "seed \(seed)")
        }
    }

    @Test("with its elements in any order, where those of one name keep theirs", arguments: ISOSample.syntaxes)
    func order(syntax: Mapping.Syntax) throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let message = message(seed)
            var random = SplitMix64(seed)
            let mixed: ISOEnvelope.Message = (message.type, message.body.shuffled(&random))
            #expect(try plain(mixed, syntax) == plain(message, syntax), "seed \(seed)")
        }
    }

    @Test("in any number of envelopes that the depth leaves room for, and in one more not")
    func envelopes() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let message = message(seed)
            let text = message.body.escaped(message.type, .xml)
            let bare = try parts(Array(text.utf8), .xml)
            let room = 64 - Self.depth(text, open: /<[A-Z]/, close: /<\//)
            for count in [1, 2, room, room + 1] {
                let before = String(repeating: "<e>", count: count)
                let found = try parts(Array((before + text + String(repeating: "</e>", count: count)).utf8), .xml)
                guard count <= room else {
                    let stop = try #require(String((before + text).utf8.prefix(found[0].at ?? 0)))
                    #expect(found.map(\.rejection) == [Rejection(reason: .tooDeep, field: nil)], "seed \(seed)")
                    #expect(stop.matches(of: /<[A-Ze]/).count - stop.matches(of: /<\//).count == 64, "seed \(seed)")
                    continue
                }
                #expect(found.map(SaidPart.init) == bare.map(SaidPart.init), "seed \(seed), \(count)")
                #expect(found.map(\.at) == bare.map { $0.at.map { $0 + 3 * count } }, "seed \(seed), \(count)")
            }
        }
    }

    @Test("in objects and arrays around it that the depth leaves room for, and in one more not")
    func containers() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let message = message(seed)
            // Brackets of texts are no nesting.
            let body = message.body.texts { $0.filter { !"[]".contains($0) } }
            let text = body.escaped(message.type, .json)
            let bare = try parts(Array(text.utf8), .json)
            let room = 32 - Self.depth(text, open: /[{\[]/, close: /[}\]]/)
            for count in [1, 2, room, room + 1] {
                let kinds = (0..<count).map { $0 % 2 == 0 ? ("[", "]") : ("{\"e\":", "}") }
                let before = kinds.map(\.0).joined()
                let found = try parts(Array((before + text + kinds.reversed().map(\.1).joined()).utf8), .json)
                guard count <= room else {
                    let stop = try #require(String((before + text).utf8.prefix(found[0].at ?? 0)))
                    #expect(found.map(\.rejection) == [Rejection(reason: .malformedJSON, field: nil)], "seed \(seed)")
                    #expect(stop.matches(of: /[{\[]/).count - stop.matches(of: /[}\]]/).count == 32, "seed \(seed)")
                    continue
                }
                #expect(found.map(SaidPart.init) == bare.map(SaidPart.init), "seed \(seed), \(count)")
                #expect(found.map(\.at) == bare.map { $0.at.map { $0 + before.utf8.count } }, "seed \(seed), \(count)")
            }
        }
    }

    /// How many of what opens and closes in a text are open at a time.
    private static func depth(_ text: String, open: Regex<Substring>, close: Regex<Substring>) -> Int {
        let marks =
            text.matches(of: open).map { ($0.range.lowerBound, 1) }
            + text.matches(of: close).map { ($0.range.lowerBound, -1) }
        var (depth, deepest) = (0, 0)
        for (_, step) in marks.sorted(by: { $0.0 < $1.0 }) {
            depth += step
            deepest = max(deepest, depth)
        }
        return deepest
    }
}
