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
        let reply: Reply
        do throws(Problem) {
            reply = try await answer(request, route, arrived)
        } catch {
            reply = Reply(error)
        }
        let seconds = (ContinuousClock.now - arrived) / .seconds(1)
        // Paths come from our own table: whatever else is asked for shares one label.
        let labels = [
            Metrics.Label("route", route?.path ?? "other"), Metrics.Label("status", String(reply.status.code)),
        ]
        metrics.observe(seconds, in: .requestDuration, labels)
        return reply.response(head: request.method == .head, channel: context.channel)
    }

    private func answer(
        _ request: Request, _ route: Route?, _ arrived: ContinuousClock.Instant
    ) async throws(Problem) -> Reply {
        guard let route else { throw Problem(.notFound) }
        let allow = route.methods.map(\.rawValue)
        guard route.methods.contains(request.method) else {
            var problem = Problem(.methodNotAllowed)
            problem.allow = allow
            throw problem
        }
        if request.method == .options {
            var reply = Reply(status: .noContent)
            reply.headers[.allow] = allow.joined(separator: ", ")
            return reply
        }
        let client = try admit(request, route)
        if route.answersJSON, let accept = request.headers[.accept], !MediaType.takesJSON(accept: accept) {
            throw Problem(.notAcceptable)
        }
        var body: [UInt8] = []
        if let limit = route.bodyLimit {
            guard let type = request.headers[.contentType].flatMap(MediaType.of(contentType:)),
                route.takes.contains(type)
            else { throw Problem(.mediaTypeUnsupported, "this path takes \(route.takes.joined(separator: ", "))") }
            body = try await BodyReader.read(request, limit: limit, within: bodyTime)
        }
        return try await route.handle(.init(headers: request.headers, body: body, client: client, arrived: arrived))
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
