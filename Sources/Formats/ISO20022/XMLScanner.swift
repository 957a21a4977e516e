/// Reads an XML 1.0 document with namespaces into a tree, strictly and in one pass: what is not well-formed is refused, and
/// so is a document type before anything of it is read, so that no entity is ever defined, expanded or fetched
/// (docs/decisions/0005).
struct XMLScanner {
    static let depthLimit = 64
    /// Bytes of one text or attribute.
    static let fieldLimit = 16_384
    private static let attributeLimit = 64

    private let text: [UInt8]
    private var at = 0
    private var tree = MessageTree()
    /// Prefixes in force, innermost last.
    private var bindings: [(prefix: String, uri: String)] = [
        ("", ""), ("xml", "http://www.w3.org/XML/1998/namespace"),
    ]
    private var opened: [(name: Range<Int>, bindings: Int)] = []
    private var content: [UInt8] = []

    private init(_ text: [UInt8]) { self.text = text }

    /// - Parameter text: UTF-8, as `XMLEncoding` gives it.
    static func read(_ text: [UInt8]) throws(MessageFault) -> MessageTree {
        guard text.contains(where: { !isSpace($0) }) else { throw MessageFault(.emptyRecord) }
        var scanner = XMLScanner(text)
        try scanner.document()
        return scanner.tree
    }

    private static func isSpace(_ c: UInt8) -> Bool { c == 32 || c == 10 || c == 9 || c == 13 }

    private var peek: UInt8? { at < text.count ? text[at] : nil }

    private var malformed: MessageFault { MessageFault(.malformedXML, at: at) }

    private func sees(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= text.count else { return false }
        return word.withUTF8Buffer { word in (0..<count).allSatisfy { text[at + $0] == word[$0] } }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard sees(word) else { return false }
        at += word.utf8CodeUnitCount
        return true
    }

    private mutating func expect(_ word: StaticString) throws(MessageFault) {
        guard take(word) else { throw malformed }
    }

    @discardableResult
    private mutating func space() -> Bool {
        let start = at
        while let c = peek, Self.isSpace(c) { at += 1 }
        return at > start
    }

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

    private func uri(_ prefix: String) throws(MessageFault) -> String {
        guard let binding = bindings.last(where: { $0.prefix == prefix }) else { throw malformed }
        return binding.uri
    }

    /// A start tag, after its `<`.
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

    /// What comes next in an open element.
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
        }
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

    /// A character reference, or one of the five entities that XML itself has.
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
