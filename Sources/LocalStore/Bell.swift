import EventLogs
import Foundation

/// A file that is touched to wake whoever watches it, in this process and others (inotify(7)).
final class Bell: Sendable {
    /// A word that others may use (`HighWatermark`), and the byte that is touched.
    static let size = 16
    let path: String
    /// -1 where the file can't be opened, which whoever watches or maps it says.
    let descriptor: Int32

    init(path: String) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor >= 0, lseek(descriptor, 0, SEEK_END) < Self.size { ftruncate(descriptor, off_t(Self.size)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func ring() { _ = withUnsafeBytes(of: UInt8(0)) { pwrite(descriptor, $0.baseAddress, 1, off_t(Self.size - 1)) } }
}

/// Sleeps until one of some bells rings. Not shared between threads.
final class BellWatch {
    private let descriptor: Int32

    init(_ bells: [Bell]) throws(LogError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            throw .failed(reason: "inotify is not to be had: \(String(cString: strerror(errno)))")
        }
        // What is thrown from here on is followed by deinit, which closes the descriptor.
        for bell in bells {
            guard inotify_add_watch(descriptor, bell.path, UInt32(IN_MODIFY)) >= 0 else {
                throw .unreachable(reason: "\(bell.path): \(String(cString: strerror(errno)))")
            }
        }
    }

    deinit { close(descriptor) }

    /// Forgets what rang so far. Whoever looks at the files after this and finds nothing may `wait`: what rings in between ends
    /// the wait at once.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while Glibc.read(descriptor, buffer.baseAddress!, buffer.count) > 0 {}
        }
    }

    /// Returns when a bell rings, or after `timeout`; an hour at most.
    func wait(_ timeout: Duration) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = (min(max(timeout, .zero), .seconds(3600)) / .milliseconds(1)).rounded(.up)
        Glibc.poll(&poll, 1, Int32(max(1, milliseconds)))
    }
}
