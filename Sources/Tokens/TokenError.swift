package import Records

/// Why something of the token protocol was refused. Codes are stable (docs/TOKENS.md); cases carry no bytes of what was
/// refused.
package enum TokenError: Error, Sendable, Hashable {
    /// Bytes of another length or first byte than the encoding has, a list that is not one entry a party, or two
    /// answers of one party.
    case malformed
    /// No point of P-256 has these coordinates.
    case pointNotOnCurve
    /// The identity, which would turn every key into the same element and is taken from nobody.
    case pointIsIdentity
    /// A coordinate that is not below the field's modulus, and so a second spelling of another one.
    case coordinateNotCanonical
    /// A number that is not below the group's order.
    case scalarOutOfRange
    case scalarIsZero
    /// No element at all, more than are allowed, or lists of different lengths.
    case wrongBatchSize
    /// Fewer than two parties answered, or fewer than three dealt.
    case tooFewParties
    /// The proof does not hold: the party multiplied by something else than its share, or proved it for another epoch
    /// or consortium.
    case proofInvalid(PartyID)
    /// The dealer's sub-share is off its committed line, or it dealt twice or the wrong kind of line.
    case dealingInvalid(PartyID)
    /// A party's part of a rotation's factor is not what it committed to.
    case contributionInvalid(PartyID)
    /// Public shares that are not of one key, or a secret that is not of its public share.
    case keyInconsistent
    /// The reader's own epoch; the other's was another.
    case staleEpoch(current: TokenEpoch)
    /// The member has used up its rate; the same request fits from this time on, in milliseconds.
    case rateExhausted(until: Int64)
    /// The party has no rate for the member.
    case unknownMember
    /// An answer of a party to something else than what was asked of it now: a repetition, or after the end.
    case unexpectedAnswer(PartyID)
    /// A request that came too late, or is dated in the future.
    case requestExpired
    /// What is asked for is of no kind that the party knows.
    case unknownKind

    /// The stable code, as in parties' answers and in docs/TOKENS.md.
    package var code: String {
        switch self {
        case .malformed: "malformed"
        case .pointNotOnCurve: "point_not_on_curve"
        case .pointIsIdentity: "point_is_identity"
        case .coordinateNotCanonical: "coordinate_not_canonical"
        case .scalarOutOfRange: "scalar_out_of_range"
        case .scalarIsZero: "scalar_is_zero"
        case .wrongBatchSize: "wrong_batch_size"
        case .tooFewParties: "too_few_parties"
        case .proofInvalid: "proof_invalid"
        case .dealingInvalid: "dealing_invalid"
        case .contributionInvalid: "contribution_invalid"
        case .keyInconsistent: "key_inconsistent"
        case .staleEpoch: "stale_epoch"
        case .rateExhausted: "rate_exhausted"
        case .unknownMember: "unknown_member"
        case .unexpectedAnswer: "unexpected_answer"
        case .requestExpired: "request_expired"
        case .unknownKind: "unknown_kind"
        }
    }
}

extension TokenError: CustomStringConvertible {
    package var description: String { "refused as `\(code)` (docs/TOKENS.md)" }
}
