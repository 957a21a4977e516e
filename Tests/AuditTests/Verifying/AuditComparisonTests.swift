import Audit
import Manifests
import Records
import Support
import Testing

@Suite("Copies of audit logs beside each other")
struct AuditComparisonTests {
    private let consortium = AuditConsortium()
    private let liar = SyncAuthor.party(.two)

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    /// Heads of the liar's log at some sizes, of the history of a number from its third entry on; with its file.
    private func history(_ number: Int, _ sizes: [Int]) throws -> (heads: [[UInt8]], file: [UInt8]) {
        let storage = AuditBytes()
        let log = try consortium.log(liar, storage)
        let heads = try sizes.map { size in
            while log.count < size { log.write(event(log.count < 2 ? log.count : 100 * number + log.count)) }
            return try #require(log.sign())
        }
        return (heads, storage.bytes)
    }

    /// The file of a witness that has seen some heads.
    private func witness(_ role: SyncAuthor, _ heads: [[UInt8]]) throws -> [UInt8] {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        log.write(event(1))
        for head in heads { _ = try log.see(head) }
        _ = log.sign()
        return storage.bytes
    }

    private func faults(_ copies: [[UInt8]]) throws -> [(role: SyncAuthor, fault: AuditFault)] {
        AuditComparison.faults(try consortium.verified(copies))
    }

    private func standing(_ head: [UInt8]) throws -> SeenHead {
        try AuditHead(verifying: head, consortium: AuditConsortium.name, keys: { consortium.roster[$0] }).standing
    }

    @Test(
        "two that have seen different heads of one size find the role's fork without its log, and one of each size nothing"
    )
    func withoutItsLog() throws {
        let (one, other) = (try history(1, [2, 4, 6]).heads, try history(2, [2, 5, 6]).heads)
        let fork = AuditFork(role: liar, one: try standing(one[2]), other: try standing(other[2]))
        let found = try faults([witness(.party(.zero), [one[2]]), witness(.coordinator, [other[2]])])
        #expect(found.map(\.role) == [liar] && found.map(\.fault) == [.forked(fork)])
        // What both histories have is no contradiction, nor are heads of sizes that the other has none of.
        #expect(try faults([witness(.party(.zero), [one[0]]), witness(.coordinator, [other[0]])]).isEmpty)
        #expect(try faults([witness(.party(.zero), [one[1]]), witness(.coordinator, [other[1]])]).isEmpty)
        #expect(try faults([]).isEmpty)
    }

    @Test("a log beside a head of its whole length, of less and of more: its own, another's, and set back")
    func lengths() throws {
        let (own, foreign) = (try history(1, [3, 5]), try history(2, [3, 5, 7]))
        for heads in [[own.heads[0]], [own.heads[1]], own.heads] {
            #expect(try faults([own.file, witness(.coordinator, heads)]).isEmpty)
        }
        for place in 0..<2 {
            let fork = AuditFork(
                role: liar, one: try standing(own.heads[place]), other: try standing(foreign.heads[place]))
            let found = try faults([own.file, witness(.coordinator, [foreign.heads[place]])])
            #expect(found.map(\.fault) == [.forked(fork)], "a head of \(fork.one.size) entries")
        }
        let longer = try faults([own.file, witness(.coordinator, [foreign.heads[2]])])
        #expect(longer.map(\.fault) == [.setBack(liar, has: 5, signed: 7)])
        // Where it is set back and forked, the fork is what is told.
        let both = try faults([own.file, witness(.coordinator, foreign.heads)])
        #expect(both.count == 1 && both.first?.role == liar)
        guard case .forked? = both.first?.fault else {
            Issue.record("\(both)")
            return
        }
    }

    @Test("in whatever order copies are given, and however often, the same roles have the same kinds of faults")
    func anyOrder() throws {
        let (one, other) = (try history(1, [3, 5, 8]), try history(2, [3, 4, 5]))
        let copies = [
            one.file, try witness(.party(.zero), [other.heads[1]]),
            try witness(.party(.one), [one.heads[1], other.heads[2]]),
            try witness(.coordinator, one.heads),
        ]
        func kinds(_ copies: [[UInt8]]) throws -> [String] {
            try faults(copies).map { "\($0.role) \("\($0.fault)".prefix(6))" }
        }
        let found = try kinds(copies)
        #expect(found == ["\(liar) forked"])
        var random = SplitMix64(8)
        for _ in 0..<15 {
            #expect(try kinds((copies + [copies.randomElement(using: &random)!]).shuffled(using: &random)) == found)
        }
    }
}
