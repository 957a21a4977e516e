import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("Orders to the parties")
struct SyncOrderTests {
    private typealias World = SyncWorld

    @Test(
        "have numbers that grow, and may leave some out; an older one, another of one number and a repeated one are refused"
    )
    func numbers() throws {
        var world = World()
        let first = try world.order(World.training(), number: 5)
        try world.report(.refused(code: "x", text: "x"), on: first, by: .one)
        #expect(world.history.nextNumber == 6)
        #expect(try world.refusal(World.training("v2"), number: 5) == .forkedOrder(5))
        #expect(try world.refusal(World.training("v2"), number: 4) == .olderOrder(4, last: 5))
        #expect(world.refusal(world.said[0].record) == .replayed)
        _ = try world.order(World.training("v2"), number: 9)
        #expect(world.history.jobs.map(\.order.number) == [5, 9])
    }

    @Test("come one after the other: one that is not done keeps others away until it has expired")
    func one() throws {
        var world = World()
        let first = try world.order(World.training(), expires: world.time + 100)
        #expect(try world.refusal(World.training("v2")) == .busy(1))
        world.time += 100
        #expect(try world.refusal(World.training("v2")) == .busy(1))
        world.time += 1
        _ = try world.order(World.training("v2"))
        #expect(world.history.job(first)?.standing == .lapsed(2))
        #expect(try world.refusal(World.accepted(.one), on: first, by: .one) == .over(1))
    }

    @Test("expire once: a clock that goes back brings none of its time back")
    func backwards() throws {
        var world = World()
        let order = try world.order(World.training(), expires: world.time + 100)
        try world.report(World.accepted(.zero), on: order, by: .zero)
        world.time += 101
        try world.report(.progress(groups: 1, of: 2), on: order, by: .zero)
        world.time -= 50
        #expect(try world.refusal(World.accepted(.one), on: order, by: .one) == .expired)
        let next = try world.order(World.training("v2"))
        #expect(world.history.job(next)?.time == World.start + 101)
    }

    @Test("that have expired keep what was said of them until another takes their place")
    func late() throws {
        var world = World()
        let order = try world.order(World.training(), expires: world.time + 100)
        for party in PartyID.allCases.dropLast() { try world.report(World.accepted(party), on: order, by: party) }
        world.time += 101
        #expect(try world.refusal(World.accepted(.two), on: order, by: .two) == .expired)
        try world.report(World.trained(), on: order, by: .zero)
        try world.report(.refused(code: "late", text: "too late"), on: order, by: .two)
        #expect(world.history.job(order)?.standing == .failed(.refused(.two, code: "late", text: "too late")))
    }

    @Test("end while the third party is late, as nobody took their place")
    func lateEnd() throws {
        var world = World()
        let order = try world.order(World.training(), expires: world.time + 100)
        for party in PartyID.allCases { try world.report(World.accepted(party), on: order, by: party) }
        world.time += 5000
        for party in PartyID.allCases { try world.report(World.trained(), on: order, by: party) }
        #expect(world.history.versions.count == 1)
    }

    @Test(
        "expire after they came, and within a week",
        arguments: [
            (0, SyncRefusal.expired), (-1, .expired), (1, nil), (7 * 86_400, nil), (7 * 86_400 + 1, .expiresLate),
        ] as [(Int64, SyncRefusal?)])
    func expiry(after: Int64, refusal: SyncRefusal?) throws {
        var world = World()
        #expect(try world.refusal(World.training(), expires: world.time + after) == refusal)
    }

    @Test("to train name a version that none has; one that came to nothing leaves its name")
    func versions() throws {
        var world = World()
        let failed = try world.order(World.training("v1"))
        try world.report(.refused(code: "x", text: "x"), on: failed, by: .zero)
        _ = try world.train("v1")
        #expect(try world.refusal(World.training("v1", 2000..<3000)) == .versionTaken("v1"))
        _ = try world.train("v2", 2000..<3000)
    }

    @Test("to validate name a model that was trained, one that has a manifest, or the champion alone")
    func challengers() throws {
        var world = World()
        #expect(try world.refusal(World.validation(of: .candidate(digest(9)))) == .unknownCandidate)
        // A model that was dealt is none of this history's, and may be looked at.
        let dealt = try world.validate(.model(digest(9)), 0..<10)
        let alone = try world.validate(nil, 20..<30)
        #expect(world.history.job(dealt)?.outcome != nil && world.history.job(alone)?.outcome != nil)
        #expect(world.history.versions.isEmpty)
        let candidate = try world.train("v1", 40..<1040)
        let order = try world.validate(.candidate(candidate), 1040..<1050)
        #expect(world.history.versions[0].validations == [order])
        // A failed training names no candidate.
        let failed = try world.order(World.training("v2", 3000..<4000))
        try world.report(.refused(code: "x", text: "x"), on: failed, by: .zero)
        #expect(try world.refusal(World.validation(of: .candidate(failed), 5000..<6000)) == .unknownCandidate)
    }

    @Test("to validate look at rows behind those that the challenger was trained on, before it is sealed and after")
    func later() throws {
        var world = World()
        let candidate = try world.train("v1", 0..<1000)
        #expect(try world.refusal(World.validation(of: .candidate(candidate), 999..<2000)) == .notLater)
        _ = try world.validate(.candidate(candidate), 1000..<2000)
        let model = try world.seal(candidate)
        #expect(try world.refusal(World.validation(of: .model(model), 500..<900)) == .notLater)
        // The champion may have been trained on it.
        #expect(try world.refusal(World.validation(of: nil, 100..<900, champion: model)) == nil)
    }

    @Test("to seal name a model that was trained, once")
    func seals() throws {
        var world = World()
        let unknown = World.header(of: digest(9)).encoded
        #expect(try world.refusal(.seal(SealTask(candidate: digest(9), header: unknown))) == .unknownCandidate)
        let candidate = try world.train()
        let header = World.header(of: candidate).encoded
        let failed = try world.order(.seal(SealTask(candidate: candidate, header: header)))
        try world.report(.refused(code: "x", text: "x"), on: failed, by: .one)
        _ = try world.seal(candidate)
        #expect(try world.refusal(.seal(SealTask(candidate: candidate, header: header))) == .alreadySealed)
    }

    /// What is changed in the header, and what is named.
    private static let headers: [(field: String, change: @Sendable (inout WireModelHeader) -> Void)] = [
        ("schema", { $0.schema = 3 }), ("consortium", { $0.consortium = "other" }), ("version", { $0.version = "v2" }),
        ("order", { $0.order = Data(digest(9).bytes) }), ("order", { $0.order = Data() }),
        ("number of bits", { $0.bits = 4 }), ("number of trees", { $0.trees = 4 }), ("depth", { $0.depth = 3 }),
        ("ring", { $0.ringBits = 32 }), ("scale", { $0.fractionBits = 12 }), ("calibration", { $0.calibration = [] }),
        ("calibration", { $0.calibration[0].score = 9 }), ("calibration", { $0.calibration[0].probability = 0.75 }),
        ("calibration", { $0.calibration[1].probability = 1.5 }),
        ("calibration", { $0.calibration[0].probability = -0.5 }),
        ("calibration", { $0.calibration[0].probability = .nan }),
        ("calibration", { $0.calibration = Array(repeating: $0.calibration[0], count: 1025) }),
        ("epoch of keys", { $0.keyEpoch = 2 }),
    ]

    @Test("to seal have the header of what was trained", arguments: headers.indices)
    func header(place: Int) throws {
        let (field, change) = Self.headers[place]
        var world = World()
        let candidate = try world.train()
        var header = World.header(of: candidate)
        change(&header)
        let task = try SealTask(candidate: candidate, header: header.encoded)
        #expect(try world.refusal(.seal(task)) == .otherHeader(field))
        #expect("\(SyncRefusal.otherHeader(field))".hasSuffix("its \(field) is another"))
    }

    @Test("to seal name the epoch of the keys that the order names, in their header, too")
    func epochs() throws {
        let header = World.header(of: Digest32(of: [[1]])).encoded
        let task = try SealTask(candidate: Digest32(of: [[1]]), header: header)
        let named = try task.naming(KeyEpoch(7))
        #expect(try #require(WireModelHeader(decoding: named.header)).keyEpoch == 7)
        #expect(try named.candidate == task.candidate && named.naming(nil) == task)
    }
}
