import Hummingbird
package import HummingbirdCore
import NIOCore

/// Reads a request's body, up to a size and a time.
package enum BodyReader {
    package static func read(_ request: Request, limit: Int, within time: Duration) async throws(Problem) -> [UInt8] {
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.mediaTypeUnsupported, "Content-Encoding is not supported")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw tooLarge(limit)
        }
        let result = await withTaskGroup(of: Result<[UInt8], Problem>.self) { group in
            group.addTask { await collect(request.body, limit) }
            group.addTask {
                try? await Task.sleep(for: time)
                return .failure(Problem(.requestTimeout))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(Problem(.internalError))
        }
        return try result.get()
    }

    private static func collect(_ body: RequestBody, _ limit: Int) async -> Result<[UInt8], Problem> {
        do {
            var bytes: [UInt8] = []
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= limit else { return .failure(tooLarge(limit)) }
                bytes += chunk.readableBytesView
            }
            return .success(bytes)
        } catch {
            // The client went away, or what it sends is no HTTP.
            return .failure(Problem(.requestTimeout))
        }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.bodyTooLarge, "at most \(limit) bytes are taken here")
    }
}
