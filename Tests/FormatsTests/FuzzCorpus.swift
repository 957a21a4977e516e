import Formats
import Records
import Support

/// Records of each format, all of them taken, and what is done to them.
enum FuzzCorpus {
    static let corpus: [BadCase.Format: [String]] = [
        .json: [
            BadJSON.record(), #"{"type":"label","transaction":"p-1","fraud":true}"#,
            BadJSON.record([
                "currency": "\"USD\"", "kind": "\"card\"", "ip": "\"::1\"", "note": #"[{"a":"\ud83d\ude00"}]"#,
            ]),
        ],
        .csv: [BadCSV.line(), BadCSV.line(["id": "\"a,\"\"b\"\"\"", "currency": "USD", "amount": "5"])],
        .xml: [
            BadXML.message(), BadXML.message(prolog: "<?xml version='1.0'?><!-- a --><?b c?>"),
            "<a>\(BadXML.message(prolog: ""))\(BadXML.message(prolog: "").replacing(">T", with: ">U"))</a>",
            BadXML.message("Ada Example", "<![CDATA[a & b]]> &amp; &#x41; é"),
            BadXML.message().replacing("<Document", with: "<a:Envelope xmlns:a='urn:x' a:b='1'><Document")
                .replacing("</Document>", with: "</Document></a:Envelope>"),
        ],
        .isoJSON: [
            BadISOJSON.message(), "[\(BadISOJSON.message()),\(fraud)]",
            BadISOJSON.message().replacing("\"amt\":", with: "\"#text\":").replacing("\"Ccy\"", with: "\"@_Ccy\""),
        ],
    ]

    private static let fraud =
        #"{"PmtRtr":{"GrpHdr":{"MsgId":"R","CreDtTm":"2026-03-02T10:15:00Z"},"TxInf":{"OrgnlTxId":"T1"}}}"#

    private static let tokens = [
        "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE d []>", "&amp;", "&#0;",
        "&#x41;",
        " xmlns=\"\"", " xmlns:p=\"urn:p\"", "p:", " Ccy=\"JPY\"", "\"", "'", "{", "}", "[", "]", ",", ":", "\\u0000",
        "\\ud800", "null", "-", "1e9", "99999999999999999999", ".", "\r\n", "\u{0}", "\u{FEFF}", "é", "\u{FFFF}", "T",
    ].map { Array($0.utf8) }

    /// A record after up to four changes.
    static func mutant(_ records: [[UInt8]], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = records.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &generator)
            let length = Int.random(in: 1...24, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.removeSubrange(at..<min(at + length, bytes.count))
            case 2: bytes.insert(contentsOf: bytes[at..<min(at + length, bytes.count)], at: at)
            case 3, 4: bytes.insert(contentsOf: tokens.randomElement(using: &generator) ?? [], at: at)
            case 5: bytes.removeSubrange(at...)
            default:
                let other = records.randomElement(using: &generator) ?? []
                let from = Int.random(in: other.indices, using: &generator)
                bytes.replaceSubrange(at..., with: other[from...])
            }
        }
        return bytes
    }
}
