import Foundation
import Synchronization
import Testing

/// A receiver of messages on a socket of its own, which answers each as it is told: a server of HTTP/1.1 as small as can be.
final class Receiver: Sendable {
    struct Request: Sendable {
        var target: String
        var headers: [String: String]
        var body: [UInt8]
    }

    /// What the receiver does with a request.
    enum Answer: Sendable {
        case status(Int, [String: String] = [:])
        /// Nothing, until the client is gone.
        case hang
        /// The connection ends without an answer.
        case end
        case bytes(String)
    }

    let port: Int
    private let listener: Int32
    private let requests = Mutex<[Request]>([])
    private let news = DispatchSemaphore(value: 0)
    private let answer: @Sendable (Request) -> Answer

    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = answer
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 64) == 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        listener = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                let thread = Thread { [weak self] in
                    self?.serve(client)
                    close(client)
                }
                thread.start()
            }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var all: [Request] { requests.withLock { $0 } }

    /// Waits for so many requests; false where they don't come within half a minute.
    func has(_ count: Int) -> Bool {
        while all.count < count {
            guard news.wait(timeout: .now() + 30) == .success else { return all.count >= count }
        }
        return true
    }

    private func serve(_ client: Int32) {
        var buffer: [UInt8] = []
        while let request = read(client, &buffer) {
            requests.withLock { $0.append(request) }
            news.signal()
            switch answer(request) {
            case .status(let status, let headers):
                let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
                write(client, "HTTP/1.1 \(status) x\r\n\(lines)Content-Length: 0\r\n\r\n")
            case .bytes(let text): write(client, text)
            case .hang:
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
                return
            case .end: return
            }
        }
    }

    private func write(_ client: Int32, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func read(_ client: Int32, _ buffer: inout [UInt8]) -> Request? {
        func more() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(client, &chunk, chunk.count, 0)
            if count > 0 { buffer += chunk[..<count] }
            return count > 0
        }
        let mark = Array("\r\n\r\n".utf8)
        while buffer.firstRange(of: mark) == nil {
            guard more() else { return nil }
            // A client that begins with TLS (RFC 8446, section 5.1) is told that nobody speaks it here.
            if buffer.first == 22 {
                write(client, "HTTP/1.1 400 x\r\n\r\n")
                // A socket that is closed with bytes to read resets its connection: the client would miss what was written.
                shutdown(client, Int32(SHUT_WR))
                while more() {}
                return nil
            }
        }
        let end = buffer.firstRange(of: mark)!.upperBound
        let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        let length = Int(headers["content-length"] ?? "0") ?? 0
        while buffer.count < end + length { guard more() else { return nil } }
        defer { buffer.removeFirst(end + length) }
        let target = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        return Request(target: target, headers: headers, body: Array(buffer[end..<end + length]))
    }
}
