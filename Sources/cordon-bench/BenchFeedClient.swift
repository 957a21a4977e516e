import Foundation
import Terminal

/// A client of a desk's feed on a socket and a thread of its own.
final class BenchFeedClient: Sendable {
    private let descriptor: Int32

    /// Returns once the feed has begun: what comes later is heard.
    ///
    /// - Parameter heard: called with each event as it came.
    init(port: Int, cookie: String, heard: @escaping @Sendable (String) -> Void) throws {
        let descriptor = try Self.connect(port)
        self.descriptor = descriptor
        BenchSocket.send(descriptor, "GET /feed HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \(cookie)\r\n\r\n")
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !String(decoding: head, as: UTF8.self).contains("retry: ") {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw Failure("the desk's feed does not begin") }
            head += chunk[..<count]
        }
        let thread = Thread { [head] in
            var text = head
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                if let end = text.lastIndex(of: 10) {
                    for line in text[...end].split(separator: 10) where line.starts(with: "data: ".utf8) {
                        heard(String(decoding: line, as: UTF8.self))
                    }
                    text.removeFirst(end + 1)
                }
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                text += chunk[..<count]
            }
        }
        thread.start()
    }

    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// The cookie of a session that a link begins.
    static func signIn(port: Int, link: String) throws -> String {
        let descriptor = try connect(port)
        defer { close(descriptor) }
        let body = "link=" + link.dropFirst("/link/".count)
        BenchSocket.send(
            descriptor,
            "POST /link HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = max(0, recv(descriptor, &chunk, chunk.count, 0))
        let answer = String(decoding: chunk[..<count], as: UTF8.self)
        guard
            let line = answer.components(separatedBy: "\r\n").first(where: { $0.lowercased().hasPrefix("set-cookie: ") }
            )
        else { throw Failure("the desk let nobody in: \(answer.prefix(60))") }
        return String(line.dropFirst("set-cookie: ".count).prefix { $0 != ";" })
    }

    private static func connect(_ port: Int) throws -> Int32 {
        guard let descriptor = BenchSocket.connect(port) else { throw Failure("the desk takes no connection") }
        return descriptor
    }
}
