import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// What stands before every handler.
extension DeskRoutes {
    /// A server's route of what is declared.
    func guarded(_ route: DeskRoute) -> Route {
        let changes = route.method != .GET
        return Route(
            path: route.path, method: route.method, guarded: false, bodyLimit: changes ? Self.formLimit : nil,
            takes: changes ? [Self.formType] : [], answersJSON: false,
            refusal: { problem, call in refused(problem, call, route) }
        ) { call in
            await answer(call, route)
        }
    }

    /// A page for what is refused before it is read, such as a form that is too large. A program is told in its own way.
    private func refused(_ problem: Problem, _ call: Route.Call, _ route: DeskRoute) -> Reply {
        let request = DeskRequest(call, cookie: cookieName)
        guard call.headers["Authorization"].isEmpty else { return Reply(problem) }
        var frame = frame(request)
        frame.session = request.cookie.flatMap { sessions.session($0) }
        access.turnedAway(frame.session?.user.actor, route.name, at: call.place, problem.code)
        let isLarge = problem.code == ProblemCode.bodyTooLarge.rawValue
        return trouble(.init(statusCode: problem.status), isLarge ? Trouble.tooLarge : Trouble.unreadable, frame)
    }

    func asset(_ path: String, _ text: String, _ type: String) -> Route {
        Route(path: path, method: .GET, guarded: false, answersJSON: false) { _ in Reply(asset: text, type: type) }
    }

    private func answer(_ call: Route.Call, _ route: DeskRoute) async -> Reply {
        let request = DeskRequest(call, cookie: cookieName)
        if let authorization = call.headers["Authorization"].first {
            return await answer(request, route, authorization)
        }
        var frame = self.frame(request)
        let changes = route.method != .GET
        guard let session = request.cookie.flatMap({ sessions.session($0) }) else {
            // A session that is over, was never one, or was made up.
            if request.cookie != nil { access.turnedAway(nil, route.name, at: call.place, "session") }
            // A page that is asked for anew begins with the sign-in; a form that was sent does not vanish without a word.
            return changes
                ? Reply(
                    .forbidden,
                    page: frame.signIn(
                        trouble: Trouble.signedOut(frame.language), unsent: UnsentForm(refused: request)))
                : Reply(.unauthorized, page: frame.signIn())
        }
        frame.session = session
        if changes, request.isOfAnotherSite || !session.isOwn(form: request.form?["token"]) {
            access.turnedAway(session.user.actor, route.name, "form")
            return trouble(.forbidden, Trouble.foreign, frame)
        }
        return await answer(request, route, frame, session)
    }

    /// What a program is answered, which has a key and no cookie: no other site's page can send one.
    private func answer(_ request: DeskRequest, _ route: DeskRoute, _ authorization: String) async -> Reply {
        let key: DeskKey
        do throws(DeskKeys.Refusal) {
            key = try keys.key(authorization: authorization)
        } catch {
            access.turnedAway(nil, route.name, "key \(error.rawValue)")
            return Reply(
                Problem(
                    .unauthorized, "\(error)")
            )
        }
        if let seconds = keys.wait(key) {
            var problem = Problem(.rateLimited)
            problem.retryAfter = seconds
            return Reply(problem)
        }
        var frame = self.frame(request)
        frame.session = DeskSessions.Session(key)
        let reply = await answer(request, route, frame, DeskSessions.Session(key))
        guard reply.status == .forbidden else { return reply }
        return Reply(
            Problem(
                code: "forbidden", status: 403,
                title: "the key has not the scope \(route.needs?.rawValue ?? "") that this path needs", field: nil))
    }

    private func answer(
        _ request: DeskRequest, _ route: DeskRoute, _ frame: PageFrame, _ session: DeskSessions.Session
    ) async -> Reply {
        if let deed = route.needs, !session.may(deed) {
            access.turnedAway(session.user.actor, route.name, "role")
            return trouble(.forbidden, Trouble.role, frame)
        }
        do {
            // Of another team's object nobody is told that there is one.
            let standing = try standing(route.about, request, frame)
            guard standing == .own else {
                if standing == .foreign {
                    access.turnedAway(session.user.actor, route.name, at: request.call.place, "team")
                }
                if case .object(let missing, _) = route.about { return trouble(.notFound, missing, frame) }
                return trouble(.notFound, Trouble.missing, frame)
            }
            try write(route, request, session.user.actor)
            return try await route.handler(request, frame)
        } catch let error as AccessLog.Failure {
            failed(error)
            return trouble(.serviceUnavailable, Trouble.unwritten, frame)
        } catch let fault as QueueFilter.Fault {
            return trouble(.badRequest, fault.phrase, frame)
        } catch let error as ActBook.Trouble {
            return trouble(.serviceUnavailable, Phrase("\(error)", "\(error)"), frame)
        } catch {
            failed(error)
            return trouble(.internalServerError, Trouble.failed, frame)
        }
    }

    /// Writes down what is about to be shown or done.
    private func write(_ route: DeskRoute, _ request: DeskRequest, _ actor: Actor) throws(AccessLog.Failure) {
        if route.method != .GET { return try access.changed(actor, route.name, at: request.call.place) }
        guard route.isLook else { return }
        try access.looked(actor, route.name, at: request.call.place, for: request.entity)
    }

    private func standing(
        _ subject: DeskRoute.Subject, _ request: DeskRequest, _ frame: PageFrame
    ) throws -> DeskRoute.Standing {
        switch subject {
        case .nothing, .list: return .own
        case .alert:
            guard let item = request.item, let row = try service.index.alert(item) else { return .missing }
            return frame.scope.has(row) ? .own : .foreign
        case .object(_, let standing): return try standing(request, frame)
        }
    }

    func frame(_ request: DeskRequest) -> PageFrame {
        var frame = PageFrame(member: member, language: request.language, session: nil, now: (try? service.now()) ?? 0)
        frame.hasProvider = provider != nil
        return frame
    }

    func trouble(_ status: HTTPResponseStatus, _ phrase: Phrase, _ frame: PageFrame) -> Reply {
        Reply(status, page: frame.trouble(title: frame.text(phrase), advice: frame.text(Trouble.advice)))
    }

    /// What is said when something can't be done.
    enum Trouble {
        static let signedOut = Phrase(
            "Your session has ended, and nothing was changed. Sign in, and send it again.",
            "Ihre Sitzung ist abgelaufen, und nichts wurde geändert. Melden Sie sich an und senden Sie es noch einmal."
        )
        static let foreign = Phrase(
            "This form was not one of this session's pages; nothing was changed.",
            "Dieses Formular gehörte zu keiner Seite dieser Sitzung; nichts wurde geändert.")
        static let role = Phrase("Your role may not do this.", "Ihre Rolle darf das nicht.")
        static let failed = Phrase(
            "The desk failed at this; its log says how.",
            "Dabei ist ein Fehler aufgetreten; das Protokoll sagt, welcher.")
        static let unwritten = Phrase(
            "Who looks at what has to be written down, and that can't be done now. Nothing is shown, and nothing was changed.",
            "Wer was ansieht, muss aufgeschrieben werden, und das geht gerade nicht. Es wird nichts gezeigt, und nichts wurde geändert."
        )
        static let missing = Phrase("There is no such alert.", "Diesen Alarm gibt es nicht.")
        static let unreadable = Phrase("The form can't be read.", "Das Formular ist nicht lesbar.")
        static let tooLarge = Phrase(
            "The form is too large, and nothing was changed. Go back: what you typed is still there.",
            "Das Formular ist zu groß, und nichts wurde geändert. Gehen Sie zurück: Ihr Text ist noch da.")
        static let advice = Phrase("Go back and look at it again.", "Gehen Sie zurück und sehen Sie es noch einmal an.")
    }
}
