package import HTTPTypes
package import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Reads a request's body, up to a size and a time.
package enum BodyReader {
    /// Refuses a body by what its head says of it, before it comes.
    package static func check(_ headers: HTTPFields, limit: Int) throws(Problem) {
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.mediaTypeUnsupported, "Content-Encoding is not supported")
        }
        // The decoder took the number; one that is no Int is too large as well.
        if let length = headers[.contentLength], Int(length) ?? .max > limit { throw tooLarge(limit) }
    }

    package static func read(_ body: RequestBody, limit: Int, within time: Duration) async throws(Problem) -> [UInt8] {
        let result = await withTaskGroup(of: Result<[UInt8], Problem>.self) { group in
            group.addTask { await collect(body, limit) }
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
        } catch let error as HTTPParserError {
            return .failure(Problem(error))
        } catch {
            return .failure(Problem(HTTPParserError.invalidEOFState))
        }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.bodyTooLarge, "at most \(limit) bytes are taken here")
    }
}
