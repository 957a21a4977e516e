import HTTPFront
import NIOHTTP1

/// A form that came without a session, such as one whose session had ended while its reader typed: it goes with the sign-in, and is
/// shown behind it, to be sent again.
struct UnsentForm: Sendable {
    /// Where it was sent to.
    let target: String
    /// Without the ended session's token.
    let fields: [(name: String, value: String)]

    private static let targetName = "unsent"
    private static let prefix = "unsent."
    /// Fields that people type sentences into.
    private static let typed: Set<String> = ["text", "remark", "title", "rules", "reason"]

    /// What a request without a session had; nil where it comes from another site's page, or can't be read.
    init?(refused request: DeskRequest) {
        guard !request.isOfAnotherSite, request.form != nil else { return nil }
        target = String(request.call.target.prefix { $0 != "?" })
        fields = request.fields.filter { $0.name != "token" }
    }

    /// What a sign-in's form has carried; nil where there is nothing, or nothing that one of the desk's own forms is sent to.
    init?(carriedBy request: DeskRequest, routes: [DeskRoute]) {
        guard let target = request.form?[Self.targetName],
            routes.contains(where: { $0.method != .GET && $0.takes(target) })
        else { return nil }
        self.target = target
        fields = request.fields.compactMap { field in
            field.name.hasPrefix(Self.prefix) ? (String(field.name.dropFirst(Self.prefix.count)), field.value) : nil
        }
    }

    /// Hidden fields of the sign-in's form.
    var carried: HTML {
        let all = [(Self.targetName, target)] + fields.map { (Self.prefix + $0.name, $0.value) }
        return "\(all.map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">" as HTML })"
    }

    /// The form anew, of the session that began since.
    func html(_ frame: PageFrame) -> HTML {
        let inputs = fields.map { name, value -> HTML in
            guard Self.typed.contains(name), !value.isEmpty else {
                return "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
            }
            return "<label>\(frame.text(.note))<textarea name=\"\(name)\" rows=\"4\">\(value)</textarea></label>"
        }
        return frame.page(
            title: frame.text(.unsent),
            """
            <div class="entry"><h1>\(frame.text(.unsent))</h1><p>\(frame.text(.unsentHint))</p>
            <form class="note" method="post" action="\(target)">\(frame.tokenField)\(inputs)
            <button class="main">\(frame.text(.sendAgain))</button></form>
            <p><a href="/">\(frame.text(.dropIt))</a></p></div>
            """)
    }
}
