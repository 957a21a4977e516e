package import EventLogs
import Foundation

/// A file that is touched to wake whoever watches it, in this process and others (inotify(7)).
package final class Bell: Sendable {
    /// A word that others may use (`HighWatermark`), and the byte that is touched.
    static let size = 16
    let path: String
    /// -1 where the file can't be opened, which whoever watches or maps it says.
    let descriptor: Int32

    package init(path: String) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor >= 0, lseek(descriptor, 0, SEEK_END) < Self.size { ftruncate(descriptor, off_t(Self.size)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func ring() {
        _ = withUnsafeBytes(of: UInt8(0)) { pwrite(descriptor, $0.baseAddress, 1, off_t(Self.size - 1)) }
    }
}

/// Sleeps until one of some bells rings. Not shared between threads.
///
/// A user has few instances of inotify (128 by default), so one is made by the first who is about to wait: most readers never do.
/// Where there is none left, a wait is short, and whoever waits looks again.
package final class BellWatch {
    private let bells: [Bell]
    private let instance: () -> Int32
    /// -1 where there is no instance for this watch.
    private var descriptor: Int32?

    /// The longest wait of a watch without inotify.
    private static let look = Duration.milliseconds(5)

    /// - Parameter instance: makes an instance of inotify; -1 where there is none left.
    /// - Throws: `unreachable` where a bell's file can't be opened.
    package init(
        _ bells: [Bell], instance: @escaping () -> Int32 = { inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) }
    ) throws(LogError) {
        self.bells = bells
        self.instance = instance
        for bell in bells where bell.descriptor < 0 {
            throw .unreachable(reason: "\(bell.path) can't be opened")
        }
    }

    deinit { if let descriptor, descriptor >= 0 { close(descriptor) } }

    private func open() -> Int32 {
        if let descriptor { return descriptor }
        var made = instance()
        for bell in bells where made >= 0 && inotify_add_watch(made, bell.path, UInt32(IN_MODIFY)) < 0 {
            close(made)
            made = -1
        }
        descriptor = made
        return made
    }

    /// Forgets what rang so far. Whoever looks at the files after this and finds nothing may `wait`: what rings in between ends
    /// the wait at once.
    package func drain() {
        let descriptor = open()
        guard descriptor >= 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while Glibc.read(descriptor, buffer.baseAddress!, buffer.count) > 0 {}
        }
    }

    /// Returns when a bell rings, or after `timeout`; an hour at most.
    package func wait(_ timeout: Duration) {
        let descriptor = open()
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let longest = descriptor < 0 ? Self.look : .seconds(3600)
        let milliseconds = (min(max(timeout, .zero), longest) / .milliseconds(1)).rounded(.up)
        Glibc.poll(&poll, 1, Int32(max(1, milliseconds)))
    }
}
