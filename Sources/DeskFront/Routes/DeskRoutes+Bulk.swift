import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Policy
import Records

/// Many alerts at once: what is marked, or all of a filter, is shown first, and then done as a job.
extension DeskRoutes {
    var bulkRoutes: [DeskRoute] {
        // A job names alerts of its asker's team.
        let one = DeskRoute.Subject.object(missing: .noJob) { request, frame in
            guard let id = request.item, let picture = try service.index.job(id) else { return .missing }
            return isOwn(picture.job, frame) ? .own : .foreign
        }
        return [
            .post("/bulk", needs: .work, about: .list) { request, frame in try preview(request, frame) },
            .post("/bulk/start", needs: .work, about: .list) { request, frame in try await start(request, frame) },
            .get("/jobs", needs: .look, about: .list) { _, frame in
                let jobs = try service.index.jobs().filter { isOwn($0.job, frame) }
                return Reply(page: JobsPage(frame: frame, jobs: jobs).html)
            },
            .get("/jobs/{}", needs: .look, about: one) { request, frame in try job(request, frame) },
            .post("/jobs/{}/cancel", needs: .work, about: one) { request, frame in try await cancel(request, frame) },
            .post("/jobs/{}/retry", needs: .work, about: one) { request, frame in try await retry(request, frame) },
        ]
    }

    private func isOwn(_ job: BulkJob, _ frame: PageFrame) -> Bool { frame.scope == .everything || job.by == frame.me }

    /// What a form has marked.
    private func selection(_ request: DeskRequest, _ frame: PageFrame) throws -> BulkSelection {
        let filter = try frame.filter(request.filterFields)
        // What comes while somebody reads the page is none of what was meant.
        let until = try request.form?["until"].flatMap { Int64($0) } ?? service.index.newestRow()
        if request.form?["scope"] == "all" {
            let items = try service.index.selection(
                filter, me: frame.me, now: frame.now, upTo: until, limit: BulkOrder.limit + 1)
            return BulkSelection(
                filter: filter, marked: nil, items: Array(items.prefix(BulkOrder.limit)),
                isCut: items.count > BulkOrder.limit, until: until)
        }
        let marked = try request.fields.filter { $0.name == "item" }.compactMap { ItemID($0.value) }.filter { item in
            try service.index.alert(item).map { frame.scope.has($0) } ?? false
        }
        return BulkSelection(
            filter: filter, marked: marked, items: try service.index.selection(marked), isCut: false, until: until)
    }

    private func preview(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        let selection = try selection(request, frame)
        guard !selection.items.isEmpty else { return trouble(.unprocessableEntity, .nothingMarked, frame) }
        return Reply(
            page: BulkPage(frame: frame, selection: selection, act: service.newAct(), trouble: nil, typed: [:]).html)
    }

    private func start(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me, let act = form["act"].flatMap({ ActID($0) }),
            let id = ItemID(act.hex)
        else { return trouble(.badRequest, Trouble.unreadable, frame) }
        // A form that is sent again finds its job, whatever became of what it had marked.
        if try service.index.outcome(of: act) != nil { return Reply(seeOther: "/jobs/\(id)") }
        let selection = try selection(request, frame)
        guard !selection.items.isEmpty else { return trouble(.unprocessableEntity, .nothingMarked, frame) }
        switch deed(form, frame) {
        case .failure(let fault):
            return Reply(
                .unprocessableEntity,
                page: BulkPage(
                    frame: frame, selection: selection, act: service.newAct(), trouble: frame.text(fault.phrase),
                    typed: form
                ).html)
        case .success(let deed):
            guard let order = BulkOrder(deed, items: selection.items.map(\.item)) else {
                return trouble(.badRequest, Trouble.unreadable, frame)
            }
            return try await begin(order, id, act, by: me, form["remark"] ?? "", frame)
        }
    }

    private func begin(
        _ order: BulkOrder, _ id: ItemID, _ act: ActID, by me: Actor, _ remark: String, _ frame: PageFrame
    ) async throws -> Reply {
        switch try await service.settle(.bulk(.start(order)), on: id, by: me, remark: remark, id: act) {
        case .done: return Reply(seeOther: "/jobs/\(id)")
        case .refused(let reason): return trouble(.conflict, reason.phrase, frame)
        }
    }

    /// What a job's form asks for.
    private func deed(_ form: [String: String], _ frame: PageFrame) -> Result<Act, FormFault> {
        func fault(_ field: String, _ reason: Mistake) -> Result<Act, FormFault> {
            .failure(FormFault(field: field, reason: reason))
        }
        if (form["remark"] ?? "").utf8.count > Act.noteLimit {
            return fault("remark", .longNote)
        }
        switch form["deed"] ?? "" {
        case "claim": return .success(.claim(lease: DeskService.lease))
        case "release": return .success(.release)
        case "verdict": return Self.judgement(form).map { .judge($0) }
        case "reopen":
            guard frame.may(.reopen) else { return fault("deed", .mayNot) }
            return .success(.reopen)
        case "assign":
            guard frame.may(.assign) else { return fault("deed", .mayNot) }
            guard let to = form["to"].flatMap({ Actor(.person, $0) }) else {
                return fault("to", .noPerson)
            }
            return .success(.assign(to: to, lease: DeskService.lease))
        case "note":
            let text = form["remark"] ?? ""
            return text.isEmpty ? fault("remark", .emptyNote) : .success(.note(text))
        case "link":
            guard let id = form["case"].flatMap({ ItemID($0) }), (try? service.index.file(id)) != nil,
                (try? isOwn(case: id, frame)) == true
            else {
                return fault("case", .noCase)
            }
            return .success(.file(.link(to: id)))
        case "unlink": return .success(.file(.unlink))
        default: return fault("deed", .noDeed)
        }
    }

    private func job(_ request: DeskRequest, _ frame: PageFrame, refused: Phrase? = nil) throws -> Reply {
        guard let id = request.item, let picture = try service.index.job(id) else {
            return trouble(.notFound, .noJob, frame)
        }
        return Reply(
            refused == nil ? .ok : .conflict,
            page: JobPage(
                frame: frame, picture: picture, acts: [service.newAct(), service.newAct()],
                trouble: refused.map { frame.text($0) }, cursor: try service.index.feedEnds().end
            ).html)
    }

    /// A job is ended by whoever asked for it, or by who may give work to others.
    private func cancel(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let id = request.item, let me = frame.me, let picture = try service.index.job(id) else {
            return trouble(.notFound, .noJob, frame)
        }
        guard picture.job.by == me || frame.may(.assign) else { return trouble(.forbidden, Trouble.role, frame) }
        let outcome = try await service.settle(
            .bulk(.cancel), on: id, by: me, id: request.form?["act"].flatMap { ActID($0) })
        switch outcome {
        case .done: return Reply(seeOther: "/jobs/\(id)")
        case .refused(let reason): return try job(request, frame, refused: reason.phrase)
        }
    }

    /// Another job for those that this one could not be done to, as they are now.
    private func retry(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let id = request.item, let me = frame.me, let picture = try service.index.job(id),
            let act = request.form?["act"].flatMap({ ActID($0) }), let next = ItemID(act.hex)
        else { return trouble(.notFound, .noJob, frame) }
        guard picture.job.by == me else { return trouble(.forbidden, Trouble.role, frame) }
        if try service.index.outcome(of: act) != nil { return Reply(seeOther: "/jobs/\(next)") }
        let items = try service.index.refusedItems(of: id)
        guard let order = BulkOrder(picture.deed.act, items: items.map(\.item)) else {
            return try job(request, frame, refused: .nothingMarked)
        }
        return try await begin(order, next, act, by: me, picture.deed.remark, frame)
    }
}

/// What was marked on a list.
struct BulkSelection {
    var filter: QueueFilter
    /// Nil where all of the filter is meant.
    var marked: [ItemID]?
    var items: [SelectedItem]
    /// Whether the filter has more than a job may.
    var isCut: Bool
    /// Nothing that came behind this row is meant.
    var until: Int64

    var sum: MinorUnits { MinorUnits(items.reduce(0) { $0 + $1.amount.value }) }
}
