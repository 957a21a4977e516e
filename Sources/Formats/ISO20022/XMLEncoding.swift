/// The encoding of an XML document: by its byte-order mark, else by its declaration, else UTF-8 (XML 1.0, appendix F).
enum XMLEncoding {
    /// The document as UTF-8 without a byte-order mark.
    ///
    /// - Throws: `malformedXML` where the bytes are not of the encoding; `encodingUnsupported` for one other than UTF-8,
    ///   UTF-16 and those of `SingleByteEncoding`.
    static func decode(_ bytes: [UInt8]) throws(MessageFault) -> [UInt8] {
        let head = Array(bytes.prefix(4))
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            let text = Array(bytes.dropFirst(3))
            guard isUTF8(try declared(in: text) ?? "utf-8") else { throw MessageFault(.malformedXML) }
            return try checked(text)
        }
        if head.starts(with: [0xFE, 0xFF]) || head == [0, 0x3C, 0, 0x3F] { return try utf16(bytes, bigEndian: true) }
        if head.starts(with: [0xFF, 0xFE]) || head == [0x3C, 0, 0x3F, 0] { return try utf16(bytes, bigEndian: false) }
        let name = try declared(in: bytes) ?? "utf-8"
        if isUTF8(name) { return try checked(bytes) }
        if name.hasPrefix("utf-16") { throw MessageFault(.malformedXML) }
        guard let encoding = SingleByteEncoding(name) else { throw MessageFault(.encodingUnsupported) }
        return try encoding.decode(bytes)
    }

    private static func isUTF8(_ name: String) -> Bool { name == "utf-8" || name == "utf8" }

    /// The text where it is UTF-8, without overlong forms and surrogates.
    private static func checked(_ text: [UInt8]) throws(MessageFault) -> [UInt8] {
        guard String(validating: text, as: UTF8.self) != nil else { throw MessageFault(.malformedXML) }
        return text
    }

    /// UTF-8 of UTF-16; a declaration within it may name no other encoding.
    ///
    /// - Throws: `malformedXML` for half a unit at the end, a lone surrogate or another declared encoding.
    private static func utf16(_ bytes: [UInt8], bigEndian: Bool) throws(MessageFault) -> [UInt8] {
        guard bytes.count % 2 == 0 else { throw MessageFault(.malformedXML) }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for at in stride(from: 0, to: bytes.count, by: 2) {
            let (first, second) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
            units.append(bigEndian ? first << 8 | second : second << 8 | first)
        }
        if units.first == 0xFEFF { units.removeFirst() }
        guard let text = String(validating: units, as: UTF16.self) else { throw MessageFault(.malformedXML) }
        let utf8 = Array(text.utf8)
        if let name = try declared(in: utf8), !name.hasPrefix("utf-16") { throw MessageFault(.malformedXML) }
        return utf8
    }

    /// The encoding that the declaration names, in small letters; nil where there is none.
    private static func declared(in text: [UInt8]) throws(MessageFault) -> String? {
        guard text.starts(with: "<?xml".utf8) else { return nil }
        let declaration = text.prefix(200).prefix { $0 != UInt8(ascii: ">") }
        let word = "encoding".utf8
        guard let name = declaration.indices.first(where: { declaration[$0...].starts(with: word) }) else { return nil }
        let value = declaration[(name + word.count)...].drop { XMLScanner.isSpace($0) || $0 == UInt8(ascii: "=") }
        guard let quote = value.first, quote == 34 || quote == 39, let end = value.dropFirst().firstIndex(of: quote)
        else { throw MessageFault(.malformedXML) }
        let encoding = value[(value.startIndex + 1)..<end]
        guard let first = encoding.first, (97...122).contains(first | 32),
            encoding.allSatisfy({ (97...122).contains($0 | 32) || (48...57).contains($0) || [45, 46, 95].contains($0) })
        else { throw MessageFault(.malformedXML) }
        return String(decoding: encoding, as: UTF8.self).lowercased()
    }
}
