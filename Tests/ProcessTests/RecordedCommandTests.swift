import Foundation
import Support
import Testing

/// Help, refusals and exit statuses of the command line, held against a recording: who reads or scripts them finds them
/// unchanged, or the change stands in the recording's diff. With CORDON_RECORD_COMMANDS set the recording is written anew.
@Suite("What the command line has always said")
struct RecordedCommandTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Recorded")

    @Test("help, sentences and exit statuses are as they were recorded")
    func recorded() throws {
        let folder = try TemporaryFolder()
        let commands = try String(contentsOf: Self.folder.appendingPathComponent("commands.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
        let said = try commands.map { command in
            let (exit, said) = try Program.run(
                command.split(separator: " ").map(String.init), in: folder.url, at: folder.url)
            // Where the program lies differs from machine to machine.
            return "== cordon \(command)\n" + said.replacing(Program.root.path, with: "ROOT") + "== exit \(exit)\n"
        }
        let file = Self.folder.appendingPathComponent("said.txt")
        if ProcessInfo.processInfo.environment["CORDON_RECORD_COMMANDS"] != nil {
            try Data(said.joined().utf8).write(to: file)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        for (command, text) in zip(commands, said) {
            #expect(recorded.contains(text), "cordon \(command) says something else than was recorded")
        }
        #expect(recorded == said.joined(), "the recording holds other commands")
    }

    @Test("the program finds its pipelines where it is started elsewhere, by its own place or by the name it is given")
    func elsewhere() throws {
        let folder = try TemporaryFolder()
        let elsewhere = folder.url.appendingPathComponent("elsewhere")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        let check = ["policy", "check", "pipelines/policies/default.yaml"]
        #expect(try Program.run(check, in: folder.url, at: elsewhere).exit == 0)
        let copy = folder.path("named")
        try FileManager.default.copyItem(atPath: Program.root.path + "/pipelines", toPath: copy)
        let named = ["CORDON_PIPELINES": copy]
        #expect(try Program.run(check, in: folder.url, at: elsewhere, environment: named).exit == 0)
        let empty = ["CORDON_PIPELINES": folder.path("nowhere")]
        let (exit, said) = try Program.run(check, in: folder.url, at: elsewhere, environment: empty)
        #expect(exit != 0 && said.contains("CORDON_PIPELINES"))
    }
}
