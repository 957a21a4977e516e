import DeskFront
import Foundation
import Terminal

/// Sockets that wait, and one request a connection on them.
enum BenchSocket {
    struct Answer {
        var status: Int
        var location: String?
        var body: String
    }

    /// Seconds after which there is no answer.
    private static let patience = 10

    /// - Parameters:
    ///   - form: posted; nil for GET.
    /// - Returns: nil where no whole answer comes.
    static func call(port: Int, _ path: String, key: String, form: [String: String]?) -> Answer? {
        guard let descriptor = connect(port) else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let body = FormText.query((form ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
        var text = "\(form == nil ? "GET" : "POST") \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        text += "Authorization: Bearer \(key)\r\n"
        if form != nil {
            text += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        send(descriptor, text + "\r\n" + body)
        return answer(of: received(descriptor))
    }

    /// A port that nobody listens at now.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = self.address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let done = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard done else { throw Failure("there is no free port") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    /// What came up to the connection's end.
    private static func received(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    /// Nil of an answer that ends before its own length, or whose head is not all there.
    private static func answer(of bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        func field(_ name: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let body = String(text[end.upperBound...])
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            field("content-length").flatMap({ Int($0) }).map({ $0 <= body.utf8.count }) ?? true
        else { return nil }
        return Answer(status: status, location: field("location"), body: body)
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    /// A connection to a port of this machine; nil where nobody takes it.
    static func connect(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = self.address(port)
        let done = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard done == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    static func send(_ descriptor: Int32, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
