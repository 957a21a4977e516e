import Desk
import Policy
import Records
import Support
import Testing

/// Which alerts a team works on, against a plain rule, and what users' files say of it.
@Suite("A team's alerts")
struct TeamScopeTests {
    /// A scope of parts drawn at random, with its text's parts in any order.
    private func scope(_ random: inout SplitMix64) -> (scope: TeamScope, text: String) {
        var scope = TeamScope()
        var parts: [String] = []
        func some<T: CaseIterable & Hashable & RawRepresentable>(_ name: String, _: T.Type) -> Set<T>?
        where T.RawValue == String {
            guard Bool.random(using: &random) else { return nil }
            let chosen = Array(T.allCases).shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            parts.append("\(name)=" + chosen.map(\.rawValue).joined(separator: ","))
            return Set(chosen)
        }
        scope.bands = some("band", Band.self)
        scope.kinds = some("kind", PaymentKind.self)
        scope.channels = some("channel", PaymentChannel.self)
        if Bool.random(using: &random) {
            scope.atLeast = MinorUnits(Int64.random(in: 0...400, using: &random))
            parts.append("at_least=\(scope.atLeast!.decimal)")
        }
        if Bool.random(using: &random) {
            scope.atMost = MinorUnits(Int64.random(in: 200...600, using: &random))
            parts.append("at_most=\(scope.atMost!.decimal)")
        }
        return (scope, parts.shuffled(using: &random).joined(separator: "&"))
    }

    @Test("a text in any order of its parts is one scope, whose own text gives it again")
    func texts() throws {
        var random = SplitMix64(1)
        for _ in 0..<500 {
            let (scope, text) = scope(&random)
            if scope == .everything {
                // Nothing said is no text: a file that means everything leaves it out.
                #expect(text.isEmpty && scope.text.isEmpty)
                #expect(throws: QueueFilter.Fault.self) { try TeamScope(text) }
                continue
            }
            #expect(try TeamScope(text) == scope, "\(text)")
            #expect(try TeamScope(scope.text) == scope && TeamScope(scope.text).text == scope.text)
        }
    }

    @Test(
        "a payment is a team's exactly where each part that the team goes by says so, and is none of it where it does not say"
    )
    func oracle() {
        var random = SplitMix64(2)
        func maybe<T>(_ all: [T]) -> T? {
            Int.random(in: 0..<4, using: &random) == 0 ? nil : all.randomElement(using: &random)
        }
        var had = 0
        for _ in 0..<4_000 {
            let (scope, _) = scope(&random)
            let (band, kind) = (maybe(Band.allCases), maybe(PaymentKind.allCases))
            let channel = maybe(PaymentChannel.allCases)
            let amount = maybe((0...6).map { MinorUnits(100 * Int64($0)) })
            var isTheirs = true
            if let bands = scope.bands { isTheirs = isTheirs && band.map(bands.contains) == true }
            if let kinds = scope.kinds { isTheirs = isTheirs && kind.map(kinds.contains) == true }
            if let channels = scope.channels { isTheirs = isTheirs && channel.map(channels.contains) == true }
            if let atLeast = scope.atLeast { isTheirs = isTheirs && (amount?.value ?? -1) >= atLeast.value }
            if let atMost = scope.atMost { isTheirs = isTheirs && (amount?.value ?? .max) <= atMost.value }
            #expect(scope.has(band: band, kind: kind, channel: channel, amount: amount) == isTheirs)
            if isTheirs { had += 1 }
            #expect(TeamScope.everything.has(band: band, kind: kind, channel: channel, amount: amount))
            // Of an alert it is the same.
            guard let band, let amount else { continue }
            let row = QueueRow(facts: facts(1, band: band, amount: amount.value), kind: kind, channel: channel)
            #expect(scope.has(row) == isTheirs)
        }
        #expect((200...3_800).contains(had))
    }

    @Test(
        "a part that is there twice, empty, unknown or misspelt makes the text none, and its fault names the part alone"
    )
    func refused() {
        func fault(_ text: String) -> QueueFilter.Fault? {
            do throws(QueueFilter.Fault) {
                _ = try TeamScope(text)
                return nil
            } catch { return error }
        }
        for name in ["band", "kind", "channel", "at_least", "at_most"] {
            let value = ["band": "review", "kind": "card", "channel": "pos"][name] ?? "5"
            #expect(fault("\(name)=\(value)") == nil)
            #expect(fault("\(name)=\(value)&\(name)=\(value)")?.field == name)
            for text in ["secret", ",", value + ",", "," + value, value.uppercased() + "x", " " + value, value + " "] {
                let found = fault("\(name)=\(text)")
                #expect(found?.field == name, "\(name)=\(text)")
                #expect(found?.description.contains("secret") == false)
            }
            for text in ["\(name)=", name, "=\(value)", "\(name)=\(value)&", "&\(name)=\(value)", "\(name)=\(value)&&"]
            {
                #expect(fault(text) != nil && fault(text)?.field == nil, "\(text)")
            }
        }
        for text in ["", "=", "customer=c-1", "Band=review", "rule=night", "band =review"] {
            #expect(fault(text) != nil && fault(text)?.field == nil, "\(text)")
        }
    }

    @Test("a part more never lets more through, and a code more never less")
    func monotone() throws {
        var random = SplitMix64(3)
        for _ in 0..<300 {
            let (wide, _) = scope(&random)
            var (narrow, wider) = (wide, wide)
            narrow.kinds = Set([PaymentKind.card]).intersection(wide.kinds ?? [.card])
            if let atLeast = wide.atLeast { narrow.atLeast = MinorUnits(atLeast.value + 1) }
            wider.kinds = wide.kinds.map { $0.union([.cashOut]) }
            wider.atMost = wide.atMost.map { MinorUnits($0.value + 100) }
            for kind in PaymentKind.allCases {
                for amount in stride(from: 0 as Int64, through: 700, by: 50) {
                    func has(_ scope: TeamScope) -> Bool {
                        scope.has(band: .review, kind: kind, channel: .online, amount: MinorUnits(amount))
                    }
                    #expect(!has(narrow) || has(wide))
                    #expect(!has(wide) || has(wider))
                }
            }
        }
    }
}
