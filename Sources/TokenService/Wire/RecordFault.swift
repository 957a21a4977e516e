/// Why a record is passed over without an answer. Who wrote it is not known, or it was answered before: an answer would let
/// anybody that can write to the log end a member's batch, or have a party write as often as it likes.
package enum RecordFault: String, Error, Sendable, Hashable, CaseIterable {
    case oversized
    /// No record of this schema, or a field that every one has is missing or of another length.
    case unreadable
    /// It names another member than the topic's, or a party that is none.
    case misdirected
    case unknownSession = "unknown_session"
    /// Its tag or signature is not what the named writer would have made.
    case notAuthentic = "not_authentic"
    case repeated

    package var code: String { rawValue }
}

extension RecordFault: CustomStringConvertible {
    package var description: String { "the record is passed over as `\(code)` (docs/TOKENS.md)" }
}
