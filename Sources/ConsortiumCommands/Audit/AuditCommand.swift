package import ArgumentParser
import Audit
import DeskFront
import Foundation
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

package struct AuditCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check copies of audit logs, and read them.",
        discussion: """
            Parties and the coordinator each write an audit log: what they took, put in force, rotated, abandoned and refused, in \
            entries that name no transaction, no event of a member and no amount. A party's is beside its state (STATE.audit), \
            the coordinator's beside its keys (KEYS/coordinator.audit). The role signs a head over all entries once a second. \
            Copy the files at any time; what is below needs no network, and nothing but the copies and the roster.
            """,
        subcommands: [Verify.self, Show.self])

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find an altered, dropped, moved or forked entry in copies of audit logs.",
            discussion: """
                Says of each file how many entries it has and when the role last signed for them, or its first fault and where \
                that is: an entry that was altered, dropped, moved or doubled, a head that the role did not sign, an end that \
                no head is over. Then holds the files against each other: a role that has written its history anew (forked), or \
                shows an older copy (set back), contradicts the heads of it that others have seen and signed for. Several copies \
                of one role's log, of different days, are held against each other, too: keep old ones. A single file can't tell \
                that, and roles don't show each other their heads by themselves yet.

                Exits with 1 where there is a fault. An end that no head is over yet comes of copying while the role writes: \
                copy again.

                  cordon audit verify party-0.audit party-1.audit party-2.audit coordinator.audit --roster roster.yaml
                  cordon audit verify looks.audit looks-2.audit --desk looks.audit.pub --member bank-a
                """)

        @Argument(help: ArgumentHelp("Copies of audit logs, of one role each.", valueName: "file"))
        var files: [String]

        @OptionGroup var roster: AuditRosterOption

        func run() throws {
            let read = try files.map { file in (file: file, log: try roster.read(file)) }
            for (file, log) in read { say("\(file): \(log.account)") }
            let whole = read.filter { $0.log.fault == nil }.map(\.log)
            // Copies of one part are held against each other, and each part against the one before it.
            let compared = Dictionary(grouping: whole, by: \.part).values.flatMap {
                AuditComparison.faults($0.map(\.verifier))
            }
            let gaps = AuditRosterOption.gaps(whole)
            for gap in gaps { say(gap) }
            for (role, fault) in compared {
                let file = read.first { $0.log.verifier.role == role && $0.log.fault == nil }?.file
                say("\(file ?? "\(role), whose log is not among these"): \(fault)")
            }
            let faulty = Set(read.filter { $0.log.fault != nil }.map(\.file)).count + compared.count + gaps.count
            guard faulty == 0 else { throw Failure("\(faulty) \(faulty == 1 ? "fault" : "faults"), above") }
            if read.count == 1 {
                say(
                    "whether the role has shown others another history is told by other copies of it, and by other roles' files"
                )
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read an audit log as a story.",
            discussion: """
                Prints one line an entry: its number, when it was, what happened, and the beginning of the digest of what it is \
                about. Checks the copy as it reads; where something is wrong, what is before that is printed, and the exit code \
                is 1. What `--since`, `--until`, `--kind` and `--about` leave out is checked, too.

                  cordon audit show party-1.audit --kind activation --kind refused --since 2026-11-01T00:00:00Z
                """)

        @Argument(help: ArgumentHelp("A copy of an audit log.", valueName: "file"))
        var file: String

        @Option(
            help: ArgumentHelp(
                "Only entries of this kind; may be given again. \(AuditKind.allCases.map(\.name).joined(separator: ", ")).",
                valueName: "kind"))
        var kind: [String] = []

        @Option(help: ArgumentHelp("Only entries from then on, such as 2026-11-30T08:00:00Z.", valueName: "time"))
        var since: String?

        @Option(help: ArgumentHelp("Only entries before then.", valueName: "time"))
        var until: String?

        @Option(
            help: ArgumentHelp(
                "Only entries whose line has this text, such as a digest's first digits.", valueName: "text"))
        var about: String?

        @OptionGroup var roster: AuditRosterOption

        func run() throws {
            let kinds = try kind.map { name in
                guard let kind = AuditKind(name: name) else {
                    throw Failure(
                        "`--kind \(name)` is none of \(AuditKind.allCases.map(\.name).joined(separator: ", "))")
                }
                return kind
            }
            let from = try since.map { try seconds($0, "--since") } ?? .min
            let to = try until.map { try seconds($0, "--until") } ?? .max
            let log = try roster.read(file) { entry in
                let seconds = entry.microseconds / 1_000_000
                guard kinds.isEmpty || kinds.contains(entry.event.kind), seconds >= from, seconds < to else { return }
                let line = "\(entry.number) \(EventTime(seconds: seconds).rfc3339) \(entry.sentence)"
                if about.map({ line.contains($0) }) ?? true { say(line) }
            }
            if log.fault != nil { throw Failure("\(file): \(log.account)") }
            say(log.account)
        }

        private func seconds(_ text: String, _ option: String) throws -> Int64 {
            guard let time = EventTime(rfc3339: text) else {
                throw Failure("`\(option) \(text)` is no time such as 2026-11-30T08:00:00Z")
            }
            return time.seconds
        }
    }

    package init() {}
}

/// The roster by which audit logs are checked.
struct AuditRosterOption: ParsableArguments {
    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var file = "cordon-data/keys/roster.yaml"

    @Option(
        help: ArgumentHelp(
            "In the roster's place, a desk's public key, for its log of who looked at what.", valueName: "file.pub"))
    var desk: String?

    @Option(help: ArgumentHelp("Of which member the desk is, with `--desk`.", valueName: "member"))
    var member: String?

    func validate() throws {
        if (desk == nil) != (member == nil) { throw ValidationError("`--desk` and `--member` belong together") }
    }

    /// What a copy was found to be.
    struct Log {
        var verifier: AuditVerifier
        var fault: AuditFault?
        /// Of a desk's log, which has parts: the first entry. Logs of other roles are one part.
        var first: AuditEntry?

        var part: Int { first.map(AccessPart.number) ?? 1 }

        /// The copy in a sentence.
        var account: String {
            if let fault { return "\(fault)" }
            guard let role = verifier.role, let head = verifier.head else { return "an audit log without entries" }
            let (entries, heads) = (verifier.tree.count, verifier.headCount)
            let name = part > 1 ? "\(role), part \(part)" : "\(role)"
            return "\(name), \(entries) \(entries == 1 ? "entry" : "entries") in order, under \(heads) "
                + "\(heads == 1 ? "head" : "heads"); last signed \(EventTime(seconds: head.microseconds / 1_000_000).rfc3339)"
        }
    }

    /// Checks a copy.
    ///
    /// - Parameter each: gets every entry up to the first fault.
    func read(_ path: String, each: (AuditEntry) -> Void = { _ in }) throws -> Log {
        let first = desk == nil ? nil : try AuditFile.read(path) { AccessPart.first(in: $0) }
        var log = Log(verifier: try verifier(part: first.map(AccessPart.number) ?? 1), first: first)
        do {
            try AuditFile.read(path) { try log.verifier.verify($0, each: each) }
        } catch let fault as AuditFault { log.fault = fault }
        return log
    }

    /// What is wrong between parts of a desk's log that follow each other.
    static func gaps(_ logs: [Log]) -> [String] {
        let parts = Dictionary(logs.map { ($0.part, $0) }) { $0.verifier.tree.count > $1.verifier.tree.count ? $0 : $1 }
        return parts.keys.sorted().compactMap { number in
            guard let before = parts[number - 1], let first = parts[number]?.first else { return nil }
            return AccessPart.fault(
                from: before.verifier.tree.root, size: before.verifier.tree.count,
                before: before.first.map(AccessPart.before) ?? 0, to: first)
        }
    }

    private func verifier(part: Int) throws -> AuditVerifier {
        guard let desk, let member else {
            let terms = try Roster(file: file).syncTerms
            return AuditVerifier(consortium: terms.consortium) { terms.key(of: $0) }
        }
        guard let member = MemberID(member) else { throw Failure("`--member \(member)` is no member's name") }
        let text = String(decoding: try readFile(desk), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = Base64.decoded(ArraySlice(text.utf8)), let key = VerifyingKey(bytes: bytes) else {
            throw Failure("\(desk) is no desk's public key")
        }
        return AuditVerifier(consortium: AccessPart.consortium(of: member, part: part), role: .member(member)) {
            $0 == .member(member) ? key : nil
        }
    }
}
