import Counters
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import SecureScoring
import Stages
import Support
import Telemetry
import Testing
import ThreeParty

@Suite("What two parties deal to the third one's new host", .serialized)
struct HostDealTests {
    private let counted: CountedWorld
    private var world: World { counted.world }
    private let deal = Digest32(of: [[4]])

    init() throws {
        counted = try CountedWorld()
        try world.start()
        for day in 0..<3 as Range<Int64> {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores()
            try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
        }
        try counted.send(counted.day(8))
        try counted.expectScores()
        world.stop()
    }

    private func state(_ party: PartyID) throws -> any StateStore {
        try SQLiteStateStore(path: "\(world.path)/\(party).sqlite.counts")
    }

    /// How far a party is, as its state has it.
    private func place(_ party: PartyID) throws -> HostDeal.Place {
        try HostDeal.Place(partition: 0, state: SQLiteStateStore(path: "\(world.path)/\(party).sqlite"))
    }

    /// The world's windows reach back fewer days than parties keep counts anyway.
    private func spec() throws -> CounterSpec {
        try #require(CounterSpec(bucketSeconds: EventTime.day, reach: 40 * EventTime.day))
    }

    private func content(_ party: PartyID) throws -> HostDeal.Content {
        let counts = try #require(
            try HostDeal.Counts(partition: 0, state: state(party), spec: spec(), members: 2))
        let shares = try world.shares(party)
        let models = try shares.models().flatMap { digest, generations in
            try generations.map { generation in
                HostDeal.Model(
                    digest: digest, generation: generation,
                    share: try #require(try shares.share(of: digest, in: generation)))
            }
        }
        return HostDeal.Content(counts: [counts], models: models, places: [try place(party)])
    }

    /// Lets a new host ask two dealers until it has all, or one of them has no answer.
    private func taken(
        _ receiver: PartyID, change: (PartyID, inout HostDeal.Content) throws -> Void = { _, _ in }
    ) throws -> HostDeal.Content? {
        var sources: [PartyID: [DealSource]] = [:]
        for dealer in [receiver.previous, receiver.next] {
            var content = try content(dealer)
            try change(dealer, &content)
            sources[dealer] = try HostDeal.sources(
                of: content, from: dealer, to: receiver, deal: deal, keys: PartySeeds.pairKeys(dealer))
        }
        var taking = HostTakeOver(party: receiver, deal: deal, members: 2)
        for _ in 0..<100 {
            for (ask, dealer) in taking.asks {
                for source in sources[dealer] ?? [] {
                    if let answer = source.answer(ask) { try taking.receive(answer) }
                }
            }
            if let taken = taking.taken { return taken }
        }
        return nil
    }

    @Test(
        "makes it a party again: it scores with them, and the model and the counts are what they were",
        arguments: PartyID.allCases)
    func takenOver(receiver: PartyID) throws {
        let taken = try #require(try taken(receiver))
        #expect(taken.counts.count == 1 && !taken.models.isEmpty && taken.places.count == 1)
        let old = try place(receiver)
        // Of the party nothing is left; its manifest opens with no key of the new host.
        for suffix in [
            "", "-wal", "-shm", ".counts", ".counts-wal", ".counts-shm", ".shares", ".shares-wal", ".shares-shm",
        ] {
            try? FileManager.default.removeItem(atPath: "\(world.path)/\(receiver).sqlite\(suffix)")
        }
        #expect(try place(receiver).position == 0)
        try taken.counts[0].write(to: state(receiver))
        try taken.places[0].write(to: SQLiteStateStore(path: "\(world.path)/\(receiver).sqlite"))
        // It is as far as the old host was, by what that had written itself, and knows of the same records and days.
        #expect(try place(receiver) == old && old.position > 0)
        let shares = try world.shares(receiver)
        for model in taken.models { try shares.keep(model.share, of: model.digest, in: model.generation) }
        try world.start()
        for day in [9, 10] as [Int64] {
            try counted.send(counted.day(day))
            try counted.expectScores("day \(day)")
        }
        world.stop()
        #expect(world.entries.errors.isEmpty && counted.telling > 0)
        #expect(world.metrics[receiver]?.value("cordon_batches_recounted_total") == 0)
    }

    @Test(
        "is dealt by parties that run to one that has nothing left, which scores with them again",
        arguments: PartyID.allCases)
    func running(receiver: PartyID) throws {
        for suffix in ["", "-wal", "-shm"].flatMap({ end in ["", ".counts", ".shares"].map { $0 + end } }) {
            try? FileManager.default.removeItem(atPath: "\(world.path)/\(receiver).sqlite\(suffix)")
        }
        let dealers = [receiver.previous, receiver.next]
        for dealer in dealers { try world.start(dealer) }
        // What comes in the meantime waits until there are three again.
        try counted.send(counted.day(9))
        let isTaken = StopFlag()
        let stages = try PartyID.allCases.map { party in
            DealStage(
                transport: world.wire.transport(party), dealings: try #require(world.dealings[party]), partitions: 1,
                store: try world.shares(party), keys: { PartySeeds.pairKeys(party) },
                taking: party != receiver
                    ? nil
                    : DealStage.Taking(members: 2, nonce: { [7] }) {
                        [path = "\(world.path)/\(receiver).sqlite"] taken in
                        try taken.counts[0].write(to: SQLiteStateStore(path: path + ".counts"))
                        let shares = ShareStore(try SQLiteStateStore(path: path + ".shares"))
                        for model in taken.models {
                            try shares.keep(model.share, of: model.digest, in: model.generation)
                        }
                        try taken.places[0].write(to: SQLiteStateStore(path: path))
                        isTaken.stop()
                    }, clock: SystemClock(), metrics: try #require(world.metrics[party]),
                logger: world.entries.logger(party))
        }
        let limit = SystemClock().now + .seconds(120)
        while !isTaken.isSet, SystemClock().now < limit {
            for stage in stages { _ = try stage.turn(until: SystemClock().now + .milliseconds(5)) }
        }
        #expect(isTaken.isSet)
        #expect(world.metrics[receiver]?.value("cordon_take_over_progress") == 1)
        #expect(world.entries.entries.count { $0.message.hasPrefix("counts and models are dealt") } == 2)
        try world.start(receiver)
        try counted.expectScores("day 9")
        try counted.send(counted.day(10))
        try counted.expectScores("day 10")
        world.stop()
        #expect(world.metrics[receiver]?.value("cordon_batches_recounted_total") == 0 && counted.telling > 0)
    }

    @Test("is refused where one dealer's counts, models or components are not the other's")
    func different() throws {
        #expect(throws: TakeOverError.differ("counts, models or shares")) {
            _ = try taken(.two) { dealer, content in if dealer == .one { content.models = [] } }
        }
        #expect(throws: TakeOverError.differ("counts, models or shares")) {
            _ = try taken(.two) { dealer, content in
                guard dealer == .one, let model = content.models.first else { return }
                let key = World.refreshKey(1, of: dealer)
                content.models = [
                    HostDeal.Model(
                        digest: model.digest, generation: model.generation,
                        share: model.share.refreshed(by: key, of: dealer, model: model.digest))
                ]
            }
        }
    }
}
