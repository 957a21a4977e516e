package import NIOHTTP1
package import Telemetry

/// Finds a request's route, lets it in, and answers: every refusal is problem+json, but where its route has an answer of its own.
package struct APIResponder: Sendable {
    private let routes: [String: Route]
    /// Those whose paths have a place for any text.
    private let patterns: [Route]
    private let tokens: BearerTokenStore
    private let rate: RateGate
    private let metrics: Metrics

    /// - Parameter routes: each path once.
    package init(routes: [Route], tokens: BearerTokenStore, rate: RateGate, metrics: Metrics) {
        self.routes = Dictionary(uniqueKeysWithValues: routes.filter { !$0.hasPlace }.map { ($0.path, $0) })
        patterns = routes.filter(\.hasPlace)
        self.tokens = tokens
        self.rate = rate
        self.metrics = metrics
    }

    package func exchange(_ head: HTTPRequestHead) -> Exchange {
        let path = head.uri.prefix { $0 != "?" }
        if let route = routes[String(path)] { return Exchange(head, route: route) }
        for route in patterns {
            if let place = route.place(in: path) { return Exchange(head, route: route, place: place) }
        }
        return Exchange(head, route: nil)
    }

    /// Lets a request in by its head alone.
    ///
    /// - Returns: the answer where that decides it; nil where the route answers, once the body has come that it reads.
    package func admit(_ exchange: inout Exchange) -> Reply? {
        do throws(Problem) { return try checked(&exchange) } catch { return exchange.refusal(error) }
    }

    /// What the route answers.
    package func answer(_ route: Route, _ call: Route.Call) async -> Reply {
        do throws(Problem) { return try await route.handle(call) } catch { return Reply(error) }
    }

    /// Counts an answer.
    ///
    /// - Parameter exchange: nil where what came was no request.
    package func count(_ reply: Reply, to exchange: Exchange?) {
        metrics.answered(exchange?.route?.path, status: Int(reply.status.code), seconds: exchange?.seconds ?? 0)
    }

    private func checked(_ exchange: inout Exchange) throws(Problem) -> Reply? {
        let head = exchange.head
        if head.method == .OPTIONS, head.uri == "*" { return Self.options(Self.methods) }
        guard let route = exchange.route else { throw Problem(.notFound) }
        let allow = route.methods.map(\.rawValue)
        guard route.methods.contains(head.method) else {
            var problem = Problem(.methodNotAllowed)
            problem.allow = allow
            throw problem
        }
        if head.method == .OPTIONS { return Self.options(allow) }
        if route.guarded { exchange.client = try client(head.headers) }
        if route.answersJSON, let accept = head.headers[field: "Accept"], !AcceptField.takesJSON(accept) {
            throw Problem(.notAcceptable)
        }
        try route.checkHead(head.headers)
        if let limit = route.bodyLimit {
            exchange.type = try Self.type(head.headers[field: "Content-Type"], route)
            try Self.checkBody(head.headers, limit)
        }
        return nil
    }

    /// Methods that some path takes.
    static let methods = ["GET", "HEAD", "POST", "OPTIONS"]

    private static func options(_ methods: [String]) -> Reply {
        var reply = Reply(status: .noContent)
        reply.headers[field: "Allow"] = methods.joined(separator: ", ")
        return reply
    }

    private func client(_ headers: HTTPHeaders) throws(Problem) -> String {
        guard let client = tokens.client(authorization: headers[field: "Authorization"]) else {
            throw Problem(.unauthorized)
        }
        try rate.take(1, of: client)
        return client
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

    /// Refuses a body by what its head says of it, before it comes.
    private static func checkBody(_ headers: HTTPHeaders, _ limit: Int) throws(Problem) {
        if let coding = headers[field: "Content-Encoding"], coding.lowercased() != "identity" {
            throw Problem(.mediaTypeUnsupported, "Content-Encoding is not supported")
        }
        // The decoder took the number; one that is no Int is too large as well.
        if let length = headers[field: "Content-Length"], Int(length) ?? .max > limit { throw .bodyTooLarge(limit) }
    }
}
