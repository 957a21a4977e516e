package import NIOCore
package import NIOHTTP1

/// A request on its way from its head to its answer, whatever connection it comes on.
package struct Exchange: Sendable {
    package let head: HTTPRequestHead
    /// Nil where the server has none at the path.
    package let route: Route?
    private let place: String
    /// Whether the client waits with its body until it is asked for it (RFC 9110, section 10.1.1); the rules of heads leave
    /// the field to those alone that do.
    package var holdsBody: Bool
    /// Of the body; nil where the route reads none.
    var type: MediaType?
    /// Whose token came with it.
    var client = ""
    private var body: [UInt8] = []
    private let began = ContinuousClock.now

    /// - Parameter place: what stands where the route's path has any text.
    package init(_ head: HTTPRequestHead, route: Route?, place: String = "") {
        self.head = head
        self.route = route
        self.place = place
        holdsBody = head.headers.contains(name: "Expect")
    }

    /// Since the head had come.
    var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }

    /// Takes a part of the body.
    ///
    /// - Throws: `bodyTooLarge` once it is more than the route takes.
    package mutating func take(_ part: ByteBuffer) throws(Problem) {
        guard let limit = route?.bodyLimit else { return }
        guard body.count + part.readableBytes <= limit else { throw .bodyTooLarge(limit) }
        body += part.readableBytesView
    }

    /// What the route is called with, once all has come.
    package var call: Route.Call { call(body) }

    private func call(_ body: [UInt8]) -> Route.Call {
        .init(
            headers: head.headers, body: body, type: type, client: client, target: head.uri, place: place, arrived: .now
        )
    }

    /// What a refusal is answered with, in the way of the route.
    package func refusal(_ problem: Problem) -> Reply {
        let plain = Reply(problem)
        guard var reply = route?.refusal?(problem, call([])) else { return plain }
        // What becomes of the connection hangs on the problem alone.
        reply.closes = plain.closes
        return reply
    }
}

extension Problem {
    static func bodyTooLarge(_ limit: Int) -> Problem {
        Problem(.bodyTooLarge, "at most \(limit) bytes are taken here")
    }
}
