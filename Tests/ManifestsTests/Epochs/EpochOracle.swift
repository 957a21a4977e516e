import Keys
import Manifests
import Records

/// What counts of the records on keys, told slowly: of every statement the whole list of those before is asked anew. Nobody joins
/// or leaves.
struct EpochOracle {
    struct Said: Hashable {
        var author: SyncAuthor
        var statement: AgreementStatement
        /// By which of the author's identities it is signed, and by which new one.
        var signer = 0
        var newSigner: Int?
        var time: Int64 = 0
    }

    private(set) var counted: [Said] = []
    private let terms = EpochPeople.terms()

    private typealias People = EpochPeople

    // MARK: What there is

    private func orders(_ epoch: KeyEpoch) -> [EpochOrder] {
        counted.compactMap {
            if case .epochOrder(let order) = $0.statement, order.epoch == epoch { order } else { nil }
        }
    }

    private func offers(_ epoch: KeyEpoch, _ attempt: UInt32) -> [PartyID: PartyOffer] {
        var out: [PartyID: PartyOffer] = [:]
        for said in counted {
            if case (.partyOffer(let offer), .party(let party)) = (said.statement, said.author), offer.epoch == epoch,
                offer.attempt == attempt
            {
                out[party] = offer
            }
        }
        return out
    }

    private func memberOffer(_ member: MemberID, _ epoch: KeyEpoch) -> MemberKeys? {
        for said in counted {
            if case .memberOffer(let offer) = said.statement, said.author == .member(member), offer.epoch == epoch {
                return offer.keys
            }
        }
        return nil
    }

    private func hasManifest(_ epoch: KeyEpoch, _ attempt: UInt32) -> Bool {
        counted.contains {
            if case .epochManifest(let each) = $0.statement {
                each.epoch == epoch && each.attempt == attempt
            } else {
                false
            }
        }
    }

    private func ready(_ epoch: KeyEpoch, _ attempt: UInt32) -> Set<SyncAuthor> {
        Set(
            counted.filter {
                if case .epochReady(let each) = $0.statement {
                    each.epoch == epoch && each.attempt == attempt
                } else {
                    false
                }
            }.map(\.author))
    }

    func place(_ epoch: KeyEpoch, _ kind: EpochPlaces.Kind) -> (offsets: [Int64], time: Int64)? {
        for said in counted {
            if case .epochPlaces(let each) = said.statement, each.epoch == epoch, each.kind == kind {
                return (each.offsets, said.time)
            }
        }
        return nil
    }

    private func erased(_ epoch: KeyEpoch) -> [SyncAuthor] {
        counted.filter { if case .epochErased(let each) = $0.statement { each.epoch == epoch } else { false } }
            .map(\.author)
    }

    private func agreed(_ epoch: KeyEpoch) -> UInt32? {
        orders(epoch).map(\.attempt).first { ready(epoch, $0).count == 3 }
    }

    /// Ascending.
    var epochs: [KeyEpoch] {
        var all = [KeyEpoch(1)]
        while agreed(all.last!.next) != nil { all.append(all.last!.next) }
        return all
    }

    private func isActive(_ epoch: KeyEpoch) -> Bool {
        epoch == KeyEpoch(1) || place(epoch, .activation) != nil
    }

    /// The keys of an epoch by an attempt at it.
    private func keys(_ epoch: KeyEpoch, attempt: UInt32) -> EpochKeys? {
        let offers = offers(epoch, attempt)
        guard offers.count == 3, let former = keys(KeyEpoch(epoch.number - 1)) else { return nil }
        return EpochKeys(
            consortium: "demo", number: epoch, previous: former.digest, agreement: People.agreement,
            parties: Dictionary(
                uniqueKeysWithValues: offers.map { party, offer in
                    (
                        party,
                        PartyKeys(
                            identity: People.identity(.party(party)), hpke: offer.hpke, agreement: offer.agreement,
                            certificate: offer.certificate)
                    )
                }),
            members: Dictionary(
                uniqueKeysWithValues: People.members.map { ($0, memberOffer($0, epoch) ?? former.members[$0]!) }))
    }

    func keys(_ epoch: KeyEpoch) -> EpochKeys? {
        if epoch == KeyEpoch(1) { return terms.founding }
        return agreed(epoch).flatMap { keys(epoch, attempt: $0) }
    }

    /// Of everybody in every epoch, and what was offered for the next by others.
    private func taken(but author: SyncAuthor) -> [[UInt8]] {
        var taken = [People.identity(.coordinator).bytes]
        for keys in epochs.compactMap({ keys($0) }) {
            for each in keys.parties.values { taken += [each.identity.bytes, each.hpke.bytes, each.agreement.bytes] }
            for each in keys.members.values { taken += [each.identity.bytes, each.hpke.bytes] }
        }
        let next = epochs.last!.next
        for (party, offer) in offers(next, orders(next).last?.attempt ?? 0) where .party(party) != author {
            taken += [offer.hpke.bytes, offer.agreement.bytes]
        }
        for member in People.members where .member(member) != author {
            if let keys = memberOffer(member, next) { taken += [keys.identity.bytes, keys.hpke.bytes] }
        }
        return taken
    }

    // MARK: What counts

    mutating func take(_ said: Said) -> Bool {
        guard counts(said) else { return false }
        counted.append(said)
        return true
    }

    private func counts(_ said: Said) -> Bool {
        guard !counted.contains(where: { $0.author == said.author && $0.statement == said.statement }),
            isSigned(said)
        else { return false }
        let (newest, next) = (epochs.last!, epochs.last!.next)
        let attempt = orders(next).last?.attempt
        switch said.statement {
        case .proposal, .signature: return false
        case .epochOrder(let order):
            return order.epoch == next && order.attempt == (attempt ?? 0) + 1
                && epochs.dropLast().allSatisfy { place($0, .closing) != nil } && order.agreement == People.agreement
        case .partyOffer(let offer):
            guard case .party(let party) = said.author, offer.epoch == next, offer.attempt == attempt else {
                return false
            }
            let others = offers(next, offer.attempt)
            let taken = taken(but: said.author)
            guard others[party] == nil, !taken.contains(offer.hpke.bytes), !taken.contains(offer.agreement.bytes),
                let current = keys(newest)
            else { return false }
            return offer.certificate == current.parties[party]?.certificate
                || !(others.values.map(\.certificate) + current.parties.values.map(\.certificate))
                    .contains(offer.certificate)
        case .memberOffer(let offer):
            guard case .member(let member) = said.author, offer.epoch == next,
                !hasManifest(next, attempt ?? 0), memberOffer(member, next) == nil,
                let current = keys(newest)?.members[member], current != offer.keys
            else { return false }
            let taken = taken(but: said.author).filter { $0 != current.identity.bytes && $0 != current.hpke.bytes }
            return !taken.contains(offer.keys.identity.bytes) && !taken.contains(offer.keys.hpke.bytes)
        case .epochManifest(let manifest):
            guard manifest.epoch == next, manifest.attempt == attempt, !hasManifest(next, manifest.attempt),
                let keys = keys(next, attempt: manifest.attempt)
            else { return false }
            return manifest == EpochManifest(keys, attempt: manifest.attempt)
        case .epochReady(let report):
            guard report.epoch == next, report.attempt == attempt, hasManifest(next, report.attempt) else {
                return false
            }
            return report.keys == keys(next, attempt: report.attempt)?.digest
                && !ready(next, report.attempt).contains(said.author)
        case .epochPlaces(let places):
            guard epochs.contains(places.epoch), place(places.epoch, places.kind) == nil else { return false }
            return switch places.kind {
            case .activation: places.epoch != KeyEpoch(1)
            case .closing: epochs.contains(places.epoch.next) && isActive(places.epoch.next)
            }
        case .epochErased(let each):
            return place(each.epoch, .closing) != nil && !erased(each.epoch).contains(said.author)
        }
    }

    private func isSigned(_ said: Said) -> Bool {
        guard case .member(let member) = said.author else { return said.signer == 0 }
        guard let current = keys(epochs.last!)?.members[member]?.identity,
            People.identity(said.author, said.signer) == current
        else { return false }
        guard case .memberOffer(let offer) = said.statement else { return true }
        return said.newSigner.map { People.identity(said.author, $0) == offer.keys.identity } ?? false
    }

    // MARK: What is waited for

    var standing: EpochStanding {
        let (newest, next) = (epochs.last!, epochs.last!.next)
        if let attempt = orders(next).last?.attempt {
            let offering = PartyID.allCases.filter { offers(next, attempt)[$0] == nil }
            if !offering.isEmpty { return .offers(next, attempt: attempt, of: offering) }
            if !hasManifest(next, attempt) { return .manifest(next, attempt: attempt) }
            let ready = ready(next, attempt)
            return .ready(next, attempt: attempt, of: PartyID.allCases.filter { !ready.contains(.party($0)) })
        }
        guard newest != KeyEpoch(1) else { return .rest }
        guard let activation = place(newest, .activation) else { return .activation(newest) }
        let former = KeyEpoch(newest.number - 1)
        guard place(former, .closing) != nil else { return .closing(former, since: activation.time) }
        for epoch in epochs where place(epoch, .closing) != nil {
            let missing = PartyID.allCases.filter { !erased(epoch).contains(.party($0)) }
            if !missing.isEmpty { return .erasure(epoch, of: missing) }
        }
        return .rest
    }
}
