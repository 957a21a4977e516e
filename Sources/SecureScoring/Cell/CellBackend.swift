package import Records
package import ThreeParty

/// Why a batch was given up. Nothing of it was released; the leader proposes its range again.
package enum BatchAbort: Error, Sendable, Hashable, CustomStringConvertible {
    case peerMissing(PartyID)
    case peerSilent([PartyID])
    case peerDisagrees(PartyID, step: String)
    case peerAborted(PartyID)
    case protocolViolation(PartyID, step: String)
    /// This party's log does not hold the proposed range yet.
    case logBehind

    /// The party that the log entry names.
    package var description: String {
        switch self {
        case .peerMissing(let peer): "\(peer) is missing: its link is down"
        case .peerSilent(let peers): "\(peers.map(\.name).joined(separator: " and ")) did not answer in time"
        case .peerDisagrees(let peer, let step): "\(peer) disagrees about the batch (\(step))"
        case .peerAborted(let peer): "\(peer) gave the batch up"
        case .protocolViolation(let peer, let step): "\(peer) sent what the protocol does not have (\(step))"
        case .logBehind: "this party's log ends before the batch does"
        }
    }
}

/// Runs batches with the two peers: carries frames between `BatchSession` and `Transport`, and waits no longer than
/// `patience` for any. One a partition, on its thread.
package final class CellBackend {
    package let party: PartyID
    private let transport: any Transport
    private let keys: PairKeys
    private let stream: UInt32
    private let patience: Duration
    private var held: [Frame] = []
    /// Completions of this batch: a follower may be done while the leader still waits for the other one's deal.
    private var completions: [Frame] = []
    package private(set) var batch: UInt64
    /// Messages that waited for one another, over all batches: what latency is made of.
    package private(set) var rounds = 0

    /// The party that proposes.
    package static let leader = PartyID.zero

    /// - Parameter firstBatch: above every batch number used before, so a leader takes the time of day.
    package init(
        transport: any Transport, keys: consuming PairKeys, stream: UInt32, firstBatch: UInt64, patience: Duration
    ) {
        party = transport.party
        self.transport = transport
        self.keys = keys
        self.stream = stream
        self.patience = patience
        batch = firstBatch
    }

    package var leads: Bool { party == Self.leader }

    /// Leader: names the next batch to the others.
    package func propose(_ plan: BatchPlan) throws(BatchAbort) {
        for peer in [party.next, party.previous] where !transport.connected.contains(peer) { throw .peerMissing(peer) }
        batch += 1
        completions = []
        held.removeAll { $0.batch < batch }
        for peer in [party.next, party.previous] {
            send(.proposal, to: peer, digest: plan.digest, payload: PlanProposal(plan).encoded)
        }
    }

    /// Follower: the next proposal, with the digest that the leader computed; nil when none came in time.
    package func nextProposal(timeout: Duration) throws(BatchAbort) -> (proposal: PlanProposal, digest: Digest32)? {
        let frame: Frame?
        if let index = held.firstIndex(where: { $0.kind == .proposal && $0.batch > batch }) {
            frame = held.remove(at: index)
        } else {
            do { frame = try transport.receive(stream: stream, timeout: timeout) } catch { return nil }
        }
        guard let frame else { return nil }
        guard frame.kind == .proposal else {
            hold(frame)
            return nil
        }
        // A leader that started anew numbers from its clock; only a number seen before is stale.
        guard frame.sender == Self.leader, frame.batch > batch else { return nil }
        guard let proposal = PlanProposal(decoding: frame.payload) else {
            throw .protocolViolation(frame.sender, step: "proposal")
        }
        batch = frame.batch
        held.removeAll { $0.batch < batch }
        return (proposal, frame.digest)
    }

    /// The two rounds. When this returns, all three parties computed the same plan with the same refusals.
    package func run(
        _ plan: Digest32, model: PreparedModel, inputs: [BatchInput]
    ) throws(BatchAbort) -> BatchResult {
        var session = BatchSession(party: party, plan: plan, model: model, inputs: inputs)
        var result = carryOut(session.start(keys: keys))
        rounds += 2
        let peers: Set = [party.next, party.previous]
        var heard: Set<PartyID> = []
        while result == nil {
            // A missing peer keeps the other from its second frame: the one that said nothing is to blame.
            let frame = try nextFrame(waitingFor: (heard == peers ? peers : peers.subtracting(heard)).sorted())
            heard.insert(frame.sender)
            if leads, frame.kind == .completed {
                completions.append(frame)
                continue
            }
            do {
                result = carryOut(try session.receive(frame, keys: keys))
            } catch {
                throw Self.abort(error)
            }
        }
        return result!
    }

    /// Follower: tells the leader that the results are in the log.
    package func complete(_ result: BatchResult) {
        send(.completed, to: Self.leader, digest: result.agreedDigest, payload: [])
    }

    /// Leader: waits until both others have their results in the log.
    package func awaitCompletion(_ result: BatchResult) throws(BatchAbort) {
        var missing: Set<PartyID> = [party.next, party.previous]
        while !missing.isEmpty {
            let frame = completions.isEmpty ? try nextFrame(waitingFor: missing.sorted()) : completions.removeFirst()
            switch frame.kind {
            case .completed:
                guard frame.digest == result.agreedDigest else {
                    throw .peerDisagrees(frame.sender, step: "completed")
                }
                missing.remove(frame.sender)
            case .abort: throw .peerAborted(frame.sender)
            default: throw .protocolViolation(frame.sender, step: "completed")
            }
        }
    }

    /// Tells the others that this party gives the batch up.
    package func abort(_ digest: Digest32) {
        for peer in [party.next, party.previous] { send(.abort, to: peer, digest: digest, payload: []) }
    }

    private func carryOut(_ effects: [BatchSession.Effect]) -> BatchResult? {
        var result: BatchResult?
        for effect in effects {
            switch effect {
            case .send(let kind, let peer, let digest, let payload):
                send(kind, to: peer, digest: digest, payload: payload)
            case .finished(let finished): result = finished
            }
        }
        return result
    }

    private func send(_ kind: Frame.Kind, to peer: PartyID, digest: Digest32, payload: [UInt8]) {
        transport.send(
            Frame(kind: kind, sender: party, stream: stream, batch: batch, digest: digest, payload: payload), to: peer)
    }

    /// The next frame of this batch. Frames of an earlier batch are dropped, of a later one held: a peer may be ahead.
    private func nextFrame(waitingFor peers: [PartyID]) throws(BatchAbort) -> Frame {
        if let index = held.firstIndex(where: { $0.batch == batch && $0.kind != .proposal }) {
            return held.remove(at: index)
        }
        while true {
            let frame: Frame?
            do {
                frame = try transport.receive(stream: stream, timeout: patience)
            } catch {
                guard case .linkLost(let peer) = error else { continue }
                throw .peerMissing(peer)
            }
            guard let frame else { throw .peerSilent(peers) }
            if frame.batch == batch, frame.kind != .proposal { return frame }
            hold(frame)
            // The leader went on to another batch, so this one is given up.
            if frame.kind == .proposal, frame.batch > batch { throw .peerAborted(frame.sender) }
        }
    }

    private func hold(_ frame: Frame) {
        guard frame.batch > batch, held.count < FrameInbox.limit
        else { return }
        held.append(frame)
    }

    private static func abort(_ error: StepError) -> BatchAbort {
        switch error {
        case .disagreement(let peer, let kind): .peerDisagrees(peer, step: "\(kind)")
        case .wrongLength(let peer, let kind, _, _): .protocolViolation(peer, step: "\(kind)")
        case .unexpected(let peer, let kind): .protocolViolation(peer, step: "\(kind)")
        case .peerAborted(let peer): .peerAborted(peer)
        }
    }
}
