import ArgumentParser
import Audit
import Keys
import Manifests
import Records
import Stages
import Terminal

/// `cordon-bench audit`: how fast an audit log is written, checked, and proved from.
struct BenchAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Measure the audit log: entries written, a copy checked, proofs made.",
        discussion: """
            Writes entries with a head now and then, in memory, so that the disk is left out; checks the copy as `cordon audit \
            verify` does; makes and checks inclusion and consistency proofs. One thread.
            """)

    @Option(help: "Entries.")
    var entries = 1_000_000

    @Option(help: "Entries of a head.")
    var head = 1_000

    @Option(help: "Proofs of each kind.")
    var proofs = 10_000

    func run() throws {
        guard entries > 0, head > 0, proofs > 0 else {
            throw Failure("`--entries`, `--head` and `--proofs` are 1 or more")
        }
        let key = SigningKey()
        let verifying = key.verifyingKey
        let storage = AuditBytes()
        let log = try AuditLog(
            consortium: "bench", role: .party(.one), key: key, storage: storage, clock: SystemClock(),
            keys: { _ in verifying })
        let written = try seconds {
            for number in 0..<entries {
                log.write(
                    AuditEvent(
                        .activation, of: Digest32(of: [number.bigEndianBytes]),
                        [
                            .version: "2026-11-\(number % 30)", .sequence: "\(number)", .partition: "0",
                            .offset: "\(17 * number)",
                        ]))
                if (number + 1) % head == 0 || number + 1 == entries { _ = log.sign() }
            }
            if let trouble = log.trouble { throw trouble }
        }
        let copy = storage.bytes
        print("\(entries) entries, \(copy.count / entries) bytes each with their heads, one head for \(head)")
        print("written: \(Int(Double(entries) / written)) entries/s")
        var verifier = AuditVerifier(consortium: "bench") { _ in verifying }
        let checked = try seconds { try copy.withUnsafeBytes { try verifier.verify($0) } }
        print("checked: \(decimal(checked)) s, \(Int(Double(entries) / checked)) entries/s")
        try prove(verifier.tree)
    }

    private func prove(_ tree: MerkleTree) throws {
        let root = tree.root
        var holds = true
        let inclusion = seconds {
            for number in 0..<proofs {
                let index = number &* 7_919 % tree.count
                holds = tree.inclusion(of: index, in: tree.count).verifies(tree[index], in: root) && holds
            }
        }
        let consistency = seconds {
            for number in 0..<proofs {
                let old = number &* 7_919 % tree.count + 1
                holds = tree.consistency(from: old, to: tree.count).verifies(tree.root(of: old), to: root) && holds
            }
        }
        guard holds else { throw Failure("a proof does not hold") }
        print("inclusion proofs, made and checked: \(Int(Double(proofs) / inclusion)) /s")
        print("consistency proofs, made and checked: \(Int(Double(proofs) / consistency)) /s")
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private func decimal(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
