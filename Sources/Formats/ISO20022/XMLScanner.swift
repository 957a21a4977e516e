/// Reads an XML 1.0 document with namespaces into a tree, strictly and in one pass: what is not well-formed is refused, and
/// so is a document type before anything of it is read, so that no entity is ever defined, expanded or fetched
/// (docs/decisions/0005).
struct XMLScanner {
    /// Elements that may be open at a time, against stacks and trees of a sender's choosing.
    static let depthLimit = 64
    /// Bytes of one text or attribute.
    static let fieldLimit = 16_384
    /// Attributes of one element, which are compared pairwise.
    private static let attributeLimit = 64

    /// The whole document as UTF-8, which was checked.
    private let text: [UInt8]
    /// The byte that is read next; also where a fault is said to be.
    private var at = 0
    private var tree = MessageTree()
    /// Prefixes in force, innermost last.
    private var bindings: [(prefix: String, uri: String)] = [
        ("", ""), ("xml", "http://www.w3.org/XML/1998/namespace"),
    ]
    /// Open elements, innermost last: where the start tag's name stands, and how many bindings there were outside.
    private var opened: [(name: Range<Int>, bindings: Int)] = []
    /// The text of the innermost element so far.
    private var content: [UInt8] = []

    /// A scanner that has read nothing yet.
    private init(_ text: [UInt8]) { self.text = text }

    /// One root element, with comments and processing instructions before and after it. Of attributes only `Ccy` and
    /// namespace declarations are kept.
    ///
    /// - Parameter text: UTF-8, as `XMLEncoding` gives it.
    /// - Throws: `emptyRecord` for white space alone; `malformedXML`, `forbiddenDTD`, `tooDeep`, `fieldTooLong` or
    ///   `recordTooLarge` with the place where reading stopped.
    static func read(_ text: [UInt8]) throws(MessageFault) -> MessageTree {
        guard text.contains(where: { !isSpace($0) }) else { throw MessageFault(.emptyRecord) }
        var scanner = XMLScanner(text)
        try scanner.document()
        return scanner.tree
    }

    /// White space of XML 1.0, production 3.
    static func isSpace(_ c: UInt8) -> Bool { c == 32 || c == 10 || c == 9 || c == 13 }

    private var peek: UInt8? { at < text.count ? text[at] : nil }

    /// The document is not well-formed at the byte that is read next.
    private var malformed: MessageFault { MessageFault(.malformedXML, at: at) }

    /// Whether a word stands here, without passing it.
    private func sees(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= text.count else { return false }
        return word.withUTF8Buffer { word in (0..<count).allSatisfy { text[at + $0] == word[$0] } }
    }

    /// Passes a word that stands here; false, and nothing is passed, where it does not.
    private mutating func take(_ word: StaticString) -> Bool {
        guard sees(word) else { return false }
        at += word.utf8CodeUnitCount
        return true
    }

    /// Passes a word that has to stand here.
    private mutating func expect(_ word: StaticString) throws(MessageFault) {
        guard take(word) else { throw malformed }
    }

    /// Passes white space; whether there was any.
    @discardableResult
    private mutating func space() -> Bool {
        let start = at
        while let c = peek, Self.isSpace(c) { at += 1 }
        return at > start
    }

    /// The whole document (XML 1.0, production 1), which may have no document type.
    private mutating func document() throws(MessageFault) {
        try declaration()
        while true {
            space()
            if try miscellaneous() { continue }
            if sees("<!DOCTYPE") { throw MessageFault(.forbiddenDTD, at: at) }
            break
        }
        guard peek == UInt8(ascii: "<") else { throw malformed }
        at += 1
        try start()
        while !opened.isEmpty { try inside() }
        while true {
            space()
            if try !miscellaneous() { break }
        }
        guard at == text.count else { throw malformed }
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>`, or nothing.
    private mutating func declaration() throws(MessageFault) {
        guard sees("<?xml"), at + 5 < text.count, Self.isSpace(text[at + 5]) else { return }
        at += 5
        for (name, known) in [
            ("version" as StaticString, ["1.0"] as [String]?), ("encoding", nil), ("standalone", ["yes", "no"]),
        ] {
            let before = at
            guard space(), take(name) else {
                at = before
                guard name.utf8CodeUnitCount != 7 else { throw malformed }
                continue
            }
            space()
            try expect("=")
            space()
            guard let quote = peek, quote == 34 || quote == 39 else { throw malformed }
            at += 1
            let start = at
            while let c = peek, c != quote, c != UInt8(ascii: "<") { at += 1 }
            let value = String(decoding: text[start..<at], as: UTF8.self)
            guard peek == quote, known?.contains(value) ?? !value.isEmpty else { throw malformed }
            at += 1
        }
        space()
        try expect("?>")
    }

    /// A comment or processing instruction, skipped; false where there is neither.
    private mutating func miscellaneous() throws(MessageFault) -> Bool {
        if take("<!--") {
            while !sees("--") { try character() }
            at += 2
            try expect(">")
            return true
        }
        guard take("<?") else { return false }
        let target = try name()
        guard String(decoding: text[target], as: UTF8.self).lowercased() != "xml" else { throw malformed }
        guard sees("?>") || peek.map(Self.isSpace) == true else { throw malformed }
        while !sees("?>") { try character() }
        at += 2
        return true
    }

    /// Passes one character that XML lets in.
    private mutating func character() throws(MessageFault) {
        guard let c = peek, c >= 32 || Self.isSpace(c) else { throw malformed }
        // U+FFFE and U+FFFF are no characters of XML.
        if c == 0xEF, at + 2 < text.count, text[at + 1] == 0xBF, text[at + 2] >= 0xBE { throw malformed }
        at += 1
    }

    /// Passes a name (XML 1.0, production 5), colons among it, and says where it stands.
    private mutating func name() throws(MessageFault) -> Range<Int> {
        let start = at
        while let c = peek {
            if c >= 128 {
                let (scalar, length) = wide()
                guard Self.isName(scalar, first: at == start) else { break }
                at += length
            } else {
                let letter = (c | 32) >= 97 && (c | 32) <= 122 || c == 95 || c == 58
                guard letter || (at > start && ((48...57).contains(c) || c == 45 || c == 46)) else { break }
                at += 1
            }
        }
        guard at > start else { throw malformed }
        return start..<at
    }

    /// The character of more than one byte that stands here, and how many.
    private func wide() -> (scalar: UInt32, length: Int) {
        let first = UInt32(text[at])
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let scalar = text[(at + 1)..<(at + length)].reduce(first & (0x7F >> UInt32(length))) {
            $0 << 6 | UInt32($1 & 0x3F)
        }
        return (scalar, length)
    }

    /// Whether a character above U+007F may stand in a name (XML 1.0, fifth edition, productions 4 and 4a).
    private static func isName(_ scalar: UInt32, first: Bool) -> Bool {
        switch scalar {
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F,
            0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        case 0xB7, 0x300...0x36F, 0x203F...0x2040: !first
        default: false
        }
    }

    /// A name's prefix and local part.
    private func split(_ name: Range<Int>) throws(MessageFault) -> (prefix: String, local: String) {
        guard let colon = text[name].firstIndex(of: 58) else {
            return ("", String(decoding: text[name], as: UTF8.self))
        }
        guard colon > name.lowerBound, colon + 1 < name.upperBound,
            case let local = text[(colon + 1)..<name.upperBound], !local.contains(58),
            let first = local.first, !(48...57).contains(first), first != 45, first != 46
        else { throw malformed }
        return (
            String(decoding: text[name.lowerBound..<colon], as: UTF8.self), String(decoding: local, as: UTF8.self)
        )
    }

    /// What a prefix is bound to, innermost first; the empty prefix to no namespace unless one is declared.
    private func uri(_ prefix: String) throws(MessageFault) -> String {
        guard let binding = bindings.last(where: { $0.prefix == prefix }) else { throw malformed }
        return binding.uri
    }

    /// A start tag, after its `<`. Names are compared by URI and local name, so no attribute is there twice under two
    /// prefixes (Namespaces in XML 1.0, section 6.3).
    private mutating func start() throws(MessageFault) {
        let begin = at - 1
        guard opened.count < Self.depthLimit else { throw MessageFault(.tooDeep, at: begin) }
        let tag = try name()
        let outer = bindings.count
        var attributes: [(prefix: String, local: String, value: String)] = []
        while true {
            let apart = space()
            guard let c = peek else { throw malformed }
            if c == UInt8(ascii: ">") || c == UInt8(ascii: "/") { break }
            guard apart, attributes.count < Self.attributeLimit else { throw malformed }
            let (prefix, local) = try split(try name())
            space()
            try expect("=")
            space()
            let value = try attribute()
            guard !attributes.contains(where: { $0.prefix == prefix && $0.local == local }) else { throw malformed }
            attributes.append((prefix, local, value))
            if prefix.isEmpty, local == "xmlns" { bindings.append(("", value)) }
            if prefix == "xmlns" {
                guard !value.isEmpty, local != "xmlns", local != "xml" else { throw malformed }
                bindings.append((local, value))
            }
        }
        let (prefix, local) = try split(tag)
        let declared = attributes.first { $0.prefix == "xmlns" }?.value ?? ""
        guard try tree.begin(local, namespace: uri(prefix), declared: declared, at: begin) else {
            throw MessageFault(.recordTooLarge, at: begin)
        }
        var qualified: [(uri: String, local: String)] = []
        for attribute in attributes where !attribute.prefix.isEmpty && attribute.prefix != "xmlns" {
            let uri = try uri(attribute.prefix)
            guard !qualified.contains(where: { $0.uri == uri && $0.local == attribute.local }) else { throw malformed }
            qualified.append((uri, attribute.local))
        }
        if let currency = attributes.first(where: { $0.prefix.isEmpty && $0.local == "Ccy" }) {
            tree.setCurrency(currency.value)
        }
        content.removeAll(keepingCapacity: true)
        if take("/") {
            try expect(">")
            tree.end(text: "")
            bindings.removeLast(bindings.count - outer)
        } else {
            try expect(">")
            opened.append((tag, outer))
        }
    }

    /// A quoted attribute value, in which white space becomes spaces (XML 1.0, section 3.3.3).
    ///
    /// References are resolved in it; a `<` is refused.
    ///
    /// - Throws: `malformedXML`, and `fieldTooLong` above `fieldLimit` bytes.
    private mutating func attribute() throws(MessageFault) -> String {
        guard let quote = peek, quote == 34 || quote == 39 else { throw malformed }
        at += 1
        let start = at
        var value: [UInt8] = []
        while let c = peek, c != quote {
            guard c != UInt8(ascii: "<") else { throw malformed }
            if c == UInt8(ascii: "&") {
                value += try reference()
            } else {
                value.append(Self.isSpace(c) ? 32 : c)
                try character()
            }
            guard value.count <= Self.fieldLimit else { throw MessageFault(.fieldTooLong, at: start) }
        }
        guard peek == quote else { throw malformed }
        at += 1
        return String(decoding: value, as: UTF8.self)
    }

    /// What comes next in an open element. Text outside of CDATA may not hold `]]>` (XML 1.0, production 14).
    private mutating func inside() throws(MessageFault) {
        guard let c = peek else { throw malformed }
        if c == UInt8(ascii: "<") {
            if take("</") {
                try end()
            } else if take("<![CDATA[") {
                while !sees("]]>") { try keep() }
                at += 3
            } else if try !miscellaneous() {
                at += 1
                try start()
            }
        } else if c == UInt8(ascii: "&") {
            content += try reference()
        } else {
            guard !sees("]]>") else { throw malformed }
            try keep()
            keepPlain()
        }
    }

    /// Takes the ASCII that stands here up to what needs a second look: markup, a reference, `]` and white space other than
    /// blanks and line feeds.
    private mutating func keepPlain() {
        let start = at
        while at < text.count, content.count + at - start < Self.fieldLimit, Self.isPlain(text[at]) { at += 1 }
        content += text[start..<at]
    }

    private static func isPlain(_ c: UInt8) -> Bool {
        (c >= 32 && c < 128 && c != UInt8(ascii: "<") && c != UInt8(ascii: "&") && c != UInt8(ascii: "]")) || c == 10
    }

    /// Takes one character of text.
    private mutating func keep() throws(MessageFault) {
        guard let c = peek else { throw malformed }
        try character()
        if c == 13 {
            // A line ends with a line feed, whatever it ended with before.
            if peek != 10 { content.append(10) }
        } else {
            content.append(c)
        }
        guard content.count <= Self.fieldLimit else { throw MessageFault(.fieldTooLong, at: at - content.count) }
    }

    /// An end tag, after its `</`, which has to name the element that is open. The text of an element without children
    /// is kept, less white space around it; other text is dropped.
    private mutating func end() throws(MessageFault) {
        let begin = at - 2
        let tag = try name()
        space()
        try expect(">")
        guard let open = opened.popLast(), text[open.name] == text[tag] else {
            throw MessageFault(.malformedXML, at: begin)
        }
        let from = content.firstIndex { !Self.isSpace($0) } ?? content.endIndex
        let to = content.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? from
        tree.end(text: String(decoding: content[from..<to], as: UTF8.self))
        content.removeAll(keepingCapacity: true)
        bindings.removeLast(bindings.count - open.bindings)
    }

    /// A character reference, or one of the five entities that XML itself has. References to characters that XML does
    /// not let in are refused (production 2); no other entity can be declared.
    private mutating func reference() throws(MessageFault) -> [UInt8] {
        for (entity, byte) in [
            ("&lt;" as StaticString, UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&amp;", UInt8(ascii: "&")),
            ("&apos;", UInt8(ascii: "'")), ("&quot;", UInt8(ascii: "\"")),
        ] where take(entity) {
            return [byte]
        }
        guard take("&#") else { throw malformed }
        let radix: UInt32 = take("x") ? 16 : 10
        let start = at
        var code: UInt32 = 0
        while let c = peek, let digit = Character(Unicode.Scalar(c)).hexDigitValue, digit < radix {
            code = min(code * radix + UInt32(digit), 0x11_0000)
            at += 1
        }
        guard at > start, code >= 32 || [9, 10, 13].contains(code), code != 0xFFFE, code != 0xFFFF,
            let scalar = Unicode.Scalar(code)
        else { throw malformed }
        try expect(";")
        return Array(String(Character(scalar)).utf8)
    }
}
