import Desk
import Dispatch
import HTTPFront
import NIOHTTP1
import Records

/// The ways in and out.
extension DeskRoutes {
    var entries: [Route] {
        [
            Route(
                path: "/sign-in", method: .POST, guarded: false, bodyLimit: Self.formLimit, takes: [Self.formType],
                answersJSON: false
            ) {
                call in await signIn(DeskRequest(call, cookie: cookieName))
            },
            Route(path: "/link/{}", method: .GET, guarded: false, answersJSON: false) { call in
                let request = DeskRequest(call, cookie: cookieName)
                return Reply(page: frame(request).link(call.place))
            },
            Route(
                path: "/link", method: .POST, guarded: false, bodyLimit: Self.formLimit, takes: [Self.formType],
                answersJSON: false
            ) {
                call in
                let request = DeskRequest(call, cookie: cookieName)
                let frame = frame(request)
                guard !request.isOfAnotherSite else { return trouble(.forbidden, Trouble.foreign, frame) }
                guard let token = request.form?["link"], let session = sessions.signIn(link: token) else {
                    access.turnedAway(nil, "POST /link", "link")
                    return Reply(.forbidden, page: frame.signIn(trouble: frame.text(.linkGone)))
                }
                return entered(session, "POST /link", frame)
            },
            Route(
                path: "/sign-out", method: .POST, guarded: false, bodyLimit: Self.formLimit, takes: [Self.formType],
                answersJSON: false
            ) {
                call in
                let request = DeskRequest(call, cookie: cookieName)
                let session = request.cookie.flatMap { sessions.session($0) }
                guard !request.isOfAnotherSite, session?.isOwn(form: request.form?["token"]) ?? true else {
                    return trouble(.forbidden, Trouble.foreign, frame(request))
                }
                if let cookie = request.cookie { sessions.signOut(cookie) }
                if let session {
                    // Nobody is kept signed in by a log that can't be written.
                    do { try access.entered(session.user.actor, "POST /sign-out") } catch { failed(error) }
                }
                var reply = Reply(seeOther: "/queue")
                reply.headers.replaceOrAdd(name: "Set-Cookie", value: cookie("", "; Max-Age=0"))
                return reply
            },
        ]
    }

    /// The thread that hashes passwords, which takes long. Tries come one after the other: who sends many at once takes one
    /// processor and one hash's memory, and waits behind the failed ones like anybody.
    private static let hashing = DispatchQueue(label: "desk-sign-in")

    private func signIn(_ request: DeskRequest) async -> Reply {
        let frame = frame(request)
        guard !request.isOfAnotherSite else { return trouble(.forbidden, Trouble.foreign, frame) }
        let (name, password) = (request.form?["name"] ?? "", request.form?["password"] ?? "")
        let entry = await withCheckedContinuation { done in
            Self.hashing.async { done.resume(returning: sessions.signIn(name: name, password: password)) }
        }
        let unsent = UnsentForm(carriedBy: request, routes: declared)
        switch entry {
        case .session(let token): return entered(token, "POST /sign-in", frame, unsent)
        case .refused:
            access.turnedAway(sessions.known(name), "POST /sign-in", "password")
            return Reply(
                .forbidden,
                page: frame.signIn(
                    trouble: frame.text(.signInWrong), name: String(name.prefix(64)), unsent: unsent))
        case .wait(let seconds):
            access.turnedAway(sessions.known(name), "POST /sign-in", "wait")
            var reply = Reply(
                .tooManyRequests,
                page: frame.signIn(
                    trouble: frame.text(.signInWait) + " \(seconds)", name: String(name.prefix(64)), unsent: unsent))
            reply.headers.replaceOrAdd(name: "Retry-After", value: "\(seconds)")
            return reply
        }
    }

    /// Sends somebody who has signed in to the first page, or back to what could not be taken.
    func entered(_ token: String, _ route: String, _ frame: PageFrame, _ unsent: UnsentForm? = nil) -> Reply {
        var frame = frame
        frame.session = sessions.session(token)
        do {
            if let session = frame.session { try access.entered(session.user.actor, route) }
        } catch {
            failed(error)
            sessions.signOut(token)
            return trouble(.serviceUnavailable, Trouble.unwritten, frame)
        }
        var reply = unsent.map { Reply(page: $0.html(frame)) } ?? Reply(seeOther: "/")
        reply.headers.replaceOrAdd(name: "Set-Cookie", value: cookie(token, ""))
        return reply
    }

    private func cookie(_ value: String, _ rest: String) -> String {
        "\(cookieName)=\(value); Path=/; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")\(rest)"
    }
}
