import Foundation
import Terminal

/// A client of a desk's feed on a socket and a thread of its own.
final class BenchFeedClient: Sendable {
    private let descriptor: Int32

    /// - Parameter heard: called with each event as it came.
    init(port: Int, cookie: String, heard: @escaping @Sendable (String) -> Void) throws {
        let descriptor = try Self.connect(port)
        self.descriptor = descriptor
        Self.send(descriptor, "GET /feed HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \(cookie)\r\n\r\n")
        let thread = Thread {
            var text: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                text += chunk[..<count]
                guard let end = text.lastIndex(of: 10) else { continue }
                for line in text[...end].split(separator: 10) where line.starts(with: "data: ".utf8) {
                    heard(String(decoding: line, as: UTF8.self))
                }
                text.removeFirst(end + 1)
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
        send(
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
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let done = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard done == 0 else { throw Failure("the desk takes no connection") }
        return descriptor
    }

    private static func send(_ descriptor: Int32, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
