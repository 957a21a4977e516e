/// Codes of what is wrong with a request, beside those of records (`RejectionReason`). They never change their meaning.
package enum ProblemCode: String, Sendable, CaseIterable {
    case malformedRequest = "malformed_request"
    case deadlineInvalid = "deadline_invalid"
    case idempotencyKeyInvalid = "idempotency_key_invalid"
    case unauthorized
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case requestTimeout = "request_timeout"
    case bodyTooLarge = "body_too_large"
    case mediaTypeUnsupported = "media_type_unsupported"
    case notATransaction = "not_a_transaction"
    case idempotencyKeyReuse = "idempotency_key_reuse"
    case tooManyTransactions = "too_many_transactions"
    case rateLimited = "rate_limited"
    case logUnavailable = "log_unavailable"
    case internalError = "internal_error"

    package var status: Int {
        switch self {
        case .malformedRequest, .deadlineInvalid, .idempotencyKeyInvalid: 400
        case .unauthorized: 401
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .bodyTooLarge, .tooManyTransactions: 413
        case .mediaTypeUnsupported: 415
        case .notATransaction, .idempotencyKeyReuse: 422
        case .rateLimited: 429
        case .logUnavailable: 503
        case .internalError: 500
        }
    }

    package var title: String {
        switch self {
        case .malformedRequest: "the body is not a batch of records"
        case .deadlineInvalid: "Cordon-Deadline-Ms is not a whole number of milliseconds from 1 to 10000"
        case .idempotencyKeyInvalid: "Idempotency-Key is not 1 to 255 printable ASCII characters, in quotes or without"
        case .unauthorized: "there is no bearer token, or none that is known here"
        case .notFound: "there is nothing at this path"
        case .methodNotAllowed: "the path does not take this method"
        case .notAcceptable: "the answer is JSON, which the Accept header leaves out"
        case .requestTimeout: "the body took too long to arrive"
        case .bodyTooLarge: "the body is larger than this path takes"
        case .mediaTypeUnsupported: "the body is of another media type or encoding than this member's records"
        case .notATransaction: "the record is a label or an outcome, which belong on the topic"
        case .idempotencyKeyReuse: "the Idempotency-Key came with another body before"
        case .tooManyTransactions: "the batch holds more transactions than are taken at once"
        case .rateLimited: "this token sends more than it may"
        case .logUnavailable: "the log can't be reached; send it again"
        case .internalError: "the agent failed; its log says how"
        }
    }
}
