/// A record's scalars by the names that its mapping knows them by.
extension [String: JSONScalar] {
    /// The first name of a source that stands for something; the first of all where none does.
    func first(of source: FieldSource) -> String {
        guard source.names.count > 1 else { return source.name }
        return source.names.first(where: isThere) ?? source.name
    }

    private func isThere(_ name: String) -> Bool {
        switch self[name] {
        case nil, .null, .string(""): false
        default: true
        }
    }

    /// A field that must be there.
    ///
    /// - Throws: `missingField`, and what `optional` and `text` throw.
    func required(_ source: FieldSource) throws(Rejection) -> String {
        if source.codes.isEmpty, source.otherwise == nil { return try text(first(of: source)) }
        guard let text = try optional(source) else { throw Rejection(reason: .missingField, field: source.name) }
        return text
    }

    /// A field that may be missing, null or empty; its code where the source has a list of them.
    ///
    /// - Throws: `valueInvalid` for a code that the list does not have and nothing stands in for; what `text` throws.
    func optional(_ source: FieldSource) throws(Rejection) -> String? {
        let name = first(of: source)
        guard isThere(name) else { return source.otherwise }
        let text = try text(name)
        if source.codes.isEmpty { return text }
        guard let code = source.codes[text] ?? source.otherwise else {
            throw Rejection(reason: .valueInvalid, field: name)
        }
        return code
    }

    /// A field's text: 1 to 128 bytes of UTF-8 without ASCII control characters.
    ///
    /// - Parameter numbers: whether a JSON number is taken, by the text that it was written with.
    /// - Throws: `missingField`, also for null; `wrongType` for booleans, objects and arrays; `emptyField`,
    ///   `fieldTooLong`, `controlCharacter`.
    func text(_ name: String, numbers: Bool = true) throws(Rejection) -> String {
        let text: String
        switch self[name] {
        case .string(let value): text = value
        case .number(let value) where numbers: text = value
        case nil, .null: throw Rejection(reason: .missingField, field: name)
        default: throw Rejection(reason: .wrongType, field: name)
        }
        guard !text.isEmpty else { throw Rejection(reason: .emptyField, field: name) }
        guard text.utf8.count <= RecordParser.fieldLimit else { throw Rejection(reason: .fieldTooLong, field: name) }
        guard text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw Rejection(reason: .controlCharacter, field: name)
        }
        return text
    }
}
