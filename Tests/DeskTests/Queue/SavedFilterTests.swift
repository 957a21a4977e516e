import Desk
import Records
import Testing

/// Filters that people and teams come back to.
struct SavedFilterTests {
    private func id(_ number: Int) -> ItemID { ItemID(DeskTests.act(number).hex)! }

    private func saved(_ name: String, _ rule: String = "r", team: String? = nil) throws -> SavedFilter {
        try #require(SavedFilter(name, try QueueFilter([("rule", rule), ("whose", "anyone")]), team: team))
    }

    private func ask(
        _ ledger: inout DeskLedger, _ number: Int, _ act: FilterAct, on item: ItemID? = nil, by actor: Actor = ana
    ) -> DeskLedger.Outcome {
        ledger.take(record(number, by: actor, on: item ?? id(number), .filter(act)), timestamp: 1)
    }

    @Test("a filter has a name, the fields of filters, and no customer or case; nobody's team is kept in it")
    func forms() throws {
        for (name, fields, isOne) in [
            ("a", ["band=review"], true), ("a", [], true), ("", ["band=review"], false),
            (String(repeating: "a", count: 61), [], false), ("a", ["customer=c-1"], false),
            ("a", ["case=0123456789abcdef0123456789abcdef"], false), ("a", ["sql=1"], false), ("a", ["band"], false),
            ("a", ["band="], false), ("a", ["band=review", "band=review"], false), ("a", ["finding=fraud"], false),
            ("a", ["rule=x=y"], true),
        ] {
            #expect((SavedFilter(name, fields: fields, team: nil) != nil) == isOne, "\(name) \(fields)")
        }
        var filter = QueueFilter()
        filter.team = try TeamScope("kind=card")
        #expect(SavedFilter("a", filter, team: nil)?.filter.team == .everything)
        #expect(try saved("a", "x=y").fields == ["whose=anyone", "rule=x=y"])
    }

    @Test("a name's filter takes the place of the one before, of the same person or team, and of no other")
    func places() throws {
        var ledger = DeskLedger()
        for (number, filter, actor) in [
            (1, try saved("a"), ana), (2, try saved("a", "s"), ana), (3, try saved("a"), ben),
            (4, try saved("a", team: ""), ana), (5, try saved("a", "s", team: ""), ben),
            (6, try saved("a", team: "t"), ana),
        ] { #expect(ask(&ledger, number, .save(filter), by: actor) == .done(version: 1)) }
        #expect(Set(ledger.filters.keys) == Set([2, 3, 5, 6].map(id)))
        func of(_ actor: Actor, _ team: String) -> Set<ItemID> {
            Set(ledger.filters.filter { $0.value.isOf(actor, team: team) }.keys)
        }
        #expect(of(ana, "") == [id(2), id(5)] && of(ana, "t") == [id(2), id(6)] && of(ben, "") == [id(3), id(5)])
        // One's own is one's own to take away; a team's is whose the desk's routes say.
        #expect(ask(&ledger, 7, .drop, on: id(2), by: ben) == .refused(.missing))
        #expect(ask(&ledger, 8, .drop, on: id(2)) == .done(version: 2))
        #expect(ask(&ledger, 9, .drop, on: id(2)) == .refused(.missing))
        #expect(ask(&ledger, 10, .drop, on: id(5)) == .done(version: 2))
        #expect(ask(&ledger, 11, .save(try saved("x")), on: id(3)) == .refused(.noSuchAct))
        #expect(Set(ledger.filters.keys) == [id(3), id(6)])
    }

    @Test("there are so many of a person and no more; one in the place of another goes")
    func limit() throws {
        var ledger = DeskLedger()
        for number in 1...SavedFilter.limit { _ = ask(&ledger, number, .save(try saved("f\(number)"))) }
        #expect(ask(&ledger, 90, .save(try saved("more"))) == .refused(.full))
        #expect(ask(&ledger, 91, .save(try saved("f1", "s"))) == .done(version: 1))
        #expect(ask(&ledger, 92, .save(try saved("more")), by: ben) == .done(version: 1))
    }
}
