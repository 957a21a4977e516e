import Audit
import EventLogs
import Foundation
import Keys
import Manifests
import Records
import SecureScoring
import Support
import Testing

@Suite("The models that were dealt, at a party")
struct ModelRegistryTests {
    private let world: World

    init() throws { world = try World() }

    /// The party's log entries about models: the sentence, and what goes with it.
    private func said() -> [String] { world.entries.entries.map { "\($0.message) \($0.metadata)" } }

    private func append(_ value: [UInt8]?) throws {
        try world.log.append([NewRecord(TopicPartition(Topics.manifests), value: value)])
    }

    private func manifest(_ offset: Int) throws -> WireModelManifest {
        let value = try world.records(Topics.manifests)[offset].value ?? []
        return try #require(WireModelManifest(decoding: value))
    }

    @Test("are opened when they are asked for, also those that were dealt since", arguments: PartyID.allCases)
    func opens(party: PartyID) throws {
        let models = try world.models(party)
        let first = try world.deal(try randomModel("v1", spec: world.spec))
        #expect(try models.model(first)?.manifest.version == "v1")
        let second = try world.deal(try randomModel("v2", spec: world.spec))
        #expect(try models.model(second)?.manifest.digest == second)
        // Each is opened once, and stays the same.
        #expect(try models.model(first) === models.model(first))
        #expect(said() == ["a model share was opened model=v1", "a model share was opened model=v2"])
        #expect(try models.model(Digest32(of: [[1]])) == nil)
    }

    @Test("are passed over where they are unreadable, and the sentence says where; those behind are opened")
    func unreadable() throws {
        let models = try world.models(.one)
        let whole = try randomModel("v1", spec: world.spec)
        _ = try world.deal(whole)
        let value = try #require(try world.records(Topics.manifests)[0].value)
        try append(nil)
        try append([0xFF])
        try append(Array(value.dropLast()))
        let last = try world.deal(try randomModel("v2", spec: world.spec))
        #expect(try models.model(last) != nil)
        let sentence = "a model manifest is unreadable: cut off, or of a newer version"
        #expect(
            said() == [
                "a model share was opened model=v1", "\(sentence) offset=2", "\(sentence) offset=3",
                "a model share was opened model=v2",
            ])
    }

    @Test("are refused where anything of them was changed, and the sentence says why")
    func changed() throws {
        let digest = try world.deal(try randomModel("v1", spec: world.spec))
        let whole = try manifest(0)
        let changes: [(inout WireModelManifest) -> Void] = [
            { $0.header[0] ^= 1 }, { $0.signature[0] ^= 1 }, { $0.signature = Data() }, { $0.boxes[0][0] ^= 1 },
            { $0.boxes.swapAt(0, 2) }, { $0.boxes.removeLast() }, { $0.boxes.append(Data()) }, { $0.header = Data() },
        ]
        for change in changes {
            var changed = whole
            change(&changed)
            try append(changed.encoded)
        }
        let models = try world.models(.two)
        #expect(try models.model(digest) != nil)
        let refused = said().filter { $0.hasPrefix("a model manifest was refused") }
        #expect(refused.count == changes.count)
        for (number, sentence) in refused.enumerated() { #expect(sentence.contains("offset=\(number + 1) reason=")) }
        #expect(
            Set(refused.compactMap { $0.split(separator: "=").last }) == [
                "the coordinator of the roster did not sign the manifest",
                "the manifest is damaged, or has not six boxes",
                "the manifest is of schema 0, and this version reads 2: deal the model again",
            ])
    }

    @Test("that parties trained are opened where all three have sealed them: asked until it is so, and said once")
    func trained() throws {
        let notes = AuditNotes()
        let models = try world.models(.one, audit: notes)
        let model = try world.seal(try randomModel("v1", spec: world.spec))
        for _ in 0..<3 { #expect(try models.model(model) == nil) }
        let reason = "it is not what the three parties trained and sealed"
        #expect(said().last?.contains("model=v1 trained reason=\(reason)") == true)
        #expect(said().count { $0.contains(reason) } == 1)
        #expect(notes.events.count { $0.kind == .refused && $0.fields[.reason] == reason } == 1)
        world.sealed.set([model])
        #expect(try models.model(model)?.manifest.version == "v1 trained")
        // It is not asked again.
        world.sealed.set([])
        #expect(try models.model(model) != nil)
    }

    @Test("of another coordinator are refused, and a share that another party's key opens is not authentic")
    func strangers() throws {
        let digest = try world.deal(try randomModel("v1", spec: world.spec))
        let lines = CapturedLines()
        func registry(_ party: PartyID, key: [UInt8], coordinator: VerifyingKey) throws -> ModelRegistry {
            try ModelRegistry(
                ModelShares(party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: key)), store: nil),
                consortium: "c",
                coordinator: coordinator, log: world.log, logger: lines.logger())
        }
        let other = SigningKey().verifyingKey
        #expect(try registry(.one, key: PartySeeds.hpke(.one), coordinator: other).model(digest) == nil)
        guard let coordinator = SigningKey(bytes: [UInt8](repeating: 77, count: 32)) else {
            throw HPKEError.malformedKey
        }
        let own = coordinator.verifyingKey
        #expect(try registry(.one, key: PartySeeds.hpke(.two), coordinator: own).model(digest) == nil)
        #expect(try registry(.one, key: PartySeeds.hpke(.one), coordinator: own).model(digest) != nil)
        #expect(
            lines.entries.map(\.metadata) == [
                "offset=0 reason=the coordinator of the roster did not sign the manifest",
                "offset=0 reason=the party's box does not open with its key", "model=v1",
            ])
    }
}
