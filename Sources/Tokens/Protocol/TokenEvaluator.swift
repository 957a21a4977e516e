package import Records

/// What a member asks each party: to evaluate blinded elements under the key of an epoch. The same for every party.
package struct TokenRequest: Sendable, Hashable {
    package let epoch: TokenEpoch
    package let blinded: [GroupElement]

    package init(epoch: TokenEpoch, blinded: [GroupElement]) {
        self.epoch = epoch
        self.blinded = blinded
    }
}

/// A party's side: answers requests of the members that it knows, each within its rate. It learns who asks and how many,
/// and nothing of what for.
package struct TokenEvaluator: ~Copyable, Sendable {
    package let context: TokenContext
    private let share: TokenKeyShare
    private let limits: [MemberID: RateLimit]
    private var buckets: [MemberID: RateBucket] = [:]

    package var party: PartyID { share.party }
    package var publicKey: TokenPublicKey { share.publicKey }

    package init(share: consuming TokenKeyShare, context: TokenContext, limits: [MemberID: RateLimit]) {
        self.share = share
        self.context = context
        self.limits = limits
    }

    package func isMember(_ member: MemberID) -> Bool { limits[member] != nil }

    /// How far the member's rate is used up; nil where nothing of it is.
    package func level(of member: MemberID) -> RateLevel? { buckets[member]?.current }

    /// Puts kept levels in the place of all that was counted. Members that are not the evaluator's are left out.
    package mutating func restore(_ levels: [MemberID: RateLevel]) {
        buckets = [:]
        for (member, level) in levels { buckets[member] = limits[member].map { RateBucket($0, from: level) } }
    }

    /// - Parameters:
    ///   - member: whom the channel has authenticated.
    ///   - now: milliseconds of any clock that goes on.
    /// - Throws: in this order `unknownMember`, `wrongBatchSize`, `staleEpoch`, `rateExhausted`; what is refused costs none
    ///   of the member's rate.
    package mutating func evaluate(
        _ request: TokenRequest, of member: MemberID, at now: Int64, using generator: inout some RandomNumberGenerator
    ) throws(TokenError) -> PartialEvaluation {
        guard let limit = limits[member] else { throw .unknownMember }
        guard PartialEvaluation.batch.contains(request.blinded.count) else { throw .wrongBatchSize }
        guard request.epoch == context.epoch else { throw .staleEpoch(current: context.epoch) }
        try buckets[member, default: RateBucket(limit, at: now)].take(request.blinded.count, at: now)
        return try share.evaluate(request.blinded, in: context, using: &generator)
    }

    /// The evaluator of the next epoch's key, for which what members have used of their rates is used too. The old one can
    /// go on beside it for as long as answers for the old epoch are asked for.
    package borrowing func rotated(by update: borrowing TokenUpdate) throws(TokenError) -> TokenEvaluator {
        guard update.from == context.epoch else { throw .staleEpoch(current: context.epoch) }
        return TokenEvaluator(
            share: update.moved(share), context: TokenContext(consortium: context.consortium, epoch: update.to),
            limits: limits, buckets: buckets)
    }

    private init(
        share: consuming TokenKeyShare, context: TokenContext, limits: [MemberID: RateLimit],
        buckets: [MemberID: RateBucket]
    ) {
        self.share = share
        self.context = context
        self.limits = limits
        self.buckets = buckets
    }
}
