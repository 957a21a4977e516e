package import Formats
package import HTTPFront

extension Problem {
    package init(_ rejection: Rejection) {
        self.init(
            code: rejection.reason.rawValue, status: rejection.reason.status, title: rejection.reason.explanation,
            field: rejection.field)
    }

    /// A rejection that the stream gave for a record.
    package init(rejected code: String, field: String?) {
        if let reason = RejectionReason(rawValue: code) {
            self.init(Rejection(reason: reason, field: field))
        } else {
            // A newer agent's: what it means is in its own docs.
            self.init(code: code, status: 422, title: "the stream rejected the record", field: field)
        }
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
