package import Records

/// What the three parties agree on before anything of a job's rows is sent: that they do the same job on the same rows, by which
/// coin, in which attempt, and behind which group of trees they begin. No I/O, no clock.
///
/// Each party says hello with all that it brings, and the number of the attempt that it begins. Who hears of a greater number takes
/// it and says hello again; so all end with the greatest. Where all three hellos name one number, the coin is opened. A party that
/// begins anew names a number that no attempt had, or is answered with a greater one.
package struct JobAgreement: Sendable, Unprinted {
    /// What a party brings.
    package struct Terms: Sendable, Unprinted {
        /// Of the order: grows from job to job.
        package var job: UInt64
        /// The digest of all that has to be the same at all parties: order, rows, the plan but for the coin.
        package var base: Digest32
        /// This party's part of the coin, which its caller keeps, so that a job that goes on has the same coin.
        package var contribution: CoinContribution
        /// What parties 0, 1 and 2 had committed to when this party opened its part; nil before. Nobody may commit to another one
        /// later.
        package var commitments: [Digest32]?
        /// Groups of trees behind which this party can begin, beside 0.
        package var groups: [Int]

        package init(
            job: UInt64, base: Digest32, contribution: CoinContribution, commitments: [Digest32]? = nil,
            groups: [Int] = []
        ) {
            self.job = job
            self.base = base
            self.contribution = contribution
            self.commitments = commitments
            self.groups = groups
        }
    }

    /// What all three come to.
    package struct Agreed: Sendable, Hashable {
        /// `Frame.batch` of all frames of this attempt.
        package let attempt: UInt64
        package let coin: TrainingCoin
        /// Groups of trees behind which all begin.
        package let group: Int
    }

    /// What the caller has to do. It keeps the commitments of parties 0, 1 and 2.
    package typealias Effect = ExchangedEffect<[Digest32], Agreed>

    private let party: PartyID
    package let terms: Terms
    /// The greatest attempt that anybody has named.
    package private(set) var attempt: UInt64
    /// What peers brought to this attempt.
    private var hellos: [PartyID: JobHello] = [:]
    private var openings: [PartyID: CoinContribution] = [:]
    private var hasOpened = false

    /// - Parameter attempt: greater than any that this party named before; its time in microseconds is.
    package init(party: PartyID, terms: Terms, attempt: UInt64) {
        self.party = party
        self.terms = terms
        self.attempt = attempt
    }

    /// The peers that everyone waits for: those that have not said hello, then those that have not opened their part of the coin.
    package var missing: [PartyID] {
        let peers = [party.previous, party.next]
        let silent = peers.filter { hellos[$0] == nil }
        return silent.isEmpty ? peers.filter { openings[$0] == nil } : silent
    }

    /// What this party has said so far, for a peer that has a link now.
    package func greet(_ peer: PartyID) -> [Effect] {
        let hello = JobHello(job: terms.job, commitment: ownCommitment, groups: terms.groups)
        return [.send(frame(.agreement, hello.encoded), to: peer)] + (hasOpened ? [.send(opening, to: peer)] : [])
    }

    /// Forgets what a peer said before its link was lost. It is greeted again, and says it again.
    package mutating func forget(_ peer: PartyID) {
        hellos[peer] = nil
        openings[peer] = nil
    }

    /// Takes a frame of kind `agreement` or `opening`.
    ///
    /// - Throws: `otherBase`, `otherCoin`, `laterJob` or `unexpected`. The job is over then.
    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        switch frame.kind {
        case .agreement: return try hear(frame)
        case .opening: return try open(frame)
        default: throw .unexpected(peer: frame.sender)
        }
    }

    private var ownCommitment: Digest32 { terms.contribution.commitment(of: party, plan: terms.base) }

    private var opening: Frame { frame(.opening, terms.contribution.bytes) }

    private func frame(_ kind: Frame.Kind, _ payload: [UInt8]) -> Frame {
        Frame(
            kind: kind, sender: party, stream: .training, batch: attempt, digest: terms.base, payload: payload)
    }

    // MARK: Hellos

    private mutating func hear(_ frame: Frame) throws(TrainingError) -> [Effect] {
        let peer = frame.sender
        guard let hello = JobHello(decoding: frame.payload), peer != party else { throw .unexpected(peer: peer) }
        // A peer that is still at an older job comes to this one; one that is at a newer job has given this one up.
        guard hello.job >= terms.job else { return [] }
        guard hello.job == terms.job else { throw .laterJob(peer: peer) }
        guard frame.digest == terms.base else { throw .otherBase(peer: peer) }
        if let known = terms.commitments, known[peer.rawValue] != hello.commitment { throw .otherCoin(peer: peer) }
        if frame.batch < attempt {
            // It has not heard of this attempt; where it had, it has begun anew since.
            return hellos[peer] == nil ? greet(peer) : begin(attempt + 1)
        }
        let greetings = frame.batch > attempt ? begin(frame.batch) : []
        if let known = hellos[peer], known != hello { throw .unexpected(peer: peer) }
        hellos[peer] = hello
        return greetings + reveal()
    }

    /// Goes to a greater attempt.
    private mutating func begin(_ attempt: UInt64) -> [Effect] {
        self.attempt = attempt
        hellos = [:]
        openings = [:]
        hasOpened = false
        return greet(party.previous) + greet(party.next)
    }

    // MARK: The coin

    private var commitments: [Digest32]? {
        guard let previous = hellos[party.previous], let next = hellos[party.next] else { return nil }
        let all = [party: ownCommitment, party.previous: previous.commitment, party.next: next.commitment]
        return PartyID.allCases.compactMap { all[$0] }
    }

    /// Opens this party's part once all are committed.
    private mutating func reveal() -> [Effect] {
        guard !hasOpened, let commitments else { return [] }
        hasOpened = true
        return [.checkpoint(commitments), .send(opening, to: party.previous), .send(opening, to: party.next)]
    }

    private mutating func open(_ frame: Frame) throws(TrainingError) -> [Effect] {
        let peer = frame.sender
        // Of an attempt that was given up since; or a link was lost, and all is said once more behind this.
        guard frame.batch >= attempt, frame.digest == terms.base, hellos[peer] != nil else { return [] }
        guard frame.batch == attempt, let opening = CoinContribution(frame.payload),
            openings[peer] ?? opening == opening
        else { throw .unexpected(peer: peer) }
        guard openings[peer] == nil else { return [] }
        openings[peer] = opening
        guard let commitments else { return [] }
        guard let previous = openings[party.previous], let next = openings[party.next] else { return [] }
        let all = [party: terms.contribution, party.previous: previous, party.next: next]
        do throws(TrainingCoin.Invalid) {
            let coin = try TrainingCoin(
                plan: terms.base, contributions: (all[.zero]!, all[.one]!, all[.two]!),
                commitments: (commitments[0], commitments[1], commitments[2]))
            return [.finished(Agreed(attempt: attempt, coin: coin, group: group))]
        } catch {
            switch error {
            case .opening(let party): throw .otherCoin(peer: party)
            }
        }
    }

    /// The last group that all three have.
    private var group: Int {
        hellos.values.reduce(Set(terms.groups)) { $0.intersection($1.groups) }.max() ?? 0
    }
}

/// What a party says first, beside the frame's attempt and base: the job's number (8), its commitment to its part of the coin (32),
/// how many groups it can begin behind (1), and these (2 each), ascending.
struct JobHello: Sendable, Hashable {
    let job: UInt64
    let commitment: Digest32
    let groups: [Int]

    private static let headBytes = 41

    init(job: UInt64, commitment: Digest32, groups: [Int]) {
        self.job = job
        self.commitment = commitment
        self.groups = Array(Set(groups).sorted().suffix(255))
    }

    var encoded: [UInt8] {
        job.bigEndianBytes + commitment.bytes + [UInt8(groups.count)] + groups.flatMap { UInt16($0).bigEndianBytes }
    }

    /// Nil for bytes that are none.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count >= Self.headBytes, let commitment = Digest32(bytes[8..<40]),
            bytes.count == Self.headBytes + 2 * Int(bytes[40])
        else { return nil }
        job = UInt64(bigEndianBytes: bytes[..<8])
        self.commitment = commitment
        groups = stride(from: Self.headBytes, to: bytes.count, by: 2).map {
            Int(UInt16(bigEndianBytes: bytes[$0..<$0 + 2]))
        }
        guard zip(groups, groups.dropFirst()).allSatisfy(<) else { return nil }
    }
}
