import Desk
import Records

/// The form that a verdict is given by.
struct VerdictForm {
    let page: AlertPage
    /// Whether it is a second person's, who does not know the first verdict.
    var isSecond = false

    private var frame: PageFrame { page.frame }
    private var language: DeskLanguage { page.language }
    private var typed: [String: String] { page.typed }

    var html: HTML {
        let item = page.facts.item.hex
        let isMine = page.work.holder(at: frame.now) == frame.me
        let claim: HTML =
            """
            <form class="act" method="post" action="/alerts/\(item)/\(isMine ? "release" : "claim")">\(frame.tokenField)
            <input type="hidden" name="act" value="\(page.acts[2].hex)"><input type="hidden" name="filter" value="\(page.query)">
            <button class="quiet" data-key="c">\(frame.text(isMine ? .release : .claim)) <kbd>c</kbd></button></form>
            """
        return """
            <section class="verdict"><h2>\(frame.text(isSecond ? .secondLook : .finding))</h2>
            \(isSecond ? "<p class=\"small\">\(frame.text(.secondLookHint))</p>" as HTML : nil)
            <form method="post" action="/alerts/\(item)/\(isSecond ? "second" : "verdict")">\(frame.tokenField)
            <input type="hidden" name="act" value="\(page.acts[3].hex)"><input type="hidden" name="version" value="\(page.work.version)">
            <input type="hidden" name="filter" value="\(page.query)">
            <fieldset class="findings"><legend class="hidden">\(frame.text(.finding))</legend>\(findings)</fieldset>
            <div class="fields">
            <label>\(frame.text(.fraudType))<select name="fraud_type"><option value="">\(frame.text(.unknownYet))</option>\(
                types)</select></label>
            <label>\(frame.text(.knownBy))<select name="known_by">\(sources)</select></label>
            <label>\(frame.text(.loss))<input name="loss" inputmode="decimal" size="9" value="\(typed["loss"] ?? "")"></label>
            <label>\(frame.text(.recovered))<input name="recovered" inputmode="decimal" size="9" value="\(
                typed["recovered"] ?? "")"></label>
            <label class="wide">\(frame.text(.note))<textarea name="remark" rows="2" maxlength="\(Act.noteLimit)">\(
                typed["remark"] ?? "")</textarea></label>
            </div>
            <button class="main" data-key="Enter">\(frame.text(.giveVerdict))</button>
            </form>\(isSecond ? nil : claim)</section>
            """
    }

    private static let keys: [Finding: String] = [.fraud: "f", .legitimate: "l", .suspicious: "s", .undecidable: "u"]

    private var findings: [HTML] {
        Finding.allCases.map { finding in
            let mark: HTML = typed["finding"] == finding.rawValue ? " checked" : ""
            let key = Self.keys[finding] ?? ""
            return """
                <label class="choice \(finding.rawValue)"><input type="radio" name="finding" value="\(finding.rawValue)" data-key="\(
                    key)" required\(mark)>\(finding.phrase(language)) <kbd>\(key)</kbd></label>
                """
        }
    }

    private var types: [HTML] {
        FraudType.Group.allCases.map { group in
            let choices = FraudType.allCases.filter { $0.group == group }.map { type in
                let mark: HTML = typed["fraud_type"] == type.rawValue ? " selected" : ""
                return "<option value=\"\(type.rawValue)\"\(mark)>\(type.phrase(language))</option>" as HTML
            }
            return "<optgroup label=\"\(group.phrase(language))\">\(choices)</optgroup>"
        }
    }

    private var sources: [HTML] {
        KnowledgeSource.allCases.map { source in
            let mark: HTML = typed["known_by"] == source.rawValue ? " selected" : ""
            return "<option value=\"\(source.rawValue)\"\(mark)>\(source.phrase(language))</option>"
        }
    }
}
