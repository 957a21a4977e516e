import Desk
import DeskStore
import Policy
import Records

/// The page that payments are found on, whether they alerted or not.
struct PaymentsPage {
    var frame: PageFrame
    var kind: PaymentName
    /// Empty before anybody has looked for something.
    var name: String
    var rows: [FoundPayment]
    /// Where the list goes on.
    var next: Int64?

    var html: HTML {
        frame.page(
            title: frame.text(.findPayment), place: "payments",
            """
            <div class="head"><h1>\(frame.text(.findPayment))</h1></div>
            <p class="small">\(frame.text(.findHint))</p>
            \(form)
            \(name.isEmpty ? nil : rows.isEmpty ? empty : table)
            \(pager)
            """)
    }

    private var form: HTML {
        let kinds = PaymentName.allCases.map { choice in
            let mark: HTML = choice == kind ? " selected" : ""
            return "<option value=\"\(choice.rawValue)\"\(mark)>\(choice.phrase(frame.language))</option>" as HTML
        }
        return """
            <form class="filter" method="get" action="/payments">
            <label>\(frame.text(.findBy))<select name="by">\(kinds)</select></label>
            <label>\(frame.text(.name))<input name="name" size="32" required autocomplete="off" value="\(name)"></label>
            <button class="main">\(frame.text(.find))</button></form>
            """
    }

    private var empty: HTML {
        """
        <div class="empty"><p class="strong">\(frame.text(.nothingFound))</p><p>\(frame.text(.nothingFoundHint))</p></div>
        """
    }

    private var table: HTML {
        let heads = [
            Phrase.time, .amount, .probability, .decision, .customer, LinkKind.payee.words, .kind,
        ].enumerated().map { place, head in
            "<th scope=\"col\"\(place == 1 || place == 2 ? " class=\"number\"" as HTML : "")>\(frame.text(head))</th>"
                as HTML
        }
        return """
            <div class="scroll"><table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(rows.compactMap(row))</tbody></table></div>
            """
    }

    private func row(_ found: FoundPayment) -> HTML? {
        guard let payment = found.payment.transaction else { return nil }
        let decided = found.payment.decided
        let band: HTML? = decided.map {
            "<span class=\"band \($0.band.rawValue)\">\($0.band.phrase(frame.language))</span>"
        }
        let kind = [payment.kind?.phrase(frame.language), payment.channel?.phrase(frame.language)].compactMap { $0 }
        return """
            <tr><td><a href="\(PaymentPage.target(found))">\(frame.time(payment.time))</a></td>
            <td class="number strong">\(frame.amount(payment.amount))</td>
            <td class="number">\(decided.map { frame.percent($0.probability) } ?? "")</td><td>\(band)</td>
            <td class="name">\(frame.name(payment.customer, of: .customer))</td>
            <td class="name">\(payment.entities[.payee].map { frame.name($0, of: .payee) } ?? "")</td>
            <td>\(kind.joined(separator: ", "))</td></tr>

            """
    }

    private var pager: HTML? {
        next.map { place in
            let query = FormText.query([("by", kind.rawValue), ("name", name), ("before", "\(place)")])
            return "<nav class=\"pager\"><a href=\"/payments?\(query)\" rel=\"next\">\(frame.text(.nextPage))</a></nav>"
        }
    }
}

/// The page of a payment that is not in the desk's lists.
struct PaymentPage {
    var frame: PageFrame
    var payment: KnownPayment
    var act: ActID
    var trouble: String?
    /// What was typed and could not be taken.
    var remark = ""

    /// Where a payment that was found has its page.
    static func target(_ found: FoundPayment) -> String {
        if found.isListed, let item = found.payment.decided?.item { return "/alerts/\(item)" }
        return "/payments/\(place(found.payment.source))"
    }

    /// `0.1834.0`: partition, offset, place in the record.
    static func place(_ source: SourcePosition) -> String { "\(source.partition).\(source.offset).\(source.index)" }

    /// Nil where the text is no place.
    static func source(_ text: String) -> SourcePosition? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let partition = Int(parts[0]), let offset = Int64(parts[1]), let index = Int(parts[2]),
            partition >= 0, offset >= 0, index >= 0
        else { return nil }
        return SourcePosition(partition: partition, offset: offset, index: index)
    }

    var html: HTML {
        let transaction = payment.transaction
        return frame.page(
            title: transaction.map { frame.amount($0.amount) } ?? frame.text(.payment), place: "payments",
            """
            <p class="back"><a href="/payments" data-key="Escape">← \(frame.text(.findPayment))</a></p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <div class="top"><div class="sum">\(band)<h1>\(transaction.map { frame.amount($0.amount) } ?? "")</h1>
            <p>\(transaction.map { frame.time($0.time) }) · \(frame.name(transaction?.customer ?? "", of: .customer))</p></div></div>
            <div class="columns"><div>\(facts)</div><div>\(form)</div></div>
            """)
    }

    private var band: HTML? {
        payment.decided.map { "<span class=\"band \($0.band.rawValue)\">\($0.band.phrase(frame.language))</span>" }
    }

    private var facts: HTML {
        var rows: [(String, String)] = []
        if let payment = payment.transaction {
            rows.append((frame.text(.transaction), frame.isMasked ? "…" : payment.id))
            if let original = payment.original { rows.append((frame.text(.amount), frame.amount(original))) }
            if let kind = payment.kind { rows.append((frame.text(.kind), kind.phrase(frame.language))) }
            if let channel = payment.channel { rows.append((frame.text(.channel), channel.phrase(frame.language))) }
            for kind in LinkKind.allCases {
                if let name = kind.name(in: payment), !name.isEmpty {
                    rows.append((kind.phrase(frame.language), frame.name(name, of: kind)))
                }
            }
        }
        if let decided = payment.decided {
            rows.append((frame.text(.probability), frame.percent(decided.probability)))
        }
        let cells = rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td></tr>" as HTML }
        return "<section><h2>\(frame.text(.payment))</h2><table class=\"facts\">\(cells)</table></section>"
    }

    private var form: HTML {
        guard payment.decided != nil else { return "<section><p>\(frame.text(.undecided))</p></section>" }
        return """
            <section class="verdict"><h2>\(frame.text(.putBefore))</h2><p>\(frame.text(.putBeforeHint))</p>
            <form method="post" action="/payments/\(Self.place(payment.source))/raise">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)">
            <div class="fields"><label class="wide">\(frame.text(.remark))<textarea name="remark" rows="3" maxlength="\(
                Act.noteLimit)">\(remark)</textarea></label></div>
            <button class="main" data-key="Enter">\(frame.text(.putBefore))</button></form></section>
            """
    }
}
