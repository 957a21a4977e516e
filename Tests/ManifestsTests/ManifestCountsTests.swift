import Manifests
import Model
import Records
import Testing

private let day: Int64 = 86_400
/// Whole hours, and nothing can be added to it.
private let huge = Int64.max / 3600 * 3600

@Suite("The counts that a manifest names")
struct ManifestCountsTests {
    private func features(edges: [Double] = [1, 2.5, 1e9]) throws -> CountFeatures {
        try #require(
            CountFeatures(
                bucket: day, slots: 3,
                features: [
                    .init(slot: 2, kind: .frauds, over: 30 * day, delay: 7 * day, edges: edges),
                    .init(slot: 2, kind: .rate, over: 30 * day, delay: 7 * day, edges: [0.001, 0.25]),
                    .init(slot: 0, kind: .events, over: 3600, delay: 0, edges: [-1, 0, 4]),
                    .init(slot: 1, kind: .members, over: day, delay: day, edges: []),
                ]))
    }

    @Test("are the parties' in full: order, kinds, windows, slots and every edge")
    func roundTrip() throws {
        let features = try features()
        let wire = try #require(WireCountFeatures(decoding: features.wire.encoded))
        #expect(CountFeatures(wire) == features)
        #expect(wire.features.map(\.kind) == [1, 2, 3, 4], "the numbers in cordon.proto")
        let manifest = try Dealt(ringBits: 16) { $0.counts = features.wire }.verified()
        #expect(manifest.counts == features && manifest.ownBits == 21 - 8)
    }

    @Test("leave a member its other bits, and all where there are none")
    func ownBits() throws {
        #expect(try Dealt(ringBits: 16).verified().ownBits == 21)
        #expect(try Dealt(ringBits: 16).verified().counts == nil)
        for (edges, own) in [(15, 1), (14, 2)] {
            let counts = try features(edges: (0..<edges).map { Double($0) }).wire
            #expect(try Dealt(ringBits: 16) { $0.counts = counts }.verified().ownBits == own)
        }
    }

    @Test("leave a member's features as many bits as they have, or make no model")
    func ownFeatures() throws {
        let counts = try features(edges: [1, 2]).wire
        #expect(try Dealt(ringBits: 16).verified().ownFeatures == [21])
        let own = try Dealt(ringBits: 16) { $0.counts = counts }.verified().ownBits
        let dealt = try Dealt(ringBits: 16) { ($0.counts, $0.ownFeatures) = (counts, [3, UInt32(own) - 3, 0]) }
        #expect(try dealt.verified().ownFeatures == [3, own - 3, 0])
        for wrong in [[UInt32(own) - 1], [UInt32(own) + 1], [UInt32(own), 1], [.max, .max]] as [[UInt32]] {
            let dealt = try Dealt(ringBits: 16) { ($0.counts, $0.ownFeatures) = (counts, wrong) }
            #expect(throws: ManifestError.shape) { try dealt.verified() }
        }
    }

    @Test("that leave a member no bit of its own make no model", arguments: [16, 17, 31])
    func noOwnBit(edges: Int) throws {
        let counts = try features(edges: (0..<edges).map { Double($0) }).wire
        let dealt = try Dealt(ringBits: 16) { $0.counts = counts }
        #expect(throws: ManifestError.shape) { try dealt.verified() }
    }

    @Test("that parties can't count make no model, though the coordinator signed them")
    func uncountable() throws {
        for change in [
            { $0 = WireCountFeatures() }, { $0.features[0].kind = 0 }, { $0.features[3].kind = 5 },
            { $0.features[0].kind = .max }, { $0.features[0].slot = 3 }, { $0.features[0].slot = .max },
            { $0.slots = 0 }, { $0.slots = .max }, { $0.features[0].delay = -7 * day }, { $0.features[0].over = .min },
            { $0.features[0].over = .max }, { $0.features[0].delay = .max / day * day }, { $0.bucket = 0 },
            { $0.bucket = -day }, { $0.bucket = huge }, { $0.features[0].edges = [2, 1] },
            { $0.features[0].edges = [.nan] }, { $0.features.swapAt(1, 2) }, { $0.features[2].over = 7200 },
            {
                $0.features = [$0.features[0]];
                ($0.bucket, $0.features[0].over, $0.features[0].delay) = (huge, huge, huge)
            },
        ] as [(inout WireCountFeatures) -> Void] {
            var wire = try features().wire
            change(&wire)
            #expect(CountFeatures(wire) == nil, "\(wire)")
            let dealt = try Dealt(ringBits: 16) { $0.counts = wire }
            #expect(throws: ManifestError.shape) { try dealt.verified() }
        }
    }
}
