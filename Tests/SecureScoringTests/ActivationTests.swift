import Model
import Records
import Testing

@Suite("A model activation", .serialized)
struct ActivationTests {
    private let world: World

    init() throws { world = try World() }

    private func seal(_ numbers: ClosedRange<Int64>) throws -> [[UInt8]] {
        try numbers.map { try world.a.seal(values($0), source: $0, spec: world.spec) }
    }

    @Test("switches all three parties at its record, in mid-stream, to a model of another ring and back")
    func switches() throws {
        let narrow = try randomModel("v1", spec: world.spec)
        let wide = try randomModel("v2", spec: world.spec, wide: true)
        let first = try world.deal(narrow)
        let second = try world.deal(wide)
        try world.append(
            [try world.activation(first, sequence: 1)] + seal(1...5) + [try world.activation(second, sequence: 2)]
                + seal(6...6) + [try world.activation(first, sequence: 3)] + seal(7...12))
        try world.start()
        try world.append([try world.activation(second, sequence: 4)] + seal(13...20))
        let scores = try world.scores(world.a, 20).scores
        #expect(scores.map(\.source).sorted() == Array(1...20))
        for score in scores {
            let isWide = score.source == 6 || score.source >= 13
            #expect(score.model == (isWide ? second : first), "source \(score.source)")
            #expect(score.modelVersion == (isWide ? "v2" : "v1"))
            #expect(score.raw == (isWide ? wide : narrow).score(values: values(score.source)))
        }
        #expect(world.entries.errors.isEmpty)
    }

    @Test(
        "puts a model in force that the parties trained: what stands before it has the old one's score, what stands behind it the new one's"
    )
    func trained() throws {
        let old = try randomModel("v1", spec: world.spec)
        let new = try randomModel("v2", spec: world.spec)
        let first = try world.deal(old)
        let second = try world.seal(new)
        world.sealed.set([second])
        try world.append([try world.activation(first, sequence: 1)] + seal(1...7))
        try world.start()
        try world.append(seal(8...9) + [try world.activation(second, sequence: 2)] + seal(10...14))
        world.stop()
        try world.start()
        try world.append(seal(15...20) + [try world.activation(first, sequence: 3)] + seal(21...25))
        let scores = try world.scores(world.a, 25).scores
        #expect(scores.map(\.source).sorted() == Array(1...25))
        for score in scores {
            let isNew = (10...20).contains(score.source)
            #expect(score.model == (isNew ? second : first), "source \(score.source)")
            #expect(score.raw == (isNew ? new : old).score(values: values(score.source)))
        }
        #expect(world.entries.errors.isEmpty)
    }

    @Test("that is forged, repeated or older than the one in force changes nothing, and is logged")
    func ignored() throws {
        let old = try randomModel("v1", spec: world.spec)
        let new = try randomModel("v2", spec: world.spec)
        let stale = try world.activation(try world.deal(old), sequence: 4)
        let current = try world.activation(try world.deal(new), sequence: 7)
        var renumbered = try #require(WireSealedRecord(decoding: stale))
        renumbered.activation.sequence = 9
        let forged = try world.activation(try world.deal(old), sequence: 9, forged: true)
        try world.append([stale, current] + seal(1...2))
        try world.append([stale] + seal(3...4) + [renumbered.encoded] + seal(5...6) + [forged, current] + seal(7...8))
        try world.start()
        let scores = try world.scores(world.a, 8).scores
        for score in scores { #expect(score.raw == new.score(values: values(score.source))) }
        #expect(scores.count == 8)
        world.stop()
        let ignored = world.entries.entries.filter { $0.message.contains("model activation was") }
        for party in PartyID.allCases { #expect(ignored.count { $0.party == party } == 4) }
        #expect(world.entries.entries.count { $0.message == "model activated" } == 6)
    }

    @Test(
        "that the agreement does not allow changes nothing and is logged; the first model and those that were in force are free"
    )
    func notAgreed() throws {
        let (old, new) = (try randomModel("v1", spec: world.spec), try randomModel("v2", spec: world.spec))
        let (first, second) = (try world.deal(old), try world.deal(new))
        world.unpromoted.set([first, second])
        try world.append([try world.activation(first, sequence: 1)] + seal(1...2))
        try world.append([try world.activation(second, sequence: 2)] + seal(3...4))
        try world.append([try world.activation(first, sequence: 3)] + seal(5...6))
        try world.start()
        let scores = try world.scores(world.a, 6).scores
        for score in scores { #expect(score.model == first && score.raw == old.score(values: values(score.source))) }
        world.stop()
        let refused = world.entries.entries.filter { $0.message == "a model activation was refused" }
        #expect(refused.count == 3)
        #expect(world.entries.entries.count { $0.message == "model activated" } == 6)
    }

    @Test("is not taken for a repeat of itself when a party reads it again after a restart")
    func readAgain() throws {
        let model = try randomModel("v1", spec: world.spec)
        try world.append([try world.activation(try world.deal(model), sequence: 1)] + seal(1...3))
        // Party one learns of the activation, and then waits in vain for party two.
        try world.start(.zero, .one, patience: .milliseconds(100))
        #expect(world.entries.wait(for: "batch stopped", from: .one) != nil)
        world.stop()
        try world.start()
        #expect(try world.scores(world.a, 3).scores.count == 3)
        #expect(!world.entries.entries.contains { $0.message.contains("model activation was") })
    }

    @Test("stands in force again after all three parties restart")
    func restart() throws {
        let old = try randomModel("v1", spec: world.spec)
        let new = try randomModel("v2", spec: world.spec)
        let stale = try world.activation(try world.deal(old), sequence: 1)
        try world.append([stale, try world.activation(try world.deal(new), sequence: 2)] + seal(1...2))
        try world.start()
        _ = try world.scores(world.a, 2)
        world.stop()
        try world.append([stale] + seal(3...4))
        try world.start()
        for score in try world.scores(world.a, 4).scores {
            #expect(score.raw == new.score(values: values(score.source)), "source \(score.source)")
        }
    }
}
