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
            verify` does; makes and checks inclusion and consistency proofs; makes statements on scores, as a party does beside \
            each batch, and signs for them, as it does once a minute. One thread.
            """)

    @Option(help: "Entries.")
    var entries = 1_000_000

    @Option(help: "Entries of a head.")
    var head = 1_000

    @Option(help: "Proofs of each kind.")
    var proofs = 10_000

    @Option(help: "Scores that a party signs for.")
    var scores = 200_000

    func run() throws {
        guard entries > 0, head > 0, proofs > 0, scores > 0 else {
            throw Failure("`--entries`, `--head`, `--proofs` and `--scores` are 1 or more")
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
        try state(log)
    }

    /// Statements on scores, in batches of 256 of one member, whose records have 500 bytes.
    private func state(_ log: AuditLog) throws {
        guard let member = MemberID("bank-a") else { throw Failure("a member's name") }
        let parties = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, HPKEPrivateKey().publicKey) })
        let offer = try SessionOffer(
            consortium: "bench", member: member, epoch: 1, parties: parties, identity: SigningKey())
        guard let session = offer.sessions[.one] else { throw Failure("a session with each party") }
        var record = [UInt8](repeating: 7, count: 500)
        var batches: [BatchStatements] = []
        let stated = seconds {
            for first in stride(from: 0, to: scores, by: 256) {
                let agreed = Digest32(of: [first.bigEndianBytes])
                batches.append(
                    BatchStatements(
                        party: .one, member: member, sessionEpoch: 1, partition: 0, plan: agreed, agreed: agreed,
                        model: agreed, ringBits: 16, steps: 0,
                        entries: (first..<min(first + 256, scores)).map { number in
                            record.replaceSubrange(0..<8, with: number.bigEndianBytes)
                            let source = SourcePosition(offset: Int64(number))
                            return .init(
                                source: source, offset: Int64(number), record: ScoreStatement.digest(ofRecord: record),
                                commitment: ScoreStatement.commitment(
                                    to: record[0..<2], nonce: session.scoreNonce(agreed, source)))
                        }))
            }
        }
        let state = seconds { for batch in batches { _ = batch.wire.encoded } }
        var bytes = 0
        let signed = seconds {
            for evidence in ScoreEvidence.make(batches, seal: log.seal) ?? [] { bytes += evidence.encoded.count }
        }
        func each(_ time: Double) -> String { decimal(time / Double(scores) * 1_000_000) }
        print(
            "statements on scores: \(each(stated)) us each, \(each(state)) us to write down; signed for in \(each(signed)) us each"
        )
        print("evidence: \(bytes / scores) bytes a score and party")
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
