import Records
import Support
import Testing
import ThreeParty

/// Three agreements, and links between them that deliver in some order.
private struct Agreements {
    var parties: [PartyID: JobAgreement] = [:]
    var links: [[Frame]] = Array(repeating: [], count: 9)
    var agreed: [PartyID: JobAgreement.Agreed] = [:]
    var committed: [PartyID: [Digest32]] = [:]
    var errors: [PartyID: TrainingError] = [:]
    /// What left before its sender had kept the commitments.
    var openedEarly = false
    var opened: [(from: PartyID, frame: Frame)] = []

    static let base = Digest32(of: [[9]])

    static func terms(_ party: PartyID, groups: [Int] = [], base: Digest32 = base, job: UInt64 = 3)
        -> JobAgreement.Terms
    {
        JobAgreement.Terms(job: job, base: base, contribution: JobCell.contribution(party), groups: groups)
    }

    /// - Parameter terms: of each party that takes part.
    mutating func begin(_ party: PartyID, _ terms: JobAgreement.Terms, attempt: UInt64) {
        let agreement = JobAgreement(party: party, terms: terms, attempt: attempt)
        parties[party] = agreement
        agreed[party] = nil
        take(agreement.greet(party.previous) + agreement.greet(party.next), of: party)
    }

    mutating func take(_ effects: [JobAgreement.Effect], of party: PartyID) {
        for effect in effects {
            switch effect {
            case .send(let frame, let peer):
                if frame.kind == .opening {
                    opened.append((party, frame))
                    openedEarly = openedEarly || committed[party] == nil
                }
                links[party.rawValue * 3 + peer.rawValue].append(frame)
            case .checkpoint(let commitments): committed[party] = commitments
            case .finished(let end): agreed[party] = end
            }
        }
    }

    /// Delivers the next frame of a link.
    mutating func deliver(_ link: Int) {
        let frame = links[link].removeFirst()
        guard let party = PartyID(rawValue: link % 3), errors[party] == nil else { return }
        // Who has agreed goes on to the sessions, and comes back for a newer attempt.
        if let end = agreed[party] {
            guard frame.kind == .agreement, frame.batch != end.attempt else { return }
            begin(party, parties[party]!.terms, attempt: end.attempt + 1)
        }
        do throws(TrainingError) { take(try parties[party]?.receive(frame) ?? [], of: party) } catch {
            errors[party] = error
        }
    }

    /// Delivers frames in some order until none is under way.
    mutating func settle(_ generator: inout SplitMix64) {
        while let link = links.indices.filter({ !links[$0].isEmpty }).randomElement(using: &generator) { deliver(link) }
    }

    /// Kills a party with all that is on its way to it and from it; peers see the link go.
    mutating func kill(_ party: PartyID) {
        parties[party] = nil
        agreed[party] = nil
        for peer in [party.previous, party.next] {
            links[party.rawValue * 3 + peer.rawValue] = []
            links[peer.rawValue * 3 + party.rawValue] = []
            // A session ends with its link, and an agreement begins anew.
            if let end = agreed[peer] {
                begin(peer, parties[peer]!.terms, attempt: end.attempt + 1)
                links[peer.rawValue * 3 + party.rawValue] = []
            } else {
                parties[peer]?.forget(party)
            }
        }
    }

    /// A party's link is there again.
    mutating func greet(_ party: PartyID) {
        for peer in [party.previous, party.next] { take(parties[peer]?.greet(party) ?? [], of: peer) }
    }
}

@Suite("The agreement before a job")
struct JobAgreementTests {
    @Test("comes to one attempt, the greatest that anybody named, one coin, and the last group that all have")
    func agreed() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            var cell = Agreements()
            let attempts = PartyID.allCases.map { _ in UInt64.random(in: 1...4, using: &generator) }
            let groups: [PartyID: [Int]] = [.zero: [4, 5], .one: [5, 6], .two: [4, 5]]
            for party in PartyID.allCases.shuffled(using: &generator) {
                cell.begin(party, Agreements.terms(party, groups: groups[party]!), attempt: attempts[party.rawValue])
                // The others may begin much later.
                if Bool.random(using: &generator),
                    let link = cell.links.indices.first(where: { !cell.links[$0].isEmpty }),
                    cell.parties[PartyID(rawValue: link % 3)!] != nil
                {
                    cell.deliver(link)
                }
            }
            cell.settle(&generator)
            let ends = Set(cell.agreed.values)
            #expect(cell.agreed.count == 3 && ends.count == 1 && cell.errors.isEmpty && !cell.openedEarly)
            #expect(ends.first?.attempt == attempts.max() && ends.first?.group == 5)
            #expect(Set(cell.committed.values).count == 1 && cell.committed.count == 3)
            let contributions = PartyID.allCases.map { JobCell.contribution($0) }
            let commitments = PartyID.allCases.map {
                JobCell.contribution($0).commitment(of: $0, plan: Agreements.base)
            }
            let coin = try TrainingCoin(
                plan: Agreements.base, contributions: (contributions[0], contributions[1], contributions[2]),
                commitments: (commitments[0], commitments[1], commitments[2]))
            #expect(ends.first?.coin == coin)
        }
    }

    @Test("begins at the first group where the last that all have is none")
    func groups() {
        for (groups, expected) in [([[1, 2], [3, 4], [2, 3]], 0), ([[], [1], [1]], 0), ([[1], [1, 2], [1]], 1)] {
            var generator = SplitMix64(state: 1)
            var cell = Agreements()
            for party in PartyID.allCases {
                cell.begin(party, Agreements.terms(party, groups: groups[party.rawValue]), attempt: 1)
            }
            cell.settle(&generator)
            #expect(Set(cell.agreed.values.map(\.group)) == [expected])
        }
    }

    @Test(
        "ends alike at all three wherever parties are killed and begin anew, and no attempt serves two lives of one party"
    )
    func restarts() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            var cell = Agreements()
            var clock: UInt64 = 1
            var served: [PartyID: [UInt64]] = [:]
            for party in PartyID.allCases { cell.begin(party, Agreements.terms(party), attempt: clock) }
            for _ in 0..<3 {
                for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                    guard
                        let link = cell.links.indices.filter({ !cell.links[$0].isEmpty }).randomElement(
                            using: &generator)
                    else { break }
                    cell.deliver(link)
                }
                let party = PartyID.allCases.randomElement(using: &generator)!
                if let attempt = cell.agreed[party]?.attempt { served[party, default: []].append(attempt) }
                cell.kill(party)
                clock += UInt64.random(in: 5...9, using: &generator)
                cell.begin(party, Agreements.terms(party), attempt: clock)
                cell.greet(party)
            }
            cell.settle(&generator)
            #expect(cell.agreed.count == 3 && Set(cell.agreed.values).count == 1 && cell.errors.isEmpty, "\(seed)")
            for (party, attempts) in served {
                #expect(!attempts.contains(cell.agreed[party]!.attempt), "\(seed)")
            }
        }
    }

    @Test("answers a party that names an attempt of old, as one whose clock went back, with one that is new to all")
    func clockBack() {
        var generator = SplitMix64(state: 5)
        var cell = Agreements()
        for party in PartyID.allCases { cell.begin(party, Agreements.terms(party), attempt: 50) }
        // Party zero has heard party one's hello of attempt 50, and no other frame.
        cell.deliver(3)
        for link in cell.links.indices { cell.links[link] = [] }
        cell.begin(.one, Agreements.terms(.one), attempt: 7)
        cell.greet(.one)
        cell.take(cell.parties[.zero]!.greet(.two), of: .zero)
        cell.take(cell.parties[.two]!.greet(.zero), of: .two)
        cell.settle(&generator)
        #expect(Set(cell.agreed.values.map(\.attempt)) == [51] && cell.agreed.count == 3)
    }

    @Test("refuses a party with other rows or another order by name, before any coin is opened")
    func otherBase() {
        var generator = SplitMix64(state: 6)
        var cell = Agreements()
        for party in [PartyID.zero, .one] { cell.begin(party, Agreements.terms(party), attempt: 1) }
        cell.begin(.two, Agreements.terms(.two, base: .zero), attempt: 1)
        cell.settle(&generator)
        #expect(cell.errors[.zero] == .otherBase(peer: .two) && cell.errors[.one] == .otherBase(peer: .two))
        guard case .otherBase(.zero) = cell.errors[.two] else {
            #expect(cell.errors[.two] == .otherBase(peer: .one))
            return
        }
        #expect(cell.agreed.isEmpty && cell.opened.isEmpty)
    }

    @Test(
        "refuses a party that opens another coin than it had committed to, and one that commits to another than before")
    func otherCoin() throws {
        var generator = SplitMix64(state: 7)
        var cell = Agreements()
        for party in PartyID.allCases { cell.begin(party, Agreements.terms(party), attempt: 1) }
        // Hellos alone, then openings.
        while let link = cell.links.indices.first(where: { cell.links[$0].first?.kind == .agreement }) {
            cell.deliver(link)
        }
        for link in [6, 7] { cell.links[link][0].payload[31] ^= 1 }
        cell.settle(&generator)
        #expect(cell.errors[.zero] == .otherCoin(peer: .two) && cell.errors[.one] == .otherCoin(peer: .two))
        // A party that lost its state comes with another part.
        var later = Agreements()
        for party in PartyID.allCases {
            var terms = Agreements.terms(party)
            terms.commitments = cell.committed[party]
            if party == .one { terms.contribution = JobCell.contribution(.one, life: 1) }
            later.begin(party, terms, attempt: 2)
        }
        later.settle(&generator)
        #expect(later.errors[.zero] == .otherCoin(peer: .one) && later.errors[.two] == .otherCoin(peer: .one))
        #expect(later.agreed.isEmpty && later.opened.allSatisfy { $0.from == .one })
    }

    @Test("waits for a party that is at an older job, and is over where a peer is at a newer one")
    func jobs() throws {
        var agreement = JobAgreement(party: .zero, terms: Agreements.terms(.zero), attempt: 4)
        func hello(_ job: UInt64) throws -> Frame {
            let other = JobAgreement(party: .one, terms: Agreements.terms(.one, base: .zero, job: job), attempt: 4)
            guard case .send(let frame, _) = other.greet(.zero).first else { throw JobCell.Killed() }
            return frame
        }
        let older = try agreement.receive(hello(2))
        #expect(older.isEmpty && agreement.missing == [.two, .one])
        #expect(throws: TrainingError.laterJob(peer: .one)) { try agreement.receive(hello(4)) }
    }

    @Test("says job, commitment and groups in so many bytes")
    func bytes() throws {
        let agreement = JobAgreement(party: .one, terms: Agreements.terms(.one, groups: [258, 3]), attempt: 5)
        guard case .send(let frame, .two) = agreement.greet(.two).first else { throw JobCell.Killed() }
        #expect(frame.kind == .agreement && frame.kind.rawValue == 33 && frame.batch == 5 && frame.sender == .one)
        #expect(frame.digest == Agreements.base && frame.stream == .training)
        let commitment = JobCell.contribution(.one).commitment(of: .one, plan: Agreements.base)
        #expect(frame.payload == [0, 0, 0, 0, 0, 0, 0, 3] + commitment.bytes + [2, 0, 3, 1, 2])
    }

    @Test("refuses hellos and openings that are none, or come from nowhere")
    func malformed() throws {
        let agreement = JobAgreement(party: .one, terms: Agreements.terms(.one, groups: [3, 258]), attempt: 5)
        guard case .send(let hello, _) = agreement.greet(.zero).first else { throw JobCell.Killed() }
        func refused(_ change: (inout Frame) -> Void) {
            var frame = hello
            change(&frame)
            var other = JobAgreement(party: .zero, terms: Agreements.terms(.zero), attempt: 5)
            #expect(throws: TrainingError.unexpected(peer: frame.sender)) { try other.receive(frame) }
        }
        refused { $0.payload.removeLast() }
        refused { $0.payload.append(0) }
        refused { $0.payload = Array($0.payload.prefix(40)) }
        refused { $0.payload[40] = 1 }
        // Groups that do not ascend.
        refused { $0.payload[41] = 2 }
        refused { $0.payload[43...] = [0, 3] }
        refused { $0.sender = .zero }
        refused { $0.kind = .training }
        // An opening that is no coin's part, or another than before; one before its hello is said again behind it.
        var other = JobAgreement(party: .zero, terms: Agreements.terms(.zero), attempt: 5)
        var opening = hello
        opening.kind = .opening
        opening.payload = [1]
        #expect(try other.receive(opening).isEmpty)
        _ = try other.receive(hello)
        #expect(throws: TrainingError.unexpected(peer: .one)) { try other.receive(opening) }
        opening.payload = JobCell.contribution(.one).bytes
        #expect(try other.receive(opening).isEmpty && other.receive(opening).isEmpty && other.missing == [.two])
        opening.payload[0] ^= 1
        #expect(throws: TrainingError.unexpected(peer: .one)) { try other.receive(opening) }
        // One of an attempt that is over, or another job's, is no matter.
        opening.batch = 4
        #expect(try other.receive(opening).isEmpty)
    }
}
