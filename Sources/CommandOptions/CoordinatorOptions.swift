import ArgumentParser
package import Audit
package import EventLogs
import Foundation
package import Keys
import LocalStore
import Manifests
package import PipelineFiles
package import Roles
import Stages
import Terminal

/// The coordinator of a consortium, for what it signs.
package struct CoordinatorOptions: ParsableArguments {
    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("The coordinator's private key.", valueName: "dir"))
    package var keys = "cordon-data/keys/coordinator"

    @Option(
        name: .customLong("audit"),
        help: ArgumentHelp(
            "Where the coordinator writes its audit log. (default: the name of its keys' folder and .audit)",
            valueName: "file"))
    var auditFile: String?

    @OptionGroup var opening: KeystoreOptions

    package init() {}

    package func roster() throws -> Roster { try Roster(file: rosterFile) }

    package var keystore: FileKeystore { get throws { try opening.open(keys) } }

    /// Does something as the coordinator of trainings, which stands in its audit log.
    package func coordinating(_ log: any EventLog, _ body: (SyncCoordinator) throws -> Void) throws {
        try audited(showing: log) { audit in
            try body(SyncCoordinator(roster(), keystore: keystore, log: log, audit: audit))
        }
    }

    /// Does something as the coordinator of keys, which stands in its audit log.
    package func conducting(_ log: any EventLog, _ body: (KeyCoordinator) throws -> Void) throws {
        try audited { audit in try body(KeyCoordinator(roster(), keystore: keystore, log: log, audit: audit)) }
    }

    /// Does something that is to stand in the coordinator's audit log, and signs for it; fails where it can't be written there.
    /// Other commands may write there meanwhile: a rollback must not wait for a schedule to end.
    ///
    /// - Parameter log: where the others are shown the coordinator's heads; nil for nowhere.
    package func audited<R>(showing log: (any EventLog)? = nil, _ body: (any AuditWriter) throws -> R) throws -> R {
        let roster = try roster()
        let keystore = try keystore
        guard try keystore.signingKey().verifyingKey == roster.coordinator else {
            throw RoleError.notTheCoordinator(keys: keys)
        }
        var folder = keys[...]
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let path = auditFile ?? folder + ".audit"
        let terms = roster.syncTerms
        let audit = try AuditTurns(showing: { audit in
            guard let log else { return }
            // What the command is for does not hang on it; whoever comes next shows it.
            do {
                let topic = try HeadTopic(.coordinator, audit, terms: terms, log: log)
                for found in try topic.exchange() { sayError("an audit log contradicts itself: \(found.fault)") }
            } catch { sayError("the head of the audit log was not shown: \(error)") }
        }) {
            try roster.auditLog(
                of: .coordinator, key: keystore.signingKey(), in: AuditFile(path: path, waits: true),
                clock: SystemClock())
        }
        let result = try body(audit)
        if let trouble = audit.trouble { throw Failure("\(trouble)") }
        return result
    }
}

private func sayError(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
