import EventLogs
import Foundation
import LocalStore
import Support
import Testing

@Suite("Bells that wake readers")
struct BellTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what rings behind the last look ends the wait, also where it rang before the wait began")
    func rings() throws {
        let paths = ["a", "b"].map(folder.path)
        let waiting = Worker {
            let bells = paths.map { Bell(path: $0) }
            let watch = try BellWatch(bells)
            for bell in bells {
                watch.drain()
                bell.ring()
                // An hour: who isn't woken is stuck.
                watch.wait(.seconds(3600))
            }
        }
        try waiting.value()
    }

    @Test(
        "a watch without an instance of inotify, or with one that watches no file, soon looks again",
        arguments: [{ -1 }, { open("/dev/null", O_RDONLY) }] as [@Sendable () -> Int32])
    func looksAgain(instance: @escaping @Sendable () -> Int32) throws {
        let path = folder.path("bell")
        let waiting = Worker {
            let watch = try BellWatch([Bell(path: path)], instance: instance)
            for _ in 0..<3 {
                watch.drain()
                // Nobody rings.
                watch.wait(.seconds(3600))
            }
        }
        try waiting.value()
    }

    @Test("a bell whose file can't be opened is named")
    func unreachable() {
        let path = folder.path("none/bell")
        #expect(throws: LogError.unreachable(reason: "\(path) can't be opened")) {
            _ = try BellWatch([Bell(path: path)])
        }
    }
}
