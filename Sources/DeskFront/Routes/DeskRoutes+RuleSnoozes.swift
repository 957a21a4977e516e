import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// Rules whose alerts are kept back for a time.
extension DeskRoutes {
    var ruleSnoozeRoutes: [DeskRoute] {
        // A snooze names customers of its asker's team.
        let one = DeskRoute.Subject.object(missing: .noSuchSnooze) { request, frame in
            guard let picture = try request.item.flatMap({ try service.index.ruleSnooze($0) }) else { return .missing }
            return isOwn(picture, frame) ? .own : .foreign
        }
        func act(_ deed: String, _ act: Act) -> DeskRoute {
            .post("/rule-snoozes/{}/\(deed)", needs: .rules, about: one) { request, frame in
                guard let id = request.item, let me = frame.me else { return trouble(.notFound, .noSuchSnooze, frame) }
                let outcome = try await service.settle(
                    act, on: id, by: me, expects: request.form?["version"].flatMap { Int64($0) },
                    id: request.form?["act"].flatMap { ActID($0) })
                guard case .refused(let reason) = outcome else { return Reply(seeOther: "/rule-snoozes") }
                return try snoozes(frame, .conflict, trouble: frame.text(reason.phrase))
            }
        }
        return [
            .get("/rule-snoozes", needs: .look, about: .list) { _, frame in try snoozes(frame) },
            .get("/rule-snoozes/new", needs: .rules, about: .list) { request, frame in try newSnooze(request, frame) },
            .post("/rule-snoozes/start", needs: .rules, about: .nothing) { request, frame in
                try await startSnooze(request, frame)
            },
            act("end", .ruleSnooze(.end)), act("confirm", .confirm), act("object", .object),
        ]
    }

    private func isOwn(_ picture: SnoozePicture, _ frame: PageFrame) -> Bool {
        frame.scope == .everything || picture.snooze.order.scope == frame.scope
    }

    private func snoozes(
        _ frame: PageFrame, _ status: HTTPResponseStatus = .ok, trouble: String? = nil
    ) throws -> Reply {
        let all = try service.index.ruleSnoozes(now: frame.now)
        let running = all.running.filter { isOwn($0, frame) }
        return Reply(
            status,
            page: RuleSnoozesPage(
                frame: frame, running: running, over: all.over.filter { isOwn($0, frame) },
                acts: running.map { _ in service.newAct() }, trouble: trouble
            ).html)
    }

    /// What fields ask for; nil where they ask for nothing that can be.
    private func order(_ fields: [String: String], _ frame: PageFrame) -> RuleSnooze.Order? {
        let (rule, reason) = (fields["rule"] ?? "", fields["reason"] ?? "")
        let (by, name) = (fields["by"] ?? "", fields["name"] ?? "")
        guard (1...128).contains(rule.utf8.count), (1...RuleSnooze.reasonLimit).contains(reason.utf8.count),
            let days = fields["days"].flatMap({ Int64($0) }), NewSnoozePage.days.contains(days),
            by.isEmpty == name.isEmpty, name.utf8.count <= 512
        else { return nil }
        let kind = LinkKind(rawValue: by)
        guard by.isEmpty || kind != nil else { return nil }
        return RuleSnooze.Order(
            rule: rule, about: kind.map { .init($0, name) }, until: frame.now + days * 86_400_000_000, reason: reason,
            scope: frame.scope)
    }

    private func newSnooze(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        let fields = Dictionary((request.query ?? []).map { ($0.name, $0.value) }) { _, last in last }
        // A link from an alert's page has a rule and a name, and no reason yet.
        guard fields["reason"] != nil else { return newSnoozePage(frame, .ok, fields) }
        guard let order = order(fields, frame) else {
            return newSnoozePage(frame, .unprocessableEntity, fields, trouble: frame.text(.badSnooze))
        }
        // Said before somebody reads what it would keep back.
        guard order.until <= frame.now + order.longest else {
            return newSnoozePage(frame, .unprocessableEntity, fields, trouble: frame.text(Work.Refusal.badTime.phrase))
        }
        return newSnoozePage(frame, .ok, fields, preview: try service.index.preview(order, now: frame.now))
    }

    private func newSnoozePage(
        _ frame: PageFrame, _ status: HTTPResponseStatus, _ typed: [String: String],
        preview: SnoozePreview? = nil, trouble: String? = nil
    ) -> Reply {
        Reply(
            status,
            page: NewSnoozePage(
                frame: frame, act: service.newAct(), typed: typed, preview: preview, trouble: trouble
            ).html)
    }

    private func startSnooze(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let form = request.form, let me = frame.me else { return trouble(.badRequest, Trouble.unreadable, frame) }
        guard let order = order(form, frame) else {
            return newSnoozePage(frame, .unprocessableEntity, form, trouble: frame.text(.badSnooze))
        }
        let id = form["act"].flatMap { ActID($0) } ?? service.newAct()
        let outcome = try await service.settle(.ruleSnooze(.start(order)), on: ItemID(id.hex) ?? .house, by: me, id: id)
        guard case .refused(let reason) = outcome else { return Reply(seeOther: "/rule-snoozes") }
        return newSnoozePage(frame, .conflict, form, trouble: frame.text(reason.phrase))
    }
}
