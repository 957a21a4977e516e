import Desk
import DeskFront
import Foundation
import Keys
import LocalStore
import Records
import Roles
import Support
import Testing

@Suite("cordon audit")
struct AuditCommandTests {
    /// A desk's log of looks in three parts, and what verifies it.
    private struct Parts {
        let folder: TemporaryFolder
        let files: AuditFiles
        let key: String

        init() throws {
            folder = try TemporaryFolder()
            files = AuditFiles(path: folder.path("looks.audit"))
            let keys = FileKeystore(directory: folder.path("keys"))
            let (clock, ana) = (ManualClock(), try #require(Actor(.person, "ana")))
            let log = try AccessLog(of: DeskSamples.member, keys: keys, parts: files, clock: clock)
            for number in 0..<9 {
                try log.looked(ana, "GET /alerts/{}", at: "\(number)")
                try log.sign()
                clock.advance(.seconds(8 * 86_400))
            }
            // A part that has begun is signed a second later.
            try log.sign()
            key = try folder.write(AccessLog.publicKey(keys: keys), to: "looks.audit.pub")
        }

        func verify(_ numbers: [Int]) throws -> (exit: Int32, said: String) {
            try Program.run(
                ["audit", "verify"] + numbers.map { files.path(of: $0) }
                    + ["--desk", key, "--member", "\(DeskSamples.member)"], in: folder.url)
        }
    }

    @Test("verify takes the parts of a desk's log in any order, and finds one that is cut off, altered or exchanged")
    func parts() throws {
        let parts = try Parts()
        let numbers = try parts.files.numbers()
        try #require(numbers.count >= 3)
        for order in [numbers, numbers.reversed(), [1], [2], [1, 3]] {
            let (exit, said) = try parts.verify(order)
            #expect(exit == 0, "\(said)")
            for number in order where number > 1 { #expect(said.contains("part \(number), "), "\(said)") }
        }
        // A copy of the first part from before its last look is whole by itself; the second part contradicts it.
        let path = parts.files.path(of: 1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let other = try Parts()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: other.files.path(of: 1), toPath: path)
        #expect(try parts.verify([1, 2]).exit == 1, "another desk's")
        var altered = whole
        altered[altered.count / 2] ^= 1
        try altered.write(to: URL(fileURLWithPath: path))
        #expect(try parts.verify([1, 2]).exit == 1)
        try whole.write(to: URL(fileURLWithPath: path))
        #expect(try parts.verify([1, 2]).exit == 0)
    }

    @Test("verify finds a part that begins elsewhere than the one before ended")
    func gap() throws {
        let parts = try Parts()
        // The same desk writes the first part anew, with another past, and signs it.
        let keys = FileKeystore(directory: parts.folder.path("keys"))
        let path = parts.files.path(of: 1)
        try FileManager.default.removeItem(atPath: path)
        let anew = AuditFiles(path: parts.folder.path("anew.audit"))
        let log = try AccessLog(of: DeskSamples.member, keys: keys, parts: anew, clock: ManualClock())
        try log.looked(try #require(Actor(.person, "eve")), "GET /alerts/{}")
        try log.sign()
        try FileManager.default.copyItem(atPath: anew.path(of: 1), toPath: path)
        let (exit, said) = try parts.verify([1, 2])
        #expect(exit == 1 && said.contains("part 2 does not go on from the part before it"), "\(said)")
        #expect(try parts.verify([1]).exit == 0, "by itself it is whole")
    }
}
