import Desk
import DeskStore
import Foundation
import HTTPFront
import NIOHTTP1
import Records

/// Cases: several alerts under one.
extension DeskRoutes {
    /// The case that an address names.
    var oneCase: DeskRoute.Subject {
        .object(missing: Work.Refusal.missing.phrase) { request, frame in
            guard let id = request.item, try service.index.file(id) != nil else { return .missing }
            return try isOwn(case: id, frame) ? .own : .foreign
        }
    }

    var caseRoutes: [DeskRoute] {
        let one = oneCase
        func post(_ deed: String, _ act: @escaping @Sendable (DeskRequest) -> Act?) -> DeskRoute {
            .post("/cases/{}/\(deed)", needs: deed == "reopen" ? .reopen : .work, about: one) { request, frame in
                try await settleCase(act(request), request, frame)
            }
        }
        return [
            .get("/cases", needs: .look, about: .list) { request, frame in try cases(request, frame) },
            .get("/cases/{}", needs: .look, about: one) { request, frame in try show(case: request.item, frame) },
            .post("/cases/open", needs: .work, about: .nothing) { request, frame in try await openCase(request, frame)
            },
            post("note") { request in text(request).map { .note($0) } },
            post("task") { request in
                text(request).flatMap { $0.utf8.count <= FileAct.titleLimit ? .file(.task($0)) : nil }
            },
            post("tick") { request in request.form?["task"].flatMap { Int($0) }.map { .file(.finish(task: $0)) } },
            .post("/cases/{}/owner", needs: .work, about: one) { request, frame in
                try await settleCase(frame.me.map { .assign(to: $0, lease: DeskService.lease) }, request, frame)
            },
            .post("/cases/{}/close", needs: .work, about: one) { request, frame in
                try await closeCase(request, frame)
            },
            post("confirm") { _ in .confirm }, post("object") { _ in .object }, post("reopen") { _ in .reopen },
            .post("/alerts/{}/case", needs: .work, about: .alert) { request, frame in try await link(request, frame) },
            .post("/alerts/{}/confirm", needs: .work, about: .alert) { request, frame in
                try await act(.confirm, request, frame)
            },
            .post("/alerts/{}/object", needs: .work, about: .alert) { request, frame in
                try await act(.object, request, frame)
            },
        ]
    }

    /// Whether a case is there for the reader's team: all that is in it is.
    func isOwn(case id: ItemID, _ frame: PageFrame) throws -> Bool {
        try frame.scope == .everything || service.index.isWithin(frame.scope, case: id)
    }

    private func text(_ request: DeskRequest) -> String? {
        let text = request.form?["text"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return (1...Act.noteLimit).contains(text.utf8.count) ? text : nil
    }

    private func cases(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        let query = request.query ?? []
        guard query.allSatisfy({ ["shown", "after"].contains($0.name) }) else {
            throw QueueFilter.Fault(field: nil, reason: .unknownFilter)
        }
        let shown = query.last { $0.name == "shown" }?.value ?? "open"
        guard let shown = QueueFilter.Shown(rawValue: shown) else {
            throw QueueFilter.Fault(field: "shown", reason: .notListed)
        }
        var page = try service.index.cases(
            shown == .open ? .open : .closed, behind: query.last { $0.name == "after" }?.value)
        page.rows = try page.rows.filter { try isOwn(case: $0.id, frame) }
        return Reply(
            page: CasesPage(frame: frame, shown: shown, page: page, act: service.newAct(), trouble: nil, typed: [:])
                .html)
    }

    func show(
        case id: ItemID?, _ frame: PageFrame, status: HTTPResponseStatus = .ok, refused: Phrase? = nil,
        typed: [String: String] = [:]
    ) throws -> Reply {
        guard let id, let picture = try service.index.picture(ofCase: id) else {
            return trouble(.notFound, Work.Refusal.missing.phrase, frame)
        }
        let cursor = try service.index.feedEnds().end
        return Reply(
            status,
            page: CasePage(
                frame: frame, picture: picture, acts: { service.newAct() }, trouble: refused.map { frame.text($0) },
                typed: typed, cursor: cursor
            ).html)
    }

    /// The case that a form asks for, under an id that is its act's.
    private func open(
        _ form: [String: String], act: ActID, by me: Actor
    ) async throws -> Result<ItemID, CaseTrouble> {
        let title = (form["title"] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...FileAct.titleLimit).contains(title.utf8.count), let id = ItemID(act.hex) else {
            return .failure(CaseTrouble(reason: Trouble.noTitle))
        }
        var about: QueueFilter.NamedEntity?
        if let name = form["name"], !name.isEmpty {
            guard let kind = form["about"].flatMap({ LinkKind(rawValue: $0) }), name.utf8.count <= 512 else {
                return .failure(CaseTrouble(reason: Trouble.unreadable))
            }
            about = .init(kind, name)
        }
        let outcome = try await service.settle(
            .file(.open(title: title, about: about, isAnother: form["another"] == "1")), on: id, by: me, id: act)
        switch outcome {
        case .done: return .success(id)
        case .refused(let reason): return .failure(CaseTrouble(reason: reason.phrase))
        }
    }

    private struct CaseTrouble: Error, CustomStringConvertible {
        var reason: Phrase
        var description: String { reason.english }
    }

    private func openCase(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me, let act = form["act"].flatMap({ ActID($0) }) else {
            return trouble(.badRequest, Trouble.unreadable, frame)
        }
        switch try await open(form, act: act, by: me) {
        case .success(let id): return Reply(seeOther: "/cases/\(id)")
        case .failure(let trouble):
            var page = try service.index.cases(.open)
            page.rows = try page.rows.filter { try isOwn(case: $0.id, frame) }
            return Reply(
                .conflict,
                page: CasesPage(
                    frame: frame, shown: .open, page: page, act: service.newAct(), trouble: frame.text(trouble.reason),
                    typed: form
                ).html)
        }
    }

    /// - Parameter act: nil where the form says none.
    private func settleCase(
        _ act: Act?, _ request: DeskRequest, _ frame: PageFrame, amount: MinorUnits? = nil
    ) async throws -> Reply {
        guard let id = request.item, let me = frame.me, try service.index.file(id) != nil else {
            return trouble(.notFound, Work.Refusal.missing.phrase, frame)
        }
        guard let act else {
            return try show(
                case: id, frame, status: .unprocessableEntity, refused: Trouble.noText, typed: request.form ?? [:])
        }
        let outcome = try await service.settle(
            act, on: id, by: me, expects: request.form?["version"].flatMap { Int64($0) },
            remark: String((request.form?["remark"] ?? "").prefix(Act.noteLimit / 4)),
            id: request.form?["act"].flatMap { ActID($0) }, amount: amount)
        switch outcome {
        case .done: return Reply(seeOther: "/cases/\(id)")
        case .refused(let reason):
            return try show(case: id, frame, status: .conflict, refused: reason.phrase, typed: request.form ?? [:])
        }
    }

    private func closeCase(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let id = request.item, let picture = try service.index.picture(ofCase: id) else {
            return trouble(.notFound, Work.Refusal.missing.phrase, frame)
        }
        let amount = MinorUnits(picture.sum)
        if form["finding"] == "none" { return try await settleCase(.file(.close(nil)), request, frame, amount: amount) }
        switch Self.judgement(form) {
        case .success(let judgement):
            return try await settleCase(.file(.close(judgement)), request, frame, amount: amount)
        case .failure(let fault):
            return try show(
                case: id, frame, status: .unprocessableEntity, refused: Phrase("\(fault)", "\(fault)"), typed: form)
        }
    }

    /// Puts an alert into a case that there is, into a new one, or out of its own.
    private func link(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me, let item = request.item,
            try service.index.alert(item) != nil
        else { return trouble(.notFound, Trouble.missing, frame) }
        let act: Act
        switch form["case"] ?? "" {
        case "": act = .file(.unlink)
        case "new":
            guard let opening = form["opening"].flatMap({ ActID($0) }) else {
                return trouble(.badRequest, Trouble.unreadable, frame)
            }
            switch try await open(form, act: opening, by: me) {
            case .success(let id): act = .file(.link(to: id))
            case .failure(let fault):
                return try show(
                    item, frame, query: FormText.query(request.filterFields), status: .conflict,
                    notice: .refused(frame.text(fault.reason)), typed: form)
            }
        case let text:
            guard let id = ItemID(text.trimmingCharacters(in: .whitespaces)), try isOwn(case: id, frame) else {
                return try show(
                    item, frame, query: FormText.query(request.filterFields), status: .unprocessableEntity,
                    notice: .refused(frame.text(Work.Refusal.missing.phrase)), typed: form)
            }
            act = .file(.link(to: id))
        }
        return try await self.act(act, request, frame)
    }
}

extension DeskRoutes.Trouble {
    static let noTitle = Phrase(
        "A case has a title of up to \(FileAct.titleLimit) bytes.",
        "Ein Fall hat einen Titel von höchstens \(FileAct.titleLimit) Bytes.")
    static let noText = Phrase(
        "There has to be a text, and not too long a one.", "Ein Text wird gebraucht, und kein zu langer.")
}
