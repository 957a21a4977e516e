import Foundation
import Terminal

/// A TCP connection over the loopback interface, both of whose ends are blocking sockets of this process.
final class LoopbackLink {
    private let near: LoopbackSocket
    private let far: LoopbackSocket

    init() throws {
        let listener = try LoopbackSocket()
        near = try LoopbackSocket()
        far = try listener.connection(from: near)
    }

    /// GB/s from one thread to another, in writes of 400 KB.
    func throughput() throws -> Double {
        let (piece, pieces) = (400_000, 1000)
        let (near, far) = (near, far)
        let start = ContinuousClock.now
        let writer = Work { for _ in 0..<pieces { try far.write([UInt8](repeating: 7, count: piece)) } }
        var buffer = [UInt8](repeating: 0, count: piece)
        for _ in 0..<pieces { try near.read(&buffer) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try writer.wait()
        return Double(piece * pieces) / seconds / 1_000_000_000
    }

    /// Microseconds until as many bytes as were sent have come back: the median of some times.
    func roundTrip(bytes: Int, times: Int) throws -> Double {
        let (near, far) = (near, far)
        let echo = Work {
            var buffer = [UInt8](repeating: 0, count: bytes)
            for _ in 0..<times {
                try far.read(&buffer)
                try far.write(buffer)
            }
        }
        var buffer = [UInt8](repeating: 7, count: bytes)
        var microseconds: [Double] = []
        for _ in 0..<times {
            let start = ContinuousClock.now
            try near.write(buffer)
            try near.read(&buffer)
            microseconds.append((ContinuousClock.now - start) / .microseconds(1))
        }
        try echo.wait()
        return percentile(microseconds.sorted(), 0.5) ?? 0
    }
}

/// A thread that may fail.
private final class Work: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    /// Written before `done` is signalled and read after.
    private var failure: (any Error)?

    init(_ body: @escaping @Sendable () throws -> Void) {
        Thread { [self] in
            do { try body() } catch { failure = error }
            done.signal()
        }.start()
    }

    func wait() throws {
        done.wait()
        if let failure { throw failure }
    }
}

private final class LoopbackSocket: Sendable {
    private let descriptor: Int32

    init() throws { descriptor = try Self.held(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "made") }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Listens, lets the other dial, and returns the end at this side.
    func connection(from other: LoopbackSocket) throws -> LoopbackSocket {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { address in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try Self.held(bind(descriptor, address, length), "bound")
                try Self.held(getsockname(descriptor, address, &length), "bound")
                try Self.held(listen(descriptor, 1), "listened at")
                try Self.held(connect(other.descriptor, address, length), "connected")
            }
        }
        let accepted = LoopbackSocket(descriptor: try Self.held(accept(descriptor, nil, nil), "accepted"))
        for end in [other, accepted] {
            var one: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            try Self.held(setsockopt(end.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size), "set")
        }
        return accepted
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                sent += try Self.held(
                    Glibc.send(
                        descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)),
                    "written to")
            }
        }
    }

    /// Fills the buffer.
    func read(_ buffer: inout [UInt8]) throws {
        try buffer.withUnsafeMutableBytes { buffer in
            var filled = 0
            while filled < buffer.count {
                let read = try Self.held(
                    Glibc.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled), "read")
                guard read > 0 else { throw Failure("a loopback connection closed early") }
                filled += read
            }
        }
    }

    @discardableResult
    private static func held<T: SignedInteger>(_ result: T, _ what: String) throws -> T {
        guard result >= 0 else {
            throw Failure("a loopback socket can't be \(what): \(String(cString: strerror(errno)))")
        }
        return result
    }
}
