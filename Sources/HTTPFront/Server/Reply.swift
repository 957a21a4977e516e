import Foundation
package import NIOCore
package import NIOHTTP1

/// What a route answers.
package struct Reply: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8] = []
    /// What writes the body bit by bit, in place of `body`, until it returns; it is cancelled when the client is gone or the server
    /// stops.
    package var stream: (@Sendable (BodyWriter) async -> Void)?
    /// Whether the connection is closed after it, because the rest of the request is not wanted.
    package var closes = false

    package init(status: HTTPResponseStatus, type: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.body = body
        headers[field: "Content-Type"] = type
    }

    package init(_ status: HTTPResponseStatus = .ok, json value: some Encodable, type: String = "application/json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and finite doubles always encode.
        self.init(status: status, type: type, body: Array((try? encoder.encode(value)) ?? Data()))
    }

    package init(_ problem: Problem) {
        self.init(.init(statusCode: problem.status), json: problem, type: Problem.contentType)
        if let seconds = problem.retryAfter { headers[field: "Retry-After"] = String(seconds) }
        if !problem.allow.isEmpty { headers[field: "Allow"] = problem.allow.joined(separator: ", ") }
        if problem.status == 401 { headers[field: "WWW-Authenticate"] = "Bearer realm=\"cordon\"" }
        let rest: [ProblemCode] = [.requestTimeout, .bodyTooLarge, .httpInvalid]
        closes = rest.contains { $0.rawValue == problem.code }
    }

    /// - Parameter head: whether the body is left out, as HEAD asks for.
    package func response(head: Bool) -> (head: HTTPResponseHead, body: ByteBuffer) {
        (HTTPResponseHead(version: .http1_1, status: status, headers: fields), ByteBuffer(bytes: head ? [] : body))
    }

    /// All header fields.
    private var fields: HTTPHeaders {
        var fields = headers
        if fields[field: "Cache-Control"] == nil { fields[field: "Cache-Control"] = "no-store" }
        fields[field: "X-Content-Type-Options"] = "nosniff"
        if status != .noContent, stream == nil { fields[field: "Content-Length"] = String(body.count) }
        if closes { fields[field: "Connection"] = "close" }
        return fields
    }
}
