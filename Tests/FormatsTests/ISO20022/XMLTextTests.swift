import Formats
import Support
import Testing

/// What a document says, seen through the debtor's name of a credit transfer.
@Suite("Texts of XML documents")
struct XMLTextTests {
    private static let namespace = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"

    private func document(_ name: String, prolog: String = "") -> String {
        prolog + "<Document xmlns=\"\(Self.namespace)\"><FIToFICstmrCdtTrf>"
            + ISOSample.header().xml + ISOSample.transfer([.branch("Dbtr", [.leaf("Nm", name)])]).xml
            + "</FIToFICstmrCdtTrf></Document>"
    }

    private func name(_ bytes: [UInt8]) throws -> String? {
        RecordParser(mapping: try isoMapping(.xml)).parts(bytes)[0].message["debtor_name"]
    }

    private func rejection(_ bytes: [UInt8]) throws -> RejectionReason? {
        RecordParser(mapping: try isoMapping(.xml)).parts(bytes)[0].rejection?.reason
    }

    @Test(
        "are what XML says that they are",
        arguments: [
            ("Ada", "Ada"), ("  Ada \n\t", "Ada"), ("A  da", "A  da"), ("A&amp;B &lt;&gt;&quot;&apos;", "A&B <>\"'"),
            ("&amp;amp;", "&amp;"), ("&#65;&#x42;&#x63;", "ABc"), ("&#x1F600;", "😀"), ("&#233;&#xE9;é", "ééé"),
            ("&#x10FFFF;", "\u{10FFFF}"), ("&#0065;", "A"), ("<![CDATA[<b>&amp;]]>", "<b>&amp;"),
            ("A<![CDATA[]]>B", "AB"), ("<![CDATA[ A ]]>", "A"), ("<![CDATA[]]]]><![CDATA[>]]>", "]]>"),
            ("A<!-- <b>&x; -->B", "AB"), ("A<?p x?>B", "AB"), ("A<?p?>B", "AB"), ("A\r\nB", "A\nB"), ("A\rB", "A\nB"),
            ("A\r\r\nB", "A\n\nB"), ("A&#13;B", "A\rB"), ("A&#10;B", "A\nB"), ("A&#xD;&#xA;B", "A\r\nB"),
            ("A\tB", "A\tB"),
            ("]]&gt;", "]]>"), ("]] >", "]] >"), ("A-->B", "A-->B"), ("\u{85}A", "\u{85}A"), ("\u{FFFD}", "\u{FFFD}"),
            ("A'\"B", "A'\"B"), ("a]b]]c", "a]b]]c"),
        ])
    func texts(xml: String, text: String) throws { #expect(try name(Array(document(xml).utf8)) == text) }

    @Test(
        "that no document may hold are refused",
        arguments: [
            "&#8;", "&#31;", "&#xFFFE;", "&#xFFFF;", "&#xDFFF;", "&#x;", "&#65", "&65;", "&#X41;", "&#4 1;", "&AMP;",
            "& amp;", "&amp", "]]>", "<![CDATA[", "<![cdata[]]>", "<!-- -- -->", "<!--->", "<!-- --->", "<?xml x?>",
            "<?XML?>",
            "<?Xml ?>", "<? p?>", "<?p", "<!x>", "\u{1}", "\u{FFFE}", "<a", "<a/", "</a>", "<a></b>", "<a b='&x;'/>",
            "<a b='<'/>", "<a b=\"'/>", "<a b='1' b='2'/>", "<a xmlns:p=''/>", "<a xmlns:xmlns='u'/>",
            "<a xmlns:xml='u'/>",
            "<p:a/>", "<a p:b='1'/>", "<a p:b='1' xmlns:p='u' q:b='1' xmlns:q='u'/>", "<a:/>", "<:a/>", "<-a/>",
            "<.a/>",
        ])
    func refused(xml: String) throws { #expect(try rejection(Array(document(xml).utf8)) == .malformedXML) }

    @Test("may stand beside elements of other namespaces, other names and any attributes")
    func others() throws {
        let inner = "<x:a xmlns:x='u' x:b='1' b='2'/><a xmlns='v'><b/></a><_é.1-\u{B7}/><a xml:lang='en' b = '>'/ >"
        for (extra, isFine) in [(inner.replacing("/ >", with: "/>"), true), (inner, false)] {
            let text = document("Ada").replacing("<Dbtr>", with: extra + "<Dbtr>")
            #expect(try name(Array(text.utf8)) == (isFine ? "Ada" : nil))
        }
    }

    @Test("are found below whatever wraps the message, and by whatever prefix")
    func wrapped() throws {
        let plain = document("Ada")
        let prefixed = plain.replacing("xmlns=", with: "xmlns:p=").replacing("</", with: "</p:")
            .replacing(try Regex("<([A-Z])"), with: { "<p:\($0.output[1].substring ?? "")" })
        for text in [
            prefixed, "<e:Envelope xmlns:e='urn:e'><e:Body>\(plain)</e:Body></e:Envelope>",
            " \n<!-- a -->\(plain)<!-- b -->",
            "<?p q?>\(plain)\n<?p q?>\n", "<a><b>\(plain)</b><c/></a>",
        ] {
            #expect(try name(Array(text.utf8)) == "Ada", "\(text.prefix(60))")
        }
    }

    private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    @Test("are the same in every encoding, with a byte-order mark and without")
    func encodings() throws {
        func prolog(_ encoding: String) -> String { "<?xml version='1.0' encoding='\(encoding)'?>" }
        let name = "Zoë 店 😀"
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for text in [document(name), document(name, prolog: prolog("UTF-8")), document(name, prolog: prolog("utf-8"))] {
            #expect(try self.name(Array(text.utf8)) == name && self.name(mark + text.utf8) == name)
        }
        for encoding in ["UTF-16", "utf-16", "UTF-16LE"] {
            let text = document(name, prolog: prolog(encoding))
            for bigEndian in [true, false] {
                let bytes = utf16(text, bigEndian: bigEndian)
                let mark: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
                #expect(try self.name(mark + bytes) == name && self.name(bytes) == name)
            }
        }
        for encoding in ["ISO-8859-1", "iso-8859-1", "Latin1"] {
            let text = document("Zoë ÿ", prolog: prolog(encoding))
            #expect(try self.name(text.unicodeScalars.map { UInt8($0.value) }) == "Zoë ÿ")
        }
        for (encoding, euro, caron) in [
            ("windows-1252", 0x80, 0x8A), ("CP1252", 0x80, 0x8A), ("ISO-8859-15", 0xA4, 0xA6), ("latin-9", 0xA4, 0xA6),
        ] as [(String, UInt8, UInt8)] {
            let text = document("Zo\u{EB} 1 2", prolog: prolog(encoding)).unicodeScalars.map { UInt8($0.value) }
            let name = try #require(text.firstIndex(of: 0xEB)) + 2
            var mixed = text
            (mixed[name], mixed[name + 2]) = (euro, caron)
            #expect(try self.name(mixed) == "Zo\u{EB} € Š", "\(encoding)")
        }
        let hole = Array(prolog("windows-1252").utf8) + document("A").utf8.map { $0 == UInt8(ascii: "A") ? 0x81 : $0 }
        #expect(try rejection(hole) == .malformedXML)
        #expect(try self.name(Array(document(name, prolog: prolog("utf8")).utf8)) == name)
        let ascii = document("Zo&#xEB;", prolog: prolog("US-ASCII"))
        #expect(try self.name(Array(ascii.utf8)) == "Zoë")
    }

    @Test("of another encoding than is declared, or of one that is not read, are refused")
    func wrongEncodings() throws {
        func prolog(_ encoding: String) -> String { "<?xml version='1.0' encoding='\(encoding)'?>" }
        let bytes = Array(document("Zoë").utf8)
        let latin = document("Zoë").unicodeScalars.map { UInt8($0.value) }
        #expect(try rejection(latin) == .malformedXML)
        #expect(try rejection(Array(prolog("US-ASCII").utf8) + bytes) == .malformedXML)
        #expect(try rejection([0xEF, 0xBB, 0xBF] + prolog("ISO-8859-1").utf8 + bytes) == .malformedXML)
        #expect(try rejection(Array(prolog("UTF-16").utf8) + bytes) == .malformedXML)
        for encoding in ["UTF-7", "windows-1251", "ISO-8859-2", "UCS-4", "GB18030"] {
            #expect(try rejection(Array(prolog(encoding).utf8) + bytes) == .encodingUnsupported)
        }
        for encoding in ["", "8bit", " UTF-8", "UTF 8", "UTF-8\u{E9}"] {
            #expect(try rejection(Array(prolog(encoding).utf8) + bytes) == .malformedXML)
        }
        for declared in ["UTF-8", "ISO-8859-1", "US-ASCII"] {
            let wide = utf16(document("Ada", prolog: prolog(declared)), bigEndian: true)
            #expect(try rejection([0xFE, 0xFF] + wide) == .malformedXML && rejection(wide) == .malformedXML)
        }
        let text = utf16(document("Ada"), bigEndian: true)
        for lone in [[0xD8, 0x00], [0xDC, 0x00]] as [[UInt8]] {
            #expect(try rejection([0xFE, 0xFF] + text.prefix(80) + lone + text.dropFirst(80)) == .malformedXML)
        }
    }

    @Test("have up to 16 KB, elements up to 64 levels and 64 attributes")
    func limits() throws {
        let most = String(repeating: "x", count: 16_384)
        #expect(try name(Array(document(most).utf8)) == most)
        #expect(try rejection(Array(document(most + "x").utf8)) == .fieldTooLong)
        func attributes(_ count: Int) -> String { "<a\((0..<count).map { " b\($0)='1'" }.joined())/>" }
        #expect(try rejection(Array(document("Ada" + attributes(64)).utf8)) != .malformedXML)
        #expect(try rejection(Array(document("Ada" + attributes(65)).utf8)) == .malformedXML)
        func deep(_ levels: Int) -> String {
            String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels)
        }
        // Five elements are around a name: the document, the message, the transfer, the debtor, and the name.
        #expect(try rejection(Array(document(deep(59)).utf8)) != .tooDeep)
        #expect(try rejection(Array(document(deep(60)).utf8)) == .tooDeep)
        #expect(try rejection(Array(document("<a b='\(most)'/>").utf8)) != .fieldTooLong)
        #expect(try rejection(Array(document("<a b='\(most)x'/>").utf8)) == .fieldTooLong)
    }
}
