/// What a message says, by the raw values of `ISOField`, set one after the other.
struct ISOFields {
    private(set) var values: [String: String]

    init() {
        values = [:]
        values.reserveCapacity(32)
    }

    init(_ values: [String: String]) { self.values = values }

    subscript(field: ISOField) -> String? { values[field.rawValue] }

    /// An id that is one: `NOTPROVIDED` is ISO 20022's word for none, which senders also write in small letters and with a
    /// space.
    func id(_ field: ISOField) -> String? {
        guard let text = self[field], !Self.isNone(text) else { return nil }
        return text
    }

    private static func isNone(_ text: String) -> Bool {
        guard let first = text.utf8.first, first | 32 == UInt8(ascii: "n"), text.utf8.count <= 14 else { return false }
        return String(text.uppercased().filter { $0.isLetter || $0.isNumber }) == "NOTPROVIDED"
    }

    /// Sets a UETR, which is a UUID: in small letters, as ISO 20022 has it and RFC 9562 asks readers to take capitals too.
    mutating func set(uuid field: ISOField, _ text: String?) {
        set(field, text.map { $0.utf8.count == 36 ? $0.lowercased() : $0 })
    }

    /// Keeps what was there where `text` is nil.
    mutating func set(_ field: ISOField, _ text: String?) {
        if let text { values[field.rawValue] = text }
    }

    /// - Throws: `missingField` where the message does not say it.
    func require(_ field: ISOField) throws(Rejection) {
        if values[field.rawValue] == nil { throw Rejection(reason: .missingField, field: field.rawValue) }
    }
}
