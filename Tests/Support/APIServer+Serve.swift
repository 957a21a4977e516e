package import HTTPFront
import Testing

extension APIServer {
    /// Serves on a port that is free until `body` is done or sets the flag, and returns when the last connection has ended.
    package func serve<T>(_ body: (_ port: Int, _ stop: Flag) async throws -> T) async throws -> T {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let stop = Flag()
        return try await withoutActuallyEscaping(body) { body in
            async let running: Void = run(
                until: { stop.isSet },
                listening: {
                    port.yield($0)
                    port.finish()
                })
            let result: Result<T, any Error>
            do {
                var iterator = ports.makeAsyncIterator()
                result = .success(try await body(try #require(await iterator.next()), stop))
            } catch { result = .failure(error) }
            stop.set()
            try await running
            return try result.get()
        }
    }
}
