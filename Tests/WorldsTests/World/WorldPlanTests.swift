import Records
import Testing
import Worlds

@Suite("What an invented world is made of")
struct WorldPlanTests {
    private func plan(
        customers: Int = 100, terminals: Int = 100, days: Int = 1, banks: [(name: String, share: Double)] = [("a", 1)],
        segments: [Segment: Double] = [.student: 1], typologies: [Typology: Double] = [:],
        start: String = "2026-01-01"
    ) throws -> WorldPlan {
        try WorldPlan(
            customers: customers, terminals: terminals, days: days, start: Worlds.date(start),
            banks: banks.map { BankShare(id: try #require(MemberID($0.name)), share: $0.share) }, segments: segments,
            typologies: typologies)
    }

    @Test("is taken at its bounds, and refused beyond", arguments: [-1, 0, 1])
    func bounds(beyond: Int) throws {
        let (customers, terminals, days) = (WorldPlan.customerBounds, WorldPlan.terminalBounds, WorldPlan.dayBounds)
        let makers: [() throws -> WorldPlan] = [
            { try plan(customers: customers.lowerBound + beyond) },
            { try plan(customers: customers.upperBound - beyond) },
            { try plan(terminals: terminals.lowerBound + beyond) },
            { try plan(terminals: terminals.upperBound - beyond) },
            { try plan(days: days.lowerBound + beyond) }, { try plan(days: days.upperBound - beyond) },
        ]
        for (number, make) in makers.enumerated() {
            if beyond < 0 {
                #expect(throws: WorldPlan.Invalid.size, "\(number)") { try make() }
            } else {
                _ = try make()
            }
        }
    }

    @Test("has banks with a share of their own", arguments: [0, -1, .nan, .infinity, -.infinity] as [Double])
    func banks(share: Double) throws {
        #expect(throws: WorldPlan.Invalid.banks) { try plan(banks: [("a", 1), ("b", share)]) }
        #expect(throws: WorldPlan.Invalid.banks) { try plan(banks: [("a", 1), ("a", 1)]) }
        #expect(try plan(banks: [("a", .leastNonzeroMagnitude), ("b", 1e300)]).banks.count == 2)
    }

    @Test("has shares and rates that are numbers", arguments: [-0.001, .nan, .infinity] as [Double])
    func numbers(number: Double) {
        #expect(throws: WorldPlan.Invalid.segments) { try plan(segments: [.student: 1, .family: number]) }
        #expect(throws: WorldPlan.Invalid.typologies) { try plan(typologies: [.mule: number]) }
    }

    @Test("has somebody in it, and no more incidents than there may be")
    func most() throws {
        #expect(throws: WorldPlan.Invalid.segments) { try plan(segments: [:]) }
        #expect(throws: WorldPlan.Invalid.segments) { try plan(segments: [.student: 0, .family: 0]) }
        _ = try plan(typologies: [.mule: WorldPlan.mostIncidents])
        #expect(throws: WorldPlan.Invalid.typologies) {
            try plan(typologies: [.mule: WorldPlan.mostIncidents.nextUp])
        }
    }

    @Test("begins at midnight", arguments: ["2026-01-01", "2026-01-01T00:00:01Z", "2026-01-01T23:59:59Z"])
    func midnight(start: String) throws {
        #expect(try plan(start: start).start == Worlds.date("2026-01-01"))
    }

    @Test("kinds of fraud are numbered from 1, and have a rate each")
    func typologies() {
        #expect(Typology.allCases.map(\.number) == Array(1...10))
        for typology in Typology.allCases {
            #expect(Typology(number: typology.number) == typology && Typology(rawValue: typology.rawValue) == typology)
            #expect(typology.usualRate > 0 && typology.usualRate < WorldPlan.mostIncidents)
        }
        for number in [0, -1, 11, .max, .min + 1, .min] { #expect(Typology(number: number) == nil) }
    }
}
