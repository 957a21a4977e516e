import EventLogs
import Keys
import Manifests
import Model
import Records
import SecureScoring
import Synchronization
import Testing
import ThreeParty

@Suite("The switch between epochs of keys")
struct EpochSwitchTests {
    private let world: World
    private let pieces: Pieces
    private let ready = Ready()

    /// What a party has read of `consortium.agreement`, and what it was told.
    private final class Ready: Sendable {
        let epochs = Mutex<Set<UInt32>>([2, 3])
        let done = Mutex<[UInt32]>([])
        let generations = Mutex<[UInt32: ReadyGeneration]>([:])

        var terms: PartitionEpochs {
            PartitionEpochs(
                ready: { epoch in
                    self.epochs.withLock { $0.contains(epoch.number) } ? EpochSwitchTests.keys(epoch).digest : nil
                }, generation: { epoch in self.generations.withLock { $0[epoch.number] } },
                done: { epoch, partition in self.done.withLock { $0.append(epoch.number + UInt32(partition)) } })
        }
    }

    /// A state in which one table can't be written, as where the process ends before it.
    private struct EndingState: StoreDecorator {
        let store: any StateStore
        let table: String

        func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
            for case .put(table, _) in writes { throw .unreachable(reason: "the process has ended") }
            try store.commit(writes, positions: positions)
        }
    }

    init() throws {
        world = try World()
        pieces = try Pieces(world)
    }

    /// The keys of an epoch; nobody opens anything by them here.
    fileprivate static func keys(_ epoch: KeyEpoch, members: [MemberID: MemberKeys] = [:]) -> EpochKeys {
        let key = try! HPKEPrivateKey(bytes: PartySeeds.hpke(.one)).publicKey
        let identity = SigningKey(bytes: PartySeeds.hpke(.two))!.verifyingKey
        let party = PartyKeys(identity: identity, hpke: key, agreement: key, certificate: .zero)
        return EpochKeys(
            consortium: "c", number: epoch, agreement: .zero, parties: [.zero: party, .one: party, .two: party],
            members: members)
    }

    private func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: world.coordinator) else { throw HPKEError.malformedKey }
        return key
    }

    private func activation(
        _ epoch: UInt32, partition: Int = 0, consortium: String = "c", keys: EpochKeys? = nil
    ) throws -> [UInt8] {
        var record = WireSealedRecord()
        record.epochActivation = try EpochActivation.make(
            keys ?? Self.keys(KeyEpoch(epoch)), consortium: consortium, partition: partition,
            coordinator: coordinator())
        return record.encoded
    }

    private func closing(_ epoch: UInt32, partition: Int = 0) throws -> [UInt8] {
        var record = WireSealedRecord()
        record.epochClosing = try EpochClosing.make(
            Self.keys(KeyEpoch(epoch)), consortium: "c", partition: partition, coordinator: coordinator())
        return record.encoded
    }

    private func models() throws -> ModelSwitch {
        try ModelSwitch(pieces.registry, epochs: ready.terms, state: pieces.state, in: pieces.context)
    }

    /// Applies the log's records from the first on.
    private func scan(_ models: ModelSwitch) throws {
        for record in try pieces.sealed() where record.isSwitch { _ = try models.apply(record) }
    }

    @Test("has at each offset the epoch of the last activation before it, and what was closed by then")
    func epochs() throws {
        try world.append([
            [1], try activation(2), [2], try closing(1), [3], try activation(3), try closing(2), [4],
        ])
        let models = try models()
        #expect(models.epochs.epoch(at: .max) == KeyEpoch(1))
        try scan(models)
        let found = (0...8).map { models.epochs.epochs(at: Int64($0)) }
        #expect(found.map(\.current.number) == [1, 1, 2, 2, 2, 2, 3, 3, 3])
        #expect(found.map { $0.closed.sorted() } == [[], [], [], [], [1], [1], [1], [1, 2], [1, 2]])
    }

    @Test("is the same after a restart, without the log")
    func restart() throws {
        try world.append([try activation(2), try closing(1)])
        try scan(try models())
        let again = try models()
        #expect(again.epochs.epochs(at: 2) == BatchEpochs(current: KeyEpoch(2), closed: [1]))
        #expect(again.epochs.epochs(at: 1) == BatchEpochs(current: KeyEpoch(2)))
        // And says nothing more of what it reads again.
        try scan(again)
        #expect(world.entries.errors.isEmpty)
    }

    @Test("changes nothing for a record that is forged, elsewhere's, skips an epoch, or comes again")
    func refused() throws {
        var forged = WireSealedRecord()
        forged.epochActivation = try EpochActivation.make(
            Self.keys(KeyEpoch(2)), consortium: "c", partition: 0, coordinator: SigningKey())
        let member = try #require(MemberID("bank-x"))
        let other = Self.keys(
            KeyEpoch(2),
            members: [member: MemberKeys(identity: SigningKey().verifyingKey, hpke: HPKEPrivateKey().publicKey)])
        let records = [
            forged.encoded, try activation(3), try activation(1), try activation(2, partition: 1),
            try activation(2, consortium: "d"), try activation(2, keys: other), try closing(1), try closing(2),
        ]
        try world.append(records)
        let models = try models()
        try scan(models)
        #expect(models.epochs.epochs(at: .max) == BatchEpochs())
        #expect(world.entries.errors.count == records.count)
        try world.append([
            try activation(2), try activation(2), try closing(1), try closing(1), try closing(1, partition: 1),
        ])
        try scan(models)
        #expect(models.epochs.epochs(at: .max) == BatchEpochs(current: KeyEpoch(2), closed: [1]))
        // The old ones are refused again, and three of the new.
        #expect(world.entries.errors.count == 2 * records.count + 3)
    }

    @Test("waits where this party has not read that three parties are ready: all of them take it, or none")
    func waits() throws {
        try world.append([try activation(2)])
        ready.epochs.withLock { $0 = [] }
        let models = try models()
        #expect(throws: BatchAbort.epochNotAgreed(KeyEpoch(2))) { try scan(models) }
        #expect(models.epochs.epoch(at: .max) == KeyEpoch(1))
        ready.epochs.withLock { $0 = [2] }
        try scan(models)
        #expect(models.epochs.epoch(at: .max) == KeyEpoch(2))
    }

    @Test("has its generation of shares also where a party ended between the two: it reads the record again")
    func generation() throws {
        try world.append([[1], try activation(2), [2]])
        let model = try world.dealt()
        let made = ReadyGeneration(
            generation: ShareGeneration(2), mark: Digest32(of: [[2]]), models: [model.digest])
        ready.generations.withLock { $0[2] = made }
        func scan(_ models: ModelSwitch) throws -> Bool {
            try models.scan(pieces.sealedLog(at: models.scanned), upTo: 3, until: pieces.clock.now)
        }
        let ended = try ModelSwitch(
            pieces.registry, epochs: ready.terms, state: EndingState(store: pieces.state, table: "share-generations"),
            in: pieces.context)
        #expect(throws: LogError.self) { try scan(ended) }
        // The next process knows of the epoch, and not of its generation.
        let models = try models()
        #expect(models.epochs.epoch(at: 2) == KeyEpoch(2) && models.shares(at: 2, of: model) == .dealt)
        #expect(try models.scanned == 0 && scan(models))
        for known in [models, try self.models()] {
            let shares = known.shares(at: 2, of: model)
            #expect(shares.counts == ShareGeneration(2) && shares.model == ShareGeneration(2))
            #expect(shares.mark == made.mark && known.shares(at: 1, of: model) == .dealt)
        }
        #expect(world.entries.errors.isEmpty)
    }

    @Test("says once of an epoch that it is done with, when all is scored and counted behind its closing")
    func ends() throws {
        try world.append([try activation(2), [1], try closing(1), [2]])
        let models = try models()
        try scan(models)
        #expect(!models.epochs.hasEnded(below: 2))
        models.epochs.tellEnded(below: 2)
        #expect(ready.done.withLock { $0 } == [])
        #expect(models.epochs.hasEnded(below: 3))
        for _ in 0..<2 { models.epochs.tellEnded(below: 4) }
        #expect(ready.done.withLock { $0 } == [1] && !models.epochs.hasEnded(below: .max))
    }

    @Test("no batch spans its record, at the leader and for a follower")
    func spans() throws {
        let records = try [activation(2), closing(1)]
        try world.append(records)
        for record in try pieces.sealed() { #expect(record.isSwitch) }
        let models = try models()
        try scan(models)
        let batch = SealedBatch(
            partition: 0, transactions: try pieces.sealed(), in: 0..<2, repeats: [], model: try world.dealt(),
            standing: nil)
        #expect(throws: BatchAbort.peerDisagrees(.zero, step: "proposal")) {
            try ProposalCheck.check(batch, against: batch.plan.digest)
        }
    }

    @Test("an epoch is part of a plan: another one is another plan")
    func plan() throws {
        let digests = Set(
            [1, 2, 3].map { epoch in
                BatchPlan(partition: 0, range: 0..<1, repeats: [], records: [], model: .zero, epoch: KeyEpoch(epoch))
                    .digest
            })
        #expect(digests.count == 3)
    }
}

extension World {
    /// A model's manifest, as a party finds it.
    fileprivate func dealt() throws -> ModelManifest {
        let digest = try deal(try randomModel("v", spec: spec))
        return try #require(try models(.one).model(digest)).manifest
    }
}
