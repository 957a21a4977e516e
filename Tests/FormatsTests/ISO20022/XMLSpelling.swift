import Support

/// One of the many ways to write a message in XML that say the same.
struct XMLSpelling {
    /// An encoding with its mark, and how it writes a character; nil for one that it has not.
    struct Encoding: Sendable {
        /// As a declaration has it; empty for no declaration.
        var name: String
        var mark: [UInt8] = []
        var bytes: @Sendable (Unicode.Scalar) -> [UInt8]?

        static let all = [
            Encoding(name: "", bytes: utf8), Encoding(name: "UTF-8", mark: [0xEF, 0xBB, 0xBF], bytes: utf8),
            Encoding(name: "utf-16", mark: [0xFF, 0xFE]) { utf16($0).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } },
            Encoding(name: "UTF-16LE") { utf16($0).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } },
            Encoding(name: "UTF-16", mark: [0xFE, 0xFF]) { utf16($0).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } },
            Encoding(name: "UTF-16BE") { utf16($0).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } },
            Encoding(name: "US-ASCII") { $0.value < 128 ? [UInt8($0.value)] : nil },
            Encoding(name: "iso-8859-1") { $0.value < 256 ? [UInt8($0.value)] : nil },
            Encoding(name: "ISO-8859-15") { $0 == "Ž" ? [0xB4] : $0 == "€" ? [0xA4] : latin($0) },
            Encoding(name: "windows-1252") { $0 == "Ž" ? [0x8E] : $0 == "€" ? [0x80] : latin($0) },
        ]

        private static let utf8: @Sendable (Unicode.Scalar) -> [UInt8]? = { Array(String($0).utf8) }
        private static func utf16(_ scalar: Unicode.Scalar) -> [UInt16] { Array(String(scalar).utf16) }
        private static func latin(_ scalar: Unicode.Scalar) -> [UInt8]? {
            scalar.value < 128 || (0xC0...0xFF).contains(scalar.value) ? [UInt8(scalar.value)] : nil
        }
    }

    private var random: SplitMix64
    private let encoding: Encoding
    private let namespace: String
    private(set) var text = ""
    /// Bytes of UTF-8 before each item, in order.
    private(set) var places: [Int] = []

    var bytes: [UInt8] { encoding.mark + text.unicodeScalars.flatMap { encoding.bytes($0) ?? [] } }

    init(_ message: ISOEnvelope.Message, _ encoding: Encoding, seed: UInt64) {
        (random, self.encoding) = (SplitMix64(seed), encoding)
        namespace = "urn:iso:std:iso:20022:tech:xsd:\(message.type)"
        if !encoding.name.isEmpty {
            text = "<?xml version = '1.0'" + pick([" ", "\n"]) + "encoding" + pick(["=", " =\t"])
            text += "\"\(encoding.name)\"" + pick(["", " standalone='yes'"]) + pick(["?>", " ?>"])
        }
        gap()
        element(.branch("Document", [message.body]), within: nil)
        text += pick(["", "\n", "<!-- end --> <?p?>"])
    }

    private mutating func chance(_ times: Int) -> Bool { Int.random(in: 0..<times, using: &random) == 0 }
    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

    /// White space, a comment or an instruction, or nothing.
    private mutating func gap() { text += pick(["", "", "\n", " \t", "<!-- <a> & b -->", "<?p a?b>?>", "<!---->"]) }

    /// What has no meaning between two children: an element of another namespace by the same prefix, or text.
    private mutating func noise(_ prefix: String) {
        gap()
        guard chance(3) else { return }
        let (name, bound) = prefix.isEmpty ? ("Xtra", "xmlns") : (prefix + ":Xtra", "xmlns:" + prefix)
        text += pick(["noise", "<\(name) \(bound)='urn:noise'/>", "<\(name) \(bound)='urn:noise'>noise</\(name)>"])
    }

    /// - Parameter within: the prefix that is in force, the empty one for the default namespace; nil for the root.
    private mutating func element(_ sample: ISOSample, within: String?) {
        if ISOSample.items.contains(sample.name) { places.append(text.utf8.count) }
        let own = within.flatMap { chance(6) ? nil : $0 } ?? pick(["", "p", "q.1-x", "_"])
        let name = own.isEmpty ? sample.name : "\(own):\(sample.name)"
        text += "<" + name
        attributes(sample, declaring: own == within ? nil : own)
        text += pick(["", "", " ", "\n"])
        switch sample {
        case .leaf(_, ""): text += chance(2) ? "/>" : "></\(name)>"
        case .leaf(_, let value), .amount(_, _, let value):
            text += ">" + pick(["", "", " \n"])
            for scalar in value.unicodeScalars { character(scalar, isText: true) }
            text += pick(["", "", "\t "]) + "</\(name)>"
        case .branch(_, let children):
            text += ">"
            for child in children {
                noise(own)
                element(child, within: own)
            }
            noise(own)
            text += "</\(name)" + pick(["", " ", "\n"]) + ">"
        }
    }

    private mutating func attributes(_ sample: ISOSample, declaring prefix: String?) {
        var attributes = chance(4) ? [("nb", "> 1 <")] : []
        if let prefix { attributes.append((prefix.isEmpty ? "xmlns" : "xmlns:\(prefix)", namespace)) }
        if case .amount(_, let currency, _) = sample { attributes.append(("Ccy", currency)) }
        for (name, value) in attributes.shuffled(using: &random) {
            let quote = pick(["\"", "'"])
            text += pick([" ", "\n", "\t "]) + name + pick(["=", " = "]) + quote
            for scalar in value.unicodeScalars { character(scalar, isText: false) }
            text += quote
        }
    }

    private mutating func character(_ scalar: Unicode.Scalar, isText: Bool) {
        let isWritten = encoding.bytes(scalar) != nil
        let reference = pick(["&#\(scalar.value);", "&#x\(String(scalar.value, radix: 16));", "&#x0\(hex(scalar));"])
        let named = ["<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&apos;", "\"": "&quot;"][String(scalar)]
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text += reference
        case 1 where isText && isWritten: text += "<![CDATA[\(scalar)]]>"
        case 2 where isText: text += "<!-- ' -->" + (named ?? reference)
        case 3 where isText && scalar == ">" && !text.hasSuffix("]]"): text += ">"
        default: text += named ?? (isWritten ? String(scalar) : reference)
        }
    }

    private func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
}
