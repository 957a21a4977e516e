import Desk
import Policy
import Records
import Support
import Testing

/// Filters that people and teams keep, against a plain list of them.
@Suite("Kept filters, act by act")
struct KeptFilterTests {
    private let start: Int64 = 1_735_689_600_000_000
    private let actors = [ana, ben, Actor(.service, "ana")!]
    private let teams = [nil, "", "cards"] as [String?]

    private func id(_ number: Int) -> ItemID { ItemID(act(number).hex)! }

    private func saved(_ name: String, _ shown: String = "closed", team: String?) -> SavedFilter {
        SavedFilter(name, fields: ["shown=\(shown)"], team: team)!
    }

    private struct Kept {
        var id: ItemID
        var saved: SavedFilter
        var owner: Actor

        /// Whose list it stands in.
        var shelf: String { saved.team.map { "team \($0)" } ?? "of \(owner)" }
    }

    @Test(
        "whatever is saved and dropped by whom, each has what a plain list says",
        arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var ledger = DeskLedger()
        var list: [Kept] = []
        for number in 1...120 {
            let actor = actors.randomElement(using: &random)!
            if Int.random(in: 0..<3, using: &random) > 0 {
                let filter = saved(
                    ["a", "b", "c", "d"].randomElement(using: &random)!,
                    ["open", "closed", "kept"].randomElement(using: &random)!,
                    team: teams.randomElement(using: &random)!)
                let kept = Kept(id: id(number), saved: filter, owner: actor)
                list.removeAll { $0.shelf == kept.shelf && $0.saved.name == filter.name }
                list.append(kept)
                let outcome = ledger.take(
                    record(number, by: actor, on: id(number), .filter(.save(filter))), timestamp: start)
                #expect(outcome == .done(version: 1))
            } else {
                let target = list.randomElement(using: &random)?.id ?? id(9_999)
                let isTheirs = list.contains { $0.id == target && ($0.saved.team != nil || $0.owner == actor) }
                if isTheirs { list.removeAll { $0.id == target } }
                let outcome = ledger.take(record(number, by: actor, on: target, .filter(.drop)), timestamp: start)
                #expect(outcome == (isTheirs ? .done(version: 2) : .refused(.missing)))
                // Once more it is gone.
                let again = record(10_000 + number, by: actor, on: target, .filter(.drop))
                #expect(ledger.take(again, timestamp: start) == .refused(.missing))
            }
            #expect(Set(ledger.filters.keys) == Set(list.map(\.id)))
            for kept in list { #expect(ledger.filters[kept.id] == KeptFilter(kept.saved, owner: kept.owner)) }
        }
        for actor in actors {
            for team in ["", "cards", "loans"] {
                let theirs = ledger.filters.filter { $0.value.isOf(actor, team: team) }.keys
                let wanted = list.filter { $0.saved.team == team || $0.saved.team == nil && $0.owner == actor }
                #expect(Set(theirs) == Set(wanted.map(\.id)))
            }
        }
        #expect(ledger.filters.values.count { $0.isOf(nil, team: "loans") } == 0)
    }

    @Test(
        "there are 30 of a person and of a team, each on its own, and a filter is saved under the name of its own act")
    func limit() {
        var ledger = DeskLedger()
        var number = 0
        func save(_ name: String, _ actor: Actor, _ team: String?) -> DeskLedger.Outcome {
            number += 1
            return ledger.take(
                record(number, by: actor, on: id(number), .filter(.save(saved(name, team: team)))), timestamp: start)
        }
        for (actor, team) in [(ana, nil), (ben, nil), (ana, "cards"), (ana, "")] as [(Actor, String?)] {
            for name in 0..<SavedFilter.limit { #expect(save("f\(name)", actor, team) == .done(version: 1)) }
            #expect(save("more", actor, team) == .refused(.full))
            // In the place of another one there is room.
            #expect(save("f7", actor, team) == .done(version: 1))
        }
        // What a team has is the team's, whoever saved it.
        #expect(save("more", ben, "cards") == .refused(.full))
        #expect(ledger.filters.count == 4 * SavedFilter.limit)
        let foreign = record(5_000, on: id(1), .filter(.save(saved("x", team: nil))))
        #expect(ledger.take(foreign, timestamp: start) == .refused(.noSuchAct))
        #expect(ledger.take(record(5_001, by: ana, on: id(2), .filter(.drop)), timestamp: start) == .done(version: 2))
        #expect(save("more", ana, nil) == .done(version: 1))
    }

    @Test("a filter's fields give it again: every code of every parameter, and bounds to their ends")
    func fields() throws {
        var parameters: [(String, String)] = []
        parameters += QueueFilter.Shown.allCases.map { ("shown", $0.rawValue) }
        parameters += QueueFilter.Whose.allCases.map { ("whose", $0.rawValue) }
        parameters += Origin.allCases.map { ("origin", $0.rawValue) }
        parameters += QueueFilter.Awaited.allCases.map { ("awaits", $0.rawValue) }
        parameters += Band.allCases.map { ("band", $0.rawValue) } + PaymentKind.allCases.map { ("kind", $0.rawValue) }
        parameters += PaymentChannel.allCases.map { ("channel", $0.rawValue) }
        parameters += [
            ("rule", "night=2&x"), ("rule", String(repeating: "r", count: 128)), ("at_least", "0.01"),
            ("at_most", "12.50"), ("probability", "1.0"), ("probability", "0.25"),
        ]
        for (name, value) in parameters {
            let filter = try QueueFilter([(name, value)])
            let saved = try #require(SavedFilter("mine", filter, team: nil))
            let again = try #require(SavedFilter("mine", fields: saved.fields, team: nil))
            #expect(again == saved && again.filter == filter, "\(name)=\(value)")
            // What is as by default stands in no field.
            #expect(saved.fields == ["\(name)=\(value)"] || saved.fields.isEmpty && filter == QueueFilter())
        }
        let closed = try QueueFilter([("shown", "closed"), ("finding", "fraud"), ("at_least", "5"), ("at_most", "5")])
        #expect(
            SavedFilter("x", closed, team: nil)?.fields == [
                "shown=closed", "at_least=5.00", "at_most=5.00", "finding=fraud",
            ])
    }

    @Test(
        "a field that is none of a filter, or is there twice, makes no filter, nor does a name that is too short or too long"
    )
    func refused() {
        for fields in [
            ["shown"], ["shown="], ["=open"], [""], ["shown=closed", "shown=closed"], ["shown=gone"], ["colour=red"],
            ["customer=c-1"],
            ["card=4"], ["case=\(item(1))"], ["at_least=5", "at_most=4"], ["finding=fraud"],
            ["rule=" + String(repeating: "r", count: 129)],
            ["probability=1.1"], ["at_least=-1"],
        ] as [[String]] {
            #expect(SavedFilter("mine", fields: fields, team: nil) == nil, "\(fields)")
        }
        #expect(SavedFilter("mine", fields: [], team: nil)?.filter == QueueFilter())
        for (bytes, isName) in [(0, false), (1, true), (60, true), (61, false)] {
            #expect((SavedFilter(String(repeating: "n", count: bytes), QueueFilter(), team: nil) != nil) == isName)
        }
        for (bytes, isTeam) in [(0, true), (64, true), (65, false)] {
            #expect((SavedFilter("n", QueueFilter(), team: String(repeating: "t", count: bytes)) != nil) == isTeam)
        }
        // Whose alerts it shows follows from who looks.
        var filter = QueueFilter()
        filter.team.kinds = [.card]
        #expect(SavedFilter("n", filter, team: nil)?.filter.team == .everything)
    }
}
