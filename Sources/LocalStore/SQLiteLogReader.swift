import EventLogs
import Foundation

/// Reads partitions of the embedded log, and sleeps on the files' bells (inotify(7)) while there is nothing to read.
final class SQLiteLogReader: LogReader {
    private var positions: [Position]
    private let files: [String: LogFile]
    private let watch: Int32
    /// Which partition is read first.
    private var first = 0

    init(positions: [Position], files: [String: LogFile]) throws(LogError) {
        self.positions = positions
        self.files = files
        watch = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard watch >= 0 else { throw .failed(reason: "inotify is not to be had: \(String(cString: strerror(errno)))") }
        // What is thrown from here on is followed by deinit, which closes the watch.
        for file in files.values where inotify_add_watch(watch, file.bell, UInt32(IN_MODIFY)) < 0 {
            let reason = String(cString: strerror(errno))
            throw .unreachable(reason: "\(file.bell): \(reason)")
        }
        for position in positions { try check(position) }
    }

    deinit { close(watch) }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        guard limit > 0 else { return [] }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            // Bells that ring from here on end the poll below, so nothing is slept through.
            drain()
            let records = try read(limit)
            let left = deadline - clock.now
            if !records.isEmpty || left <= .zero { return records }
            var descriptor = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
            // An hour at most: the loop comes back here.
            poll(&descriptor, 1, Int32(max(1, (min(left, .seconds(3600)) / .milliseconds(1)).rounded(.up))))
        }
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] { try read(max(0, limit)) }

    func seek(to position: Position) throws(LogError) {
        guard let index = positions.firstIndex(where: { $0.partition == position.partition }) else {
            throw .unknownPartition(position.partition)
        }
        try check(position)
        positions[index] = position
    }

    private func check(_ position: Position) throws(LogError) {
        try files[SQLiteEventLog.owner(position.partition.topic)]?.check(position)
    }

    private func read(_ limit: Int) throws(LogError) -> [LogRecord] {
        var out: [LogRecord] = []
        // Each time from the next partition, so that a backlog in one doesn't hide the others.
        let start = first
        first = (first + 1) % max(1, positions.count)
        for turn in positions.indices where out.count < limit {
            let index = (start + turn) % positions.count
            guard let file = files[SQLiteEventLog.owner(positions[index].partition.topic)] else { continue }
            let records = try file.read(positions[index], limit: limit - out.count)
            if let last = records.last { positions[index].offset = last.position.offset + 1 }
            out += records
        }
        return out
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while Glibc.read(watch, &buffer, buffer.count) > 0 {}
    }
}
