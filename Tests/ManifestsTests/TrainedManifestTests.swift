import Foundation
import Keys
import Manifests
import Model
import Records
import Testing
import ThreeParty

@Suite("A manifest of a model that three parties trained")
struct TrainedManifestTests {
    private let order = Digest32(of: [[7]])
    private let dealt: Dealt

    init() throws { dealt = try Dealt(ringBits: 16) }

    /// What party `index` trained: components `index` and the next, another one for each.
    private func components(_ party: PartyID, shape: ForestShape? = nil) throws -> ModelComponents {
        let shape = shape ?? dealt.shape
        func component(_ number: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 77) }
        }
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: component(party.rawValue, shape.selectionBytes),
                selectionSecond: component(party.next.rawValue, shape.selectionBytes),
                leavesFirst: component(party.rawValue, shape.leafBytes),
                leavesSecond: component(party.next.rawValue, shape.leafBytes))
        else { throw ManifestError.components }
        return components
    }

    private func header(
        _ form: ModelManifest, shape: ForestShape? = nil, rounded: Bool = false, card: Bool = false
    ) -> WireModelHeader {
        ModelManifest.header(
            version: "v2", consortium: "c", order: order, form: form, shape: shape ?? dealt.shape, fraction: 11,
            calibration: [(-3, 0.125), (40, 0.5)], rounded: rounded, card: card)
    }

    private func manifest(
        _ header: [UInt8], shape: ForestShape? = nil, card: (PartyID) -> CardShares? = { _ in nil }
    ) throws -> (manifest: WireModelManifest, digest: Digest32) {
        guard let signing = SigningKey(bytes: dealt.coordinatorSeed) else { throw HPKEError.malformedKey }
        let boxes = try PartyID.allCases.map { party in
            try ModelManifest.seal(
                components(party, shape: shape), card: card(party), of: party, header: header,
                to: dealt.key(party).publicKey)
        }
        return try ModelManifest.make(header: header, boxes: boxes, coordinator: signing)
    }

    @Test("gives each party what it trained, and says by which order", arguments: [16, 32])
    func opens(ringBits: Int) throws {
        let shape = try #require(ForestShape(bits: 21, trees: 3, depth: 2, ringBits: ringBits))
        let (wire, digest) = try manifest(header(dealt.verified(), shape: shape).encoded, shape: shape)
        let manifest = try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        #expect(manifest.digest == digest && manifest.order == order && manifest.version == "v2")
        #expect(manifest.shape == shape && manifest.fractionBits == 11)
        #expect(try manifest.featureSpec == dealt.verified().featureSpec)
        #expect(manifest.calibration.map(\.score) == [-3, 40] && manifest.rounding == nil)
        for party in PartyID.allCases {
            let opened = try manifest.components(for: party, key: dealt.key(party))
            let trained = try components(party, shape: shape)
            #expect(opened.selectionFirst == trained.selectionFirst && opened.leavesFirst == trained.leavesFirst)
            #expect(opened.selectionSecond == trained.selectionSecond && opened.leavesSecond == trained.leavesSecond)
        }
        #expect(try dealt.verified().order == nil)
    }

    @Test("has the form's counts and features, and is rounded where the roster says so")
    func form() throws {
        let counted = try Dealt(ringBits: 16) { header in
            let feature = CountFeatures.Feature(slot: 0, kind: .frauds, over: 86_400, delay: 86_400, edges: [0.5, 1.5])
            header.counts = CountFeatures(bucket: 86_400, slots: 1, features: [feature])!.wire
            header.ownFeatures = [12, 7]
        }
        let form = try counted.verified()
        let (wire, _) = try manifest(header(form, rounded: true).encoded)
        let manifest = try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        #expect(manifest.counts == form.counts && manifest.ownFeatures == [12, 7])
        #expect(manifest.rounding != nil)
    }

    @Test("gives each party its part of the card that was trained with it, whole, and refuses one of other features")
    func card() throws {
        func card(_ features: [Int]) -> (PartyID) -> CardShares? {
            { party in
                func part(_ number: Int) -> [UInt8] {
                    (0..<CardShares.bytes(of: features)).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ number &* 101) }
                }
                return CardShares(features: features, first: part(party.rawValue), second: part(party.next.rawValue))
            }
        }
        let form = try dealt.verified()
        #expect(form.features == [21] && form.cardRule?.features == [21])
        let header = self.header(form, card: true).encoded
        func opened(_ cards: (PartyID) -> CardShares?) throws -> ModelManifest {
            let (wire, _) = try self.manifest(header, card: cards)
            return try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        }
        let manifest = try opened(card([21]))
        for party in PartyID.allCases {
            let (got, put) = (try manifest.card(for: party, key: dealt.key(party)), card([21])(party))
            #expect(got?.features == [21] && got?.first == put?.first && got?.second == put?.second)
            #expect(
                try manifest.components(for: party, key: dealt.key(party)).leavesFirst.count == dealt.shape.leafBytes)
        }
        for cards in [card([20]), card([22]), card([10, 11]), { _ in nil }] {
            let manifest = try opened(cards)
            let key = try dealt.key(.one)
            #expect(throws: ManifestError.components) { _ = try manifest.card(for: .one, key: key) }
            #expect(throws: ManifestError.components) { _ = try manifest.components(for: .one, key: key).leavesFirst }
        }
    }

    @Test("has boxes that open under their header and in their place alone")
    func boxes() throws {
        let (wire, _) = try manifest(header(dealt.verified()).encoded)
        let opened = try dealt.resigned { $0 = wire }
        let swapped = try dealt.resigned { changed in
            changed = wire
            changed.boxes.swapAt(0, 2)
            changed.boxes.swapAt(1, 3)
        }
        for party in [PartyID.zero, .one] {
            let key = try dealt.key(party)
            #expect(throws: ManifestError.notAuthentic) {
                _ = try swapped.components(for: party, key: key).leavesFirst
            }
            #expect(
                opened.isBox(
                    of: party, encapsulated: Array(wire.boxes[party.rawValue * 2]),
                    box: Array(wire.boxes[party.rawValue * 2 + 1])))
            #expect(
                !swapped.isBox(
                    of: party, encapsulated: Array(wire.boxes[party.rawValue * 2]),
                    box: Array(wire.boxes[party.rawValue * 2 + 1])))
        }
        var other = try header(dealt.verified())
        other.calibration[0].probability = 0.25
        let moved = try dealt.resigned { changed in
            changed = wire
            changed.header = Data(other.encoded)
        }
        let key = try dealt.key(.two)
        #expect(throws: ManifestError.notAuthentic) { _ = try moved.components(for: .two, key: key).leavesFirst }
    }

    @Test("with components of another length than its shape's, seeds too, is refused at opening")
    func lengths() throws {
        let larger = try #require(ForestShape(bits: 29, trees: 3, depth: 2, ringBits: 16))
        let (wire, _) = try manifest(header(dealt.verified()).encoded, shape: larger)
        let longer = try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        let seeded = try Dealt(ringBits: 16) { $0.order = Data(order.bytes) }.verified()
        for party in PartyID.allCases {
            let key = try dealt.key(party)
            for manifest in [longer, seeded] {
                #expect(throws: ManifestError.components) {
                    _ = try manifest.components(for: party, key: key).leavesFirst
                }
            }
        }
    }

    @Test("that names no whole digest as its order is malformed")
    func malformed() throws {
        #expect(throws: ManifestError.malformed) {
            try Dealt(ringBits: 16) { $0.order = Data([1, 2, 3]) }.verified()
        }
    }
}
