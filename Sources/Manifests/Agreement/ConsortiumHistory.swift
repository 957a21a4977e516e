import Keys
package import Records

/// All that `consortium.agreement` comes to: versions of the agreement and epochs of keys, which go by each other. Keys are made
/// for those who take part by the newest version in force when they are ordered, and signatures of versions are checked by the
/// newest keys.
package struct ConsortiumHistory: Sendable, Hashable {
    package private(set) var agreement: AgreementHistory
    package private(set) var epochs: EpochHistory

    /// Nothing has been said.
    ///
    /// - Parameters:
    ///   - founding: version 1, of the roster.
    ///   - terms: of the same roster; its epoch stands on that version.
    package init(founding: ConsortiumAgreement, terms: EpochTerms) {
        agreement = AgreementHistory(founding: founding)
        epochs = EpochHistory(terms)
    }

    /// Takes the next record of the topic.
    ///
    /// - Parameter time: of the log, when it came, in seconds since 1970. Where it goes back, the latest counts.
    /// - Returns: what was said by whom, where it counts.
    @discardableResult
    package mutating func apply(_ record: [UInt8], time: Int64) throws(ConsortiumRefusal) -> AgreementMessage {
        let message: AgreementMessage
        do throws(AgreementMistake) {
            message = try AgreementMessage(reading: record, consortium: agreement.inForce.agreement.consortium)
        } catch { throw .agreement(.record(error)) }
        switch message.statement {
        case .proposal, .signature:
            let before = agreement.inForce.digest
            do throws(AgreementRefusal) { try agreement.apply(message, time: time) } catch { throw .agreement(error) }
            if agreement.inForce.digest != before { epochs.adopt(agreement.inForce.membership) }
        default:
            let before = epochs.lives.count
            do throws(EpochRefusal) { _ = try epochs.apply(message, time: time) } catch { throw .keys(error) }
            if epochs.lives.count > before {
                agreement.adopt(epochs.newest.identities, agreement: epochs.newest.agreement)
            }
        }
        return message
    }

    // MARK: Who takes part

    /// The version that an epoch of keys stands on: what holds in it. Nil for an epoch that there is not.
    package func version(in epoch: KeyEpoch) -> AgreedVersion? {
        epochs.life(epoch).flatMap { agreement.version($0.keys.agreement) }
    }

    /// The version that takes effect: that of the newest epoch that three parties are ready for. Members seal under it from then
    /// on.
    package var effective: AgreedVersion { version(in: epochs.newest.number) ?? agreement.versions[0] }

    /// Whether a member may have a session of an epoch: a party that does not know the epoch yet knows no member of it.
    package func standing(of member: MemberID, in epoch: KeyEpoch) -> MemberStanding {
        guard let version = version(in: epoch) else { return .unknown }
        guard let entry = version.agreement.member(member) else { return .unknown }
        return entry.takesPart ? .takesPart : .left
    }
}

/// What a member is to a consortium in an epoch of keys.
package enum MemberStanding: Sendable, Hashable {
    case takesPart
    /// It did before, and left or was expelled.
    case left
    case unknown
}

extension AgreedVersion {
    /// Who takes part by the version, with the keys that they came with.
    package var membership: EpochMembership {
        EpochMembership(
            agreement: digest, parties: agreement.parties.mapValues(\.identity),
            members: Dictionary(
                agreement.members.filter(\.takesPart).map { ($0.id, MemberKeys(identity: $0.identity, hpke: $0.hpke)) }
            ) { first, _ in first })
    }
}

extension EpochKeys {
    /// The identities of all that have keys in the epoch.
    var identities: [SyncAuthor: VerifyingKey] {
        var identities: [SyncAuthor: VerifyingKey] = [:]
        for (party, keys) in parties { identities[.party(party)] = keys.identity }
        for (member, keys) in members { identities[.member(member)] = keys.identity }
        return identities
    }
}

/// Why a record of `consortium.agreement` does not count.
package enum ConsortiumRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case agreement(AgreementRefusal)
    case keys(EpochRefusal)

    package var description: String {
        switch self {
        case .agreement(let refusal): "\(refusal)"
        case .keys(let refusal): "\(refusal)"
        }
    }
}
