package import Records
package import ThreeParty

/// Batches of one partition under way at this party: carries frames between each one's `BatchRun` and the `Transport`.
/// Used by the partition's thread.
///
/// Several are under way at once, so that the first round of one is computed while the second of another is on the wire.
/// They are proposed, computed and completed in one order. Where one can't go on, all of them are given up, and the leader
/// proposes again from where the log is scored.
package final class CellBackend {
    package enum Event: Sendable {
        /// Follower: the leader names a batch. `begin` it, or `abort`.
        case proposed(PlanProposal, digest: Digest32)
        /// The next batch is computed: all three parties computed the same plan with the same refusals.
        case computed(BatchResult)
        /// Leader: the oldest batch's results are in the log at both others.
        case completed(BatchResult)
    }

    package let party: PartyID
    private let transport: any Transport
    private let keys: PairKeys
    private let stream: UInt32
    private let patience: Duration
    private var underWay: [Batch] = []
    /// Frames of a batch that is not begun here: a peer may be ahead.
    private var held: [Frame] = []
    /// The newest batch's number.
    private var number: UInt64
    /// When something last came that moves a batch.
    private var lastProgress = ContinuousClock.now
    /// Messages that waited for one another, over all batches: what latency is made of.
    package private(set) var rounds = 0

    private final class Batch {
        let number: UInt64
        var run: BatchRun
        var heard: Set<PartyID> = []
        var result: BatchResult?
        /// Whether its result was handed out.
        var isReported = false
        var completed: [PartyID: Digest32] = [:]

        init(number: UInt64, run: consuming BatchRun) {
            self.number = number
            self.run = run
        }
    }

    /// The party that proposes.
    package static let leader = PartyID.zero

    /// - Parameters:
    ///   - firstBatch: above every batch number used before, so a leader takes the time of day.
    ///   - patience: how long a batch waits for a frame that moves it.
    package init(
        transport: any Transport, keys: consuming PairKeys, stream: UInt32, firstBatch: UInt64, patience: Duration
    ) {
        party = transport.party
        self.transport = transport
        self.keys = keys
        self.stream = stream
        self.patience = patience
        number = firstBatch
    }

    package var leads: Bool { party == Self.leader }

    /// Leader: names the next batch to the others. `begin` it then.
    ///
    /// - Parameter decisions: up to where on `consortium.batches` it has counted.
    package func propose(_ plan: BatchPlan, decisions: Int64 = 0) throws(BatchAbort) {
        for peer in peers where !transport.connected.contains(peer) { throw .peerMissing(peer) }
        number += 1
        for peer in peers {
            send(
                .proposal, to: peer, of: number, digest: plan.digest,
                payload: PlanProposal(plan, decisions: decisions).encoded)
        }
    }

    /// Starts the newest batch: the first round's messages leave.
    package func begin(_ plan: Digest32, _ work: BatchWork) throws(BatchAbort) {
        let batch = Batch(number: number, run: BatchRun(party: party, plan: plan, work: work))
        if underWay.isEmpty { lastProgress = .now }
        underWay.append(batch)
        carryOut(batch.run.start(keys: keys), of: batch)
        let waiting = held.filter { $0.batch == number }
        held.removeAll { $0.batch <= number }
        for frame in waiting { try take(frame, of: batch) }
    }

    /// What happens next; nil where nothing does within `timeout`. Where it throws, nothing is under way any more.
    package func next(timeout: Duration) throws(BatchAbort) -> Event? {
        let deadline = ContinuousClock.now + timeout
        do {
            while true {
                if let event = try ready() { return event }
                guard let frame = try nextFrame(until: deadline) else { return nil }
                if let event = try take(frame) { return event }
            }
        } catch {
            giveUp()
            throw error
        }
    }

    /// Follower: tells the leader that the oldest batch's results are in the log.
    package func complete(_ result: BatchResult) {
        let batch = underWay.removeFirst()
        send(.completed, to: Self.leader, of: batch.number, digest: result.agreedDigest, payload: [])
    }

    /// Tells the others that this party gives the newest batch up, and gives all up.
    package func abort(_ digest: Digest32) {
        for peer in peers { send(.abort, to: peer, of: number, digest: digest, payload: []) }
        giveUp()
    }

    /// Follower: forgets every batch but the one that was just proposed.
    package func forgetOlder() { underWay = [] }

    /// Forgets every batch; frames of them that still come are dropped.
    package func giveUp() {
        underWay = []
        held.removeAll { $0.batch <= number }
    }

    // MARK: Decisions

    /// Leader: what shows each of the two others that it said what `digest` is of, 16 bytes each.
    package func tags(_ digest: Digest32) -> [[UInt8]] {
        [
            keys.withNext.bytes(.decisionTag, digest: digest, count: Self.tagBytes),
            keys.withPrevious.bytes(.decisionTag, digest: digest, count: Self.tagBytes),
        ]
    }

    /// Whether the leader said it. Compared in constant time.
    package func isLeaders(_ tags: [[UInt8]], _ digest: Digest32) -> Bool {
        guard tags.count == 2 else { return false }
        var difference: UInt8 = 0
        func compare(_ tag: [UInt8], _ own: [UInt8]) {
            guard tag.count == own.count else {
                difference = 1
                return
            }
            for (left, right) in zip(tag, own) { difference |= left ^ right }
        }
        if leads {
            for (tag, own) in zip(tags, self.tags(digest)) { compare(tag, own) }
        } else if party.previous == Self.leader {
            compare(tags[0], keys.withPrevious.bytes(.decisionTag, digest: digest, count: Self.tagBytes))
        } else {
            compare(tags[1], keys.withNext.bytes(.decisionTag, digest: digest, count: Self.tagBytes))
        }
        return difference == 0
    }

    private static let tagBytes = 16

    // MARK: Events

    private func ready() throws(BatchAbort) -> Event? {
        if leads, let oldest = underWay.first, oldest.isReported, let result = oldest.result,
            oldest.completed.count == peers.count
        {
            for (peer, digest) in oldest.completed where digest != result.agreedDigest {
                throw .peerDisagrees(peer, step: "completed")
            }
            underWay.removeFirst()
            return .completed(result)
        }
        guard let next = underWay.first(where: { !$0.isReported }), let result = next.result else { return nil }
        next.isReported = true
        return .computed(result)
    }

    /// The next frame of this partition; nil where none comes before `deadline`.
    private func nextFrame(until deadline: ContinuousClock.Instant) throws(BatchAbort) -> Frame? {
        let limit = underWay.isEmpty ? deadline : min(deadline, lastProgress + patience)
        while true {
            let frame: Frame?
            do {
                frame = try transport.receive(stream: stream, timeout: max(limit - .now, .zero))
            } catch {
                guard case .linkLost(let peer) = error, !underWay.isEmpty else { continue }
                throw .peerMissing(peer)
            }
            if frame == nil, let oldest = underWay.first, .now >= lastProgress + patience {
                throw .peerSilent(silent(oldest))
            }
            return frame
        }
    }

    /// Who keeps a batch from going on.
    private func silent(_ batch: Batch) -> [PartyID] {
        let all = Set(peers)
        if batch.isReported { return all.subtracting(batch.completed.keys).sorted() }
        // A missing peer keeps the other from its second frame: the one that said nothing is to blame.
        return (batch.heard == all ? all : all.subtracting(batch.heard)).sorted()
    }

    private func take(_ frame: Frame) throws(BatchAbort) -> Event? {
        if frame.kind == .proposal {
            // A leader that started anew numbers from its clock; only a number seen before is stale.
            guard frame.sender == Self.leader, !leads, frame.batch > number else { return nil }
            guard let proposal = PlanProposal(decoding: frame.payload) else {
                throw .protocolViolation(frame.sender, step: "proposal")
            }
            number = frame.batch
            held.removeAll { $0.batch < number }
            return .proposed(proposal, digest: frame.digest)
        }
        if let batch = underWay.first(where: { $0.number == frame.batch }) {
            try take(frame, of: batch)
        } else if frame.batch >= number, held.count < FrameInbox.limit {
            held.append(frame)
        }
        return nil
    }

    private func take(_ frame: Frame, of batch: Batch) throws(BatchAbort) {
        lastProgress = .now
        batch.heard.insert(frame.sender)
        if frame.kind == .completed {
            guard leads, batch.completed[frame.sender] == nil else {
                throw .protocolViolation(frame.sender, step: "completed")
            }
            batch.completed[frame.sender] = frame.digest
            return
        }
        do {
            carryOut(try batch.run.receive(frame, keys: keys), of: batch)
        } catch {
            throw Self.abort(error)
        }
    }

    private func carryOut(_ effects: [BatchSession.Effect], of batch: Batch) {
        for effect in effects {
            switch effect {
            case .send(let kind, let peer, let digest, let payload):
                send(kind, to: peer, of: batch.number, digest: digest, payload: payload)
            case .finished(let result):
                batch.result = result
                rounds += result.rounds
            }
        }
    }

    private func send(_ kind: Frame.Kind, to peer: PartyID, of batch: UInt64, digest: Digest32, payload: [UInt8]) {
        transport.send(
            Frame(kind: kind, sender: party, stream: stream, batch: batch, digest: digest, payload: payload), to: peer)
    }

    private var peers: [PartyID] { [party.next, party.previous] }

    private static func abort(_ error: StepError) -> BatchAbort {
        switch error {
        case .disagreement(let peer, let kind): .peerDisagrees(peer, step: "\(kind)")
        case .wrongLength(let peer, let kind, _, _): .protocolViolation(peer, step: "\(kind)")
        case .unexpected(let peer, let kind): .protocolViolation(peer, step: "\(kind)")
        case .peerAborted(let peer): .peerAborted(peer)
        }
    }
}
