import Audit
import Manifests
import Records
import Support
import Testing

@Suite("The ledger of heads")
struct HeadLedgerTests {
    private let role = SyncAuthor.party(.two)

    private func tree(_ leaves: [Int]) -> MerkleTree {
        var tree = MerkleTree()
        for leaf in leaves { tree.append(MerkleHash(leaf: [UInt8(leaf)])) }
        return tree
    }

    private func head(_ tree: MerkleTree, _ size: Int) -> SeenHead { SeenHead(size: size, root: tree.root(of: size)) }

    @Test("heads of one history are no fork, in whatever order they come, with proofs or without")
    func oneHistory() {
        let tree = tree(Array(0..<20))
        var random = SplitMix64(3)
        for _ in 0..<50 {
            var ledger = HeadLedger()
            for size in (1...20).shuffled(using: &random) {
                let proof = ledger.newest[role].map {
                    tree.consistency(from: min($0.size, size), to: max($0.size, size))
                }
                #expect(ledger.apply(role, head(tree, size), proof: Bool.random(using: &random) ? proof : nil) == nil)
                #expect(ledger.apply(role, head(tree, size)) == nil)
            }
            #expect(ledger.forks.isEmpty && ledger.known(of: role).map(\.size) == Array(1...20))
            #expect(ledger.newest == [role: head(tree, 20)])
            #expect(ledger.fork(of: role, in: tree) == nil)
        }
    }

    @Test("two heads of one size are a fork, which names the role and both")
    func sameSize() {
        let (one, other) = (tree([0, 1, 2]), tree([0, 1, 3]))
        var ledger = HeadLedger()
        ledger.apply(role, head(one, 2))
        #expect(ledger.apply(role, head(other, 2)) == nil)
        ledger.apply(role, head(one, 3))
        let fork = ledger.apply(role, head(other, 3))
        #expect(fork == AuditFork(role: role, one: head(one, 3), other: head(other, 3)))
        #expect(ledger.forks == [fork])
        #expect(fork?.description.hasPrefix("party/party-2 signed two histories: with 3 entries") == true)
        // Told again, it is the same fork; and other roles' heads are other roles' business.
        ledger.apply(role, head(other, 3))
        #expect(ledger.forks.count == 1)
        #expect(ledger.apply(.coordinator, head(other, 3)) == nil)
    }

    @Test("a head that does not go on from the last is a fork where a proof is wanted, and is not taken")
    func notConsistent() {
        let (one, other) = (tree([0, 1, 2, 3]), tree([0, 9, 2, 3, 4]))
        var ledger = HeadLedger()
        ledger.apply(role, head(one, 4))
        let proof = other.consistency(from: 4, to: 5)
        #expect(
            ledger.apply(role, head(other, 5), proof: proof)
                == AuditFork(role: role, one: head(one, 4), other: head(other, 5)))
        #expect(ledger.newest[role] == head(one, 4))
        // A proof of other sizes shows nothing.
        let right = tree([0, 1, 2, 3, 4])
        #expect(ledger.apply(role, head(right, 5), proof: right.consistency(from: 3, to: 5)) != nil)
        #expect(ledger.apply(role, head(right, 5), proof: right.consistency(from: 4, to: 5)) == nil)
        // A shorter one that comes late.
        #expect(ledger.apply(role, head(other, 3), proof: right.consistency(from: 3, to: 5)) != nil)
        #expect(ledger.apply(role, head(right, 3), proof: right.consistency(from: 3, to: 5)) == nil)
    }

    @Test("a log that a known head contradicts is a fork; one that is shorter than a head is none")
    func inTree() {
        let (one, other) = (tree([0, 1, 2, 3, 4]), tree([0, 1, 7, 3, 4]))
        var ledger = HeadLedger()
        ledger.apply(role, head(one, 2))
        ledger.apply(role, head(one, 4))
        #expect(ledger.fork(of: role, in: one) == nil)
        #expect(ledger.fork(of: role, in: other) == AuditFork(role: role, one: head(other, 4), other: head(one, 4)))
        #expect(ledger.fork(of: role, in: tree([0, 1, 7])) == nil)
        // A head of the whole log counts as one of its beginning does.
        let whole = tree([0, 1, 7, 3])
        #expect(ledger.fork(of: role, in: whole) == AuditFork(role: role, one: head(whole, 4), other: head(one, 4)))
        #expect(ledger.fork(of: .coordinator, in: other) == nil)
    }
}
