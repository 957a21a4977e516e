import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// Filters that people and teams come back to.
extension DeskRoutes {
    var filterRoutes: [DeskRoute] {
        let one = DeskRoute.Subject.object(missing: .noSuchFilter) { request, frame in
            try filters(frame).contains { $0.id == request.item } ? .own : .missing
        }
        return [
            .post("/filters/save", needs: .work, about: .nothing) { request, frame in
                try await saveFilter(request, frame)
            },
            .post("/filters/{}/drop", needs: .work, about: one) { request, frame in
                guard let kept = try filters(frame).first(where: { $0.id == request.item }), let me = frame.me else {
                    return trouble(.notFound, .noSuchFilter, frame)
                }
                guard kept.filter.saved.team == nil || frame.may(.assign) else {
                    return trouble(.forbidden, Trouble.role, frame)
                }
                return try await settle(.drop, on: kept.id, by: me, ActID?.none, request, frame)
            },
        ]
    }

    /// Those that a page's reader has.
    func filters(_ frame: PageFrame) throws -> [(id: ItemID, filter: KeptFilter)] {
        try service.index.filters(of: frame.me, team: frame.session?.user.team ?? "")
    }

    private func saveFilter(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me else { return trouble(.badRequest, Trouble.unreadable, frame) }
        let isShared = form["shared"] == "1"
        guard !isShared || frame.may(.assign) else { return trouble(.forbidden, Trouble.role, frame) }
        let filter = try frame.filter(request.filterFields)
        guard
            let saved = SavedFilter(
                form["name"] ?? "", filter, team: isShared ? frame.session?.user.team ?? "" : nil)
        else { return trouble(.unprocessableEntity, .badFilter, frame) }
        let id = form["act"].flatMap { ActID($0) } ?? service.newAct()
        return try await settle(.save(saved), on: ItemID(id.hex) ?? .house, by: me, id, request, frame)
    }

    private func settle(
        _ act: FilterAct, on item: ItemID, by me: Actor, _ id: ActID?, _ request: DeskRequest, _ frame: PageFrame
    ) async throws -> Reply {
        let outcome = try await service.settle(.filter(act), on: item, by: me, id: id)
        guard case .refused(let reason) = outcome else {
            return Reply(seeOther: "/queue?" + FormText.query(try frame.filter(request.filterFields).parameters))
        }
        return trouble(.conflict, reason.phrase, frame)
    }
}

extension Phrase {
    static let noSuchFilter = Phrase("There is no such filter.", "Diesen Filter gibt es nicht.")
    static let badFilter = Phrase(
        "A saved filter has a name of 1 to 60 bytes, and names no customer and no case.",
        "Ein gespeicherter Filter hat einen Namen von 1 bis 60 Bytes und nennt keinen Kunden und keinen Fall.")
    static let savedFilters = Phrase("Saved filters", "Gespeicherte Filter")
    static let saveFilter = Phrase("Save this filter as", "Diesen Filter speichern als")
    static let keepFilter = Phrase("Save", "Speichern")
    static let forTeam = Phrase("for the whole team", "für das ganze Team")
    static let ofTeam = Phrase("team's", "Team")
    static let removeFilter = Phrase("Remove the filter", "Filter entfernen")
}

/// The saved filters above a list, and the form that saves one.
struct SavedFilters {
    var frame: PageFrame
    var filter: QueueFilter
    var all: [(id: ItemID, filter: KeptFilter)]
    var act: ActID

    private var query: String { FormText.query(filter.parameters) }

    var html: HTML? {
        let items = all.map { id, kept in
            let target = FormText.query(kept.saved.filter.parameters)
            let current: HTML = target == query ? " aria-current=\"page\"" : ""
            let team: HTML? = kept.saved.team == nil ? nil : " (\(frame.text(.ofTeam)))"
            return """
                <a href="/queue\(target.isEmpty ? "" : "?\(target)")"\(current)>\(kept.saved.name)\(team)</a> 
                """ as HTML
        }
        let list: HTML? =
            all.isEmpty ? nil : "<nav class=\"tabs\" aria-label=\"\(frame.text(.savedFilters))\">\(items)\(drop)</nav>"
        return "\(list)\(form)"
    }

    /// Takes away the filter that is shown.
    private var drop: HTML? {
        let shown = all.first { kept in
            FormText.query(kept.filter.saved.filter.parameters) == query
                && (kept.filter.saved.team == nil || frame.may(.assign))
        }
        guard frame.may(.work), let shown else { return nil }
        return """
            <form class="act" method="post" action="/filters/\(shown.id.hex)/drop">\(frame.tokenField)
            <button class="quiet" aria-label="\(frame.text(.removeFilter)): \(shown.filter.saved.name)">\(frame.text(.removeFilter))</button></form>
            """
    }

    private var form: HTML? {
        guard frame.may(.work), !query.isEmpty, filter.entity == nil, filter.file == nil else { return nil }
        let shared: HTML? =
            frame.may(.assign)
            ? "<label class=\"tick\"><input type=\"checkbox\" name=\"shared\" value=\"1\"> \(frame.text(.forTeam))</label>"
            : nil
        return """
            <details><summary>\(frame.text(.saveFilter))</summary><form class="act" method="post" action="/filters/save">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)"><input type="hidden" name="filter" value="\(query)">
            <label>\(frame.text(.name))<input name="name" required maxlength="60" autocomplete="off"></label>\(shared)
            <button>\(frame.text(.keepFilter))</button></form></details>
            """
    }
}
