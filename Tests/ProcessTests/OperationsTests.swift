import Foundation
import Support
import Testing

/// What is in `ops`.
@Suite("Operations", .serialized)
struct OperationsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ command: String, _ arguments: String...) throws -> (exit: Int32, said: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "CORDON": Program.binary.path, "CORDON_PIPELINES": Program.root.path + "/pipelines",
        ]) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }

    @Test("three organisations set up a consortium, and no private key leaves its owner", .timeLimit(.minutes(5)))
    func walkthrough() throws {
        let folder = folder.path("walk")
        let (exit, said) = try run("/bin/bash", Program.root.path + "/ops/walkthrough.sh", folder)
        #expect(exit == 0, "\(said.suffix(2000))")
        #expect(said.contains("no private key left its owner"))
        // What the script looks for is there to be found: a key in another's folder ends it.
        let keys = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".key") }
        #expect(keys.count >= 18)
        var owners: [String: Set<String>] = [:]
        for key in keys {
            let text = try String(contentsOfFile: folder + "/" + key, encoding: .utf8)
            owners[text, default: []].insert(String(key.split(separator: "/")[0]))
        }
        #expect(owners.values.allSatisfy { $0.count == 1 })
    }

    @Test(
        "units are sound, and expose little",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/systemd-analyze")))
    func units() throws {
        let units = Program.root.path + "/ops/systemd"
        for name in try FileManager.default.contentsOfDirectory(atPath: units) where name.hasSuffix(".service") {
            let text = try String(contentsOfFile: units + "/" + name, encoding: .utf8)
            // An instance of a template, with a program that is there.
            let unit = try folder.write(
                text.replacing("/usr/bin/cordon", with: Program.binary.path), to: name.replacing("@.", with: "@x."))
            let verified = try run("/usr/bin/systemd-analyze", "verify", "--man=no", unit)
            #expect(verified.exit == 0, "\(verified.said)")
            let security = try run(
                "/usr/bin/systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=25", unit)
            #expect(security.exit == 0, "\(name): \(security.said.suffix(200))")
        }
    }
}
