import Crypto
import Desk
import DeskStore
import Formats
import Policy
import Records

/// A case with all that the desk has of it, as one file of lines of JSON that stands by itself: a head, each alert with its
/// payment, verdict and labels, each act with who did it and when, and an end. Every line has the SHA-256 of the line before, so a
/// line can't be changed, left out or put elsewhere without the last one changing; the digest of all of it is that of the file.
struct CaseDocument {
    /// An alert of the case.
    struct Alert {
        var row: QueueRow
        var payment: KnownPayment?
        var labels: [KnownLabel]
    }

    let lines: [String]

    /// - Parameters:
    ///   - acts: of the case and of its alerts, in the order of the log.
    ///   - at: when the document is made, in microseconds since 1970.
    init(
        _ id: ItemID, _ file: CaseFile, alerts: [Alert], acts: [DoneAct], member: MemberID, by actor: Actor?, at: Int64
    ) {
        var chain = Chain()
        chain.add("case") { out in
            out.put("about", file.about.map { "\($0.kind.rawValue):\($0.name)" })
            out.put("alerts", Int64(alerts.count))
            out.put("closedAt", file.closedAt.map { Self.time($0) })
            out.put("id", id.hex)
            out.put("madeAt", Self.time(at))
            out.put("madeBy", actor.map { "\($0.kind.rawValue):\($0.name)" })
            out.put("member", member.name)
            out.put("openedAt", Self.time(file.openedAt))
            out.put("state", file.state == .open ? "open" : "closed")
            out.put("title", file.title)
            out.put("verdict", file.judgement?.finding.rawValue)
        }
        for alert in alerts { chain.add("alert") { Self.write(alert, to: &$0) } }
        for act in acts {
            chain.add("act") { out in
                out.put("at", Self.time(act.at))
                out.put("offset", act.offset)
                out.put("record", String(decoding: act.record.json(member: member), as: UTF8.self))
                out.put("version", act.version)
            }
        }
        chain.add("end") { $0.put("lines", Int64(alerts.count + acts.count + 2)) }
        lines = chain.lines
    }

    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }
    /// The SHA-256 of the file.
    var digest: String { hexadecimal(SHA256.hash(data: bytes)) }

    private struct Chain {
        var lines: [String] = []

        mutating func add(_ kind: StaticString, _ write: (inout JSONObjectWriter) -> Void) {
            var out = JSONObjectWriter()
            out.put("kind", "\(kind)")
            out.put("previous", lines.last.map { hexadecimal(SHA256.hash(data: Array($0.utf8))) })
            out.put(kind, object: write)
            lines.append(String(decoding: out.end(), as: UTF8.self))
        }
    }

    private static func time(_ micros: Int64) -> String { EventTime(seconds: micros / 1_000_000).rfc3339 }

    private static func write(_ alert: Alert, to out: inout JSONObjectWriter) {
        let (facts, work) = (alert.row.facts, alert.row.work)
        let verdict = work.state == .closed ? work.judgement : nil
        out.put("amount", facts.amount.decimal)
        out.put("decidedAt", time(facts.decidedAt))
        out.put("decision", facts.band.rawValue)
        out.put("fraudType", verdict?.fraudType?.rawValue)
        out.put("item", facts.item.hex)
        out.put(
            "labels", alert.labels.map { "\(time($0.at)) \($0.fraud ? "fraud" : "legitimate")" }.joined(separator: ", ")
        )
        out.put("loss", verdict?.loss?.decimal)
        // The payment as our own form of records has it.
        out.put("payment", alert.payment?.transaction.map { String(decoding: CanonicalJSON.encode($0), as: UTF8.self) })
        out.put("probability", facts.probability)
        out.put("recovered", verdict?.recovered?.decimal)
        out.put("rules", facts.rules.joined(separator: ", "))
        out.put("source", "\(facts.source.partition).\(facts.source.offset).\(facts.source.index)")
        out.put("transaction", facts.transaction)
        out.put("verdict", verdict?.finding.rawValue)
    }
}

/// The document as people read and print it.
struct CaseDocumentPage {
    var frame: PageFrame
    var id: ItemID
    var file: CaseFile
    var alerts: [CaseDocument.Alert]
    var acts: [DoneAct]
    /// What says that a file is the one that this page was made with.
    var digest: String

    var html: HTML {
        let language = frame.language
        let rows = alerts.map { alert in
            let (facts, work) = (alert.row.facts, alert.row.work)
            let verdict = work.state == .closed ? work.judgement : nil
            let payment = alert.payment?.transaction
            let sides = [payment?.entities[.account], payment?.entities[.payee]].map { $0 ?? "–" }.joined(
                separator: " → ")
            return """
                <tr><td>\(facts.transaction)</td><td>\(frame.time(facts.paidAt))</td>
                <td class="number">\(payment?.original.map { frame.amount($0) } ?? frame.amount(facts.amount))</td>
                <td class="name">\(facts.customer)</td><td class="name">\(sides)</td><td>\(facts.band.phrase(language))</td>
                <td>\(verdict.map { $0.finding.phrase(language) } ?? "–")\(
                    verdict?.fraudType.map { ": " + $0.phrase(language) } ?? "")</td></tr>

                """ as HTML
        }
        let heads = [
            frame.text(.transaction), frame.text(.time), frame.text(.value), LinkKind.customer.phrase(language),
            "\(LinkKind.account.phrase(language)) → \(LinkKind.payee.phrase(language))", frame.text(.decision),
            frame.text(.verdicts),
        ].map { "<th scope=\"col\">\($0)</th>" as HTML }
        let done = acts.map { act in
            "<li>\(frame.time(micros: act.at)) <strong>\(act.record.actor.name)</strong> <code>\(act.record.act.word)</code> \(act.record.remark)</li>\n"
                as HTML
        }
        return frame.page(
            title: file.title, place: "cases",
            """
            <p class="back"><a href="/cases/\(id.hex)">← \(frame.text(.cases))</a></p>
            <div class="head"><h1>\(frame.text(.caseDocument)): \(file.title)</h1>
            <a class="button" href="/cases/\(id.hex)/file.jsonl" download>\(frame.text(.asFile))</a></div>
            <p class="small">\(frame.text(.caseDocumentHint))</p><p>SHA-256 <code class="digest">\(digest)</code></p>
            <section><h2>\(frame.text(.items)) (\(alerts.count))</h2>\(frame.scrolling(frame.text(.items)))<table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(rows)</tbody></table></div></section>
            <section><h2>\(frame.text(.history)) (\(acts.count))</h2><ol class="history">\(done)</ol></section>
            """)
    }
}

/// Words of evidence.
extension Phrase {
    static let caseDocument = Phrase("Case file", "Fallakte")
    static let caseDocumentHint = Phrase(
        "All that the desk has of this case as of now. The file holds it as lines of JSON, each with the SHA-256 of the one before; the digest here is that of the whole file. A file that is made later has another, since it says when it was made.",
        "Alles, was zu diesem Fall jetzt vorliegt. Die Datei enthält es als JSON-Zeilen, jede mit dem SHA-256 der vorigen; die Prüfsumme hier ist die der ganzen Datei. Eine später erzeugte Datei hat eine andere, denn sie sagt, wann sie entstand."
    )
    static let asFile = Phrase("As a file", "Als Datei")
    static let tooLargeFile = Phrase(
        "A case file has up to 500 alerts, and 500 acts on each and on the case; this case has more.",
        "Eine Fallakte hat höchstens 500 Alarme, und je 500 Schritte dazu und zum Fall; dieser Fall hat mehr.")
    static let blindFile = Phrase(
        "An alert of this case waits for your second verdict, and the file would show you the first.",
        "Ein Alarm dieses Falls wartet auf Ihr zweites Urteil, und die Akte würde Ihnen das erste zeigen.")
    static let recallDraft = Phrase("Draft of a recall (camt.056)", "Entwurf eines Rückrufs (camt.056)")
    static let recallHint = Phrase(
        "Identifiers of both banks and of the clearing are not known here: the draft says NOTPROVIDED.",
        "Kennungen beider Banken und des Clearings sind hier nicht bekannt: Im Entwurf steht NOTPROVIDED.")
}

extension RecallDraft.Fault {
    var phrase: Phrase {
        switch self {
        case .noTransfer:
            Phrase("Only credit transfers can be recalled.", "Nur Überweisungen lassen sich zurückrufen.")
        case .noFraud:
            Phrase(
                "A recall needs a verdict of fraud that stands.", "Ein Rückruf braucht ein geltendes Urteil auf Betrug."
            )
        case .noAmount:
            Phrase(
                "The payment's record has no currency, which a recall has to name.",
                "Der Zahlung fehlt die Währung, die ein Rückruf nennen muss.")
        case .badID:
            Phrase(
                "The transaction's id has no place in a recall: it has up to 35 characters.",
                "Die Kennung der Transaktion hat in einem Rückruf keinen Platz: Er fasst 35 Zeichen.")
        }
    }
}
