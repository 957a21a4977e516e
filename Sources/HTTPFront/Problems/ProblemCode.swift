/// Codes of what is wrong with a request, beside those of records (`RejectionReason`). They never change their meaning.
package enum ProblemCode: String, Sendable, CaseIterable {
    case httpInvalid = "http_invalid"
    case malformedRequest = "malformed_request"
    case csvHeaderMismatch = "csv_header_mismatch"
    case deadlineInvalid = "deadline_invalid"
    case idempotencyKeyInvalid = "idempotency_key_invalid"
    case unauthorized
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case requestTimeout = "request_timeout"
    case bodyTooLarge = "body_too_large"
    case targetTooLong = "target_too_long"
    case mediaTypeUnsupported = "media_type_unsupported"
    case expectationFailed = "expectation_failed"
    case notATransaction = "not_a_transaction"
    case idempotencyKeyReuse = "idempotency_key_reuse"
    case tooManyTransactions = "too_many_transactions"
    case rateLimited = "rate_limited"
    case headersTooLarge = "headers_too_large"
    case logUnavailable = "log_unavailable"
    case internalError = "internal_error"
    case transferCodingUnsupported = "transfer_coding_unsupported"

    package var status: Int {
        switch self {
        case .httpInvalid, .malformedRequest, .csvHeaderMismatch, .deadlineInvalid, .idempotencyKeyInvalid: 400
        case .unauthorized: 401
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .bodyTooLarge, .tooManyTransactions: 413
        case .targetTooLong: 414
        case .mediaTypeUnsupported: 415
        case .expectationFailed: 417
        case .notATransaction, .idempotencyKeyReuse: 422
        case .rateLimited: 429
        case .headersTooLarge: 431
        case .logUnavailable: 503
        case .internalError: 500
        case .transferCodingUnsupported: 501
        }
    }

    package var title: String {
        switch self {
        case .httpInvalid: "the request is not HTTP/1.1 as RFC 9112 has it"
        case .malformedRequest: "the body is not a batch of records"
        case .csvHeaderMismatch: "the header of the CSV body is not the mapping's columns in their order"
        case .deadlineInvalid: "Cordon-Deadline-Ms is not a whole number of milliseconds from 1 to 10000"
        case .idempotencyKeyInvalid: "Idempotency-Key is not 1 to 255 printable ASCII characters, in quotes or without"
        case .unauthorized: "there is no bearer token, or none that is known here"
        case .notFound: "there is nothing at this path"
        case .methodNotAllowed: "the path does not take this method"
        case .notAcceptable: "the answer is JSON, which the Accept header leaves out"
        case .requestTimeout: "the body took too long to arrive"
        case .bodyTooLarge: "the body is larger than this path takes"
        case .targetTooLong: "the target of the request line is longer than any path here"
        case .mediaTypeUnsupported: "the body is of another media type or encoding than this member's records"
        case .expectationFailed: "Expect asks for something else than 100-continue"
        case .notATransaction: "the record is a label or an outcome, which belong on the topic"
        case .idempotencyKeyReuse: "the Idempotency-Key came with another body before"
        case .tooManyTransactions: "the batch holds more transactions than are taken at once"
        case .rateLimited: "this token sends more than it may"
        case .headersTooLarge: "the header is larger than is read here"
        case .logUnavailable: "the log can't be reached; send it again"
        case .internalError: "the agent failed; its log says how"
        case .transferCodingUnsupported: "the body has another transfer coding than chunked"
        }
    }
}
