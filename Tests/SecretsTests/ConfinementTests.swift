import Foundation
import Secrets
import Testing

@Suite("A process that holds keys")
struct ConfinementTests {
    @Test("makes files that are its owner's alone, and writes its memory to no core dump")
    func confined() async {
        await #expect(processExitsWith: .success) {
            umask(0o022)
            confineProcess()
            let path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
            let made = FileManager.default.createFile(atPath: path, contents: Data([1]))
            var status = stat()
            let found = stat(path, &status) == 0
            unlink(path)
            let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
            let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
            let figures = core?.split(separator: " ").suffix(3).prefix(2)
            #expect(made && found && status.st_mode & 0o777 == 0o600)
            #expect(figures == ["0", "0"])
            #expect(!mayDump())
        }
    }

    @Test("has bytes that are overwritten where they are")
    func wiped() {
        var bytes = [UInt8](repeating: 7, count: 40)
        let before = bytes.withUnsafeBytes { $0.baseAddress }
        wipe(&bytes)
        #expect(bytes == [UInt8](repeating: 0, count: 40) && bytes.withUnsafeBytes { $0.baseAddress } == before)
        var none: [UInt8] = []
        wipe(&none)
        #expect(none.isEmpty)
    }
}
