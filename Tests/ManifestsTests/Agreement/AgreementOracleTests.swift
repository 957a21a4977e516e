import Keys
import Manifests
import Records
import Support
import Testing

/// The history by the book: all that was accepted is kept as it was said, and everything is found out anew from that each time.
private struct PlainHistory {
    struct Said {
        var author: SyncAuthor
        var key: UInt8
        var proposal: ConsortiumAgreement?
        /// Of the proposal.
        var digest: Digest32?
        var signature: Digest32?
        var number: UInt64
    }

    let founding: ConsortiumAgreement
    var accepted: [Said] = []

    /// The versions in force, by going through what was accepted from the start.
    var chain: [ConsortiumAgreement] {
        var chain = [founding]
        var digest = founding.digest
        for end in accepted.indices {
            guard let last = chain.last, let signature = accepted[end].signature,
                let proposal = accepted[...end].first(where: { $0.digest == signature })?.proposal,
                proposal.previous == digest,
                let difference = try? AgreementDifference(from: last, to: proposal)
            else { continue }
            let signed = Set(accepted[...end].filter { $0.signature == signature }.map(\.author))
            guard difference.isMet(by: signed) else { continue }
            chain.append(proposal)
            digest = signature
        }
        return chain
    }

    /// Whether it counts; if so it is kept.
    mutating func take(_ said: Said) -> Bool {
        let chain = chain
        guard let last = chain.last else { return false }
        let newest = last.digest
        let counts: Bool
        if let proposal = said.proposal {
            let open = accepted.filter {
                $0.proposal?.previous == last.digest && $0.proposal?.version == last.version + 1
            }
            counts =
                said.key == 0 && last.identity(of: said.author) == Agreed.identity(said.author)
                && proposal.version == last.version + 1 && proposal.previous == newest
                && !open.contains { $0.digest == said.digest }
                && open.count { $0.author == said.author } < AgreementHistory.mostProposals
                && (try? AgreementDifference(from: last, to: proposal)) != nil
        } else {
            let again = accepted.contains { $0.author == said.author && $0.signature == said.signature }
            let candidates = accepted.compactMap(\.proposal).filter { $0.previous == newest } + chain.suffix(1)
            let version = candidates.first { $0.digest == said.signature && $0.version == said.number }
            let before = version.flatMap { version in chain.last { $0.digest == version.previous } }
            let asked =
                if let version, let before { (try? AgreementDifference(from: before, to: version))?.asked } else {
                    version.map { version in
                        Dictionary(uniqueKeysWithValues: version.authors.map { ($0, version.identity(of: $0)!) })
                    }
                }
            counts = !again && asked?[said.author] == Agreed.identity(said.author, copy: said.key)
        }
        if counts { accepted.append(said) }
        return counts
    }
}

@Suite("The history of the agreement, by the book")
struct AgreementOracleTests {
    @Test("takes and refuses what a plain one does, and has the same versions in force", arguments: 0..<8)
    func agrees(seed: Int) throws {
        var generator = SplitMix64(UInt64(seed))
        func random(_ below: Int) -> Int { Int.random(in: 0..<below, using: &generator) }
        var world = AgreementWorld()
        var plain = PlainHistory(founding: Agreed.founding())
        var known = [Agreed.founding()]
        var newest = 0
        let people = [
            "coordinator", "party/party-0", "party/party-1", "party/party-2", "member/bank-a", "member/bank-b",
            "member/bank-c", "member/bank-d", "member/bank-e", "operator/anna", "operator/bernd", "operator/carla",
        ].map(Agreed.author)
        func change(_ agreement: inout ConsortiumAgreement) {
            switch random(9) {
            case 0: agreement.members.append(Agreed.entry(random(2) == 0 ? "bank-d" : "bank-e", joined: 1))
            case 1: agreement.members[random(3)].departure = Agreed.departure(expelled: random(2) == 0)
            case 2: agreement.approvals = random(3)
            case 3: agreement.rules[.rights] = ApprovalRule(members: .least(1 + random(2)))
            case 4: agreement.operators[Agreed.operatorID("carla")] = Agreed.identity(Agreed.author("operator/carla"))
            case 5: agreement.operators[Agreed.operatorID("bernd")] = nil
            case 6: agreement.members[random(3)].identity = Agreed.identity(people[4 + random(3)], copy: 1)
            default: agreement.members[random(3)].budget = .daily(1 + random(3))
            }
        }
        for _ in 0..<120 {
            // Of the newest versions mostly, so that something gets in force.
            let base = known[max(0, known.count - 1 - random(random(4) == 0 ? known.count : 3))]
            var said = PlainHistory.Said(
                author: people[random(people.count)], key: random(12) == 0 ? 1 : 0, number: base.version)
            if random(5) == 0 {
                var next = (random(3) == 0 ? base : world.history.inForce.agreement).next
                change(&next)
                if random(8) == 0 { next.version += UInt64(random(2)) }
                guard (try? next.check()) != nil else { continue }
                said.proposal = next
                (said.number, said.digest) = (next.version, next.digest)
            } else {
                said.signature = base.digest
                if random(20) == 0 { said.number += 1 }
                if let open = world.history.proposals.first(where: { $0.digest == base.digest }), random(2) == 0 {
                    let asked = open.unsigned
                    if !asked.isEmpty { said.author = asked[random(asked.count)] }
                }
            }
            let statement: AgreementStatement =
                said.proposal.map { .proposal(AgreementProposal($0)) }
                ?? .signature(AgreementSignature(version: said.number, digest: said.signature ?? .zero))
            let refusal = try world.refusal(try AgreementWorld.record(statement, by: said.author, copy: said.key))
            #expect(plain.take(said) == (refusal == nil), "\(String(describing: refusal))")
            if refusal == nil, let proposal = said.proposal { known.append(proposal) }
            #expect(plain.chain.map(\.digest) == world.history.versions.map(\.digest))
            newest = max(newest, world.history.versions.count)
        }
        #expect(newest > 1, "nothing got in force")
    }
}
