import Formats
import Foundation
import HTTPFront
import Keys
import Logging
import PipelineFiles
import Policy
import Roles
import Simulation
import Support
import Telemetry
import Testing

@Suite("The HTTP front of an agent")
struct AgentFrontTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(key: String) throws {
        let clock = SimulatedClock(start: Terms.start)
        let log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        let terms = try Terms()
        try log.create(terms.topics)
        var server = APIServer.Settings(host: "127.0.0.1", port: 0)
        server.tls = .init(certificate: try folder.write("no certificate", to: "chain.pem"), key: key)
        let hash = Data(count: 32).base64EncodedString()
        let tokens = try folder.write("tokens:\n  - { client: core, sha256: \"\(hash)\" }\n", to: "tokens.yaml")
        _ = try AgentFront(
            member: terms.roster.members[0].id, log: log, mapping: .canonical, rules: ValidationRules(),
            fallback: .review,
            settings: .init(server: server, tokensFile: tokens, remember: 10), metrics: Metrics(), exposition: { "" },
            owned: { 0 }, clock: clock, logger: .silent)
    }

    @Test(
        "reads no TLS key that others can read: it is looked at as all private keys are",
        arguments: [0o644, 0o640, 0o604])
    func openKey(mode: Int) throws {
        let key = try folder.write("no key", to: "key.pem")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
        let refused = KeystoreError.readableByOthers(path: key, mode: String(mode, radix: 8))
        #expect(throws: refused) { try start(key: key) }
    }

    @Test("says that a TLS key is not there, and reads one that is its owner's alone")
    func ownKey() throws {
        let missing = folder.path("missing.pem")
        #expect(throws: KeystoreError.missing(path: missing)) { try start(key: missing) }
        let key = try folder.write("no key", to: "key.pem")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let error = #expect(throws: (any Error).self) { try start(key: key) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("are no certificate chain and its key in PEM"))
    }
}
