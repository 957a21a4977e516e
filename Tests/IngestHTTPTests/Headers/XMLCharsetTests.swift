import HTTPFront
import IngestHTTP
import Testing

@Suite("The charset of XML")
struct XMLCharsetTests {
    /// A document in Latin-1 that says so.
    private static let latin =
        Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>Zo".utf8) + [0xEB] + Array("</a>".utf8)
    private static let utf8 = Array("<?xml version=\"1.0\"?><a>Zoë</a>".utf8)
    private static let named = Array("<?xml version=\"1.0\" encoding = \"UTF-8\" ?><a>Zoë</a>".utf8)
    private static let wide: [UInt8] = [0xFE, 0xFF] + "<a/>".utf8.flatMap { [UInt8](arrayLiteral: 0, $0) }

    @Test(
        "is the document's own encoding, or the bytes are the same in both",
        arguments: [
            (latin, nil), (latin, "iso-8859-1"), (utf8, nil), (utf8, "utf-8"), (named, "utf-8"),
            ([0xEF, 0xBB, 0xBF] + utf8, "utf-8"), (wide, "utf-16"), (wide, "utf-16be"), (wide, nil),
            (Array("<?xml version='1.0' encoding='latin1'?><a/>".utf8), "utf-8"), (Array("<a/>".utf8), "iso-8859-1"),
            ([0x3C, 0, 0x3F, 0, 0x78, 0], "utf-16le"),
        ] as [([UInt8], String?)])
    func fits(body: [UInt8], charset: String?) throws { try XMLCharset.check(body, charset) }

    @Test(
        "another one is refused: nobody can tell which of the two is right",
        arguments: [
            (latin, "utf-8"), (latin, "us-ascii"), (utf8, "iso-8859-1"), (named, "iso-8859-1"), (wide, "utf-8"),
            (wide, "utf-16le"), ([0xEF, 0xBB, 0xBF] + utf8, "iso-8859-1"), (utf8, "utf-16"),
            ([0x3C, 0, 0x3F, 0, 0x78, 0], "utf-8"),
        ] as [([UInt8], String)])
    func differs(body: [UInt8], charset: String) {
        #expect { try XMLCharset.check(body, charset) } throws: { ($0 as? Problem)?.code == "media_type_unsupported" }
    }
}
