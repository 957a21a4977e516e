import Foundation
package import HTTPTypes
package import Hummingbird

/// What a route answers.
package struct Reply: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields = [:]
    package var body: [UInt8] = []
    /// Whether the connection is closed after it, because the rest of the request is not wanted.
    package var closes = false

    package init(status: HTTPResponse.Status, type: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.body = body
        headers[.contentType] = type
    }

    package init(_ status: HTTPResponse.Status = .ok, json value: some Encodable, type: String = "application/json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and finite doubles always encode.
        self.init(status: status, type: type, body: Array((try? encoder.encode(value)) ?? Data()))
    }

    package init(_ problem: Problem) {
        self.init(.init(code: problem.status), json: problem, type: Problem.contentType)
        if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
        if !problem.allow.isEmpty { headers[.allow] = problem.allow.joined(separator: ", ") }
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"cordon\"" }
        let rest: [ProblemCode] = [.requestTimeout, .bodyTooLarge, .httpInvalid]
        closes = rest.contains { $0.rawValue == problem.code }
    }

    /// All header fields.
    var fields: HTTPFields {
        var fields = headers
        fields[.cacheControl] = "no-store"
        fields[.init("X-Content-Type-Options")!] = "nosniff"
        if status != .noContent { fields[.contentLength] = String(body.count) }
        if closes { fields[.connection] = "close" }
        return fields
    }

    /// - Parameter head: whether the body is left out, as HEAD asks for.
    package func response(head: Bool) -> Response {
        Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: head ? [] : body)))
    }
}
