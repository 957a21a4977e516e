package import Records
import Secrets
package import Stages
package import ThreeParty

/// The exchange of frames for one partition's batches under way at this party: carries them between each batch's `BatchRun` and
/// the `Transport`. Used by the partition's thread.
///
/// Several are under way at once, so that the first round of one is computed while the second of another is on the wire.
/// They are proposed, computed and completed in one order. Where one can't go on, all of them are abandoned, and the leader
/// proposes again from where the log is scored.
package final class CellExchange {
    /// An event of batches under way.
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
    private let keys: PairKeyring
    private let stream: StreamID
    private let patience: Duration
    private var underWay: [Batch] = []
    /// Frames of a batch that has not begun here: a peer may be ahead.
    private var held: [Frame] = []
    /// The newest batch's number.
    private var number: UInt64
    /// Of the newest batch, under which all three parties check what members sent.
    private var checkKey: [UInt8] = []
    private let clock: any StageClock
    /// The moment at which something last came that moves a batch.
    private var lastProgress: Moment
    /// The number of messages that waited for one another, over all batches: what latency is made of.
    package private(set) var rounds = 0

    private final class Batch {
        let number: UInt64
        let keys: PairKeyring.Held
        var run: BatchRun
        var heard: Set<PartyID> = []
        var result: BatchResult?
        /// Whether its result was handed out.
        var isReported = false
        var completed: [PartyID: Digest32] = [:]

        init(number: UInt64, keys: PairKeyring.Held, run: consuming BatchRun) {
            self.number = number
            self.keys = keys
            self.run = run
        }
    }

    /// - Parameters:
    ///   - firstBatch: above every batch number used before, so a leader takes the time of day.
    ///   - patience: how long a batch waits for a frame that moves it.
    package init(
        transport: any Transport, keys: PairKeyring, stream: StreamID, firstBatch: UInt64, patience: Duration,
        clock: any StageClock
    ) {
        party = transport.party
        self.transport = transport
        self.keys = keys
        self.stream = stream
        self.patience = patience
        number = firstBatch
        self.clock = clock
        lastProgress = clock.now
    }

    package var leads: Bool { party == PlanProposal.leader }

    /// Leader: names the next batch to the others. `begin` it then.
    ///
    /// - Parameter decisions: up to where on `consortium.batches` it has counted.
    /// - Throws: `BatchAbort`; `ScoringError.noEpochKeys`.
    package func propose(_ plan: BatchPlan, decisions: Int64 = 0) throws {
        for peer in peers where !transport.connected.contains(peer) { throw BatchAbort.peerMissing(peer) }
        let keys = try keys(of: plan.epoch)
        number += 1
        checkKey = Self.checkKey(plan.digest, keys.key)
        let payload = checkKey + PlanProposal(plan, decisions: decisions).encoded
        for peer in peers { send(.proposal, to: peer, of: number, digest: plan.digest, payload: payload) }
    }

    /// What a frame of kind `proposal` proposes; nil where that can't be read.
    package static func proposal(in frame: Frame) -> PlanProposal? {
        PlanProposal(decoding: Array(frame.payload.dropFirst(checkKeyBytes)))
    }

    /// Bytes of the key in front of a proposal.
    private static let checkKeyBytes = 32

    /// A key for the checks of one plan, which only the leader can make: of both keys that it shares with another party. So a plan
    /// that is proposed again has the same, and no member has it.
    private static func checkKey(_ plan: Digest32, _ keys: borrowing PairKeys) -> [UInt8] {
        var stream = keys.withNext.stream(.checkKey, digest: plan)
        var key = keys.withPrevious.bytes(.checkKey, digest: plan, count: checkKeyBytes)
        key.withUnsafeMutableBytes { stream.mask($0) }
        return key
    }

    /// Starts the newest batch: the first round's messages leave.
    ///
    /// - Throws: `BatchAbort`; `ScoringError.noEpochKeys`.
    package func begin(_ plan: BatchPlan, _ work: BatchWork) throws {
        let batch = Batch(
            number: number, keys: try keys(of: plan.epoch),
            run: BatchRun(party: party, plan: plan.digest, work: work))
        if underWay.isEmpty { lastProgress = clock.now }
        underWay.append(batch)
        carryOut(batch.run.start(keys: batch.keys.key, checkKey: SecretKey(bytes: checkKey)), of: batch)
        let waiting = held.filter { $0.batch == number }
        held.removeAll { $0.batch <= number }
        for frame in waiting { try apply(frame, to: batch) }
    }

    /// The next event; nil where there is none before `deadline`. Where it throws, nothing is under way any more.
    package func next(until deadline: Moment) throws(BatchAbort) -> Event? {
        do {
            while true {
                if let event = try ready() { return event }
                guard let frame = try nextFrame(until: deadline) else { return nil }
                if let event = try apply(frame) { return event }
            }
        } catch {
            abandon()
            throw error
        }
    }

    /// Follower: ends the oldest batch, which is computed, and tells the leader that its results are in the log.
    package func complete() {
        guard let batch = underWay.first, let result = batch.result else { return }
        underWay.removeFirst()
        send(.completed, to: PlanProposal.leader, of: batch.number, digest: result.agreedDigest, payload: [])
    }

    /// Tells the others that this party abandons the newest batch, and abandons all.
    package func abort(_ digest: Digest32) {
        for peer in peers { send(.abort, to: peer, of: number, digest: digest, payload: []) }
        abandon()
    }

    /// Follower: forgets every batch but the one that was just proposed.
    package func forgetOlder() { underWay = [] }

    /// Forgets every batch; frames of them that still come are dropped.
    package func abandon() {
        underWay = []
        held.removeAll { $0.batch <= number }
    }

    private func keys(of epoch: KeyEpoch) throws -> PairKeyring.Held {
        guard let found = try keys.key(of: epoch) else { throw ScoringError.noEpochKeys(epoch) }
        return found
    }

    // MARK: Events

    /// The event that has come about without another frame.
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
    private func nextFrame(until deadline: Moment) throws(BatchAbort) -> Frame? {
        let limit = underWay.isEmpty ? deadline : min(deadline, lastProgress + patience)
        while true {
            let frame: Frame?
            do {
                frame = try transport.receive(stream: stream, timeout: clock.left(until: limit))
            } catch {
                guard case .linkLost(let peer) = error else { continue }
                if peer == PlanProposal.leader { forgetNumbers() }
                guard !underWay.isEmpty else { continue }
                throw .peerMissing(peer)
            }
            if frame == nil, let oldest = underWay.first, clock.now >= lastProgress + patience {
                throw .peerSilent(silent(oldest))
            }
            return frame
        }
    }

    /// Follower: takes any number from the leader's next link. It may have started anew since, with a clock that was set back.
    private func forgetNumbers() {
        held.removeAll { $0.batch <= number }
        number = 0
    }

    /// The peers that keep a batch from going on.
    private func silent(_ batch: Batch) -> [PartyID] {
        let all = Set(peers)
        if batch.isReported { return all.subtracting(batch.completed.keys).sorted() }
        // A missing peer keeps the other from its second frame: the one that said nothing is to blame.
        return (batch.heard == all ? all : all.subtracting(batch.heard)).sorted()
    }

    private func apply(_ frame: Frame) throws(BatchAbort) -> Event? {
        if frame.kind == .proposal {
            // A leader that started anew numbers from its clock; only a number seen before is stale.
            guard frame.sender == PlanProposal.leader, !leads, frame.batch > number else { return nil }
            guard let proposal = Self.proposal(in: frame) else {
                throw .protocolViolation(frame.sender, step: "proposal")
            }
            number = frame.batch
            checkKey = Array(frame.payload.prefix(Self.checkKeyBytes))
            held.removeAll { $0.batch < number }
            // Who has just started may be linked to the leader and not to the third party yet: a batch that would wait for that
            // link is given up at once, and the leader proposes it again. One of the two says so: the leader's log has one reason
            // then.
            for peer in peers where !transport.connected.contains(peer) {
                if peer > party { abort(frame.digest) }
                throw .peerMissing(peer)
            }
            return .proposed(proposal, digest: frame.digest)
        }
        if let batch = underWay.first(where: { $0.number == frame.batch }) {
            try apply(frame, to: batch)
        } else if frame.batch >= number, held.count < LinkProtocol.scoring.mostWaiting {
            held.append(frame)
        }
        return nil
    }

    private func apply(_ frame: Frame, to batch: Batch) throws(BatchAbort) {
        lastProgress = clock.now
        batch.heard.insert(frame.sender)
        if frame.kind == .completed {
            guard leads, batch.completed[frame.sender] == nil else {
                throw .protocolViolation(frame.sender, step: "completed")
            }
            batch.completed[frame.sender] = frame.digest
            return
        }
        do {
            carryOut(try batch.run.receive(frame, keys: batch.keys.key), of: batch)
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
