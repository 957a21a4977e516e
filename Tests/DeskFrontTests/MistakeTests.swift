import Desk
import DeskFront
import HTTPFront
import NIOHTTP1
import Records
import Support
import Testing

/// What was typed wrong is told in the reader's language, by the label of its field, on the page where it was typed.
struct MistakeTests {
    private func refused(
        _ pages: Pages, _ method: HTTPMethod, _ target: String, as visitor: Pages.Visitor, _ language: String,
        _ fields: [String: String] = [:]
    ) async throws -> String {
        let form =
            method == .GET
            ? [:] : fields.merging(["token": visitor.token, "act": DeskSamples.act(9).hex, "version": "0"]) { $1 }
        let reply = try await pages.call(
            method, target, as: visitor, form: form, headers: ["Accept-Language": language])
        #expect([HTTPResponseStatus.badRequest, .unprocessableEntity].contains(reply.status), "\(target) \(fields)")
        for (name, typed) in fields where ["loss", "remark", "rules"].contains(name) && typed.utf8.count < 100 {
            #expect(reply.text.contains(typed), "what was typed is still there")
        }
        return reply.text
    }

    @Test("a verdict's form that can't be read says which field, in the reader's language")
    func verdicts() async throws {
        let pages = try Pages(alerts: 4)
        let ana = try pages.enter("ana", .analyst)
        let target = "/alerts/\(DeskSamples.item(0))/verdict"
        for (fields, english, german) in [
            ([:], "Verdict: a verdict is one of the four", "Urteil: ein Urteil ist eines der vier"),
            (["finding": "fraud", "loss": "12,5x"], "Loss: the amount is not", "Schaden: der Betrag ist keine"),
            (["finding": "fraud", "loss": "-1"], "Loss: the amount is negative", "Schaden: der Betrag ist negativ"),
            (["finding": "fraud", "loss": "1.234"], "too many decimals", "zu viele Nachkommastellen"),
            (["finding": "legitimate", "loss": "1"], "only a fraud has a loss", "nur ein Betrug hat einen Schaden"),
            (["finding": "fraud", "fraud_type": "x"], "Kind of fraud: it is none", "Art des Betrugs: das steht nicht"),
            (["finding": "fraud", "known_by": "x"], "Known by: it is none", "Bekannt durch: das steht nicht"),
        ] as [([String: String], String, String)] {
            #expect(try await refused(pages, .POST, target, as: ana, "en", fields).contains(english))
            let page = try await refused(pages, .POST, target, as: ana, "de", fields)
            #expect(page.contains(german) && !page.contains(english), "\(fields)")
        }
    }

    @Test("a filter and the desk's rules say what is wrong with them in the reader's language")
    func filtersAndRules() async throws {
        let pages = try Pages(alerts: 4)
        let (ana, sue) = (try pages.enter("ana", .analyst), try pages.enter("sue", .supervisor))
        for (query, english, german) in [
            (
                "at_least=x", "Not a filter: Amount from: the amount is not",
                "Kein Filter: Betrag ab: der Betrag ist keine"
            ),
            ("kind=x", "Not a filter: Kind: it is none of the list", "Kein Filter: Art: das steht nicht in der Liste"),
            ("x=y", "Not a filter: there is no such filter", "Kein Filter: diesen Filter gibt es nicht"),
            ("at_least=5&at_most=4", "Amount to: it is below", "Betrag bis: das ist weniger"),
        ] {
            #expect(try await refused(pages, .GET, "/queue?\(query)", as: ana, "en").contains(english), "\(query)")
            #expect(try await refused(pages, .GET, "/queue?\(query)", as: ana, "de").contains(german), "\(query)")
        }
        let rules = "escalate\nzone Mars"
        for (language, sentence) in [
            ("en", "line 2: zone NAME, such as `zone Europe/Berlin`"),
            ("de", "Zeile 2: zone NAME, zum Beispiel `zone Europe/Berlin`"),
        ] {
            let page = try await refused(pages, .POST, "/house/rules", as: sue, language, ["rules": rules])
            #expect(page.contains(sentence))
        }
    }
}
