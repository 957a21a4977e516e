import HTTPTypes
package import Hummingbird
package import Telemetry

/// Finds a request's route, lets it in, and answers: every refusal is problem+json.
package struct APIResponder: HTTPResponder {
    package typealias Context = CallContext

    package let routes: [String: Route]
    package let tokens: BearerTokenStore
    package let rate: RateGate
    /// How long a body may take to arrive.
    package let bodyTime: Duration
    package let metrics: Metrics

    package init(
        routes: [String: Route], tokens: BearerTokenStore, rate: RateGate, bodyTime: Duration, metrics: Metrics
    ) {
        self.routes = routes
        self.tokens = tokens
        self.rate = rate
        self.bodyTime = bodyTime
        self.metrics = metrics
    }

    package func respond(to request: Request, context: CallContext) async -> Response {
        let arrived = ContinuousClock.now
        let route = routes[request.uri.path]
        // RFC 9110, section 10.1.1; the connection's guard leaves the field to those alone that wait.
        var holdsBody = request.headers[.expect] != nil
        var reply: Reply
        do throws(Problem) {
            reply = try await answer(request, route) {
                if holdsBody { context.askForBody() }
                holdsBody = false
            }
        } catch {
            reply = Reply(error)
        }
        // Whether the body comes after an answer in place of 100, nobody can tell.
        if holdsBody { reply.closes = true }
        let seconds = (ContinuousClock.now - arrived) / .seconds(1)
        metrics.answered(route?.path, status: reply.status.code, seconds: seconds)
        return reply.response(head: request.method == .head)
    }

    private func answer(
        _ request: Request, _ route: Route?, askForBody: () -> Void
    ) async throws(Problem) -> Reply {
        if request.method == .options, request.uri.path == "*" { return Self.options(Self.methods) }
        guard let route else { throw Problem(.notFound) }
        let allow = route.methods.map(\.rawValue)
        guard route.methods.contains(request.method) else {
            var problem = Problem(.methodNotAllowed)
            problem.allow = allow
            throw problem
        }
        if request.method == .options { return Self.options(allow) }
        let client = try admit(request, route)
        if route.answersJSON, let accept = request.headers[.accept], !AcceptField.takesJSON(accept) {
            throw Problem(.notAcceptable)
        }
        try route.checkHead(request.headers)
        var body: [UInt8] = []
        var type: MediaType?
        if let limit = route.bodyLimit {
            type = try Self.type(request.headers[.contentType], route)
            try BodyReader.check(request.headers, limit: limit)
            askForBody()
            body = try await BodyReader.read(request.body, limit: limit, within: bodyTime)
        }
        return try await route.handle(
            .init(headers: request.headers, body: body, type: type, client: client, arrived: .now))
    }

    /// Methods that some path takes.
    static let methods = ["GET", "HEAD", "POST", "OPTIONS"]

    private static func options(_ methods: [String]) -> Reply {
        var reply = Reply(status: .noContent)
        reply.headers[.allow] = methods.joined(separator: ", ")
        return reply
    }

    private static func type(_ header: String?, _ route: Route) throws(Problem) -> MediaType {
        guard let type = header.flatMap({ MediaType($0) }), route.takes.contains(type.name) else {
            throw Problem(.mediaTypeUnsupported, "this path takes \(route.takes.joined(separator: ", "))")
        }
        if let charset = type.charset, !route.charsets.contains(charset) {
            let named = MediaType.isKnown(charset: charset) ? charset : "another charset"
            let read = route.charsets.joined(separator: ", ")
            throw Problem(.mediaTypeUnsupported, "Content-Type names \(named), and what is read here is \(read)")
        }
        return type
    }

    private func admit(_ request: Request, _ route: Route) throws(Problem) -> String {
        guard route.guarded else { return "" }
        guard let client = tokens.client(authorization: request.headers[.authorization]) else {
            throw Problem(.unauthorized)
        }
        try rate.take(1, of: client)
        return client
    }
}
