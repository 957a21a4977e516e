import EventLogs
import Formats
import HTTPFront
import IngestHTTP
import NIOHTTP1
import Records
import Support
import Testing

/// Messages of ISO 20022 as text, in both syntaxes.
private struct Messages {
    let syntax: Mapping.Syntax

    private func element(_ name: String, _ children: String...) -> String {
        let children = children.filter { !$0.isEmpty }
        guard syntax == .json else { return "<\(name)>\(children.joined())</\(name)>" }
        return "\"\(name)\":{\(children.joined(separator: ","))}"
    }

    private func leaf(_ name: String, _ text: String) -> String {
        syntax == .json ? "\"\(name)\":\"\(text)\"" : "<\(name)>\(text)</\(name)>"
    }

    private func amount(_ name: String) -> String {
        syntax == .json ? "\"\(name)\":{\"Ccy\":\"EUR\",\"amt\":\"18.40\"}" : "<\(name) Ccy=\"EUR\">18.40</\(name)>"
    }

    private func list(_ name: String, _ items: [String]) -> String {
        guard syntax == .json else { return items.map { "<\(name)>\($0)</\(name)>" }.joined() }
        return "\"\(name)\":[\(items.map { "{\($0)}" }.joined(separator: ","))]"
    }

    private func joined(_ parts: String...) -> String { parts.joined(separator: syntax == .json ? "," : "") }

    private func party(_ role: String, _ name: String, _ iban: String) -> String {
        joined(element(role, leaf("Nm", name)), element(role + "Acct", element("Id", leaf("IBAN", iban))))
    }

    private func header(_ id: String, _ count: Int) -> String {
        element(
            "GrpHdr", leaf("MsgId", id), leaf("CreDtTm", "2026-02-03T08:15:00Z"), leaf("NbOfTxs", "\(count)"),
            element("SttlmInf", leaf("SttlmMtd", "CLRG")))
    }

    private func document(_ type: String, _ bodies: String) -> String {
        let namespace = "urn:iso:std:iso:20022:tech:xsd:\(type)"
        return syntax == .json
            ? "\"Document\":{\"@xmlns\":\"\(namespace)\",\(bodies)}"
            : "<Document xmlns=\"\(namespace)\">\(bodies)</Document>"
    }

    private func transferBody(_ ids: [String]) -> String {
        let items = ids.map { id in
            joined(
                element("PmtId", leaf("EndToEndId", "e-" + id), leaf("TxId", id)), amount("IntrBkSttlmAmt"),
                leaf("IntrBkSttlmDt", "2026-02-03"), party("Dbtr", "Mirthe", "NL91ABNA0417164300"),
                party("Cdtr", "Tadeo", "DE89370400440532013000"))
        }
        return element("FIToFICstmrCdtTrf", header("m-" + (ids.first ?? "0"), ids.count), list("CdtTrfTxInf", items))
    }

    private func returnBody(_ id: String) -> String {
        let item = joined(
            leaf("RtrId", "r-" + id), leaf("OrgnlEndToEndId", "e-" + id), leaf("OrgnlTxId", id),
            amount("RtrdIntrBkSttlmAmt"), element("RtrRsnInf", element("Rsn", leaf("Cd", "FRAD"))))
        return element("PmtRtr", header("m-r-" + id, 1), list("TxInf", [item]))
    }

    private func root(_ documents: String...) -> String {
        guard syntax == .json else {
            return documents.count == 1 ? documents[0] : "<Batch>\(documents.joined())</Batch>"
        }
        return documents.count == 1
            ? "{\(documents[0])}" : "{\"Batch\":[\(documents.map { "{\($0)}" }.joined(separator: ","))]}"
    }

    private func document(transfers ids: [String]) -> String { document("pacs.008.001.08", transferBody(ids)) }

    func transfers(_ ids: String...) -> String { root(document(transfers: ids)) }

    func container(_ ids: String...) -> String { root(document(transfers: [ids[0]]), document(transfers: [ids[1]])) }

    func twoBodies(_ ids: String...) -> String {
        root(document("pacs.008.001.08", joined(transferBody([ids[0]]), returnBody(ids[1]))))
    }

    func returned(_ id: String) -> String { root(document("pacs.004.001.09", returnBody(id))) }

    func withReturn(_ id: String, of other: String) -> String {
        root(document(transfers: [id]), document("pacs.004.001.09", returnBody(other)))
    }

    func withUnread(_ id: String) -> String {
        root(document(transfers: [id]), document("camt.029.001.09", element("RsltnOfInvstgtn", leaf("Sts", "x"))))
    }
}

@Suite("Messages of ISO 20022 over REST: each part is answered, or the record is refused whole")
struct MessageTests {
    /// Bodies with the code of their refusal; nil where the one transaction that they hold is taken.
    private static func bodies(_ messages: Messages) -> [(what: String, body: String, code: String?)] {
        [
            ("one transfer", messages.transfers("a"), nil),
            ("two transfers", messages.transfers("b", "c"), "several_transactions"),
            ("no transfer", messages.transfers(), "no_transactions"),
            ("two messages", messages.container("d", "e"), "several_transactions"),
            ("a transfer and a return for fraud", messages.withReturn("f", of: "g"), "several_transactions"),
            ("two bodies of a document", messages.twoBodies("h", "i"), "several_transactions"),
            ("a transfer and what is not read", messages.withUnread("j"), "several_transactions"),
            ("a return alone", messages.returned("k"), "not_a_transaction"),
            ("another transfer", messages.transfers("l"), nil),
        ]
    }

    /// What is on the member's topic, all of it.
    private func taken(_ api: TestAPI, _ count: Int) async throws -> [String] {
        let records = try await api.bench.transactions(count)
        #expect(try api.bench.log.end(of: TopicPartition(Topics.transactions(Fixtures.member))) == Int64(count))
        return records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    @Test("a body of one transfer has its answer; whatever holds more is refused by its code", arguments: [0, 1])
    func score(syntax: Int) async throws {
        let syntax: Mapping.Syntax = syntax == 0 ? .xml : .json
        let api = try TestAPI(bench: try Bench(mapping: try isoMapping(syntax)))
        let type = syntax == .xml ? "application/xml" : "application/json"
        let messages = Messages(syntax: syntax)
        let one = messages.transfers("x")
        let joined: [(what: String, body: String, code: String?)] = [
            ("one behind the other", one + "\n" + one, syntax == .xml ? "malformed_xml" : "malformed_json")
        ]
        let bodies = Self.bodies(messages) + joined
        for (what, body, code) in bodies {
            let got = await api.call(
                .POST, "/v1/score", ["Content-Type": type, "Cordon-Deadline-Ms": "1"], body: Array(body.utf8))
            #expect(got.code == code, "\(what): \(got)")
            if code == nil { #expect(got.status == 200 && got.json["transaction"] != nil, "\(what): \(got)") }
        }
        let valid = bodies.filter { $0.code == nil }.map(\.body)
        #expect(try await taken(api, valid.count) == valid)
    }

    @Test("of many messages in JSON each is taken or refused at its place, in lines and in an array")
    func batch() async throws {
        let bodies = Self.bodies(Messages(syntax: .json))
        let texts = bodies.map(\.body)
        for (type, body) in [
            ("application/x-ndjson", texts.joined(separator: "\n")),
            ("application/json", "[" + texts.joined(separator: ",\n") + "]"),
        ] {
            let api = try TestAPI(bench: try Bench(mapping: try isoMapping(.json)))
            let got = await api.call(.POST, "/v1/transactions", ["Content-Type": type], body: Array(body.utf8))
            let items = got.json["items"] as? [[String: Any]] ?? []
            #expect(got.status == 207 && got.json["accepted"] as? Int == 2, "\(got)")
            #expect(items.map { ($0["problem"] as? [String: Any])?["code"] as? String } == bodies.map(\.code))
            #expect(items.map { $0["index"] as? Int } == Array(bodies.indices))
            #expect(try await taken(api, 2) == bodies.filter { $0.code == nil }.map(\.body))
        }
    }

    @Test("a message that is written over several lines is none a line: each line is refused")
    func printed() async throws {
        let api = try TestAPI(bench: try Bench(mapping: try isoMapping(.json)))
        let body = Messages(syntax: .json).transfers("a").replacing("\"Document\"", with: "\n\"Document\"")
        let got = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "application/x-ndjson"], body: Array(body.utf8))
        let items = got.json["items"] as? [[String: Any]] ?? []
        #expect(
            items.map { ($0["problem"] as? [String: Any])?["code"] as? String }
                == ["malformed_json", "malformed_json"])
    }
}
