import Keys
import Manifests
import Records
import Testing
import ThreeParty

@Suite("The history of keys")
struct EpochHistoryTests {
    private typealias People = EpochPeople

    @Test("goes from the roster's keys to the next epoch, step by step, and says each time what is waited for")
    func standing() throws {
        var world = EpochWorld(founding: 4)
        #expect(world.history.standing == .rest && world.history.newest == People.terms(founding: 4).founding)
        let (old, new) = (KeyEpoch(4), KeyEpoch(5))
        try world.say(world.order(), by: .coordinator)
        #expect(world.history.standing == .offers(new, attempt: 1, of: [.zero, .one, .two]))
        try world.say(.partyOffer(world.offer(.one)), by: .party(.one))
        #expect(world.history.standing == .offers(new, attempt: 1, of: [.zero, .two]) && world.history.composed == nil)
        for party in [PartyID.two, .zero] { try world.say(.partyOffer(world.offer(party)), by: .party(party)) }
        #expect(world.history.standing == .manifest(new, attempt: 1))
        try world.say(.epochManifest(world.manifest()), by: .coordinator)
        #expect(world.history.standing == .ready(new, attempt: 1, of: [.zero, .one, .two]))
        #expect(world.history.epochs.count == 1, "a manifest alone is no epoch")
        let ready = try world.ready()
        for party in PartyID.allCases { try world.say(.epochReady(ready), by: .party(party)) }
        #expect(world.history.standing == .activation(new))
        #expect(world.history.newest.number == new && world.history.active.number == old)
        world.time += 30
        try world.say(world.places(new, .activation, [7, 9]), by: .coordinator)
        #expect(world.history.standing == .closing(old, since: EpochWorld.start + 30))
        #expect(world.history.active.number == new && world.history.open.map(\.number) == [old, new])
        try world.say(world.places(old, .closing, [8, 9]), by: .coordinator)
        #expect(world.history.standing == .erasure(old, of: [.zero, .one, .two]))
        #expect(world.history.open.map(\.number) == [new])
        for party in PartyID.allCases {
            try world.say(.epochErased(EpochErased(epoch: old, keys: ["hpke-4"])), by: .party(party))
        }
        #expect(world.history.standing == .rest)
        let life = try #require(world.history.life(new))
        #expect(life.activation?.offsets == [7, 9] && life.activation?.time == EpochWorld.start + 30)
        #expect(life.ordered == EpochWorld.start && life.agreed == EpochWorld.start)
        #expect(world.history.life(old)?.closing?.offsets == [8, 9])
    }

    @Test("has the keys that were offered, in a chain of digests")
    func keys() throws {
        var world = EpochWorld()
        for _ in 0..<3 { try world.rotate() }
        #expect(world.history.lives.map(\.number.number) == [1, 2, 3, 4])
        for (former, life) in zip(world.history.lives, world.history.lives.dropFirst()) {
            #expect(life.keys.previous == former.keys.digest && life.keys.agreement == People.agreement)
            for party in PartyID.allCases {
                let (before, after) = (try #require(former.keys.parties[party]), try #require(life.keys.parties[party]))
                #expect(before.hpke != after.hpke && before.agreement != after.agreement)
                #expect(before.identity == after.identity)
            }
            #expect(former.keys.members == life.keys.members)
        }
        #expect(Set(world.history.lives.map(\.keys.digest)).count == 4)
    }

    @Test("is the same for everyone who reads it, from wherever the log's clock went back")
    func replay() throws {
        var world = EpochWorld()
        try world.rotate()
        try world.agree()
        var again = EpochHistory(People.terms())
        for (record, time) in world.said { _ = try again.apply(record, time: time) }
        #expect(again == world.history)
        // A clock that goes back makes nothing older than what came before.
        world.time -= 1000
        try world.say(world.places(world.history.newest.number, .activation), by: .coordinator)
        #expect(world.history.standing == .closing(KeyEpoch(2), since: EpochWorld.start))
    }

    // MARK: Orders

    @Test("refuses orders that skip, are old, fork, or come too early")
    func orders() throws {
        var world = EpochWorld(founding: 3)
        #expect(world.refusal(world.order(3), by: .coordinator) == .old(KeyEpoch(3)))
        #expect(world.refusal(world.order(2), by: .coordinator) == .old(KeyEpoch(2)))
        #expect(world.refusal(world.order(5), by: .coordinator) == .skipped(KeyEpoch(5), newest: KeyEpoch(3)))
        #expect(world.refusal(world.order(attempt: 2), by: .coordinator) == .skippedAttempt(2, last: 0))
        let order = world.order()
        try world.say(order, by: .coordinator)
        #expect(world.refusal(order, by: .coordinator) == .replayed)
        let fork = AgreementStatement.epochOrder(
            EpochOrder(
                epoch: KeyEpoch(4), attempt: 1, agreement: People.agreement, suite: .x25519, refreshesCounts: false))
        #expect(world.refusal(fork, by: .coordinator) == .forkedOrder(KeyEpoch(4)))
        #expect(world.refusal(world.order(attempt: 3), by: .coordinator) == .skippedAttempt(3, last: 1))
        try world.say(world.order(attempt: 2), by: .coordinator)
        let late = AgreementStatement.epochOrder(
            EpochOrder(
                epoch: KeyEpoch(4), attempt: 1, agreement: People.agreement, suite: .x25519, refreshesModels: false))
        #expect(world.refusal(late, by: .coordinator) == .old(KeyEpoch(4)))
        #expect(
            world.refusal(world.order(5, attempt: 3), by: .coordinator) == .skipped(KeyEpoch(5), newest: KeyEpoch(3)))
    }

    @Test("refuses the next order before the epoch before is closed, and takes it before its keys are erased")
    func unclosed() throws {
        var world = EpochWorld()
        try world.agree()
        #expect(world.refusal(world.order(), by: .coordinator) == .unclosed(KeyEpoch(1)))
        try world.say(world.places(KeyEpoch(2), .activation), by: .coordinator)
        #expect(world.refusal(world.order(), by: .coordinator) == .unclosed(KeyEpoch(1)))
        try world.say(world.places(KeyEpoch(1), .closing), by: .coordinator)
        try world.say(world.order(), by: .coordinator)
        #expect(world.history.standing == .offers(KeyEpoch(3), attempt: 1, of: [.zero, .one, .two]))
        // Who is late with that says so all the same.
        try world.say(.epochErased(EpochErased(epoch: KeyEpoch(1), keys: [])), by: .party(.two))
        #expect(world.history.life(KeyEpoch(1))?.erasuresMissing == [.zero, .one])
    }

    @Test("holds orders to the newest version of the agreement in force")
    func agreement() throws {
        var world = EpochWorld()
        let version = Digest32(of: [[2]])
        #expect(world.refusal(world.order(agreement: version), by: .coordinator) == .otherAgreement)
        world.history.adopt(People.membership(version))
        #expect(world.refusal(world.order(agreement: People.agreement), by: .coordinator) == .otherAgreement)
        try world.agree()
        #expect(world.history.newest.agreement == version)
    }

    // MARK: Attempts

    @Test("begins again where an attempt stands still, and forgets what was offered to it")
    func attempts() throws {
        var world = EpochWorld()
        try world.say(world.order(), by: .coordinator)
        let first = world.offer(.zero)
        try world.say(.partyOffer(first), by: .party(.zero))
        try world.say(world.order(), by: .coordinator)
        #expect(world.history.standing == .offers(KeyEpoch(2), attempt: 2, of: [.zero, .one, .two]))
        #expect(world.refusal(.partyOffer(first), by: .party(.zero)) == .replayed)
        #expect(world.refusal(.partyOffer(world.offer(.one, attempt: 1)), by: .party(.one)) == .old(KeyEpoch(2)))
        #expect(
            world.refusal(.partyOffer(world.offer(.one, attempt: 3)), by: .party(.one)) == .notOrdered(KeyEpoch(2)))
        // The keys of an attempt that nothing came of are still unused.
        try world.say(
            .partyOffer(
                PartyOffer(
                    epoch: KeyEpoch(2), attempt: 2, hpke: first.hpke, agreement: first.agreement,
                    certificate: first.certificate)), by: .party(.zero))
    }

    @Test("begins again behind a manifest for which two are ready, but not where three are")
    func lateAttempt() throws {
        var world = EpochWorld()
        try world.fix()
        let ready = try world.ready()
        for party in [PartyID.zero, .one] { try world.say(.epochReady(ready), by: .party(party)) }
        #expect(world.history.standing == .ready(KeyEpoch(2), attempt: 1, of: [.two]))
        var other = world
        try world.say(.epochReady(ready), by: .party(.two))
        #expect(world.refusal(world.order(2, attempt: 2), by: .coordinator) == .old(KeyEpoch(2)))
        try other.say(other.order(), by: .coordinator)
        #expect(other.refusal(.epochReady(ready), by: .party(.two)) == .old(KeyEpoch(2)))
        try other.offerAll()
        try other.say(.epochManifest(other.manifest()), by: .coordinator)
        #expect(other.refusal(.epochReady(ready), by: .party(.two)) == .old(KeyEpoch(2)))
        #expect(other.history.rotation?.keys?.digest != world.history.newest.digest)
    }

    // MARK: Offers

    @Test("refuses offers without an order, of another suite's keys, of used keys, and a second one")
    func offers() throws {
        var world = EpochWorld()
        let early = world.offer(.zero, attempt: 1)
        #expect(world.refusal(.partyOffer(early), by: .party(.zero)) == .notOrdered(KeyEpoch(2)))
        try world.say(world.order(), by: .coordinator)
        let skipped = world.offer(.zero, epoch: KeyEpoch(3))
        #expect(world.refusal(.partyOffer(skipped), by: .party(.zero)) == .notOrdered(KeyEpoch(3)))
        #expect(
            world.refusal(.partyOffer(world.offer(.zero, epoch: KeyEpoch(1))), by: .party(.zero)) == .old(KeyEpoch(1)))
        let fresh = world.offer(.zero)
        func offer(
            hpke: HPKEPublicKey? = nil, agreement: HPKEPublicKey? = nil, certificate: Digest32? = nil
        ) -> AgreementStatement {
            .partyOffer(
                PartyOffer(
                    epoch: KeyEpoch(2), attempt: 1, hpke: hpke ?? fresh.hpke, agreement: agreement ?? fresh.agreement,
                    certificate: certificate ?? fresh.certificate))
        }
        let own = People.keys(of: PartyID.zero)
        let peer = People.keys(of: PartyID.one)
        for used in [
            offer(hpke: own.hpke), offer(agreement: own.agreement), offer(hpke: own.agreement),
            offer(hpke: peer.hpke), offer(hpke: fresh.agreement), offer(certificate: peer.certificate),
            offer(agreement: People.keys(of: People.members[0]).hpke),
        ] {
            #expect(world.refusal(used, by: .party(.zero)) == .usedKey)
        }
        try world.say(.partyOffer(world.offer(.one)), by: .party(.one))
        #expect(world.refusal(offer(hpke: world.offer(.one).hpke), by: .party(.zero)) == .usedKey)
        #expect(world.refusal(offer(certificate: world.offer(.one).certificate), by: .party(.zero)) == .usedKey)
        // A certificate may stay.
        try world.say(offer(certificate: own.certificate), by: .party(.zero))
        #expect(world.refusal(.partyOffer(fresh), by: .party(.zero)) == .alreadyOffered(.party(.zero)))
    }

    @Test("refuses keys of epochs that are long closed")
    func oldKeys() throws {
        var world = EpochWorld()
        try world.rotate()
        let old = try #require(world.history.life(KeyEpoch(1))?.keys.parties[.two])
        try world.rotate()
        try world.say(world.order(), by: .coordinator)
        let fresh = world.offer(.two)
        let offer = PartyOffer(
            epoch: world.next, attempt: 1, hpke: old.hpke, agreement: fresh.agreement, certificate: fresh.certificate)
        #expect(world.refusal(.partyOffer(offer), by: .party(.two)) == .usedKey)
    }

    // MARK: Manifests and what follows

    @Test("takes a manifest of what the offers come to, and no other")
    func manifests() throws {
        var world = EpochWorld()
        let nothing = EpochManifest(
            epoch: KeyEpoch(2), attempt: 1, previous: world.history.newest.digest, agreement: People.agreement,
            keys: .zero)
        #expect(world.refusal(.epochManifest(nothing), by: .coordinator) == .notOrdered(KeyEpoch(2)))
        try world.say(world.order(), by: .coordinator)
        try world.say(.partyOffer(world.offer(.one)), by: .party(.one))
        #expect(world.refusal(.epochManifest(nothing), by: .coordinator) == .offersMissing([.zero, .two]))
        for party in [PartyID.zero, .two] { try world.say(.partyOffer(world.offer(party)), by: .party(party)) }
        let good = try world.manifest()
        func manifest(
            epoch: UInt32 = 2, attempt: UInt32 = 1, previous: Digest32? = nil, agreement: Digest32? = nil,
            keys: Digest32? = nil
        ) -> AgreementStatement {
            .epochManifest(
                EpochManifest(
                    epoch: KeyEpoch(epoch), attempt: attempt, previous: previous ?? good.previous,
                    agreement: agreement ?? good.agreement, keys: keys ?? good.keys))
        }
        #expect(world.refusal(manifest(previous: .zero), by: .coordinator) == .otherPrevious)
        #expect(world.refusal(manifest(agreement: .zero), by: .coordinator) == .otherAgreement)
        #expect(world.refusal(manifest(keys: .zero), by: .coordinator) == .otherKeys)
        #expect(world.refusal(manifest(epoch: 3), by: .coordinator) == .notOrdered(KeyEpoch(3)))
        #expect(world.refusal(manifest(attempt: 2), by: .coordinator) == .notOrdered(KeyEpoch(2)))
        #expect(world.refusal(manifest(epoch: 1), by: .coordinator) == .old(KeyEpoch(1)))
        #expect(
            world.refusal(.epochReady(EpochReady(epoch: KeyEpoch(2), attempt: 1, keys: good.keys)), by: .party(.one))
                == .noManifest(KeyEpoch(2)))
        try world.say(.epochManifest(good), by: .coordinator)
        #expect(world.refusal(.epochManifest(good), by: .coordinator) == .replayed)
        #expect(world.refusal(manifest(keys: .zero), by: .coordinator) == .forkedManifest(KeyEpoch(2)))
        let other = EpochReady(epoch: KeyEpoch(2), attempt: 1, keys: .zero)
        #expect(world.refusal(.epochReady(other), by: .party(.one)) == .otherKeys)
        try world.say(.epochReady(world.ready()), by: .party(.one))
        let twice = EpochReady(epoch: KeyEpoch(2), attempt: 1, keys: good.keys, counts: 5)
        #expect(world.refusal(.epochReady(twice), by: .party(.one)) == .alreadyReady(.one))
    }

    @Test("is told where an epoch begins and ends once, and in this order")
    func places() throws {
        var world = EpochWorld()
        let (old, new) = (KeyEpoch(1), KeyEpoch(2))
        #expect(try world.refusal(world.places(new, .activation), by: .coordinator) == .notOrdered(new))
        #expect(try world.refusal(world.places(old, .activation), by: .coordinator) == .alreadyPlaced(old))
        #expect(try world.refusal(world.places(old, .closing), by: .coordinator) == .notActive(new))
        try world.fix()
        #expect(try world.refusal(world.places(new, .activation), by: .coordinator) == .notReady(PartyID.allCases))
        let ready = try world.ready()
        for party in PartyID.allCases { try world.say(.epochReady(ready), by: .party(party)) }
        #expect(try world.refusal(world.places(old, .closing), by: .coordinator) == .notActive(new))
        try world.say(world.places(new, .activation), by: .coordinator)
        #expect(try world.refusal(world.places(new, .activation, [9]), by: .coordinator) == .alreadyPlaced(new))
        #expect(try world.refusal(world.places(new, .closing), by: .coordinator) == .notActive(KeyEpoch(3)))
        let erased = AgreementStatement.epochErased(try EpochErased(epoch: old, keys: ["hpke-1"]))
        #expect(world.refusal(erased, by: .party(.zero)) == .notClosed(old))
        try world.say(world.places(old, .closing), by: .coordinator)
        #expect(try world.refusal(world.places(old, .closing, [9]), by: .coordinator) == .alreadyPlaced(old))
        try world.say(erased, by: .party(.zero))
        let more = AgreementStatement.epochErased(try EpochErased(epoch: old, keys: []))
        #expect(world.refusal(more, by: .party(.zero)) == .alreadyErased(.party(.zero)))
        try world.say(more, by: .member(People.members[1]))
        #expect(world.history.standing == .erasure(old, of: [.one, .two]))
    }

    @Test("knows the generation of counts and rows, and of each model the one that three parties have its shares in")
    func generations() throws {
        var world = EpochWorld()
        let (old, new) = (Digest32(of: [[1]]), Digest32(of: [[2]]))
        // Of the epochs 2 to 6: what each party says that it has. The last comes without a generation.
        let said: [[[Digest32]]] = [
            [[old], [old], [old]], [[old, new], [old], [old, new]], [[old, new], [old, new], [new, old]],
            [[], [old], []], [[old], [old], [old]],
        ]
        for models in said {
            world.refreshes = world.next < KeyEpoch(6)
            try world.fix()
            for (party, models) in zip(PartyID.allCases, models) {
                let ready = EpochReady(
                    epoch: world.next, attempt: world.attempt, keys: try #require(world.history.rotation?.keys).digest,
                    models: models)
                try world.say(.epochReady(ready), by: .party(party))
            }
            let newest = world.history.newest.number
            try world.say(world.places(newest, .activation), by: .coordinator)
            try world.say(world.places(KeyEpoch(newest.number - 1), .closing), by: .coordinator)
        }
        func generations(_ model: Digest32) -> [UInt32] {
            (1...6 as ClosedRange<UInt32>).map { world.history.generation(of: model, under: KeyEpoch($0)).number }
        }
        #expect((1...7).map { world.history.generation(under: KeyEpoch($0)).number } == [0, 2, 3, 4, 5, 5, 5])
        #expect(generations(old) == [0, 2, 3, 4, 4, 4])
        #expect(generations(new) == [0, 0, 0, 4, 4, 4])
        #expect(generations(Digest32(of: [[3]])) == [0, 0, 0, 0, 0, 0])
    }
}
