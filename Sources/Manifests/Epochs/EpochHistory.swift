import Keys
package import Records
package import ThreeParty

/// All that is said on `consortium.agreement` of keys: which epochs there are, and how far the next one is. A pure function of the
/// records, of the log's times, and of the versions of the agreement in force, so it is the same for everyone of one roster.
///
/// One epoch is made at a time, and only when all but the newest are closed. A record that does not count is refused by name and
/// changes nothing: the keys in force stay.
package struct EpochHistory: Sendable, Hashable {
    package let terms: EpochTerms
    /// Epochs that three parties were ready for, behind the roster's; ascending, without a gap.
    package private(set) var lives: [EpochLife]
    /// The newest attempt at the next epoch; nil where none was ordered.
    package private(set) var rotation: EpochRotation?
    /// What members have offered for the next epoch.
    package private(set) var memberOffers: [MemberID: MemberOffer] = [:]
    /// Who takes part by the newest version of the agreement in force.
    package private(set) var membership: EpochMembership
    private var seen: Set<Digest32> = []
    /// When the last record came that counts, in seconds since 1970.
    private var latest: Int64 = 0

    /// Nothing has been said.
    package init(_ terms: EpochTerms) {
        self.terms = terms
        membership = EpochMembership(
            agreement: terms.founding.agreement, parties: terms.founding.parties.mapValues(\.identity),
            members: terms.founding.members)
        lives = [
            EpochLife(keys: terms.founding, membership: membership, order: nil, ordered: 0, agreed: 0, ready: [:])
        ]
    }

    /// Takes note of a version of the agreement that has come in force: orders behind it have to stand on it.
    package mutating func adopt(_ membership: EpochMembership) { self.membership = membership }

    // MARK: Looking

    /// The keys of all epochs that three parties were ready for, and the roster's.
    package var epochs: [KeyEpoch: EpochKeys] {
        Dictionary(uniqueKeysWithValues: lives.map { ($0.number, $0.keys) })
    }
    /// The newest epoch that three parties are ready for: what members seal under.
    package var newest: EpochKeys { lives[lives.count - 1].keys }
    /// The newest epoch that is told to be active.
    package var active: EpochKeys { (lives.last { $0.isActive } ?? lives[0]).keys }
    /// Epochs that are not closed: one or two.
    package var open: [EpochKeys] { lives.filter { $0.closing == nil }.map(\.keys) }

    /// Nil for an epoch that three parties were never ready for.
    package func life(_ epoch: KeyEpoch) -> EpochLife? { place(epoch).map { lives[$0] } }

    /// The generation that shares of counts and of kept rows are of under an epoch's keys.
    package func generation(under epoch: KeyEpoch) -> ShareGeneration {
        let life = lives.last { $0.number <= epoch && $0.order?.refreshes ?? false }
        return life.map { ShareGeneration($0.number.number) } ?? .dealt
    }

    /// The generation that shares of a model are of under an epoch's keys: the newest one in which three parties said that they
    /// have it.
    package func generation(of model: Digest32, under epoch: KeyEpoch) -> ShareGeneration {
        let life = lives.last { life in
            life.number <= epoch && life.order?.refreshes ?? false && life.ready.count == 3
                && life.ready.values.allSatisfy { $0.models.contains(model) }
        }
        return life.map { ShareGeneration($0.number.number) } ?? .dealt
    }

    /// What is waited for, of whom.
    package var standing: EpochStanding {
        if let rotation {
            let (epoch, attempt) = (rotation.order.epoch, rotation.order.attempt)
            guard rotation.offersMissing.isEmpty else {
                return .offers(epoch, attempt: attempt, of: rotation.offersMissing)
            }
            guard rotation.keys != nil else { return .manifest(epoch, attempt: attempt) }
            return .ready(epoch, attempt: attempt, of: rotation.readyMissing)
        }
        guard let last = lives.last, lives.count > 1 else { return .rest }
        guard let activation = last.activation else { return .activation(last.number) }
        let former = lives[lives.count - 2]
        guard former.closing != nil else { return .closing(former.number, since: activation.time) }
        for life in lives where life.closing != nil && !life.erasuresMissing.isEmpty {
            return .erasure(life.number, of: life.erasuresMissing)
        }
        return .rest
    }

    /// The keys of the next epoch as the offers so far come to; nil where a party has offered none.
    package var composed: EpochKeys? {
        guard let rotation, rotation.offersMissing.isEmpty else { return nil }
        var parties: [PartyID: PartyKeys] = [:]
        for (party, offer) in rotation.offers {
            guard let identity = rotation.membership.parties[party] else { return nil }
            parties[party] = PartyKeys(
                identity: identity, hpke: offer.hpke, agreement: offer.agreement, certificate: offer.certificate)
        }
        var members: [MemberID: MemberKeys] = [:]
        for (member, keys) in rotation.membership.members {
            // Where the agreement itself gives a member other keys than before, or a first one, these count.
            let stays = lives[lives.count - 1].membership.members[member] == keys
            members[member] = stays ? memberOffers[member]?.keys ?? newest.members[member] ?? keys : keys
        }
        return EpochKeys(
            consortium: terms.consortium, number: rotation.order.epoch, previous: newest.digest,
            agreement: rotation.membership.agreement, parties: parties, members: members)
    }

    private func place(_ epoch: KeyEpoch) -> Int? {
        guard epoch >= terms.founding.number else { return nil }
        let place = Int(epoch.number - terms.founding.number.number)
        return place < lives.count ? place : nil
    }

    // MARK: Taking

    /// Takes the next record of the topic.
    ///
    /// - Parameter time: of the log, when it came, in seconds since 1970. Where it goes back, the latest counts.
    /// - Returns: what was said by whom, where it is on keys and counts; nil for a record on something else.
    @discardableResult
    package mutating func apply(_ record: [UInt8], time: Int64) throws(EpochRefusal) -> AgreementMessage? {
        let message: AgreementMessage
        do throws(AgreementMistake) {
            message = try AgreementMessage(reading: record, consortium: terms.consortium)
        } catch { throw .record(error) }
        return try apply(message, time: time) ? message : nil
    }

    /// Takes the next record of the topic, which was read already.
    ///
    /// - Returns: whether it is on keys.
    package mutating func apply(_ message: AgreementMessage, time: Int64) throws(EpochRefusal) -> Bool {
        guard !seen.contains(message.digest) else { throw .replayed }
        guard let key = key(of: message) else { throw .unknownAuthor(message.author) }
        guard message.isSigned(by: key) else { throw .badSignature(message.author) }
        let time = max(time, latest)
        switch (message.statement, message.author) {
        case (.epochOrder(let order), _): try take(order, at: time)
        case (.partyOffer(let offer), .party(let party)): try take(offer, of: party)
        case (.memberOffer(let offer), .member(let member)): try take(offer, of: member, message)
        case (.epochManifest(let manifest), _): try take(manifest)
        case (.epochReady(let ready), .party(let party)): try take(ready, of: party, at: time)
        case (.epochPlaces(let places), _): try take(places, at: time)
        case (.epochErased(let erased), let author): try take(erased, of: author)
        default: throw .record(.author)
        }
        seen.insert(message.digest)
        latest = time
        return true
    }

    /// The key that a statement of this author has to be signed by; nil where the author takes no part in what it is on.
    private func key(of message: AgreementMessage) -> VerifyingKey? {
        switch (message.statement, message.author) {
        case (_, .coordinator): return terms.coordinator
        case (.epochErased(let erased), let author):
            // Who was of that epoch, by the newest identity that it has.
            guard life(erased.epoch)?.keys.identity(of: author) != nil else { return nil }
            return lives.last { $0.keys.identity(of: author) != nil }?.keys.identity(of: author)
        case (_, .party(let party)): return (rotation?.membership ?? membership).parties[party]
        case (_, .member(let member)): return newest.members[member]?.identity
        default: return nil
        }
    }

    private mutating func take(_ order: EpochOrder, at time: Int64) throws(EpochRefusal) {
        guard order.epoch > newest.number else { throw .old(order.epoch) }
        guard order.epoch == newest.number.next else { throw .skipped(order.epoch, newest: newest.number) }
        if let last = rotation?.order {
            guard order.attempt != last.attempt else { throw .forkedOrder(order.epoch) }
            guard order.attempt > last.attempt else { throw .old(order.epoch) }
        }
        let last = rotation?.order.attempt ?? 0
        guard order.attempt == last + 1 else { throw .skippedAttempt(order.attempt, last: last) }
        if let open = lives.dropLast().first(where: { $0.closing == nil }) { throw .unclosed(open.number) }
        guard order.agreement == membership.agreement else { throw .otherAgreement }
        guard order.suite >= newest.suite else { throw .suiteDowngrade(order.suite, from: newest.suite) }
        rotation = EpochRotation(order: order, time: time, membership: membership)
    }

    /// The attempt under way that a statement is on.
    private func attempt(_ epoch: KeyEpoch, _ attempt: UInt32) throws(EpochRefusal) -> EpochRotation {
        guard epoch > newest.number else { throw .old(epoch) }
        guard let rotation, rotation.order.epoch == epoch, rotation.order.attempt >= attempt else {
            throw .notOrdered(epoch)
        }
        guard rotation.order.attempt == attempt else { throw .old(epoch) }
        return rotation
    }

    private mutating func take(_ offer: PartyOffer, of party: PartyID) throws(EpochRefusal) {
        let rotation = try attempt(offer.epoch, offer.attempt)
        guard rotation.offers[party] == nil else { throw .alreadyOffered(.party(party)) }
        let wanted = rotation.order.suite
        guard offer.hpke.suite == wanted else { throw .otherSuite(offer.hpke.suite, wanted: wanted) }
        let taken = takenKeys(but: .party(party))
        guard !taken.contains(offer.hpke.bytes), !taken.contains(offer.agreement.bytes),
            offer.hpke.bytes != offer.agreement.bytes
        else { throw .usedKey }
        let certificates = rotation.offers.values.map(\.certificate) + newest.parties.values.map(\.certificate)
        guard offer.certificate == newest.parties[party]?.certificate || !certificates.contains(offer.certificate)
        else {
            throw .usedKey
        }
        self.rotation?.offers[party] = offer
    }

    private mutating func take(
        _ offer: MemberOffer, of member: MemberID, _ message: AgreementMessage
    ) throws(EpochRefusal) {
        guard message.isSigned(byNew: offer.keys.identity) else { throw .badNewSignature(.member(member)) }
        guard offer.epoch > newest.number else { throw .old(offer.epoch) }
        guard offer.epoch == newest.number.next else { throw .skipped(offer.epoch, newest: newest.number) }
        guard rotation?.keys == nil else { throw .fixed(offer.epoch) }
        guard memberOffers[member] == nil else { throw .alreadyOffered(.member(member)) }
        guard let current = newest.members[member], offer.keys != current else { throw .nothingNew }
        let (suite, former) = (offer.keys.hpke.suite, current.hpke.suite)
        guard suite >= former else { throw .suiteDowngrade(suite, from: former) }
        let taken = takenKeys(but: .member(member)).subtracting([current.identity.bytes, current.hpke.bytes])
        guard !taken.contains(offer.keys.identity.bytes), !taken.contains(offer.keys.hpke.bytes) else { throw .usedKey }
        memberOffers[member] = offer
    }

    /// Keys of anybody in any epoch so far, of whoever joins by the newest agreement, and what others have offered for the next
    /// epoch.
    private func takenKeys(but author: SyncAuthor) -> Set<[UInt8]> {
        var taken: Set<[UInt8]> = [terms.coordinator.bytes]
        for life in lives {
            for keys in life.keys.parties.values {
                taken.formUnion([keys.identity.bytes, keys.hpke.bytes, keys.agreement.bytes])
            }
            for keys in life.keys.members.values { taken.formUnion([keys.identity.bytes, keys.hpke.bytes]) }
        }
        for keys in membership.members.values { taken.formUnion([keys.identity.bytes, keys.hpke.bytes]) }
        taken.formUnion(membership.parties.values.map(\.bytes))
        for (party, offer) in rotation?.offers ?? [:] where .party(party) != author {
            taken.formUnion([offer.hpke.bytes, offer.agreement.bytes])
        }
        for (member, offer) in memberOffers where .member(member) != author {
            taken.formUnion([offer.keys.identity.bytes, offer.keys.hpke.bytes])
        }
        return taken
    }

    private mutating func take(_ manifest: EpochManifest) throws(EpochRefusal) {
        let rotation = try attempt(manifest.epoch, manifest.attempt)
        guard rotation.keys == nil else { throw .forkedManifest(manifest.epoch) }
        guard let composed else { throw .offersMissing(rotation.offersMissing) }
        guard manifest.previous == composed.previous else { throw .otherPrevious }
        guard manifest.agreement == composed.agreement else { throw .otherAgreement }
        guard manifest.keys == composed.digest else { throw .otherKeys }
        self.rotation?.keys = composed
    }

    private mutating func take(_ ready: EpochReady, of party: PartyID, at time: Int64) throws(EpochRefusal) {
        var rotation = try attempt(ready.epoch, ready.attempt)
        guard let keys = rotation.keys else { throw .noManifest(ready.epoch) }
        guard ready.keys == keys.digest else { throw .otherKeys }
        guard rotation.ready[party] == nil else { throw .alreadyReady(party) }
        rotation.ready[party] = ready
        guard rotation.readyMissing.isEmpty else {
            self.rotation = rotation
            return
        }
        // From here on the epoch is; nothing replaces it any more.
        lives.append(
            EpochLife(
                keys: keys, membership: rotation.membership, order: rotation.order, ordered: rotation.time,
                agreed: time,
                ready: rotation.ready))
        self.rotation = nil
        memberOffers = [:]
    }

    private mutating func take(_ places: EpochPlaces, at time: Int64) throws(EpochRefusal) {
        let mark = EpochLife.Mark(offsets: places.offsets, time: time)
        guard let place = place(places.epoch) else {
            guard let rotation, rotation.order.epoch == places.epoch else { throw .notOrdered(places.epoch) }
            throw .notReady(rotation.readyMissing)
        }
        switch places.kind {
        case .activation:
            guard !lives[place].isActive else { throw .alreadyPlaced(places.epoch) }
            lives[place].activation = mark
        case .closing:
            guard lives[place].closing == nil else { throw .alreadyPlaced(places.epoch) }
            guard place + 1 < lives.count, lives[place + 1].isActive else { throw .notActive(places.epoch.next) }
            lives[place].closing = mark
        }
    }

    private mutating func take(_ erased: EpochErased, of author: SyncAuthor) throws(EpochRefusal) {
        guard let place = place(erased.epoch), lives[place].closing != nil else { throw .notClosed(erased.epoch) }
        guard lives[place].erased[author] == nil else { throw .alreadyErased(author) }
        lives[place].erased[author] = erased
    }
}
