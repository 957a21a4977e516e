import Formats
import Records
import Support
import Testing

@Suite("Messages that are taken but for one change")
struct ISOPairTests {
    @Test(
        "are refused for it, with its field and at its place, and items that are not concerned stand",
        arguments: ISOPair.all)
    func pairs(pair: ISOPair) throws {
        for syntax in ISOSample.syntaxes {
            let taken = try pair.taken.parts(pair.type, syntax)
            #expect(taken.map(\.rejection) == taken.map { _ in nil } && taken.allSatisfy { $0.notes.isEmpty })
            let found = try pair.changed.parts(pair.type, syntax)
            #expect(found.map(\.rejection) == pair.refused.map { $0 ? pair.rejection : nil })
            #expect(found.allSatisfy { $0.notes.isEmpty })
            let at = found.first { $0.rejection != nil }?.at
            #expect((at == nil) == (pair.place == nil))
            guard syntax == .xml, let place = pair.place, let at else { continue }
            let text = String(decoding: pair.changed.message(pair.type, syntax), as: UTF8.self)
            let isThere = String(text.utf8.dropFirst(at))?.hasPrefix("<\(place)") == true
            #expect(isThere, "at \(at)")
        }
    }

    @Test("name a repeated reference at the second transaction that has it", arguments: ISOSample.syntaxes)
    func second(syntax: Mapping.Syntax) throws {
        let message = ISOEnvelope.transfer(["T0", "T1", "T2", "T1", "T0"])
        let at = try #require(try ISOEnvelope.parts([message], syntax)[0].at)
        let places = try ISOEnvelope.parts([ISOEnvelope.transfer(["T0", "T1", "T2", "T3", "T4"])], syntax).map(\.at)
        #expect(at == places[3])
    }

    @Test("are not those in which a sum has nothing to be held against, or two outcomes are of one payment")
    func unchecked() throws {
        let clearing = ISOSample.branch("SttlmInf", [.leaf("SttlmMtd", "CLRG")])
        let header = ISOSample.header([clearing, .leaf("CtrlSum", "99")], count: 2)
        let original = ISOSample.leaf("OrgnlTxId", "T")
        let amount = ISOSample.amount("RtrdIntrBkSttlmAmt", currency: "EUR", "1")
        let status = ISOSample.branch("TxInfAndSts", [original, .leaf("TxSts", "ACSC")])
        for (message, type) in [
            (ISOSample.branch("FIToFIPmtStsRpt", [header, status, status]), "pacs.002.001.10"),
            (
                .branch("PmtRtr", [header, .branch("TxInf", [original, amount]), .branch("TxInf", [original])]),
                "pacs.004.001.09"
            ),
        ] {
            for syntax in ISOSample.syntaxes {
                let parts = try message.parts(type, syntax)
                #expect(parts.map { $0.outcome?.transaction } == ["T", "T"] && parts.allSatisfy { $0.notes.isEmpty })
            }
        }
    }

    @Test("have 250,000 elements and no more, with the place of the first that is too many")
    func elements() throws {
        let message = ISOEnvelope.transfer(["T"])
        let limit = 250_000
        let xml = message.body.escaped(message.type, .xml)
        let others = limit - xml.matches(of: /<[A-Z]/).count
        for count in [others, others + 1] {
            let end = try #require(xml.ranges(of: "</FIToFICstmrCdtTrf>").last).lowerBound
            let text = xml[..<end] + String(repeating: "<a/>", count: count)
            let parts = RecordParser(mapping: try isoMapping(.xml)).parts(Array((text + xml[end...]).utf8))
            #expect(ISOEnvelope.said(parts) == [count == others ? "T" : "record_too_large"])
            if count > others { #expect(parts[0].at == text.utf8.count - 4) }
        }
        let json = message.body.escaped(message.type, .json)
        let entries = limit - json.matches(of: /":/).count
        for count in [entries, entries + 1] {
            let list = "\"a\":[" + repeatElement("1", count: count).joined(separator: ",")
            let text = json.dropLast(2) + ",\(list)"
            let parts = RecordParser(mapping: try isoMapping(.json)).parts(Array((text + "]}}").utf8))
            #expect(ISOEnvelope.said(parts) == [count == entries ? "T" : "record_too_large"])
            if count > entries { #expect(parts[0].at == text.utf8.count - 1) }
        }
    }

    @Test("bind a prefix to one namespace within an element, and to that around it after the element's end")
    func prefixes() throws {
        let message = ISOEnvelope.transfer(["T"])
        let body = message.body.xml.replacing("<", with: "<p:").replacing("<p:/", with: "</p:")
        let parser = RecordParser(mapping: try isoMapping(.xml))
        func said(_ inner: String) -> [String] {
            let start = "<p:Document xmlns:p='urn:iso:std:iso:20022:tech:xsd:\(message.type)'>"
            return ISOEnvelope.said(parser.parts(Array("\(start)\(inner)</p:Document>".utf8)))
        }
        for other in ["<p:x xmlns:p='urn:x'/>", "<p:x xmlns:p='urn:x'><p:y/></p:x>", "<x xmlns:p='urn:x'></x>"] {
            #expect(said(other + body) == ["T"] && said(body + other) == ["T"])
        }
        #expect(said("<p:x xmlns:p='urn:x'>\(body)</p:x>") == ["unsupported_message"])
        let again = "<p:x xmlns:p='urn:x'><p:y xmlns:p='urn:iso:std:iso:20022:tech:xsd:\(message.type)'>"
        #expect(said("\(again)\(body)</p:y></p:x>") == ["T"])
        // A prefix that only an element before it bound is none.
        #expect(said("<x xmlns:q='urn:x'/><q:y/>\(body)") == ["malformed_xml"])
    }

    @Test("in JSON have texts of 16 KB and no more, however they are written")
    func texts() throws {
        let message = ISOEnvelope.transfer(["T"])
        let json = message.body.escaped(message.type, .json)
        for (letter, bytes) in [("x", 1), ("\\u0041", 1), ("é", 2), ("\\ud83d\\ude00", 4)] {
            for count in [16_384 / bytes, 16_384 / bytes + 1] {
                let text = json.dropLast(2) + ",\"a\":\"\(String(repeating: letter, count: count))\"}}"
                let said = ISOEnvelope.said(RecordParser(mapping: try isoMapping(.json)).parts(Array(text.utf8)))
                #expect(said == [count * bytes > 16_384 ? "field_too_long" : "T"], "\(letter)")
            }
        }
    }
}
