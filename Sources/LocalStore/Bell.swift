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
    /// By the kernel's number of a watch.
    private var bells: [Int32: Int] = [:]

    init(_ bells: [Bell]) throws(LogError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            throw .failed(reason: "inotify is not to be had: \(String(cString: strerror(errno)))")
        }
        // What is thrown from here on is followed by deinit, which closes the descriptor.
        for (index, bell) in bells.enumerated() {
            let number = inotify_add_watch(descriptor, bell.path, UInt32(IN_MODIFY))
            guard number >= 0 else {
                throw .unreachable(reason: "\(bell.path): \(String(cString: strerror(errno)))")
            }
            self.bells[number] = index
        }
    }

    deinit { close(descriptor) }

    /// Which bells rang since the last call, in the order in which they were given. Whoever looks at the files after this and finds
    /// nothing may `wait`: what rings in between ends the wait at once.
    @discardableResult
    func drain() -> Set<Int> {
        var rung: Set<Int> = []
        let size = MemoryLayout<inotify_event>.size
        withUnsafeTemporaryAllocation(byteCount: 64 * size, alignment: 8) { buffer in
            while case let count = Glibc.read(descriptor, buffer.baseAddress!, buffer.count), count > 0 {
                for at in stride(from: 0, to: count, by: size) {
                    let event = buffer.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
                    // What the kernel's queue had no room for may have been any.
                    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { rung.formUnion(bells.values) }
                    if let index = bells[event.wd] { rung.insert(index) }
                }
            }
        }
        return rung
    }

    /// Returns when a bell rings, or after `timeout`; an hour at most.
    func wait(_ timeout: Duration) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = (min(max(timeout, .zero), .seconds(3600)) / .milliseconds(1)).rounded(.up)
        Glibc.poll(&poll, 1, Int32(max(1, milliseconds)))
    }
}
