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
        closes = problem.status == 408 || problem.code == ProblemCode.bodyTooLarge.rawValue
    }

    /// - Parameter head: whether the body is left out, as HEAD asks for.
    package func response(head: Bool, channel: ClosableChannel?) -> Response {
        var headers = headers
        headers[.cacheControl] = "no-store"
        headers[.init("X-Content-Type-Options")!] = "nosniff"
        if status != .noContent { headers[.contentLength] = String(body.count) }
        if closes { headers[.connection] = "close" }
        let buffer = ByteBuffer(bytes: head ? [] : body)
        guard closes, let channel else {
            return Response(status: status, headers: headers, body: .init(byteBuffer: buffer))
        }
        return Response(
            status: status, headers: headers,
            body: .init(contentLength: body.count) { writer in
                try await writer.write(buffer)
                try await writer.finish(nil)
                channel.closeSoon()
            })
    }
}
