package import HTTPFront

/// The charset of an XML body's Content-Type (RFC 7303), held against the encoding that the document itself has.
///
/// The charset would win, but a record is read from the log by what the document says: where they differ, and the bytes
/// are not the same in both, nobody can tell which is right.
package enum XMLCharset {
    package static let all = ["utf-8", "us-ascii", "iso-8859-1", "utf-16", "utf-16le", "utf-16be"]

    package static func check(_ body: [UInt8], _ charset: String?) throws(Problem) {
        guard let charset, !body.allSatisfy({ $0 < 128 && $0 != 0 }), !fits(charset, body) else { return }
        throw Problem(
            .mediaTypeUnsupported,
            "the charset of Content-Type is another encoding than the document declares or begins with")
    }

    private static func fits(_ charset: String, _ body: [UInt8]) -> Bool {
        let head = Array(body.prefix(4))
        if head.starts(with: [0xFE, 0xFF]) { return ["utf-16", "utf-16be"].contains(charset) }
        if head.starts(with: [0xFF, 0xFE]) { return ["utf-16", "utf-16le"].contains(charset) }
        if head == [0, 0x3C, 0, 0x3F] { return charset == "utf-16be" }
        if head == [0x3C, 0, 0x3F, 0] { return charset == "utf-16le" }
        return declared(body) == charset
    }

    /// The encoding that the declaration names; UTF-8 where it names none.
    private static func declared(_ body: [UInt8]) -> String {
        let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...]
        guard text.starts(with: "<?xml".utf8) else { return "utf-8" }
        let head = String(decoding: text.prefix(200).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
        guard let name = head.firstMatch(of: #/encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/#)?.output.1 else {
            return "utf-8"
        }
        return MediaType("text/xml; charset=\(name)")?.charset ?? ""
    }
}
