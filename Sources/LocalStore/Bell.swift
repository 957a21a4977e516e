import EventLogs
import Foundation

/// A file that is touched to wake whoever watches it, in this process and others (inotify(7)).
struct Bell: Sendable {
    let path: String

    init(path: String) {
        self.path = path
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: Data([0]))
        }
    }

    func ring() {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = withUnsafeBytes(of: UInt8(0)) { pwrite(file, $0.baseAddress, 1, 0) }
        close(file)
    }
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
        for bell in bells where inotify_add_watch(descriptor, bell.path, UInt32(IN_MODIFY)) < 0 {
            throw .unreachable(reason: "\(bell.path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Forgets what rang so far. Whoever looks at the files after this and finds nothing may `wait`: what rings in
    /// between ends the wait at once.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while Glibc.read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Returns when a bell rings, or after `timeout`; an hour at most.
    func wait(_ timeout: Duration) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = (min(max(timeout, .zero), .seconds(3600)) / .milliseconds(1)).rounded(.up)
        Glibc.poll(&poll, 1, Int32(max(1, milliseconds)))
    }
}
