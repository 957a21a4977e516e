import Formats
import Testing

/// Line and text of each record.
private func split(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return XMLRecords(bytes).map { "\($0.line)|" + String(decoding: bytes[$0.bytes], as: UTF8.self) }
}

@Suite("Records of a file of XML")
struct XMLRecordsTests {
    private static let declaration = "<?xml version=\"1.0\"?>"

    @Test("are documents from one declaration to the next, a line each or over several")
    func documents() {
        let (one, two) = (Self.declaration + "<a>1</a>\n", Self.declaration + "\n<b>\n</b>\n")
        #expect(split(one + two + one) == ["1|" + one, "2|" + two, "5|" + one])
        #expect(split("\u{FEFF}" + one + two) == ["1|\u{FEFF}" + one, "2|" + two])
        #expect(split(Self.declaration + "<a><b>" + one) == ["1|" + Self.declaration + "<a><b>", "1|" + one])
        #expect(split("<a/>" + one) == ["1|<a/>", "1|" + one])
    }

    @Test(
        "are one where nothing says that another begins",
        arguments: [
            "", "\n", "<a/>", "<a/><b/>", declaration + "<a/>", "<?xml-stylesheet href=\"a\"?><a/>",
            declaration + "<a><![CDATA[" + declaration + "<b/>]]></a>",
            declaration + "<!-- " + declaration + " --><a/>",
            declaration + "<a><![CDATA[ <b/>" + declaration, "<?xml",
        ])
    func one(text: String) { #expect(split(text) == ["1|" + text]) }
}
