/// A record's scalars by the names that its mapping knows them by.
extension [String: JSONScalar] {
    /// The first name of a source that stands for something; the first of all where none does.
    func first(of source: FieldSource) -> String {
        guard source.names.count > 1 else { return source.name }
        return source.names.first(where: isThere) ?? source.name
    }

    /// Whether a field holds anything but blanks.
    func isThere(_ name: String) -> Bool {
        switch self[name] {
        case nil, .null: false
        case .string(let text): !text.trimmed.isEmpty
        default: true
        }
    }

    /// A field that must be there.
    ///
    /// - Throws: `missingField`, and what `optional` and `text` throw.
    func required(_ source: FieldSource, _ limit: FieldLimit = .standard) throws(Rejection) -> String {
        if source.codes.isEmpty, source.otherwise == nil { return try text(first(of: source), limit: limit) }
        guard let text = try optional(source, limit) else { throw Rejection(reason: .missingField, field: source.name) }
        return text
    }

    /// A field that may be missing, null or blank; its code where the source has a list of them.
    ///
    /// - Throws: `valueInvalid` for a code that the list does not have and nothing stands in for; what `text` throws.
    func optional(_ source: FieldSource, _ limit: FieldLimit = .standard) throws(Rejection) -> String? {
        let name = first(of: source)
        guard isThere(name) else { return source.otherwise }
        let text = try text(name, limit: limit)
        if source.codes.isEmpty { return text }
        guard let code = source.codes[text] ?? source.otherwise else {
            throw Rejection(reason: .valueInvalid, field: name)
        }
        return code
    }

    /// A field's text without blanks at its ends: at least one byte of UTF-8 and no ASCII control character.
    ///
    /// - Parameters:
    ///   - numbers: whether a JSON number is taken, by the text that it was written with.
    ///   - limit: how long it may be.
    /// - Throws: `missingField`, also for null; `wrongType` for booleans, objects and arrays; `severalValues`,
    ///   `encodingUnsupported`, also for U+FFFD, which stands for a lost character; `emptyField`, also for blanks alone;
    ///   `fieldTooLong`, `controlCharacter`.
    func text(
        _ name: String, numbers: Bool = true, limit: FieldLimit = .standard
    ) throws(Rejection) -> String {
        let text: String
        switch self[name] {
        case .string(let value): text = value.trimmed
        case .number(let value) where numbers: text = value
        case nil, .null: throw Rejection(reason: .missingField, field: name)
        case .several: throw Rejection(reason: .severalValues, field: name)
        case .undecoded: throw Rejection(reason: .encodingUnsupported, field: name)
        default: throw Rejection(reason: .wrongType, field: name)
        }
        guard !text.isEmpty else { throw Rejection(reason: .emptyField, field: name) }
        guard limit.takes(text) else { throw Rejection(reason: .fieldTooLong, field: name) }
        var mayBeReplaced = false
        for byte in text.utf8 {
            guard byte >= 32, byte != 127 else { throw Rejection(reason: .controlCharacter, field: name) }
            // The first byte of U+FFFD.
            if byte == 0xEF { mayBeReplaced = true }
        }
        // What stood there was lost before it came here, and different ids may look alike.
        if mayBeReplaced, text.hasReplacement { throw Rejection(reason: .encodingUnsupported, field: name) }
        return text
    }

    /// A yes or no: `true`, `false`, 1 or 0, in letters of any case, as text or not, and `1.0` or `0.0`; or by the source's
    /// codes, in letters of any case.
    ///
    /// - Throws: `missingField`; `valueInvalid` for what is neither, where there is a list of codes; else `wrongType`.
    func flag(_ source: FieldSource) throws(Rejection) -> Bool {
        let name = first(of: source)
        let word: String
        switch self[name] {
        case .bool(let flag): word = flag ? "true" : "false"
        case .number(let text): word = text
        case .string(let text): word = text.trimmed.lowercased()
        case nil where source.otherwise == nil: throw Rejection(reason: .missingField, field: name)
        case .several: throw Rejection(reason: .severalValues, field: name)
        default: word = ""
        }
        if let code = source.codes[word] ?? source.ownWord(word) { return code == "true" }
        if let otherwise = source.otherwise, !source.codes.isEmpty || !isThere(name) { return otherwise == "true" }
        throw Rejection(reason: source.codes.isEmpty ? .wrongType : .valueInvalid, field: name)
    }
}

extension FieldSource {
    private static let words = [
        "true": "true", "1": "true", "1.0": "true", "false": "false", "0": "false", "0.0": "false",
    ]

    /// What a word says by itself; nil where it says nothing, or the codes give such words a meaning of their own.
    fileprivate func ownWord(_ word: String) -> String? {
        codes.keys.contains { Self.words[$0] != nil } ? nil : Self.words[word]
    }
}

extension String {
    /// Whether U+FFFD is in it, in UTF-8 the bytes EF BF BD.
    fileprivate var hasReplacement: Bool {
        utf8.contains(0xEF) && unicodeScalars.contains("\u{FFFD}")
    }

    /// The text without white space and byte-order marks at its ends; control characters stay, to be refused.
    package var trimmed: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        if (33..<127).contains(first), (33..<127).contains(last) { return self }
        guard let begin = unicodeScalars.firstIndex(where: { !$0.isBlank }),
            let end = unicodeScalars.lastIndex(where: { !$0.isBlank })
        else { return "" }
        return String(unicodeScalars[begin...end])
    }
}

extension Unicode.Scalar {
    /// White space of Unicode that is no control character, or U+FEFF.
    fileprivate var isBlank: Bool { (properties.isWhitespace && value > 31 && value != 0x85) || value == 0xFEFF }
}
