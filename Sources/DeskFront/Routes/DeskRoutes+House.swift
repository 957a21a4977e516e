import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// The rules of the desk, which supervisors set.
extension DeskRoutes {
    var houseRoutes: [DeskRoute] {
        [
            .get("/house", needs: .look, about: .nothing) { _, frame in try house(frame) },
            .post("/house/rules", needs: .assign, about: .nothing) { request, frame in
                try await setHouse(request, frame)
            },
        ]
    }

    private func house(
        _ frame: PageFrame, status: HTTPResponseStatus = .ok, trouble: String? = nil, typed: String? = nil
    ) throws -> Reply {
        let rules = try service.index.house()
        return Reply(
            status,
            page: HousePage(
                frame: frame, rules: rules, act: service.newAct(), trouble: trouble, typed: typed,
                history: try service.index.history(of: .house, limit: 20)
            ).html)
    }

    private func setHouse(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me, let text = form["rules"],
            let version = form["version"].flatMap({ Int64($0) })
        else { return trouble(.badRequest, Trouble.unreadable, frame) }
        let rules: HouseRules
        do throws(HouseRules.Fault) {
            guard text.utf8.count <= HouseRules.limit else {
                throw HouseRules.Fault(line: 1, reason: .tooManyBytes)
            }
            rules = try HouseRules(text: text)
        } catch {
            return try house(frame, status: .unprocessableEntity, trouble: frame.text(error.phrase), typed: text)
        }
        let outcome = try await service.settle(
            .house(rules), on: .house, by: me, expects: version, id: form["act"].flatMap { ActID($0) })
        switch outcome {
        case .done: return Reply(seeOther: "/house")
        case .refused(let reason):
            return try house(frame, status: .conflict, trouble: frame.text(reason.phrase), typed: text)
        }
    }
}

/// The page with the desk's rules.
struct HousePage {
    var frame: PageFrame
    var rules: HouseRules
    var act: ActID
    var trouble: String?
    var typed: String?
    var history: [DoneAct]

    var html: HTML {
        let acts = history.reversed().map { done in
            "<li>\(frame.time(micros: done.at)) <strong>\(done.record.actor.name)</strong></li>" as HTML
        }
        let body: HTML =
            frame.may(.assign)
            ? """
            <form method="post" action="/house/rules">\(frame.tokenField)<input type="hidden" name="act" value="\(act.hex)">
            <input type="hidden" name="version" value="\(rules.version)">
            <label>\(frame.text(.houseTitle))<textarea class="code" name="rules" rows="14" maxlength="\(HouseRules.limit)" spellcheck="false">\(
                typed ?? rules.text)</textarea></label><button class="main">\(frame.text(.setRules))</button></form>
            """ : "<pre>\(rules.text)</pre>"
        return frame.page(
            title: frame.text(.houseTitle), place: "house",
            """
            <div class="head"><h1>\(frame.text(.houseTitle))</h1></div><p class="small">\(frame.text(.houseHint))</p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <div class="columns"><section class="note">\(body)</section>
            <section><h2>\(frame.text(.history))</h2><ol class="history">\(acts)</ol></section></div>
            """)
    }
}
