import Foundation
import Ingest
import Logging
import PipelineFiles
import Policy
import Records
import Roles
import Stages
import Support
import Telemetry
import Testing

/// An agent's policy in files that are changed while the agent runs.
struct PolicyWatchTests {
    private static let policy = """
        review: 0.5
        decline: 0.9
        lists:
          mules: { file: mules.txt }
        rules:
          - { id: mule, mode: live, reason: "A mule's account", when: { payee: { in: mules } }, set: decline }
        """

    private final class Files {
        let folder: TemporaryFolder
        let metrics = Metrics()
        let lines = CapturedLines()
        let inForce: PolicyInForce
        let watch: PolicyWatch

        init() throws {
            folder = try TemporaryFolder()
            _ = try folder.write("# none yet\n", to: "mules.txt")
            let files = PolicyFiles(try folder.write(PolicyWatchTests.policy, to: "policy.yaml"))
            let source = PolicySource(stamp: { files.stamp }, read: { try files.read() })
            inForce = PolicyInForce(try files.read())
            watch = PolicyWatch(source, inForce, metrics: metrics, logger: lines.logger())
        }

        /// Writes a file as editors do, under another inode, and lets the watch look.
        func write(_ text: String, to name: String) throws {
            _ = try folder.write(text, to: "new")
            #expect(rename(folder.path("new"), folder.path(name)) == 0)
            try look()
        }

        func look() throws {
            #expect(try watch.turn(until: SystemClock().now) == .rest(.seconds(1)))
        }

        func band(payee: String) -> Band {
            let payment = Transaction(
                id: "t", time: EventTime(seconds: 0), customer: "c", terminal: "x", amount: MinorUnits(100),
                entities: [.payee: payee])
            return inForce.current.decide(PolicyFacts(transaction: payment, probability: 0, windows: [:])).band
        }

        func reads(_ outcome: String) -> Double { metrics.value(.policyReads, .init("outcome", outcome)) }
    }

    private static let mule = "NL91ABNA0417164300"

    @Test("a line that is added to a list counts at the next look, and one that is taken out no more")
    func lists() throws {
        let files = try Files()
        try files.look()
        #expect(files.band(payee: Self.mule) == .approve && files.reads("taken") == 0)
        try files.write("# a case\n\(Self.mule)\n", to: "mules.txt")
        #expect(files.band(payee: Self.mule) == .decline && files.reads("taken") == 1)
        try files.look()
        try files.look()
        #expect(files.reads("taken") == 1, "what was not changed is not read again")
        try files.write("", to: "mules.txt")
        #expect(files.band(payee: Self.mule) == .approve && files.reads("taken") == 2)
    }

    @Test("rules and bounds count, too; a file that is written anew and says the same changes nothing")
    func rules() throws {
        let files = try Files()
        try files.write(Self.policy, to: "policy.yaml")
        #expect(files.reads("same") == 1 && files.inForce.current.rules.count == 1)
        try files.write(Self.policy.replacing("review: 0.5", with: "review: 0.2"), to: "policy.yaml")
        #expect(files.inForce.current.bands == (try ScoreBands(review: 0.2, decline: 0.9)))
        #expect(files.reads("taken") == 1)
    }

    @Test("a mistake, a list that is gone and other windows change nothing, and are told once each")
    func mistakes() throws {
        let files = try Files()
        try files.write("\(Self.mule)\n", to: "mules.txt")
        let before = files.inForce.current
        try files.write("review: x", to: "policy.yaml")
        try files.write(Self.policy, to: "policy.yaml")
        try files.write("\(Self.mule), a mule\n", to: "mules.txt")
        try files.write("\(Self.mule)\n", to: "mules.txt")
        try FileManager.default.removeItem(atPath: files.folder.path("mules.txt"))
        try files.look()
        try files.look()
        #expect(files.inForce.current == before && files.reads("mistake") == 3)
        #expect(files.lines.entries.filter { $0.level == .error }.count == 3)
        _ = try files.folder.write("\(Self.mule)\n", to: "mules.txt")
        try files.look()
        #expect(files.reads("same") == 3, "it is whole again")
        let windows = Self.policy + "\nwindows: [{ name: row, kind: amount }]"
        try files.write(windows, to: "policy.yaml")
        #expect(files.inForce.current == before && files.reads("windows") == 1)
        #expect(files.lines.entries.last?.level == .warning)
        #expect(!files.lines.entries.contains { "\($0)".contains(Self.mule) }, "no value of a list is logged")
    }
}
