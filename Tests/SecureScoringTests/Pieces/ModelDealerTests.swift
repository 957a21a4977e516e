import Foundation
import Keys
import Manifests
import Model
import ModelSync
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("The dealer of a model in the clear")
struct ModelDealerTests {
    private static func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 77, count: 32)) else { throw HPKEError.malformedKey }
        return key
    }

    private static func dealer(
        without missing: PartyID? = nil, seed: UInt64 = 1
    ) throws -> ModelDealer {
        var random = SplitMix64(seed)
        var keys = try PartySeeds.publicKeys()
        if let missing { keys[missing] = nil }
        return ModelDealer(consortium: "c", parties: keys) { random.bytes(16) }
    }

    private static func dealt(_ model: ClearModel, seed: UInt64 = 1) throws -> (
        manifest: ModelManifest, digest: Digest32
    ) {
        let key = try coordinator()
        let (wire, digest) = try dealer(seed: seed).deal(model, coordinator: key)
        return (try ModelManifest(verifying: wire, consortium: "c", coordinator: key.verifyingKey), digest)
    }

    /// What the components of three parties come to.
    private static func opened(_ manifest: ModelManifest) throws -> (selection: [UInt8], leaves: [UInt32]) {
        var rows = [[UInt8]](repeating: [], count: 3)
        var values = [[UInt8]](repeating: [], count: 3)
        for party in PartyID.allCases {
            let key = try HPKEPrivateKey(bytes: PartySeeds.hpke(party))
            let components = try manifest.components(for: party, key: key)
            rows[party.rawValue] = components.selectionFirst
            values[party.rawValue] = components.leavesFirst
        }
        let selection = rows[0].indices.map { rows[0][$0] ^ rows[1][$0] ^ rows[2][$0] }
        let width = manifest.shape.ringBytes
        let leaves = (0..<manifest.shape.leaves).map { leaf -> UInt32 in
            let sum = values.reduce(UInt32(0)) { sum, all in
                sum &+ (0..<width).reduce(UInt32(0)) { $0 | UInt32(all[leaf * width + $1]) << UInt32(8 * $1) }
            }
            return width == 2 ? sum & 0xFFFF : sum
        }
        return (selection, leaves)
    }

    @Test(
        "deals the forest that it was given, in the ring that it needs", arguments: [false, true],
        1...3 as ClosedRange<UInt64>)
    func forest(wide: Bool, seed: UInt64) throws {
        let model = try randomModel("v\(seed)", spec: testSpec(), wide: wide)
        let (manifest, digest) = try Self.dealt(model, seed: seed)
        #expect(manifest.digest == digest && manifest.version == "v\(seed)")
        #expect(manifest.shape.ringBits == (wide ? 32 : 16))
        let (selection, leaves) = try Self.opened(manifest)
        // Row after row: the bit of each condition alone.
        let width = (model.forest.bits + 7) / 8
        let conditions = model.forest.trees.flatMap(\.conditions)
        #expect(selection.count == conditions.count * width)
        for (row, condition) in conditions.enumerated() {
            let set = (0..<width * 8).filter { selection[row * width + $0 / 8] >> ($0 % 8) & 1 == 1 }
            #expect(set == [condition], "row \(row)")
        }
        let expected = model.forest.trees.flatMap(\.leaves).map { UInt32(bitPattern: $0) & (wide ? .max : 0xFFFF) }
        #expect(leaves == expected)
    }

    @Test("deals the card of a model's file, feature by feature, and none where there is none")
    func card() throws {
        let spec = try countedSpec()
        let plain = try countedModel("c7", spec: spec)
        var random = SplitMix64(17)
        let points = spec.edges.map { edges in
            (0...edges.count).map { _ in Int32.random(in: Int32.min...Int32.max, using: &random) }
        }
        let written = try ClearModel(
            version: "c7", binned: spec, forest: plain.forest, calibration: plain.calibration,
            card: Scorecard(points: points, fractionBits: plain.forest.fractionBits))
        let (manifest, _) = try Self.dealt(ClearModel(json: written.json()))
        #expect(manifest.features == spec.edges.map(\.count) && manifest.hasCard)
        var sums = [UInt32](repeating: 0, count: spec.edges.reduce(0) { $0 + $1.count + 1 })
        for party in PartyID.allCases {
            let card = try #require(
                try manifest.card(for: party, key: HPKEPrivateKey(bytes: PartySeeds.hpke(party))))
            for at in sums.indices { sums[at] &+= card.points.first[at] }
        }
        #expect(sums.map { Int32(bitPattern: $0) } == points.flatMap { $0 })
        let none = try Self.dealt(plain).manifest
        #expect(try none.card(for: .two, key: HPKEPrivateKey(bytes: PartySeeds.hpke(.two))) == nil)
        #expect(!none.hasCard)
    }

    @Test("leaves out the points of features without bits")
    func pointTable() {
        let card = Scorecard(points: [[1, -2], [77], [3, 4, Int32.min]], fractionBits: 11)
        #expect(card.pointTable == [1, 0, 0, 0, 254, 255, 255, 255, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 128])
    }

    @Test("says in the open what members and parties need, and nothing of trees")
    func open() throws {
        let spec = try countedSpec()
        let model = try countedModel("c7", spec: spec)
        let (manifest, _) = try Self.dealt(model)
        #expect(manifest.featureSpec == spec.id && manifest.fractionBits == model.forest.fractionBits)
        #expect(manifest.counts == spec.counts && manifest.counts != nil)
        #expect(manifest.shape.bits == model.forest.bits && manifest.shape.trees == model.forest.trees.count)
        #expect(manifest.ownBits == spec.ownBits)
        #expect(manifest.calibration.map(\.score) == model.calibration.points.map(\.score))
        let plain = try Self.dealt(randomModel("v1", spec: testSpec())).manifest
        #expect(plain.counts == nil && plain.ownBits == plain.shape.bits)
    }

    @Test("deals two models apart by a leaf alone in records of one length, and one model differently each time")
    func hiding() throws {
        let spec = try testSpec()
        func model(_ leaf: Int32) throws -> ClearModel {
            try ClearModel(
                version: "v1", binned: spec,
                forest: Forest(trees: [.init(conditions: [3], leaves: [0, leaf])], bits: spec.bits),
                calibration: Calibration(points: [.init(score: 0, probability: 0.5)]))
        }
        let key = try Self.coordinator()
        let one = try Self.dealer().deal(model(1), coordinator: key)
        let other = try Self.dealer().deal(model(30_000), coordinator: key)
        #expect(one.manifest.boxes.map(\.count) == other.manifest.boxes.map(\.count))
        #expect(one.manifest.header == other.manifest.header)
        let again = try Self.dealer(seed: 2).deal(model(1), coordinator: key)
        #expect(again.digest != one.digest)
        // One party's own component says nothing of either: it follows from the dealer's random bytes.
        let shares = try [one, again].map { dealt in
            let manifest = try ModelManifest(verifying: dealt.manifest, consortium: "c", coordinator: key.verifyingKey)
            return try manifest.components(for: .zero, key: HPKEPrivateKey(bytes: PartySeeds.hpke(.zero))).leavesFirst
        }
        #expect(shares[0] != shares[1])
    }

    @Test(
        "deals for rounded scores where the roster says so, and refuses more steps than parties round to",
        arguments: [1024, 1025])
    func rounded(steps: Int) throws {
        let model = try randomModel("v1", spec: testSpec())
        let stepped = try ClearModel(
            version: "v1", binned: model.binned, forest: model.forest,
            calibration: Calibration(points: (0..<steps).map { .init(score: Int64($0), probability: 0.5) }))
        let key = try Self.coordinator()
        var random = SplitMix64(1)
        let dealer = ModelDealer(consortium: "c", parties: try PartySeeds.publicKeys(), rounded: true) {
            random.bytes(16)
        }
        guard steps <= 1024 else {
            #expect(throws: ModelDealer.Failure.steps(1025)) { _ = try dealer.deal(stepped, coordinator: key).digest }
            #expect("\(ModelDealer.Failure.steps(1025))".contains("there are 1025, and parties round to 1024"))
            return
        }
        let wire = try dealer.deal(stepped, coordinator: key).manifest
        let manifest = try ModelManifest(verifying: wire, consortium: "c", coordinator: key.verifyingKey)
        #expect(manifest.rounding?.thresholds == stepped.calibration.points.dropFirst().map(\.score))
        #expect(try Self.dealt(stepped).manifest.rounding == nil)
    }

    @Test("says which roster can't be dealt to", arguments: PartyID.allCases)
    func missingKey(party: PartyID) throws {
        let model = try randomModel("v1", spec: testSpec())
        let key = try Self.coordinator()
        do {
            _ = try Self.dealer(without: party).deal(model, coordinator: key)
            Issue.record("dealt to two")
        } catch let error as ModelDealer.Failure {
            #expect(error == .partyKeys && "\(error)" == "a party's HPKE key is missing")
        }
    }

    @Test("says that a model is larger than the protocol takes", arguments: [4096, 4097])
    func large(trees: Int) throws {
        let spec = try testSpec()
        let tree = Forest.Tree(conditions: [0], leaves: [0, 1])
        let model = try ClearModel(
            version: "v1", binned: spec,
            forest: Forest(trees: [Forest.Tree](repeating: tree, count: trees), bits: spec.bits),
            calibration: Calibration(points: [.init(score: 0, probability: 0.5)]))
        let key = try Self.coordinator()
        do {
            _ = try Self.dealer().deal(model, coordinator: key)
            #expect(trees == 4096)
        } catch let error as ModelDealer.Failure {
            #expect(error == .shape && trees == 4097)
            #expect(
                "\(error)" == "the model is larger than the protocol takes (16,384 bits, 4,096 trees, depth 10)")
        }
    }
}
