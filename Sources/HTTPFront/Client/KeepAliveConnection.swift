import Foundation

/// A blocking HTTP/1.1 connection that is kept open, one request at a time: for benches and tests on loopback.
package final class KeepAliveConnection {
    /// What went wrong, in a sentence.
    package struct Broken: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    private let host: String
    private let port: UInt16
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends a whole request and returns the answer's status and body.
    package func exchange(_ request: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        if descriptor < 0 { try connect() }
        do {
            try send(request)
            return try receive()
        } catch {
            close(descriptor)
            descriptor = -1
            buffer = []
            throw error
        }
    }

    private func connect() throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
            throw Broken(description: "\(host) is not to be found")
        }
        defer { freeaddrinfo(found) }
        descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
        guard Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            close(descriptor)
            descriptor = -1
            throw Broken(description: "\(host):\(port) takes no connection: \(String(cString: strerror(errno)))")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Broken(description: "the connection broke while sending") }
            sent += count
        }
    }

    private func receive() throws -> (status: Int, body: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        var head = 0
        while true {
            if let at = buffer.firstRange(of: end) {
                head = at.upperBound
                break
            }
            try more()
        }
        let lines = String(decoding: buffer[..<head], as: UTF8.self).components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        guard let status, let length else { throw Broken(description: "the answer is not HTTP/1.1 with a length") }
        while buffer.count < head + length { try more() }
        defer { buffer.removeFirst(head + length) }
        return (status, Array(buffer[head..<head + length]))
    }

    private func more() throws {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Broken(description: "the connection broke before the answer was whole") }
        buffer += chunk[..<count]
    }
}
