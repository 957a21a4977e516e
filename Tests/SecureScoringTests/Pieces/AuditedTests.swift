import Audit
import EventLogs
import Foundation
import Keys
import Manifests
import Records
import SecureScoring
import Stages
import Support
import Telemetry
import Testing

/// What a party's scoring tells its audit log.
@Suite("What scoring tells the audit log")
struct AuditedTests {
    private let world: World
    private let notes = AuditNotes()

    init() throws { world = try World() }

    private func pieces() throws -> (pieces: Pieces, models: ModelSwitch) {
        let pieces = try Pieces(world)
        let context = PartitionContext(
            partition: pieces.context.partition, log: world.log, clock: pieces.clock, metrics: Metrics(),
            logger: world.entries.logger(.one), audit: notes, sideWork: { _ in .inline })
        return (pieces, try ModelSwitch(world.models(.one, audit: notes), state: pieces.state, in: context))
    }

    private func append(_ value: [UInt8], to topic: String) throws {
        try world.log.append([NewRecord(TopicPartition(topic), value: value)])
    }

    @Test("a manifest that was taken, by version and digest, and those that were refused, by place, digest and reason")
    func manifests() throws {
        try append([0xFF], to: Topics.manifests)
        let model = try world.deal(try randomModel("v1", spec: world.spec))
        var changed = try #require(WireModelManifest(decoding: world.records(Topics.manifests)[1].value ?? []))
        changed.signature[0] ^= 1
        try append(changed.encoded, to: Topics.manifests)
        let models = try world.models(.one, audit: notes)
        #expect(try models.model(model) != nil)
        // Asked for again, read on.
        #expect(try models.model(Digest32(of: [[1]])) == nil)
        let place: [AuditField: String] = [.object: "model manifest", .topic: Topics.manifests, .partition: "0"]
        func refused(_ offset: Int, _ reason: String, _ value: [UInt8]) -> AuditEvent {
            AuditEvent(
                .refused, of: Digest32(of: [value]), place.merging([.offset: "\(offset)", .reason: reason]) { $1 })
        }
        #expect(
            notes.events == [
                refused(0, "unreadable", [0xFF]), AuditEvent(.manifest, of: model, [.version: "v1"]),
                refused(2, "the coordinator of the roster did not sign the manifest", changed.encoded),
            ])
    }

    @Test("a model that went in force, with where, and activations that were forged or old")
    func activations() throws {
        let (pieces, models) = try pieces()
        let first = try world.activate("v1", sequence: 1)
        try world.append([
            try world.activation(first, sequence: 9, forged: true), try world.activation(first, sequence: 1),
        ])
        for record in try pieces.sealed() { _ = try models.apply(record) }
        #expect(notes.events.map(\.kind) == [.activation, .refused, .refused])
        #expect(notes.events[0].subject == first)
        #expect(
            notes.events[0].fields == [.version: "v", .sequence: "1", .partition: "0", .offset: "0"])
        #expect(notes.events[1].fields[.offset] == "1" && notes.events[1].fields[.object] == "model activation")
        #expect(notes.events[2].fields[.reason] == "it is not newer than the last")
    }

    @Test(
        "of which next spec rows are collected, and of none any more, with where; and announcements that were forged or old"
    )
    func announcements() throws {
        let (pieces, models) = try pieces()
        let next = try #require(NextSpec(id: 7, ownFeatures: [3], form: Digest32(of: [[1]])))
        func announced(_ spec: NextSpec?, _ sequence: UInt64, by seed: [UInt8]) throws -> [UInt8] {
            guard let key = SigningKey(bytes: seed) else { throw HPKEError.malformedKey }
            var record = WireSealedRecord()
            record.specAnnouncement = try SpecAnnouncement.make(
                spec, sequence: sequence, consortium: "c", partition: 0, coordinator: key)
            return record.encoded
        }
        try world.append([
            try announced(next, 3, by: world.coordinator), try announced(nil, 3, by: world.coordinator),
            try announced(nil, 4, by: [UInt8](repeating: 78, count: 32)), try announced(nil, 5, by: world.coordinator),
        ])
        for record in try pieces.sealed() { _ = try models.apply(record) }
        func told(_ spec: NextSpec?, _ sequence: String, _ outcome: String, _ offset: String) -> AuditEvent {
            AuditEvent(
                .collecting, of: spec?.form,
                [.sequence: sequence, .outcome: outcome, .partition: "0", .offset: offset])
        }
        #expect(notes.events.map(\.kind) == [.collecting, .refused, .refused, .collecting])
        #expect(notes.events[0] == told(next, "3", "begun", "0") && notes.events[3] == told(nil, "5", "ended", "3"))
        #expect(notes.events[1].fields[.reason] == "it is not newer than the last")
        #expect(notes.events[2].fields[.offset] == "2" && notes.events[2].fields[.object] == "spec announcement")
    }

    @Test("session announcements that were refused, with where and why")
    func sessions() throws {
        try append([0xFF], to: Topics.sessions)
        let stranger = try Bank("bank-z", epoch: 1)
        try world.announce(stranger)
        let sessions = try SessionRegistry(
            consortium: "c", party: .one, keys: OpeningKeys(try HPKEPrivateKey(bytes: PartySeeds.hpke(.one))),
            members: [world.a.id: world.a.identity, world.b.id: world.b.identity], log: world.log,
            logger: world.entries.logger(.one), audit: notes)
        #expect(try sessions.session(world.a.id, epoch: 1) != nil)
        #expect(try sessions.session(world.a.id, epoch: 7) == nil)
        #expect(notes.events.count == 2)
        for event in notes.events {
            #expect(event.kind == .refused && event.fields[.object] == "session announcement" && event.subject != nil)
            #expect(event.fields[.topic] == Topics.sessions)
        }
        #expect(notes.events[0].fields[.reason] == "unreadable")
    }
}
