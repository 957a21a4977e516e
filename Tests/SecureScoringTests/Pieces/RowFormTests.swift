import Manifests
import Model
import Records
import SecureScoring
import Support
import Testing

@Suite("What a row's bits mean, and how many rows are kept")
struct RowFormTests {
    private static let day: Int64 = 86_400

    private static func feature(
        slot: Int = 0, kind: CountFeatures.Kind = .events, over: Int64 = day, delay: Int64 = 0,
        edges: [Double] = [1, 2]
    ) -> CountFeatures.Feature {
        CountFeatures.Feature(slot: slot, kind: kind, over: over, delay: delay, edges: edges)
    }

    private func counts(bucket: Int64 = day, slots: Int = 2, _ features: [CountFeatures.Feature] = [feature()]) throws
        -> CountFeatures
    {
        try #require(CountFeatures(bucket: bucket, slots: slots, features: features))
    }

    @Test("is another form with another spec, other bits of a feature, or any part of a count another")
    func forms() throws {
        let own = [3, 0, 7]
        let forms = try [
            ModelManifest.rowForm(1, own, nil), ModelManifest.rowForm(2, own, nil),
            ModelManifest.rowForm(1, [3, 7], nil),
            ModelManifest.rowForm(1, [3, 7, 0], nil), ModelManifest.rowForm(1, [10], nil),
            ModelManifest.rowForm(1, [], nil),
            ModelManifest.rowForm(1, own, counts()), ModelManifest.rowForm(2, own, counts()),
            ModelManifest.rowForm(1, own, counts(bucket: 3_600)), ModelManifest.rowForm(1, own, counts(slots: 3)),
            ModelManifest.rowForm(1, own, counts([Self.feature(slot: 1)])),
            ModelManifest.rowForm(1, own, counts([Self.feature(kind: .members)])),
            ModelManifest.rowForm(1, own, counts([Self.feature(over: 3_600)])),
            ModelManifest.rowForm(1, own, counts([Self.feature(delay: Self.day)])),
            ModelManifest.rowForm(1, own, counts([Self.feature(edges: [1, 3])])),
            ModelManifest.rowForm(1, own, counts([Self.feature(edges: [1])])),
            ModelManifest.rowForm(1, own, counts([Self.feature(edges: [1, 2, 3])])),
            ModelManifest.rowForm(1, own, counts([Self.feature(), Self.feature(slot: 1)])),
            ModelManifest.rowForm(1, own, counts([Self.feature(slot: 1), Self.feature()])),
        ]
        #expect(Set(forms).count == forms.count)
        #expect(try ModelManifest.rowForm(1, own, counts()) == ModelManifest.rowForm(1, own, counts()))
    }

    @Test("is a model's own, by its spec and features, and its next spec is itself")
    func ofModel() throws {
        let world = try World()
        let digest = try world.activate("v1", sequence: 1)
        let model = try #require(try Pieces(world).registry.model(digest)).manifest
        #expect(model.rowForm == ModelManifest.rowForm(model.featureSpec, model.ownFeatures, model.counts))
        let own = try #require(model.nextSpec)
        #expect(own.id == model.featureSpec && own.ownFeatures == model.ownFeatures && own.form == model.rowForm)
        // What a model reads already is not collected beside it, and nothing is where it reads no counts.
        #expect(model.counts == nil && !own.isCollected(beside: model))
        let other = try #require(
            NextSpec(id: own.id + 1, ownFeatures: [5], form: ModelManifest.rowForm(own.id + 1, [5], nil)))
        #expect(!other.isCollected(beside: model))
    }

    @Test("is collected beside a model of another spec that reads the same counts, by just that form")
    func collected() throws {
        let counted = try CountedWorld()
        let model = try #require(try Pieces(counted.world).registry.model(counted.dealt)).manifest
        let id = model.featureSpec + 1
        func isCollected(_ id: UInt64, _ own: [Int], _ form: Digest32) throws -> Bool {
            try #require(NextSpec(id: id, ownFeatures: own, form: form)).isCollected(beside: model)
        }
        #expect(model.counts != nil)
        #expect(try isCollected(id, [4, 9], ModelManifest.rowForm(id, [4, 9], model.counts)))
        #expect(try !isCollected(id, [4, 9], ModelManifest.rowForm(id, [4, 9], nil)))
        #expect(try !isCollected(id, [4, 9], ModelManifest.rowForm(id, [9, 4], model.counts)))
        #expect(try !isCollected(id, [4, 9], ModelManifest.rowForm(id + 1, [4, 9], model.counts)))
        #expect(
            try !isCollected(
                model.featureSpec, [4, 9], ModelManifest.rowForm(model.featureSpec, [4, 9], model.counts)))
        #expect(try !isCollected(id, [4, 9], ModelManifest.rowForm(id, [4, 9], counts())))
    }

    @Test("rows are kept for 1 to 3,650 days, in a megabyte or more")
    func limits() {
        for (days, bytes, are) in [
            (1, 1 << 20, true), (3_650, .max, true), (0, 1 << 20, false), (3_651, 1 << 20, false), (-1, 1 << 20, false),
            (30, 1 << 20 - 1, false), (30, 0, false), (30, -1, false),
        ] {
            #expect((RowLimits(days: days, bytes: bytes) != nil) == are, "\(days) days, \(bytes) bytes")
        }
    }

    @Test("a row's name is of its member and its event")
    func keys() throws {
        var random = SplitMix64(3)
        let events = try (0..<20).map { _ in try #require(EventID(random.bytes(16))) }
        let members = try ["bank-a", "bank-b", "a"].map { RowKey.Member(try #require(MemberID($0))) }
        let keys = members.flatMap { member in events.map { RowKey($0, of: member) } }
        #expect(Set(keys).count == 60 && keys.map(\.member) == members.flatMap { Array(repeating: $0, count: 20) })
        #expect(RowKey(events[3], of: members[1]) == keys[23])
    }

    @Test("why a window can't be had is a sentence of its own, with from where it can")
    func sentences() {
        let errors: [RowWindowError] = [
            .notKept(from: nil), .notKept(from: 12), .notDecided(from: 13), .notLabelled(from: 14), .unknownMember,
            .otherGeneration,
        ]
        let said = errors.map { "\($0)" }
        #expect(Set(said).count == said.count)
        for (place, offset) in [(1, "12"), (2, "13"), (3, "14")] { #expect(said[place].contains("offset \(offset)")) }
    }
}
