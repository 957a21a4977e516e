import EventLogs
import Model
import Records
import Telemetry
import Testing

@Suite("Three parties", .serialized)
struct ScoringTests {
    private let world: World

    init() throws { world = try World() }

    @Test("give every member its scores, equal to the model in the clear bit for bit", arguments: [false, true])
    func equalsPlain(wide: Bool) throws {
        let model = try randomModel("v1", spec: world.spec, wide: wide)
        try world.append([try world.activation(try world.deal(model), sequence: 1)])
        #expect(model.forest.ring == (wide ? .z32 : .z16))
        var expected: [[Int64: Int64]] = [[:], [:]]
        func send(_ numbers: Range<Int64>) throws {
            try world.append(
                try numbers.map { number in
                    expected[Int(number % 2)][number] = model.score(values: values(number))
                    return try (number % 2 == 0 ? world.a : world.b).seal(
                        values(number), source: number, spec: world.spec)
                })
        }
        try send(0..<30)
        try world.start(batch: 16)
        try send(30..<31)
        try send(31..<50)
        for (index, bank) in [world.a, world.b].enumerated() {
            #expect(try world.scores(bank, 25).bySource() == expected[index])
        }
        #expect(Set(expected[0].values).count > 10)
        world.stop()
        for party in PartyID.allCases {
            for (index, bank) in [world.a, world.b].enumerated() {
                #expect(try world.written(party, for: bank) == expected[index].keys.sorted())
            }
            #expect(world.metrics[party]?.value("cordon_transactions_scored_total") == 50)
            #expect(try world.log.committed(TopicPartition(Topics.sealed), group: party.name) == 51)
        }
        #expect(world.entries.errors.isEmpty)
        #expect(try world.records(Topics.rejected).isEmpty)
    }

    @Test("take a session that is announced after they started, at the record that first names it")
    func newSession() throws {
        let model = try randomModel("v1", spec: world.spec)
        try world.append([try world.activation(try world.deal(model), sequence: 1)])
        try world.start()
        try world.append([try world.a.seal(values(1), source: 1, spec: world.spec)])
        #expect(try world.scores(world.a, 1).bySource() == [1: model.score(values: values(1))])
        let renewed = try Bank("bank-b", epoch: 2)
        try world.announce(renewed)
        // The first announcement of an epoch stays.
        try world.announce(try Bank("bank-b", epoch: 2))
        try world.append([try renewed.seal(values(2), source: 2, spec: world.spec)])
        #expect(try world.scores(renewed, 1).bySource() == [2: model.score(values: values(2))])
    }

    @Test("write the same bytes again when the same plan runs again, and the member gets the same scores")
    func rerun() throws {
        let model = try randomModel("v1", spec: world.spec)
        let start = try world.activation(try world.deal(model), sequence: 1)
        try world.append([start] + (1...9).map { try world.a.seal(values($0), source: $0, spec: world.spec) })
        try world.start()
        let topic = Topics.scores(world.a.id)
        let once = try world.records(topic, 3).map(\.value)
        let first = try world.scores(world.a, 9).bySource()
        world.stop()
        try world.forgetState()
        try world.start()
        let twice = try world.records(topic, 6).map(\.value)
        #expect(Set(once).count == 3 && Set(twice) == Set(once) && twice.count == 6)
        let opened = try world.scores(world.a, 9)
        #expect(opened.bySource() == first)
        #expect(first == Dictionary(uniqueKeysWithValues: (1...9).map { ($0, model.score(values: values($0))) }))
    }

    @Test("score each transaction of one record of the member's, and what an agent seals again only once")
    func batchesOfTheMember() throws {
        let model = try randomModel("v1", spec: world.spec)
        try world.append([try world.activation(try world.deal(model), sequence: 1)])
        try world.start()
        func seal(_ places: [(offset: Int64, index: Int)]) throws -> [[UInt8]] {
            try places.map {
                try world.a.seal(
                    values($0.offset * 10 + Int64($0.index)), source: $0.offset, index: $0.index, spec: world.spec)
            }
        }
        try world.append(seal([(1, 0), (1, 1), (1, 2)]))
        _ = try world.scores(world.a, 1)
        // The agent died after the second of three, and seals the record's transactions again.
        try world.append(seal([(1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]))
        let opened = try world.scores(world.a, 2).scores
        #expect(opened.map(\.source) == [1, 1, 1, 1, 2] && opened.map(\.index) == [0, 1, 2, 3, 0])
        #expect(opened.map(\.raw) == [10, 11, 12, 13, 20].map { model.score(values: values($0)) })
        world.stop()
    }
}
