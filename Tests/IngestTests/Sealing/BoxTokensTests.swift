import EventLogs
import Ingest
import Model
import Records
import Stages
import Support
import Telemetry
import Testing
import Tokens

@Suite("The tokens that boxes carry")
struct BoxTokensTests {
    private let source = FakeTokens()
    private let metrics = Metrics()
    private let now = Moment(sinceStart: .seconds(1))

    private func boxes(_ entities: [Feature.Entity]) -> BoxTokens {
        BoxTokens(entities: entities, source: source, metrics: metrics)
    }

    private func transaction(_ id: String, terminal: String, card: String? = nil, device: String? = nil) -> Transaction
    {
        var transaction = payment(id, seconds: 5, terminal: terminal)
        transaction.entities[.card] = card
        transaction.entities[.device] = device
        return transaction
    }

    private static let none = [UInt8](repeating: 0, count: 33)

    /// The token that the source gave to a text.
    private func token(_ kind: IdentifierKind, _ text: String) throws -> [UInt8] {
        try #require(source.known[IdentifierRules().identifier(kind, text)]).bytes
    }

    @Test("are one an entity in the spec's order, zeros where a transaction names none")
    func places() throws {
        let tokens = boxes([.device, .terminal])
        let names = tokens.names(in: [
            transaction("a", terminal: "t1", device: "d1"), transaction("b", terminal: "t2"),
            transaction("c", terminal: "t1", device: "d2"),
        ])
        let found = try #require(try tokens.bytes(for: names, until: now))
        #expect(found.map(\.epoch) == [3, 3, 3])
        #expect(found[0].bytes == (try token(.device, "d1") + token(.terminal, "t1")))
        #expect(found[1].bytes == (try Self.none + token(.terminal, "t2")))
        #expect(found[2].bytes == (try token(.device, "d2") + token(.terminal, "t1")))
        // Whoever asks is asked for each name, in order; what was asked before is the source's affair.
        #expect(
            source.asked == [
                try [
                    (IdentifierKind.device, "d1"), (.terminal, "t1"), (.terminal, "t2"), (.device, "d2"),
                    (.terminal, "t1"),
                ].map { try IdentifierRules().identifier($0.0, $0.1) }
            ])
    }

    @Test("come in any number of calls, and are nothing until they are there")
    func waits() throws {
        let tokens = boxes([.terminal])
        let names = tokens.names(in: [transaction("a", terminal: "t1")])
        source.isSilent = true
        for _ in 0..<3 { #expect(try tokens.bytes(for: names, until: now) == nil) }
        source.isSilent = false
        source.epoch = TokenEpoch(9)
        #expect(try tokens.bytes(for: names, until: now)?.map(\.epoch) == [9])
    }

    @Test("are asked for where nobody is named, too, and not where there is no transaction")
    func nobody() throws {
        let tokens = boxes([.device])
        let found = try tokens.bytes(for: tokens.names(in: [transaction("a", terminal: "t")]), until: now)
        // The epoch is named all the same: it tells nobody that there is nothing.
        #expect(found?.map(\.bytes) == [Self.none] && found?.map(\.epoch) == [3] && source.asked == [[]])
        #expect(try tokens.bytes(for: tokens.names(in: []), until: now)?.isEmpty == true && source.asked.count == 1)
        source.isSilent = true
        #expect(try tokens.bytes(for: tokens.names(in: [transaction("a", terminal: "t")]), until: now) == nil)
    }

    @Test("are zeros for what is no identifier, which is counted by entity and reason and not named")
    func refused() throws {
        let tokens = boxes([.card, .terminal])
        // Luhn's digit of the first is right.
        let cards = ["4000000000000002", "4000000000000003", "no card", ""]
        let names = tokens.names(in: cards.map { transaction("a", terminal: "t", card: $0) })
        let found = try #require(try tokens.bytes(for: names, until: now)).map { Array($0.bytes.prefix(33)) }
        #expect(found[0] == (try token(.card, cards[0])) && found[1...].allSatisfy { $0 == Self.none })
        let counted = metrics.exposition.split(separator: "\n").filter { $0.contains("entity=\"card\"") }
        #expect(counted.allSatisfy { $0.hasPrefix("cordon_identifiers_refused_total{") } && !counted.isEmpty)
        let total = counted.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(total == 3)
        for card in cards where !card.isEmpty { #expect(!metrics.exposition.contains(card)) }
    }

    @Test("of a spec that counts nothing are none", arguments: [0, 2])
    func nothingCounted(count: Int) throws {
        let tokens = boxes([])
        let names = tokens.names(in: (0..<count).map { transaction("\($0)", terminal: "t") })
        #expect(try tokens.bytes(for: names, until: now)?.map(\.bytes) == [[UInt8]](repeating: [], count: count))
        #expect(BoxedTokens.none.epoch == 0 && BoxedTokens.none.bytes.isEmpty)
    }
}
