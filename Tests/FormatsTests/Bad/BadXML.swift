import Formats
import Foundation

/// Messages of ISO 20022 in XML that must be refused, or of which one transaction must be.
enum BadXML {
    static let prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    static let namespace = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"

    static func transfer(_ number: Int) -> String {
        "<CdtTrfTxInf><PmtId><InstrId>I\(number)</InstrId><EndToEndId>E2E-\(number)</EndToEndId><TxId>T\(number)</TxId>"
            + "</PmtId><IntrBkSttlmAmt Ccy=\"EUR\">125.40</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>"
            + "<AccptncDtTm>2026-03-02T10:14:59+01:00</AccptncDtTm><Dbtr><Nm>Ada Example</Nm></Dbtr>"
            + "<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct><Cdtr><Nm>Cedar Tools</Nm></Cdtr>"
            + "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></CdtTrfTxInf>"
    }

    static let header =
        "<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-03-02T10:15:00+01:00</CreDtTm><NbOfTxs>3</NbOfTxs>"
        + "<CtrlSum>376.20</CtrlSum><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>"

    /// Three transfers of which the second is changed.
    static func message(_ old: String = "", _ new: String = "", prolog: String = prolog, header: String = header)
        -> String
    {
        let second = old.isEmpty ? transfer(2) : transfer(2).replacing(old, with: new)
        return prolog + "<Document xmlns=\"\(namespace)\"><FIToFICstmrCdtTrf>\(header)\(transfer(1))\(second)"
            + "\(transfer(3))</FIToFICstmrCdtTrf></Document>"
    }

    private static let amount = "<IntrBkSttlmAmt Ccy=\"EUR\">125.40</IntrBkSttlmAmt>"

    static var cases: [BadCase] { transactions + headers + damaged + documents }

    /// The second transaction is refused, by its place; the others are taken.
    private static var transactions: [BadCase] {
        let none = header.replacing("<CtrlSum>376.20</CtrlSum>", with: "")
        func second(_ name: String, _ old: String, _ new: String, _ reason: RejectionReason, _ field: String) -> BadCase
        {
            let text = message(old, new, header: none)
            let at = text.offset(of: "<CdtTrfTxInf><PmtId><InstrId>I2")
            return BadCase(name, .xml, text, reason, field, index: 1, at: at)
        }
        var out: [BadCase] = []
        for (text, reason) in [
            ("-5.00", RejectionReason.amountNegative), ("1,25", .amountNotANumber), ("1e3", .amountNotANumber),
            ("NaN", .amountNotANumber), ("", .amountNotANumber), ("0.00", .amountZero), ("0", .amountZero),
            ("1.123456", .amountTooPrecise), ("111111111111111111111111111111", .amountTooLarge),
            ("100000000000.01", .amountTooLarge), ("+5", .amountNotANumber), ("5.", .amountNotANumber),
            ("1 000.00", .amountNotANumber), ("&#x35;,0", .amountNotANumber), ("<x/>5", .amountNotANumber),
        ] {
            out.append(second("amount \(text)", ">125.40<", ">\(text)<", reason, "amount"))
        }
        for (code, amount) in [("JPY", "100.50"), ("KWD", "1.1234"), ("ISK", "1.1"), ("CLF", "1.12345")] {
            out.append(
                second(
                    "\(amount) \(code)", "\"EUR\">125.40", "\"\(code)\">\(amount)", .amountTooPrecise, "amount"))
        }
        for code in ["eur", "XQQ", "EURO", "978", "€", "XXX", "XAU"] {
            out.append(second("currency \(code)", "\"EUR\"", "\"\(code)\"", .currencyUnknown, "currency"))
        }
        out.append(second("currency empty", "\"EUR\"", "\"\"", .missingField, "currency"))
        out.append(second("currency missing", " Ccy=\"EUR\"", "", .missingField, "currency"))
        out.append(second("no rate", "\"EUR\"", "\"GBP\"", .rateMissing, "currency"))
        out.append(second("amount missing", Self.amount, "", .missingField, "amount"))
        for date in ["2026-02-30", "2026-13-01", "9999-12-31", "1999-12-31", "02.03.2026", "2026-3-2", "20260302"] {
            out.append(second("settled \(date)", ">2026-03-02<", ">\(date)<", .timeInvalid, "settlement_date"))
        }
        for time in ["2026-03-02T25:00:00Z", "2026-03-02T10:61:00Z", "2026-02-29T10:00:00Z", "10:14:59", "yesterday"] {
            out.append(
                second("accepted \(time)", "2026-03-02T10:14:59+01:00", time, .timeInvalid, "acceptance_time"))
        }
        for iban in ["DE00370400440532013000", "DE8937040044053201300", "de88370400440532013000", "XX", "DE89-3704"] {
            out.append(
                second("creditor \(iban)", "DE89370400440532013000", iban, .accountInvalid, "creditor_account"))
            out.append(second("debtor \(iban)", "NL91ABNA0417164300", iban, .accountInvalid, "debtor_account"))
        }
        out.append(second("no end-to-end id", "<EndToEndId>E2E-2</EndToEndId>", "", .missingField, "end_to_end_id"))
        out.append(second("end-to-end id empty", ">E2E-2<", "> <", .missingField, "end_to_end_id"))
        out.append(
            second(
                "no creditor's account", "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>", "",
                .missingField, "creditor_account"))
        out.append(
            second(
                "no id but NOTPROVIDED", "E2E-2</EndToEndId><TxId>T2</TxId>", "NOTPROVIDED</EndToEndId>",
                .missingField, "reference"))
        for (name, field) in [
            ("IntrBkSttlmAmt Ccy=\"EUR\"", "amount"), ("Cdtr", "creditor_name"), ("Dbtr", "debtor_name"),
            ("CdtrAcct", "creditor_account"), ("DbtrAcct", "debtor_account"),
            ("IntrBkSttlmDt", "settlement_date"), ("AccptncDtTm", "acceptance_time"),
        ] {
            let closed = name.prefix { $0 != " " }
            out.append(
                second("two of \(closed)", "<\(name)>", "<\(name)></\(closed)><\(name)>", .repeatedField, field))
        }
        for (old, field) in [
            ("<EndToEndId>E2E-2</EndToEndId>", "end_to_end_id"), ("<TxId>T2</TxId>", "transaction_id"),
            ("<IBAN>DE89370400440532013000</IBAN>", "creditor_account"),
            ("<Id><IBAN>NL91ABNA0417164300</IBAN></Id>", "debtor_account"),
        ] {
            out.append(second("two of \(field)", old, old + old, .repeatedField, field))
        }
        out.append(
            second(
                "two other account numbers", "<IBAN>DE89370400440532013000</IBAN>",
                "<Othr><Id>1</Id></Othr><Othr><Id>2</Id></Othr>", .repeatedField, "creditor_account"))
        out.append(
            second(
                "two local instruments", "<TxId>T2</TxId></PmtId>",
                "<TxId>T2</TxId></PmtId><PmtTpInf><LclInstrm><Cd>INST</Cd></LclInstrm><LclInstrm/></PmtTpInf>",
                .repeatedField, "local_instrument"))
        let long = String(repeating: "x", count: 141)
        out.append(second("id too long", ">T2<", ">\(long)<", .fieldTooLong, "reference"))
        out.append(second("id over lines", ">T2<", ">T\n2<", .controlCharacter, "reference"))
        return out
    }

    /// The message is refused for its header.
    private static var headers: [BadCase] {
        func with(_ name: String, _ old: String, _ new: String, _ reason: RejectionReason, _ field: String) -> BadCase {
            BadCase(name, .xml, message(header: header.replacing(old, with: new)), reason, field)
        }
        var out = [
            BadCase("no header", .xml, message(header: ""), .missingField, "GrpHdr"),
            with("no message id", "<MsgId>M-1</MsgId>", "", .missingField, "message_id"),
            with(
                "two message ids", "<MsgId>M-1</MsgId>", "<MsgId>M</MsgId><MsgId>N</MsgId>", .repeatedField,
                "message_id"),
            with("no creation", "<CreDtTm>2026-03-02T10:15:00+01:00</CreDtTm>", "", .missingField, "created"),
        ]
        for name in ["PmtTpInf", "SttlmInf", "NbOfTxs", "CtrlSum"] {
            out.append(
                with("two of \(name)", "<NbOfTxs>3<", "<\(name)/><\(name)/><NbOfTxs>3<", .repeatedField, name))
        }
        out.append(
            with(
                "two local instruments of all", "<NbOfTxs>3<",
                "<PmtTpInf><LclInstrm/><LclInstrm/></PmtTpInf><NbOfTxs>3<", .repeatedField, "local_instrument"))
        for count in ["2", "4", "0", "-3", "three", "3.0", "99999999999999999999"] {
            out.append(with("counts \(count)", "<NbOfTxs>3<", "<NbOfTxs>\(count)<", .countMismatch, "NbOfTxs"))
        }
        for sum in ["376.21", "0", "376,20", "-376.20", "1e3", "99999999999999999999999999"] {
            out.append(with("adds up to \(sum)", "376.20", sum, .controlSumMismatch, "CtrlSum"))
        }
        for type in [
            "pacs.008.001.99", "pacs.008.001.00", "pacs.008.002.08", "pacs.009.001.08", "pain.002.001.03",
            "pain.008.001.02", "camt.053.001.08", "camt.054.001.08", "pacs.008", "pacs.008.001", "pacs.008.001.8",
            "head.001.001.02", "pain.001.001.09",
        ] {
            let text = message().replacing("pacs.008.001.08", with: type)
            out.append(BadCase("type \(type)", .xml, text, .unsupportedMessage))
        }
        for (name, old, new) in [
            ("no namespace", " xmlns=\"\(namespace)\"", ""),
            ("another message", "FIToFICstmrCdtTrf", "CstmrPmtStsRpt"),
            ("another namespace below", "<FIToFICstmrCdtTrf>", "<FIToFICstmrCdtTrf xmlns=\"urn:other\">"),
        ] {
            out.append(BadCase(name, .xml, message().replacing(old, with: new), .unsupportedMessage))
        }
        for (name, old, new, field, place) in [
            ("a transaction by another name", "CdtTrfTxInf", "CdtTrfTxInX", "PmtId", "<PmtId><InstrId>I2"),
            ("a transaction in a party", "</Dbtr>", "<CdtTrfTxInf/></Dbtr>", "CdtTrfTxInf", "<CdtTrfTxInf/>"),
            ("a header in a transaction", "<Dbtr>", "<GrpHdr/><Dbtr>", "GrpHdr", "<GrpHdr/>"),
            ("a message in a transaction", "<Dbtr>", "<PmtRtr/><Dbtr>", "PmtRtr", "<PmtRtr/>"),
            ("an outcome in a transaction", "<Dbtr>", "<OrgnlTxId/><Dbtr>", "OrgnlTxId", "<OrgnlTxId/>"),
        ] {
            let text = message(old, new)
            out.append(BadCase(name, .xml, text, .misplacedElement, field, at: text.offset(of: place)))
        }
        let headers = message(header: header + header)
        let second = headers.offset(of: header) + header.utf8.count
        out.append(BadCase("two headers", .xml, headers, .repeatedField, "GrpHdr", at: second))
        let twice = message(">T2<", ">T1<")
        let at = twice.offset(of: "<CdtTrfTxInf><PmtId><InstrId>I2")
        out.append(BadCase("one reference twice", .xml, twice, .duplicateInMessage, "reference", at: at))
        let empty =
            prolog + "<Document xmlns=\"\(namespace)\"><FIToFICstmrCdtTrf>\(header)</FIToFICstmrCdtTrf></Document>"
        out.append(BadCase("no transactions", .xml, empty, .noTransactions))
        return out
    }

    /// Not well-formed: the place is where no reader can go on.
    private static var damaged: [BadCase] {
        let whole = message()
        let bytes = Array(whole.utf8)
        var out = stride(from: prolog.utf8.count + 1, to: bytes.count, by: 29).map { cut in
            BadCase("first \(cut) bytes", .xml, bytes: Array(bytes[..<cut]), .malformedXML, at: cut)
        }
        let text = whole.offset(of: "da Example")
        for byte in [0x00, 0x01, 0x0B, 0x0C, 0x1F] as [UInt8] {
            out.append(
                BadCase(
                    "0x\(String(byte, radix: 16)) in a text", .xml, bytes: bytes[..<text] + [byte] + bytes[text...],
                    .malformedXML, at: text))
        }
        for bad in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF8, 0x88, 0x80, 0x80, 0x80]] as [[UInt8]]
        {
            out.append(BadCase("\(bad) is no UTF-8", .xml, bytes: bytes[..<text] + bad + bytes[text...], .malformedXML))
        }
        for (name, insert, shift) in [
            ("an unknown entity", "&nbsp;", 0), ("a bare ampersand", "& ", 0), ("a reference to nothing", "&#;", 2),
            ("a reference to NUL", "&#0;", 3), ("a reference to a surrogate", "&#xD800;", 7),
            ("a reference too large", "&#x110000;", 9), ("U+FFFF", "\u{FFFF}", 0), ("the end of CDATA", "]]>", 0),
            ("a bare less-than", "< ", 1), ("an end tag of another", "</Dbtr>", 0),
            ("a comment open", "<!-- x -- y", 9),
            ("an attribute without value", "<b a>", 4), ("an attribute without quotes", "<b a=1>", 5),
            ("an attribute twice", "<b a=\"1\" a=\"2\">", 14), ("attributes run together", "<b a=\"1\"b=\"2\">", 8),
            ("a less-than in an attribute", "<b a=\"<\">", 6), ("a prefix that is not bound", "<x:b/>", 4),
            ("an attribute's prefix that is not bound", "<b x:a=\"1\"/>", 10), ("two colons", "<a:b:c/>", 6),
            ("a declaration inside", "<?xml version=\"1.0\"?>", 5), ("an element declared", "<!ELEMENT a ANY>", 1),
            ("a name that begins with a digit", "<1/>", 1), ("a name with U+FFFF", "<b\u{FFFF}/>", 2),
            ("a name that begins with a middle dot", "<\u{B7}/>", 1), ("a name with a times sign", "<b\u{D7}/>", 2),
        ] {
            let broken =
                String(decoding: bytes[..<text], as: UTF8.self) + insert
                + String(decoding: bytes[text...], as: UTF8.self)
            out.append(BadCase(name, .xml, broken, .malformedXML, at: text + shift))
        }
        for (name, after, shift) in [
            ("a second document", "<Document/>", 0), ("text after the document", "x", 0), ("NUL after it", "\u{0}", 0),
        ] {
            out.append(BadCase(name, .xml, whole + after, .malformedXML, at: bytes.count + shift))
        }
        for (name, before, at) in [
            ("text before the document", "x", 0), ("a space before the declaration", " ", 6), ("JSON", "{\"a\":1}", 0),
        ] {
            out.append(BadCase(name, .xml, before + whole, .malformedXML, at: at))
        }
        return out
    }

    /// Document types, depth, length and encodings.
    private static var documents: [BadCase] {
        let root = message(prolog: "")
        var out: [BadCase] = [
            BadCase("nothing", .xml, "", .emptyRecord), BadCase("blank", .xml, " \n\t\r ", .emptyRecord),
        ]
        for (name, type) in [
            ("a bare document type", "<!DOCTYPE Document>"),
            ("an external one", "<!DOCTYPE d SYSTEM \"http://x/d.dtd\">"),
            ("a public one", "<!DOCTYPE d PUBLIC \"-//X\" \"x.dtd\">"),
            ("an external entity", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            ("a parameter entity", "<!DOCTYPE d [<!ENTITY % x SYSTEM \"http://x/\"> %x;]>"),
            ("an entity bomb", "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"),
            ("a type that does not close", "<!DOCTYPE d ["), ("a type of nothing", "<!DOCTYPE"),
        ] {
            out.append(BadCase(name, .xml, prolog + type + root, .forbiddenDTD, at: prolog.utf8.count))
            let after = "<!-- first -->\n"
            out.append(
                BadCase("\(name) after a comment", .xml, after + type + root, .forbiddenDTD, at: after.utf8.count))
        }
        for depth in [64, 100, 10_000] {
            let first = "<Document xmlns=\"\(namespace)\">"
            let text = first + String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
            out.append(
                BadCase("\(depth) deep", .xml, text + "</Document>", .tooDeep, at: first.utf8.count + 63 * 3))
        }
        let huge = String(repeating: "x", count: 1_000_000)
        let name = message("Ada Example", huge)
        out.append(BadCase("a text of 1 MB", .xml, name, .fieldTooLong, at: name.offset(of: "xxxxxxxxxxxxxxxx")))
        let attribute = message("<Dbtr>", "<Dbtr a=\"\(huge)\">")
        out.append(
            BadCase(
                "an attribute of 1 MB", .xml, attribute, .fieldTooLong, at: attribute.offset(of: "xxxxxxxxxxxxxxxx")))
        out.append(BadCase("5 MB", .xml, message() + String(repeating: " ", count: 5_000_000), .recordTooLarge))
        for encoding in ["windows-1250", "EBCDIC-CP-US", "UTF-32", "utf-7", "x"] {
            let text = "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>" + root
            out.append(BadCase("encoding \(encoding)", .xml, text, .encodingUnsupported))
        }
        for (what, declaration, at) in [
            ("version 1.1", "<?xml version=\"1.1\"?>", 18 as Int?), ("no version", "<?xml encoding=\"UTF-8\"?>", 5),
            ("standalone maybe", "<?xml version=\"1.0\" standalone=\"maybe\"?>", 37),
            ("a cut declaration", "<?xml version=\"1.0\"?", 19),
            ("a quote in the encoding's name", "<?xml version=\"1.0\" encoding=\"UTF-8'\"?>", nil),
            ("an encoding without quotes", "<?xml version=\"1.0\" encoding=UTF-8?>", nil),
            ("UTF-16 in bytes of UTF-8", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", nil),
        ] {
            out.append(BadCase(what, .xml, declaration + root, .malformedXML, at: at))
        }
        let utf16 = message().utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        out.append(BadCase("UTF-16 that says UTF-8", .xml, bytes: [0xFF, 0xFE] + utf16, .malformedXML))
        out.append(BadCase("half a character of UTF-16", .xml, bytes: [0xFF, 0xFE] + utf16.dropLast(), .malformedXML))
        return out
    }
}
