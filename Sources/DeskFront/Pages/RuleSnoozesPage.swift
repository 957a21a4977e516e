import Desk
import DeskStore
import Records

/// The page with rules' snoozes: those that run, with when they end, and the latest that are over.
struct RuleSnoozesPage {
    var frame: PageFrame
    var running: [SnoozePicture]
    var over: [SnoozePicture]
    /// A name for the act of each running one's form, in their order.
    var acts: [ActID]
    var trouble: String?

    var html: HTML {
        let new: HTML? =
            frame.may(.rules)
            ? "<p><a class=\"button\" href=\"/rule-snoozes/new\">\(frame.text(.newSnooze))</a></p>" : nil
        return frame.page(
            title: frame.text(.ruleSnoozes), place: "snoozes",
            """
            <div class="head"><h1>\(frame.text(.ruleSnoozes))</h1></div><p class="small">\(frame.text(.ruleSnoozesHint))</p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })\(new)
            <section><h2>\(frame.text(.runningSnoozes))</h2>\(list(running, isRunning: true))</section>
            <section><h2>\(frame.text(.overSnoozes))</h2>\(list(over, isRunning: false))</section>
            """)
    }

    private func list(_ pictures: [SnoozePicture], isRunning: Bool) -> HTML {
        guard !pictures.isEmpty else { return "<p>\(frame.text(.noSnoozes))</p>" }
        let heads = [Phrase.rule, .snoozeOf, .reason, .askedBy, .endsAt, .kept, .heldOnes, .sum].enumerated().map {
            "<th scope=\"col\"\($0 > 4 ? " class=\"number\"" as HTML : "")>\(frame.text($1))</th>" as HTML
        }
        let last: HTML? = isRunning ? "<th scope=\"col\">\(frame.text(.state))</th>" : nil
        let rows = pictures.enumerated().map { row($1, isRunning ? acts[$0] : nil) }
        return """
            <div class="scroll"><table class="queue"><thead><tr>\(heads)\(last)</tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }

    private func row(_ picture: SnoozePicture, _ act: ActID?) -> HTML {
        let snooze = picture.snooze
        let about = snooze.order.about.map { "\($0.kind.phrase(frame.language)) \(frame.name($0.name, of: $0.kind))" }
        let kept = "/queue?" + FormText.query([("shown", "kept"), ("rule", snooze.order.rule)])
        let last: HTML? = act.map { "<td>\(forms(picture, $0))</td>" }
        let second = snooze.confirmedBy.map { ", \($0.name)" } ?? ""
        return """
            <tr><th scope="row">\(snooze.order.rule)</th><td>\(about ?? frame.text(.all))</td><td>\(frame.typed(snooze.order.reason))</td>
            <td>\(snooze.askedBy.name)\(second)</td><td>\(frame.time(micros: snooze.endedAt ?? snooze.order.until))\(
                snooze.endedBy.map { " \($0.name)" })</td>
            <td class="number"><a href="\(kept)">\(frame.count(picture.kept))</a></td><td class="number">\(frame.count(picture.held))</td>
            <td class="number">\(frame.amount(picture.sum))</td>\(last)</tr>

            """
    }

    private func forms(_ picture: SnoozePicture, _ act: ActID) -> HTML {
        let waits = picture.snooze.isWaiting(at: frame.now)
        let words: HTML? = waits ? "\(frame.text(.waitsForSecond)) " : nil
        guard frame.may(.rules) else { return "\(words)" }
        func form(_ deed: String, _ phrase: Phrase) -> HTML {
            """
            <form class="act" method="post" action="/rule-snoozes/\(picture.id.hex)/\(deed)">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="version" value="\(picture.snooze.version)">
            <button class="quiet" aria-label="\(frame.text(phrase)): \(picture.snooze.order.rule)">\(frame.text(phrase))</button></form>
            """
        }
        guard waits else { return form("end", .endSnooze) }
        let isOwn = picture.snooze.askedBy == frame.me
        return "\(words)\(isOwn ? nil : form("confirm", .agree))\(form("object", isOwn ? .withdraw : .dontAgree))"
    }
}

/// The form of a new snooze, with what it would have kept back.
struct NewSnoozePage {
    var frame: PageFrame
    var act: ActID
    /// What was filled in.
    var typed: [String: String]
    var preview: SnoozePreview?
    var trouble: String?

    static let days: [Int64] = [1, 3, 7, 14, 30, 90]

    var html: HTML {
        let kinds = [("", frame.text(.wholeRule))] + LinkKind.allCases.map { ($0.rawValue, $0.phrase(frame.language)) }
        return frame.page(
            title: frame.text(.newSnooze), place: "snoozes",
            """
            <p class="back"><a href="/rule-snoozes" data-key="Escape">← \(frame.text(.ruleSnoozes))</a></p>
            <div class="head"><h1>\(frame.text(.newSnooze))</h1></div><p class="small">\(frame.text(.ruleSnoozesHint))</p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <section><form method="get" action="/rule-snoozes/new"><div class="fields">\(fields(kinds))</div>
            <button>\(frame.text(.showPreview))</button></form></section>
            \(preview.map(shown))
            """)
    }

    private func fields(_ kinds: [(String, String)]) -> HTML {
        func options(_ choices: [(String, String)], _ name: String) -> [HTML] {
            choices.map { value, words in
                let mark: HTML = value == (typed[name] ?? "") ? " selected" : ""
                return "<option value=\"\(value)\"\(mark)>\(words)</option>"
            }
        }
        return """
            <label>\(frame.text(.rule))<input name="rule" required maxlength="128" value="\(typed["rule"] ?? "")"></label>
            <label>\(frame.text(.snoozeOf))<select name="by">\(options(kinds, "by"))</select></label>
            <label>\(frame.text(.itsName))<input name="name" maxlength="512" value="\(typed["name"] ?? "")"></label>
            <label>\(frame.text(.forDays))<select name="days">\(options(Self.days.map { ("\($0)", "\($0)") }, "days"))</select></label>
            <label class="wide">\(frame.text(.reason))<input name="reason" required maxlength="200" value="\(typed["reason"] ?? "")"></label>
            """
    }

    private func shown(_ preview: SnoozePreview) -> HTML {
        let hidden = ["rule", "by", "name", "days", "reason"].map {
            "<input type=\"hidden\" name=\"\($0)\" value=\"\(typed[$0] ?? "")\">" as HTML
        }
        return """
            <section><p class="strong">\(frame.text(.previewed)): \(preview.kept) (\(frame.text(.ofLooked)) \(preview.looked))</p>
            <ul><li>\(frame.text(.payingWait)): \(preview.held)</li><li>\(frame.text(.fraudsAmong)): \(preview.frauds)</li>
            <li>\(frame.text(.sum)): \(frame.amount(preview.sum))</li></ul>
            <form method="post" action="/rule-snoozes/start">\(frame.tokenField)<input type="hidden" name="act" value="\(act.hex)">\(hidden)
            <button class="main">\(frame.text(.startSnooze))</button></form></section>
            """
    }
}
