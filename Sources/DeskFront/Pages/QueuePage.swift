package import Desk
package import DeskStore
import Policy
import Records

/// The page with a list of alerts.
package struct QueuePage: Sendable {
    package var frame: PageFrame
    package var filter: QueueFilter
    package var page: DeskPage
    /// Whether the page is not the list's first.
    package var isFurther: Bool
    /// The feed's place that the page is of.
    package var cursor: FeedCursor
    /// The name of the act of the button that takes the next one.
    package var nextAct: ActID
    /// The row that came last when the page was made: all of the filter means what came up to it.
    package var newest: Int64
    /// The saved filters of the page's reader.
    package var saved: [(id: ItemID, filter: KeptFilter)]

    package init(
        frame: PageFrame, filter: QueueFilter, page: DeskPage, isFurther: Bool, cursor: FeedCursor, nextAct: ActID,
        newest: Int64, saved: [(id: ItemID, filter: KeptFilter)] = []
    ) {
        self.saved = saved
        self.newest = newest
        self.frame = frame
        self.filter = filter
        self.page = page
        self.isFurther = isFurther
        self.cursor = cursor
        self.nextAct = nextAct
    }

    private var query: String { FormText.query(filter.parameters) }

    package var html: HTML {
        let isOpen = filter.shown != .closed
        let title = frame.text(
            filter.shown == .snoozed ? .snoozed : filter.shown == .kept ? .kept : isOpen ? .queue : .closed)
        let feed = isOpen ? "/feed?\(FormText.query(filter.parameters + [("cursor", "\(cursor)")]))" : nil
        return frame.page(
            title: title, place: isOpen ? "queue" : "closed", feed: feed,
            """
            <div class="head"><h1>\(title)</h1>\(isOpen && filter.shown != .kept ? takeNext : nil)</div>
            <p id="news" class="news" role="status" aria-live="polite"></p>
            \(form)
            \(isOpen || filter.awaits != nil ? tabs : nil)
            \(SavedFilters(frame: frame, filter: filter, all: saved, act: nextAct).html)
            \(page.rows.isEmpty ? empty : frame.may(.work) ? bulk : table)
            \(pager)
            """)
    }

    /// Lists that a team comes back to.
    private var tabs: HTML {
        let lists: [(Phrase, [(name: String, value: String)])] = [
            (.queue, []), (Phrase("Mine", "Meine"), [("whose", "mine")]),
            (.waitsForSecond, [("whose", "anyone"), ("awaits", "second")]),
            (Phrase("Late", "Überfällig"), [("whose", "anyone"), ("awaits", "late")]),
            (Phrase("Nearly late", "Bald überfällig"), [("whose", "anyone"), ("awaits", "soon")]),
            (Phrase("Waiting for others", "Warten auf andere"), [("whose", "anyone"), ("awaits", "others")]),
            (Phrase("Reported", "Gemeldet"), [("origin", "reported")]),
            (Phrase("Random samples", "Stichproben"), [("origin", "sample")]),
            (.snoozed, [("shown", "snoozed"), ("whose", "anyone")]),
            (.kept, [("shown", "kept")]),
            (.secondLooks, [("shown", "closed"), ("awaits", "look")]),
        ]
        let links = lists.map { words, fields in
            let target = FormText.query(fields)
            let current: HTML = target == query ? " aria-current=\"page\"" : ""
            return "<a href=\"/queue\(target.isEmpty ? "" : "?\(target)")\"\(current)>\(frame.text(words))</a> " as HTML
        }
        let figures: HTML? =
            frame.may(.figures) ? "<a href=\"/samples\">\(frame.text(.samples))</a>" : nil
        return "<p class=\"tabs\">\(links)\(figures)</p>"
    }

    private var takeNext: HTML? {
        guard frame.may(.work) else { return nil }
        return """
            <form method="post" action="/next">\(frame.tokenField)
            <input type="hidden" name="act" value="\(nextAct.hex)"><input type="hidden" name="filter" value="\(query)">
            <button class="main" data-key="n">\(frame.text(.takeNext)) <kbd>n</kbd></button></form>
            """
    }

    // MARK: The filter

    private var form: HTML {
        let language = frame.language
        let isOpen = filter.shown != .closed
        let whose = options(
            QueueFilter.Whose.allCases.map { ($0.rawValue, $0.phrase(language)) }, filter.whose.rawValue)
        let bands = options(
            [("", frame.text(.any))]
                + [Band.review, .decline, .challenge, .approve].map { ($0.rawValue, $0.phrase(language)) },
            filter.band?.rawValue)
        let kinds = options(
            [("", frame.text(.any))] + PaymentKind.allCases.map { ($0.rawValue, $0.phrase(language)) },
            filter.kind?.rawValue)
        let channels = options(
            [("", frame.text(.any))] + PaymentChannel.allCases.map { ($0.rawValue, $0.phrase(language)) },
            filter.channel?.rawValue)
        let origins = options(
            [("", frame.text(.any))] + Origin.allCases.map { ($0.rawValue, $0.phrase(language)) },
            filter.origin?.rawValue)
        let findings = options(
            [("", frame.text(.any))] + Finding.allCases.map { ($0.rawValue, $0.phrase(language)) },
            filter.finding?.rawValue)
        let first: HTML =
            isOpen
            ? "\(filter.shown != .open ? "<input type=\"hidden\" name=\"shown\" value=\"\(filter.shown.rawValue)\">" as HTML : nil)<label>\(frame.text(.whose))<select name=\"whose\">\(whose)</select></label>"
            : """
            <input type="hidden" name="shown" value="closed">
            <label>\(frame.text(.finding))<select name="finding">\(findings)</select></label>
            """
        let entity: HTML? = filter.entity.map { entity in
            """
            <label>\(entity.kind.phrase(language))<input name="\(entity.kind.rawValue)" value="\(entity.name)"></label>
            """
        }
        let hasMore =
            filter.channel != nil || filter.probability != nil || filter.rule != nil || filter.atMost != nil
            || filter.origin != nil
        return """
            <form class="filter" method="get" action="/queue">
            \(first)
            <label>\(frame.text(.decision))<select name="band">\(bands)</select></label>
            <label>\(frame.text(.kind))<select name="kind">\(kinds)</select></label>
            <label>\(frame.text(.atLeast))<input name="at_least" inputmode="decimal" size="8" value="\(
                filter.atLeast?.decimal ?? "")"></label>
            \(entity)
            <details\(hasMore ? " open" as HTML : "")><summary>\(frame.text(.more))</summary><div>
            <label>\(frame.text(.channel))<select name="channel">\(channels)</select></label>
            <label>\(frame.text(.atMost))<input name="at_most" inputmode="decimal" size="8" value="\(
                filter.atMost?.decimal ?? "")"></label>
            <label>\(frame.text(.probabilityFrom))<input name="probability" inputmode="decimal" size="5" placeholder="0.25" value="\(
                filter.probability.map { "\($0)" } ?? "")"></label>
            <label>\(frame.text(.rule))<input name="rule" size="16" value="\(filter.rule ?? "")"></label>
            <label>\(frame.text(.origin))<select name="origin">\(origins)</select></label>
            </div></details>
            <button>\(frame.text(.filter))</button>
            \(query.isEmpty ? nil : "<a class=\"quiet\" href=\"/queue\(isOpen ? "" : "?shown=closed")\">\(frame.text(.clear))</a>" as HTML)
            </form>
            """
    }

    private func options(_ choices: [(value: String, words: String)], _ chosen: String?) -> [HTML] {
        choices.map { choice in
            let mark: HTML = choice.value == (chosen ?? "") ? " selected" : ""
            return "<option value=\"\(choice.value)\"\(mark)>\(choice.words)</option>"
        }
    }

    // MARK: The list

    /// The list in a form: rows can be marked, and done together.
    private var bulk: HTML {
        """
        <form class="bulk" method="post" action="/bulk">\(frame.tokenField)
        <input type="hidden" name="filter" value="\(query)"><input type="hidden" name="until" value="\(newest)">
        \(table)
        <p class="together"><button name="scope" value="marked" data-key="b">\(frame.text(.withMarked)) <kbd>b</kbd></button>
        <button name="scope" value="all" class="quiet">\(frame.text(.withAll))</button></p></form>
        """
    }

    private var table: HTML {
        let heads: [Phrase] = [
            .amount, .probability, .expectedLoss, .decision, .customer, .kind, .rules,
            filter.shown != .closed ? .due : .finding,
            .state,
        ]
        let cells = heads.enumerated().map { place, head in
            "<th scope=\"col\"\(place < 3 ? " class=\"number\"" as HTML : "")>\(frame.text(head))</th>" as HTML
        }
        let mark: HTML? =
            frame.may(.work)
            ? "<th scope=\"col\"><span class=\"hidden\">\(frame.text(.mark))</span></th>" : nil
        return """
            <div class="scroll"><table class="queue">
            <thead><tr>\(mark)\(cells)</tr></thead>
            <tbody>
            \(page.rows.map(row))</tbody>
            </table></div>
            """
    }

    private func row(_ row: QueueRow) -> HTML {
        let facts = row.facts
        let target = "/alerts/\(facts.item)" + (query.isEmpty ? "" : "?\(query)")
        let due: HTML =
            filter.shown != .closed
            ? (row.work.pause(at: frame.now).map {
                "\(frame.text(.clockStands)) \($0.waitsFor.phrase(frame.language))" as HTML
            }
                ?? (row.due < frame.now
                    ? "<span class=\"late\">\(frame.text(.late)) \(frame.distance(to: row.due))</span>"
                    : "\(row.work.warnedAt == nil ? nil : "<span class=\"late\">\(frame.text(.dueSoon))</span> " as HTML)\(frame.distance(to: row.due))"))
            : frame.finding(row.work) ?? ""
        let check: HTML? =
            frame.may(.work)
            ? """
            <td class="check"><input type="checkbox" name="item" value="\(facts.item.hex)" aria-label="\(frame.text(.mark)) \(
                frame.amount(facts.amount))"></td>
            """ : nil
        let kind = [row.kind?.phrase(frame.language), row.channel?.phrase(frame.language)].compactMap { $0 }
        return """
            <tr data-item="\(facts.item.hex)">\(check)
            <td class="number"><a href="\(target)">\(frame.amount(facts.amount))</a></td>
            <td class="number">\(frame.percent(facts.probability))</td>
            <td class="number strong">\(frame.amount(MinorUnits(facts.expectedLoss)))</td>
            <td><span class="band \(facts.band.rawValue)">\(facts.band.phrase(frame.language))</span></td>
            <td class="name">\(frame.name(facts.customer, of: .customer))</td>
            <td>\(kind.joined(separator: ", "))</td>
            <td class="rules">\(mark(row))\(facts.rules.joined(separator: ", "))</td>
            <td>\(due)</td>
            <td class="state">\(state(row))</td>
            </tr>

            """
    }

    /// How a row that is no alert came here.
    private func mark(_ row: QueueRow) -> HTML? {
        guard row.origin != .alert else { return nil }
        return "<span class=\"mark \(row.origin.rawValue)\">\(row.origin.phrase(frame.language))</span> "
    }

    private func state(_ row: QueueRow) -> String {
        if row.work.state == .open, row.work.proposal != nil { return frame.text(.waitsForSecond) }
        if let holder = row.work.holder(at: frame.now) { return holder == frame.me ? frame.text(.you) : holder.name }
        return row.work.state == .open ? frame.text(.free) : row.work.holder?.actor.name ?? ""
    }

    private var empty: HTML {
        let isOpen = filter.shown != .closed
        if page.isCut { return "<p class=\"empty\">\(frame.text(.cut))</p>" }
        return """
            <div class="empty"><p class="strong">\(frame.text(filter.shown == .kept ? .nothingKept : isOpen ? .nothingOpen : .nothingClosed))</p>
            <p>\(frame.text(isOpen ? .nothingOpenHint : .nothingClosedHint))</p></div>
            """
    }

    private var pager: HTML {
        let first: HTML? =
            isFurther ? "<a href=\"/queue?\(query)\">\(frame.text(.firstPage))</a>" : nil
        let next: HTML? = page.next.map { place in
            let target = "/queue?" + FormText.query(filter.parameters + [("after", place)])
            return "<a href=\"\(target)\" rel=\"next\">\(frame.text(page.isCut ? .goOn : .nextPage))</a>"
        }
        return first == nil && next == nil ? "" : "<nav class=\"pager\">\(first)\(next)</nav>"
    }
}
