import Audit
import Foundation
import Manifests
import Records
import Support
import Testing

@Suite("Events of an audit log")
struct AuditEventTests {
    /// What others may have put in a field, in the form that a field has: scalar by scalar, as slow as it is said.
    private static func plain(_ text: String) -> String {
        var kept: [Unicode.Scalar] = []
        var bytes = 0
        for scalar in text.unicodeScalars {
            let next = isOrder(scalar) ? "?" : scalar
            bytes += String(Character(next)).utf8.count
            if bytes > 200 { break }
            kept.append(next)
        }
        return kept.reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    /// Whether a terminal, or a reader of mixed directions, could take it for more than a sign.
    private static func isOrder(_ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        let marks: [Unicode.GeneralCategory] = [
            .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
        ]
        return marks.contains(category)
    }

    private func read(_ event: AuditEvent) -> AuditEvent? {
        let entry = AuditEntry(role: .coordinator, number: 0, previous: nil, microseconds: 0, event: event)
        return AuditEntry(entry.encoded)?.event
    }

    @Test("every sign of the planes that people write in stands as it is, or as a question mark where it is an order")
    func everyScalar() throws {
        for first in stride(from: 0 as UInt32, to: 0x1_1000, by: 16) {
            let scalars = (first..<first + 16).compactMap(Unicode.Scalar.init)
            guard !scalars.isEmpty else { continue }
            let text = scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
            let event = AuditEvent(.refused, [.reason: text])
            let wanted = scalars.map { Self.isOrder($0) ? "?" : $0 }
            #expect(try Array(#require(event.fields[.reason]).unicodeScalars) == wanted, "from \(first)")
        }
    }

    @Test("whatever a field is given, the entry of it comes back, and what is in it once is taken as it is again")
    func anyText() {
        var random = SplitMix64(40)
        let pieces: [Unicode.Scalar] = [
            "a", "Z", " ", "~", "é", "銀", "😀", "\n", "\u{1B}", "\u{202E}", "\u{0}", "\u{E000}", "\u{301}",
        ]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...260, using: &random)
            let most = Int.random(in: 1...pieces.count, using: &random)
            var text = ""
            for _ in 0..<count { text.unicodeScalars.append(pieces[Int.random(in: 0..<most, using: &random)]) }
            let event = AuditEvent(.changed, of: .zero, [.item: text, .actor: "person:ana"])
            let wanted = Self.plain(text)
            #expect(event.fields[.item].map { Array($0.utf8) } == (wanted.isEmpty ? nil : Array(wanted.utf8)))
            #expect(event.fields[.actor] == "person:ana")
            #expect(read(event) == event)
            #expect(AuditEvent(.changed, of: .zero, event.fields) == event)
        }
    }

    @Test("a field of 200 bytes is whole, and of one that is longer no half sign is left")
    func limit() {
        for (text, wanted) in [
            (String(repeating: "x", count: 200), 200), (String(repeating: "x", count: 201), 200),
            (String(repeating: "é", count: 101), 200), ("x" + String(repeating: "é", count: 100), 199),
            (String(repeating: "銀", count: 67), 198), (String(repeating: "😀", count: 51), 200),
            ("xx" + String(repeating: "😀", count: 50), 198), (String(repeating: "\n", count: 300), 200),
        ] {
            let field = AuditEvent(.refused, [.reason: text]).fields[.reason]
            #expect(field?.utf8.count == wanted)
            #expect(field == String(repeating: "?", count: 200) || text.hasPrefix(field ?? "none"))
        }
    }

    @Test("an entry whose field holds an order to a terminal is none, though its bytes are in form")
    func foreign() throws {
        let entry = AuditEntry(
            role: .coordinator, number: 0, previous: nil, microseconds: 0, event: AuditEvent(.refused, [.reason: "abc"])
        )
        for text in [
            "a\u{7F}c", "a\u{9B}c", "\u{2028}", "\u{200B}ab", "", String(repeating: "é", count: 101), "\u{FFFF}",
        ] {
            var wire = try #require(WireAuditEntry(decoding: entry.encoded))
            wire.details[0].value = text
            #expect(AuditEntry(wire.encoded) == nil, "\(Array(text.utf8))")
        }
        for text in ["é銀😀", "?", String(repeating: "é", count: 100)] {
            var wire = try #require(WireAuditEntry(decoding: entry.encoded))
            wire.details[0].value = text
            #expect(AuditEntry(wire.encoded)?.event.fields == [.reason: text])
        }
    }

    /// The numbers that stand in files for ever, with the names that commands take.
    private static let kinds: [(UInt32, String)] = [
        (1, "started"), (2, "manifest"), (3, "activation"), (4, "approval"), (5, "decision"), (6, "rotation-ordered"),
        (7, "key-in-force"), (8, "rotation-failed"), (9, "join"), (10, "leave"), (11, "opening"), (12, "batch-aborted"),
        (13, "refused"), (14, "order"), (15, "contradicted"), (16, "scores"), (17, "session"), (18, "erased"),
        (19, "replayed"), (20, "verdict"), (24, "epoch-ordered"), (25, "epoch-fixed"), (26, "epoch-activated"),
        (27, "epoch-closed"), (28, "looked"), (29, "changed"), (30, "entered"), (31, "turned-away"), (32, "expel"),
        (33, "replace"), (34, "epoch-offered"), (35, "epoch-ready"), (36, "epoch-erased"), (37, "collecting"),
        (38, "continued"),
    ]

    @Test("kinds have their numbers and names for ever, and an entry of another number is none")
    func numbers() throws {
        for (number, name) in Self.kinds {
            #expect(AuditKind(rawValue: number)?.name == name && AuditKind(name: name)?.rawValue == number)
        }
        // A kind that is added is added here.
        #expect(AuditKind.allCases.count == Self.kinds.count)
        for name in ["", "Started", "turnedAway", "started ", "none"] { #expect(AuditKind(name: name) == nil) }
        let known = Set(Self.kinds.map(\.0))
        let entry = AuditEntry(
            role: .coordinator, number: 0, previous: nil, microseconds: 0, event: AuditEvent(.started))
        for number in 0...60 as ClosedRange<UInt32> {
            var wire = try #require(WireAuditEntry(decoding: entry.encoded))
            wire.kind = number
            #expect((AuditEntry(wire.encoded) != nil) == known.contains(number), "\(number)")
        }
    }

    @Test("fields have their numbers for ever, stand in that order, and are named in a sentence as they are called")
    func fieldNumbers() throws {
        let names = [
            "version", "sequence", "partition", "offset", "epoch", "attempt", "party", "member", "operator", "order",
            "task", "outcome", "code", "topic", "object", "program", "count", "reason", "actor", "route", "item",
            "lookedFor", "part",
        ]
        #expect(AuditField.allCases.map(\.rawValue) == Array(1...23))
        let fields = Dictionary(uniqueKeysWithValues: AuditField.allCases.map { ($0, "\($0.rawValue)") })
        let entry = AuditEntry(
            role: .coordinator, number: 0, previous: nil, microseconds: 0, event: AuditEvent(.order, fields))
        #expect(try #require(WireAuditEntry(decoding: entry.encoded)).details.map(\.field) == Array(1...23))
        let said = zip(names, 1...).map { "\($0) \($1)" }.joined(separator: ", ")
        #expect(entry.sentence == "an order: \(said)")
    }

    @Test("every kind has words of its own")
    func words() {
        let sentences = AuditKind.allCases.map {
            AuditEntry(role: .coordinator, number: 0, previous: nil, microseconds: 0, event: AuditEvent($0)).sentence
        }
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.allSatisfy { !$0.isEmpty && !$0.contains(":") })
    }

    @Test(
        "what programs tell again at every start is written once, and what may happen again in the same words each time"
    )
    func once() throws {
        let log = try AuditConsortium().log(.coordinator, AuditBytes())
        var again: Set<AuditKind> = []
        for kind in AuditKind.allCases {
            let before = log.count
            for _ in 0..<3 { log.write(AuditEvent(kind, of: .zero, [.count: "1"])) }
            #expect([1, 3].contains(log.count - before))
            if log.count - before == 3 { again.insert(kind) }
        }
        #expect(again == [.started, .batchAborted, .scores, .looked, .changed, .entered, .turnedAway])
        // Another subject, or another field, is another event.
        let before = log.count
        log.write(AuditEvent(.join, of: Digest32(of: [[1]]), [.count: "1"]))
        log.write(AuditEvent(.join, of: .zero, [.count: "2"]))
        log.write(AuditEvent(.join, of: .zero, [.order: "1"]))
        log.write(AuditEvent(.join, of: nil, [.count: "1"]))
        log.write(AuditEvent(.join, of: .zero, [.count: "1"]))
        #expect(log.count == before + 4)
    }

    @Test("a collection of rows begins with the form of its rows and ends without, and where it stands goes before")
    func collecting() throws {
        let form = Digest32(of: [[5]])
        let spec = try #require(NextSpec(id: 7, ownFeatures: [3, 4], form: form))
        let begun = AuditEvent(collecting: spec, sequence: 9, [.offset: "17", .partition: "0"])
        #expect(begun.kind == .collecting && begun.subject == form)
        #expect(begun.fields == [.sequence: "9", .outcome: "begun", .offset: "17", .partition: "0"])
        let ended = AuditEvent(collecting: nil, sequence: .max)
        #expect(ended.subject == nil && ended.fields == [.sequence: "18446744073709551615", .outcome: "ended"])
        // What it says itself is not said over.
        let clash = AuditEvent(collecting: nil, sequence: 1, [.sequence: "2", .outcome: "begun"])
        #expect(clash.fields == [.sequence: "1", .outcome: "ended"])
        for event in [begun, ended] { #expect(read(event) == event) }
    }
}
