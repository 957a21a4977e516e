import Records
import Support
import Synchronization
import Testing
import ThreeParty

/// The three parties in one process, whose links are lost now and then: with the frame that was to be sent, and all that waits at
/// both ends. They are up again at once.
private final class LossyTransport: Transport {
    let party: PartyID
    private let inboxes: [FrameInbox]
    private let chance: Mutex<SplitMix64>
    private let losses: Mutex<Int>
    /// Both ends of a link lose it before either has another one.
    private let links: Links

    private final class Links: Sendable {
        let lock = Mutex(())
    }

    private init(party: PartyID, inboxes: [FrameInbox], links: Links, seed: UInt64, losses: Int) {
        self.links = links
        self.party = party
        self.inboxes = inboxes
        chance = Mutex(SplitMix64(state: seed))
        self.losses = Mutex(losses)
    }

    /// - Parameter losses: of each party, at most.
    static func cell(seed: UInt64, losses: Int) -> [LossyTransport] {
        let inboxes = PartyID.allCases.map { _ in FrameInbox() }
        let links = Links()
        return PartyID.allCases.map {
            LossyTransport(
                party: $0, inboxes: inboxes, links: links, seed: seed * 3 + UInt64($0.rawValue), losses: losses)
        }
    }

    var connected: Set<PartyID> { [party.next, party.previous] }
    var sent: TransportCount { TransportCount() }

    func send(_ frame: Frame, to peer: PartyID) {
        let isLost = chance.withLock { Int.random(in: 0..<40, using: &$0) == 0 }
        let loses = losses.withLock { left in
            guard isLost, left > 0 else { return false }
            left -= 1
            return true
        }
        links.lock.withLock { _ in
            guard loses else { return _ = inboxes[peer.rawValue].deliver(frame) }
            inboxes[peer.rawValue].linkLost(party)
            inboxes[party.rawValue].linkLost(peer)
        }
    }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try inboxes[party.rawValue].receive(stream: stream, timeout: timeout)
    }
}

@Suite("A training job over links that are lost")
struct LossyLinksTests {
    @Test("comes to the same model in every bit, attempt after attempt", arguments: 1...24 as ClosedRange<UInt64>)
    func losses(seed: UInt64) throws {
        let cell = try JobCell(rule: JobCell.rule())
        let done = Finished()
        let workers = LossyTransport.cell(seed: seed, losses: 4).map { link in
            Worker { (link.party, try untilAllAreDone(cell, link, done)) }
        }
        let trained = Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
        try cell.expectRight(trained)
        #expect(try JobCell.bytes(trained) == JobCell.bytes(cell.parties()))
    }

    /// Which parties have a model.
    private final class Finished: Sendable {
        private let parties = Mutex<Set<PartyID>>([])
        var left: Duration { parties.withLock { $0.count == 3 } ? .zero : .seconds(50) }
        func add(_ party: PartyID) { parties.withLock { _ = $0.insert(party) } }
    }

    /// A party's model. It runs the job again while another one lacks its own, whose last frames a link may have lost.
    private func untilAllAreDone(_ cell: JobCell, _ link: any Transport, _ done: Finished) throws -> TrainedJob {
        var first: TrainedJob?
        var state: JobCell.State = [:]
        while true {
            do {
                let end = try cell.live(link, left: { done.left }, state: state)
                if let first { #expect(JobCell.bytes([.zero: first]) == JobCell.bytes([.zero: end.job])) }
                first = first ?? end.job
                state = end.state
                done.add(link.party)
            } catch TrainingStop.late {
                if let first { return first }
                throw JobCell.Killed()
            }
        }
    }
}
