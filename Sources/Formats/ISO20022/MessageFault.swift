/// Why a message as a whole can't be read, and where in its text that was found.
struct MessageFault: Error {
    /// The code that the whole record is rejected by.
    var reason: RejectionReason
    /// The field or element at fault, as a mapping or the schema names it; nil where none is.
    var field: String?
    /// In bytes of the text as UTF-8; nil where the message as a whole is at fault.
    var at: Int?

    init(_ reason: RejectionReason, field: String? = nil, at: Int? = nil) {
        self.reason = reason
        self.field = field
        self.at = at
    }
}
