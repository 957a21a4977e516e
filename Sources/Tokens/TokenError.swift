/// Why something of the token protocol was refused. Codes are stable (docs/TOKENS.md); cases carry no bytes of what was
/// refused.
package enum TokenError: Error, Sendable, Hashable {
    case malformed
    case pointNotOnCurve
    case pointIsIdentity
    case coordinateNotCanonical
    case scalarOutOfRange
    case scalarIsZero
    case wrongBatchSize

    package var code: String {
        switch self {
        case .malformed: "malformed"
        case .pointNotOnCurve: "point_not_on_curve"
        case .pointIsIdentity: "point_is_identity"
        case .coordinateNotCanonical: "coordinate_not_canonical"
        case .scalarOutOfRange: "scalar_out_of_range"
        case .scalarIsZero: "scalar_is_zero"
        case .wrongBatchSize: "wrong_batch_size"
        }
    }
}
