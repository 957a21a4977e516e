import Desk
import DeskStore
package import EventLogs
package import HTTPFront
import NIOHTTP1
import Policy
package import Records

/// The pages of a desk, and what their forms ask for.
package struct DeskRoutes: Sendable {
    let member: MemberID
    let service: DeskService
    let sessions: DeskSessions
    let keys: DeskKeyStore
    let provider: OIDCFlow?
    let access: AccessLog
    let bell: FeedBell
    let log: any EventLog
    let isSecure: Bool
    let failed: @Sendable (any Error) -> Void
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - provider: where people sign in beside the desk's own users; nil for nowhere else.
    ///   - isSecure: whether browsers come by TLS, so that the cookie goes no other way.
    ///   - failed: told why a page or a form could not be answered.
    ///   - pause: waits so long, or until its task is cancelled.
    package init(
        member: MemberID, service: DeskService, sessions: DeskSessions, keys: DeskKeyStore, provider: OIDCFlow? = nil,
        access: AccessLog,
        bell: FeedBell,
        log: any EventLog,
        isSecure: Bool, failed: @escaping @Sendable (any Error) -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.member = member
        self.service = service
        self.sessions = sessions
        self.keys = keys
        self.provider = provider
        self.access = access
        self.bell = bell
        self.log = log
        self.isSecure = isSecure
        self.failed = failed
        self.pause = pause
    }

    static let formType = "application/x-www-form-urlencoded"
    /// Most bytes of a form: whatever fields take has a place, each character of it written as nine bytes. What is above has come
    /// by no field of the desk's.
    static let formLimit = 262_144

    var cookieName: String { isSecure ? "__Host-cordon" : "cordon" }

    /// All that can be reached by who is signed in.
    package var declared: [DeskRoute] {
        [
            .get("/", needs: nil, about: .nothing) { _, frame in
                Reply(seeOther: frame.may(.look) ? "/queue" : "/account")
            },
            .get("/account", needs: nil, about: .nothing) { _, frame in Reply(page: frame.account) },
            .get("/queue", needs: .look, about: .list) { request, frame in try queue(request, frame) },
            .get("/alerts/{}", needs: .look, about: .alert) { request, frame in try alert(request, frame) },
            .get("/feed", needs: .look, about: .list) { request, frame in feed(request, frame) }.asNoLook,
            .post("/next", needs: .work, about: .list) { request, frame in try await next(request, frame) },
            .post("/alerts/{}/claim", needs: .work, about: .alert) { request, frame in
                try await act(.claim(lease: DeskService.lease), request, frame)
            },
            .post("/alerts/{}/release", needs: .work, about: .alert) { request, frame in
                try await act(.release, request, frame)
            },
            .post("/alerts/{}/reopen", needs: .reopen, about: .alert) { request, frame in
                try await act(.reopen, request, frame)
            },
            .post("/alerts/{}/note", needs: .work, about: .alert) { request, frame in try await note(request, frame) },
            .post("/alerts/{}/verdict", needs: .work, about: .alert) { request, frame in
                try await verdict(request, frame)
            },
        ] + paymentRoutes + caseRoutes + bulkRoutes + houseRoutes + snoozeRoutes + ruleSnoozeRoutes + filterRoutes
            + sampleRoutes
            + lookRoutes
            + webhookRoutes + figureRoutes + trialRoutes + reportRoutes + evidenceRoutes
    }

    /// The server's routes: the ways in and out, what is declared, and what pages load.
    package var all: [Route] {
        entries + providerRoutes + declared.map(guarded) + [
            asset(DeskAssets.stylePath, DeskAssets.wholeStyle, "text/css; charset=utf-8"),
            asset(DeskAssets.scriptPath, DeskAssets.wholeScript, "text/javascript; charset=utf-8"),
            asset(DeskAssets.iconPath, DeskAssets.icon, "image/svg+xml"),
        ]
    }

    // MARK: Pages

    private func queue(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let query = request.query else {
            throw QueueFilter.Fault(field: nil, reason: .unreadableAddress)
        }
        let filter = try frame.filter(query.filter { $0.name != "after" })
        let place = query.last { $0.name == "after" }?.value
        // Read before the page, so that the feed tells what comes in between.
        let cursor = try service.index.feedEnds().end
        let newest = try service.index.newestRow()
        let page = try service.index.page(filter, me: frame.me, now: frame.now, behind: place)
        return Reply(
            page: QueuePage(
                frame: frame, filter: filter, page: page, isFurther: place != nil, cursor: cursor,
                nextAct: service.newAct(), newest: newest, saved: try filters(frame)
            ).html)
    }

    private func alert(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let item = request.item else { return trouble(.notFound, Trouble.missing, frame) }
        let query = request.query ?? []
        var notice: AlertPage.Notice?
        if let done = query.last(where: { $0.name == "done" }).flatMap({ ItemID($0.value) }),
            let row = try service.index.alert(done), frame.scope.has(row)
        {
            notice = row.work.proposal == nil ? .judged(done, version: row.work.version) : .proposed(done)
        }
        let filter = (try? frame.filter(query.filter { $0.name != "done" })) ?? QueueFilter()
        return try show(item, frame, query: FormText.query(filter.parameters), notice: notice)
    }

    /// The page of an alert.
    ///
    /// - Parameters:
    ///   - query: the filter that its reader comes from.
    ///   - typed: what the reader filled in and could not be taken.
    func show(
        _ item: ItemID, _ frame: PageFrame, query: String, status: HTTPResponseStatus = .ok,
        notice: AlertPage.Notice? = nil,
        typed: [String: String] = [:]
    ) throws -> Reply {
        let cursor = try service.index.feedEnds().end
        guard var picture = try service.index.picture(of: item, now: frame.now), frame.scope.has(picture.row) else {
            return trouble(.notFound, Trouble.missing, frame)
        }
        picture.keep(frame.scope)
        // A case that holds another team's alerts is not there for this one.
        picture.cases = try picture.cases.filter { try isOwn(case: $0.id, frame) }
        if let file = picture.file, try !isOwn(case: file.id, frame) { picture.file = nil }
        return Reply(
            status,
            page: AlertPage(
                frame: frame, picture: picture, event: picture.event.flatMap(event), query: query, cursor: cursor,
                acts: (0..<AlertPage.actCount).map { _ in service.newAct() }, notice: notice, typed: typed,
                showsReasons: !service.triesReasons || ReasonsTrial.shows(item), labelTerms: service.labelTerms,
                calendar: try service.index.house().service.levels(over: service.index.levels).calendar
            ).html)
    }

    /// The alert as it stands on its topic; nil where it does not any more.
    private func event(at position: Position) -> CloudEvent? {
        guard let records = try? log.reader(at: [position]).available(limit: 1), let record = records.first,
            record.position == position
        else { return nil }
        return record.value.flatMap { CloudEvent(json: $0) }
    }

    private func feed(_ request: DeskRequest, _ frame: PageFrame) -> Reply {
        let query = request.query ?? []
        let place = request.call.headers["Last-Event-ID"].first ?? query.last { $0.name == "cursor" }?.value
        guard let filter = try? frame.filter(query.filter { $0.name != "cursor" }) else {
            return Reply(Problem(.malformedRequest, "the address is no filter"))
        }
        let stream = FeedStream(
            index: service.index, feed: service.feed, bell: bell, filter: filter, language: frame.language,
            cursor: place.map { FeedCursor($0) ?? FeedCursor(alerts: [], cases: 0) },
            isSignedIn: {
                [
                    sessions, keys, cookie = request.cookie, key = request.call.headers["Authorization"].first,
                    session = frame.session,
                ] in
                // A key that may or sees something else by now is another one.
                if let key { return (try? keys.key(authorization: key)).map { .init($0) } == session }
                return cookie.map { sessions.goesOn($0) } ?? false
            },
            pause: pause)
        var reply = Reply(status: .ok, type: "text/event-stream; charset=utf-8")
        reply.headers.replaceOrAdd(name: "X-Accel-Buffering", value: "no")
        reply.stream = { await stream.run($0) }
        return reply
    }
}
