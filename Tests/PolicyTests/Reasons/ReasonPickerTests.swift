import Model
import Policy
import Records
import Testing

@Suite("Reasons of a score")
struct ReasonPickerTests {
    private static let week = Feature.Window(days: 7, delayDays: 7)

    private func spec(_ frequencies: [Int]? = nil) throws -> BinnedSpec {
        let features: [Feature] = [
            Feature(name: "amount", kind: .amount), Feature(name: "night", kind: .night),
            Feature(name: "count", kind: .window(.count, .customer, Feature.Window(days: 1))),
            Feature(name: "payees", kind: .window(.distinct(.payee), .customer, Feature.Window(days: 1))),
            Feature(name: "t_frauds", kind: .consortium(.frauds, .terminal, Self.week)),
            Feature(name: "d_rate", kind: .consortium(.fraudRate, .device, Self.week)),
        ]
        return try BinnedSpec(
            spec: FeatureSpec(name: "s", features: features),
            edges: [[10, 50, 100, 500], [0.5], [1.5, 2.5], [1.5], [0.5, 1.5], [0.1]],
            frequencies: frequencies.map { BitFrequencies($0.compactMap { Millionths($0) }) })
    }

    private let values: [Double] = [812.5, 1, 3, 2]

    private func pick(
        _ contributions: [Int32], shown: UInt8 = 3, named: Set<String> = ["terminal", "device"]
    ) throws -> ReasonPicker.Picked {
        try ReasonPicker(spec()).pick(contributions, shown: shown, values: values, named: named)
    }

    @Test("are the four features that added most, the largest first; what took away is none")
    func largest() throws {
        let picked = try pick([10, 50, 40, -90, 30, 20])
        #expect(picked.reasons.map(\.feature) == ["night", "count", "t_frauds", "d_rate"] && picked.hidden.isEmpty)
        #expect(try pick([0, -1, 0, 0, -3, 0]).reasons.isEmpty)
        #expect(try pick([7, 7, 7, 7, 7, 7]).reasons.map(\.feature) == ["amount", "night", "count", "payees"])
    }

    @Test("own ones have their value, the consortium's neither value nor size")
    func ownValues() throws {
        let reasons = try pick([10, 0, 0, 5, 30, 0]).reasons
        #expect(reasons.map(\.feature) == ["t_frauds", "amount", "payees"])
        #expect(reasons[0].isConsortium && reasons[0].value == nil && reasons[0].usual == nil)
        #expect(reasons[0].entity == "terminal" && reasons[0].over == 604_800 && reasons[0].delay == 604_800)
        #expect(reasons[1].value == 812.5 && !reasons[1].isConsortium)
        #expect(reasons[2].of == "payee" && reasons[2].value == 2)
    }

    @Test("of a token that too few members know nothing is said but that its counts took part")
    func hidden() throws {
        let picked = try pick([1, 0, 0, 0, 90, 80], shown: 0b10)
        #expect(picked.reasons.map(\.feature) == ["d_rate", "amount"] && picked.hidden == ["terminal"])
        // What the payment does not name took no part.
        #expect(try pick([1, 0, 0, 0, 90, 80], shown: 0, named: ["device"]).hidden == ["device"])
        #expect(try pick([0, 0, 0, 0, 90, 80], shown: 0, named: []).hidden.isEmpty)
    }

    @Test("between which values eight of ten payments are is read from the bins' frequencies")
    func usualValues() throws {
        // 95 % are from 10 on, 60 % from 50, 9 % from 100, 1 % from 500.
        let spec = try spec([950_000, 600_000, 90_000, 10_000, 200_000, 80_000, 1_000, 50_000, 1, 1, 1])
        let picked = ReasonPicker(spec).pick([9, 8, 7, 6, 0, 0], shown: 0, values: values, named: [])
        #expect(picked.reasons.map(\.usual) == [[10, 100], nil, [0, 1.5], nil])
        #expect(try pick([9, 8, 7, 6, 0, 0]).reasons.allSatisfy { $0.usual == nil })
    }

    @Test("the event reads back, and what is no event of reasons is none")
    func event() throws {
        let member = try #require(MemberID("bank-a"))
        let reasons = try pick([10, 0, 0, 5, 30, 0]).reasons
        let wanted = ReasonsEvent(
            id: "0f", member: member, transaction: "tx \"1\"", time: EventTime(seconds: 1_800_000_000),
            data: .init(
                state: .wanted, modelVersion: "m1",
                place: .init(first: 3, end: 9, row: 2, epoch: 4, model: "ab"), values: values, named: ["terminal"]))
        #expect(ReasonsEvent(json: wanted.json) == wanted)
        let said = wanted.saying(
            .init(state: .given, modelVersion: "m1", reasons: reasons, hidden: ["device"]),
            at: EventTime(seconds: 1_800_000_005))
        let read = try #require(ReasonsEvent(json: said.json))
        #expect(read == said && read.id == "0f" && read.data.place == nil && read.data.values == nil)
        #expect(!String(decoding: said.json, as: UTF8.self).contains("\"place\""))
        #expect(ReasonsEvent(json: Array("{}".utf8)) == nil)
        var other = said
        other.type = "org.cordon.alert.v1"
        #expect(ReasonsEvent(json: other.json) == nil)
    }
}
