import Foundation
package import Ingest

/// What is wrong with a request, as RFC 9457 has it: never what the request held.
package struct Problem: Error, Sendable, Hashable {
    /// Stable; of docs/REJECTIONS.md where it is about a record, else of `ProblemCode`.
    package var code: String
    package var status: Int
    package var title: String
    /// What this time, where there is more to say.
    package var detail: String?
    /// The record's field at fault, as the mapping names it.
    package var field: String?
    /// Seconds after which it may be tried again.
    package var retryAfter: Int?
    /// Methods that the path takes.
    package var allow: [String] = []

    package init(_ code: ProblemCode, _ detail: String? = nil) {
        self.code = code.rawValue
        status = code.status
        title = code.title
        self.detail = detail
        if code == .logUnavailable { retryAfter = 1 }
    }

    private init(code: String, status: Int, title: String, field: String?) {
        self.code = code
        self.status = status
        self.title = title
        self.field = field
    }

    package init(_ rejection: Rejection) {
        code = rejection.reason.rawValue
        status = rejection.reason.status
        title = rejection.reason.explanation
        field = rejection.field
    }

    /// Of a code that the stream gave.
    package init(rejected code: String, field: String?) {
        if let reason = RejectionReason(rawValue: code) {
            self.init(Rejection(reason: reason, field: field))
        } else {
            // A newer agent's: what it means is in its own docs.
            self.init(code: code, status: 422, title: "the stream rejected the record", field: field)
        }
    }

    package static let contentType = "application/problem+json"
}

extension Problem: Encodable {
    private enum Name: String, CodingKey {
        case type, title, status, detail, code, field
    }

    package func encode(to encoder: any Encoder) throws {
        var out = encoder.container(keyedBy: Name.self)
        try out.encode("urn:cordon:problem:\(code)", forKey: .type)
        try out.encode(title, forKey: .title)
        try out.encode(status, forKey: .status)
        try out.encodeIfPresent(detail, forKey: .detail)
        try out.encode(code, forKey: .code)
        try out.encodeIfPresent(field, forKey: .field)
    }
}

extension RejectionReason {
    /// 400 where the bytes are no message, 422 where they are one that can't be used.
    package var status: Int {
        switch self {
        case .recordTooLarge: 413
        // What the agent knows, or the time, is in the way; the record's form is not.
        case .idConflict, .tooLate, .timeAhead: 409
        case .emptyRecord, .malformedJSON, .malformedCSV, .malformedXML, .encodingUnsupported, .forbiddenDTD, .tooDeep:
            400
        default: 422
        }
    }
}
