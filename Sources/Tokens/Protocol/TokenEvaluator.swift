package import Records

/// What a member asks each party: to evaluate blinded elements under the key of an epoch. The same for every party.
package struct TokenRequest: Sendable, Hashable {
    /// The epoch whose key the member wants; a party answers for its newest and for the one before.
    package let epoch: TokenEpoch
    /// Elements that say nothing of the identifiers, since each was multiplied by a blind of its own; 1 to 1,024.
    package let blinded: [GroupElement]

    package init(epoch: TokenEpoch, blinded: [GroupElement]) {
        self.epoch = epoch
        self.blinded = blinded
    }
}

/// A party's side: answers requests of the members that it knows, each within its rate. It learns who asks and how many,
/// and nothing of what for.
///
/// It has the key of the newest epoch and of the one before, so that a rotation fails no request that is under way. A
/// member has one rate for both.
package struct TokenEvaluator: ~Copyable, Sendable {
    /// Shared, since a share can't be copied.
    private final class Key: Sendable {
        let share: TokenKeyShare
        let context: TokenContext

        init(_ share: consuming TokenKeyShare, _ context: TokenContext) {
            self.share = share
            self.context = context
        }
    }

    /// The party whose shares these are.
    package let party: PartyID
    private var newest: Key
    private var previous: Key?
    private let limits: [MemberID: RateLimit]
    private var buckets: [MemberID: RateBucket] = [:]

    /// The newest.
    package var epoch: TokenEpoch { newest.context.epoch }

    /// - Parameters:
    ///   - share: of the key of `context`'s epoch, the newest.
    ///   - previous: of the epoch before.
    package init(
        share: consuming TokenKeyShare, previous: consuming TokenKeyShare? = nil, context: TokenContext,
        limits: [MemberID: RateLimit]
    ) {
        party = share.party
        newest = Key(share, context)
        if let previous = consume previous, let before = context.previous { self.previous = Key(previous, before) }
        self.limits = limits
    }

    /// From now on answers for the next epoch, and for the one that was the newest. What members have used of their
    /// rates stays used.
    package mutating func rotate(to share: consuming TokenKeyShare) {
        let next = TokenContext(consortium: newest.context.consortium, epoch: epoch.next)
        previous = newest
        newest = Key(share, next)
    }

    /// Whether the member has a rate here, and so may ask.
    package func isMember(_ member: MemberID) -> Bool { limits[member] != nil }

    package var consortium: [UInt8] { newest.context.consortium }

    /// - Throws: `staleEpoch`, which names the newest.
    package func publicKey(of epoch: TokenEpoch) throws(TokenError) -> TokenPublicKey {
        try key(of: epoch).share.publicKey
    }

    /// The key of one of the two epochs that are answered for.
    private func key(of epoch: TokenEpoch) throws(TokenError) -> Key {
        for key in [newest, previous] {
            if let key, key.context.epoch == epoch { return key }
        }
        throw .staleEpoch(current: newest.context.epoch)
    }

    /// How far the member's rate is used up; nil where nothing of it is.
    package func level(of member: MemberID) -> RateLevel? { buckets[member]?.current }

    /// Puts kept levels in the place of all that was counted. Members that are not the evaluator's are left out.
    package mutating func restore(_ levels: [MemberID: RateLevel]) {
        buckets = [:]
        for (member, level) in levels { buckets[member] = limits[member].map { RateBucket($0, from: level) } }
    }

    /// Charges a request to its member: before anything is looked at that parties may differ in, so that all three charge it.
    ///
    /// - Parameters:
    ///   - member: whom the channel has authenticated.
    ///   - now: milliseconds of any clock that goes on.
    /// - Throws: in this order `unknownMember`, `wrongBatchSize`, `rateExhausted`; none of them costs the member anything.
    package mutating func charge(_ request: TokenRequest, to member: MemberID, at now: Int64) throws(TokenError) {
        guard let limit = limits[member] else { throw .unknownMember }
        guard PartialEvaluation.batch.contains(request.blinded.count) else { throw .wrongBatchSize }
        try buckets[member, default: RateBucket(limit, at: now)].take(request.blinded.count, at: now)
    }

    /// Evaluates a request that was charged.
    ///
    /// - Throws: `staleEpoch`.
    package func evaluate(
        _ request: TokenRequest, using generator: inout some RandomNumberGenerator
    ) throws(TokenError) -> PartialEvaluation {
        let key = try key(of: request.epoch)
        return try key.share.evaluate(request.blinded, in: key.context, using: &generator)
    }
}
