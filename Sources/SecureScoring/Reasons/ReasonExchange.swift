package import Records
package import Stages
package import ThreeParty

/// The exchange of frames for answers to members' choices at one party, one after the other: carries them between a `ReasonSession`
/// and the `Transport`. Used by one thread.
package final class ReasonExchange {
    /// An event of the answer under way.
    package enum Event: Sendable {
        /// Follower: the leader names a request. `begin` it, or `end` it.
        case offered(offset: Int64, KeyEpoch, plan: Digest32)
        /// This party's share is there, by the plan.
        case computed(ReasonShares, Digest32)
        /// Leader: both others have theirs in the log; false where one has refused.
        case ended(isAnswered: Bool)
    }

    private struct UnderWay {
        var session: ReasonSession?
        var plan: Digest32
        /// Leader: what the others said at their ends.
        var ended: [PartyID: Bool] = [:]
    }

    package let party: PartyID
    private let transport: any Transport
    private let keys: EpochKeyring<TrainingKeys>
    private let patience: Duration
    private let clock: any StageClock
    /// The newest answer's number, in every frame.
    private var attempt: UInt64
    private var underWay: UnderWay?
    /// Frames of an answer that has not begun here: a peer is ahead.
    private var held: [Frame] = []
    private var ready: [Event] = []
    private var lastProgress: Moment

    /// - Parameters:
    ///   - keys: of this party, for nothing but reasons.
    ///   - firstAttempt: of the leader: above every number used before, so its time of day.
    ///   - patience: how long an answer waits for a frame that moves it.
    package init(
        transport: any Transport, keys: EpochKeyring<TrainingKeys>, firstAttempt: UInt64, patience: Duration,
        clock: any StageClock
    ) {
        party = transport.party
        self.transport = transport
        self.keys = keys
        self.patience = patience
        self.clock = clock
        attempt = firstAttempt
        lastProgress = clock.now
    }

    package var leads: Bool { party == PlanProposal.leader }
    package var isUnderWay: Bool { underWay != nil }

    /// Leader: names a request to the others. `begin` it then.
    package func offer(_ offset: Int64, _ epoch: KeyEpoch, plan: Digest32) throws(BatchAbort) {
        for peer in peers where !transport.connected.contains(peer) { throw .peerMissing(peer) }
        attempt += 1
        send(.reasonOffer, plan, offset.bigEndianBytes + epoch.number.bigEndianBytes)
        underWay = UnderWay(session: nil, plan: plan)
        lastProgress = clock.now
    }

    /// Starts the request that was named last.
    ///
    /// - Throws: `BatchAbort`; `ScoringError.noEpochKeys`.
    package func begin(
        plan: Digest32, _ epoch: KeyEpoch, card: CardShares, choices: [BitShares], rows: ReasonRows
    ) throws {
        guard let held = try keys.key(of: epoch) else { throw ScoringError.noEpochKeys(epoch) }
        var session = ReasonSession(
            party: party, plan: plan, card: card, choices: choices, rows: rows, keys: held.key, attempt: attempt)
        let effects = session.start()
        underWay = UnderWay(session: session, plan: plan, ended: underWay?.ended ?? [:])
        lastProgress = clock.now
        carryOut(effects)
        let waiting = self.held.filter { $0.batch == attempt }
        self.held.removeAll { $0.batch <= attempt }
        for frame in waiting { try apply(frame) }
    }

    /// Follower: tells the leader that its answer is in the log, or that there is none.
    package func end(isAnswered: Bool) {
        guard let plan = underWay?.plan else { return }
        transport.send(frame(.reasonEnd, plan, isAnswered ? [] : [1]), to: PlanProposal.leader)
        abandon()
    }

    /// Forgets the answer under way; frames of it that still come are dropped.
    package func abandon() {
        underWay = nil
        ready = []
        held.removeAll { $0.batch <= attempt }
    }

    /// The next event; nil where there is none before `deadline`. Where it throws, nothing is under way any more.
    package func next(until deadline: Moment) throws(BatchAbort) -> Event? {
        do {
            while true {
                if !ready.isEmpty { return ready.removeFirst() }
                guard let frame = try nextFrame(until: deadline) else { return nil }
                try apply(frame)
            }
        } catch {
            abandon()
            throw error
        }
    }

    // MARK: Frames

    private var peers: [PartyID] { [party.next, party.previous] }

    private func nextFrame(until deadline: Moment) throws(BatchAbort) -> Frame? {
        let limit = underWay == nil ? deadline : min(deadline, lastProgress + patience)
        while true {
            let frame: Frame?
            do throws(TransportError) {
                frame = try transport.receive(stream: .reasons, timeout: clock.left(until: limit))
            } catch {
                guard case .linkLost(let peer) = error else { continue }
                held.removeAll { $0.sender == peer }
                // A leader that starts anew may have a clock that was set back.
                if peer == PlanProposal.leader { attempt = 0 }
                guard underWay != nil else { continue }
                throw .peerMissing(peer)
            }
            if frame == nil, let underWay, clock.now >= lastProgress + patience {
                let silent = underWay.session?.missing ?? []
                throw .peerSilent(silent.isEmpty ? peers.filter { underWay.ended[$0] == nil } : silent)
            }
            return frame
        }
    }

    private func apply(_ frame: Frame) throws(BatchAbort) {
        if frame.kind == .reasonOffer {
            guard frame.sender == PlanProposal.leader, !leads, frame.batch > attempt else { return }
            guard frame.payload.count == 12 else { throw .protocolViolation(frame.sender, step: "\(frame.kind)") }
            attempt = frame.batch
            held.removeAll { $0.batch < attempt }
            ready = [
                .offered(
                    offset: Int64(bigEndianBytes: frame.payload[..<8]),
                    KeyEpoch(UInt32(bigEndianBytes: frame.payload[8...])), plan: frame.digest)
            ]
            underWay = UnderWay(session: nil, plan: frame.digest)
            lastProgress = clock.now
            return
        }
        guard frame.batch == attempt, let current = underWay else {
            if frame.batch > attempt, held.count < 2 * TrainingPiece.mostOfRound { held.append(frame) }
            return
        }
        lastProgress = clock.now
        if frame.kind == .reasonEnd {
            guard leads, frame.digest == current.plan, current.ended[frame.sender] == nil else { return }
            underWay?.ended[frame.sender] = frame.payload.isEmpty
            return noteEnd()
        }
        guard var session = current.session else {
            held.append(frame)
            return
        }
        let effects: [ReasonSession.Effect]
        do throws(TrainingError) { effects = try session.receive(frame) } catch {
            throw .peerDisagrees(frame.sender, step: "\(error)")
        }
        underWay?.session = session
        carryOut(effects)
    }

    private func carryOut(_ effects: [ReasonSession.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let frame, let peer): transport.send(frame, to: peer)
            case .finished(let shares):
                guard let plan = underWay?.plan else { continue }
                ready.append(.computed(shares, plan))
            }
        }
    }

    /// Leader: the end, once a peer refuses, or all have answered.
    private func noteEnd() {
        guard let current = underWay else { return }
        if current.ended.values.contains(false) {
            ready = [.ended(isAnswered: false)]
        } else if current.ended.count == peers.count {
            // What they send before, this party has computed by.
            ready.append(.ended(isAnswered: true))
        }
    }

    private func send(_ kind: Frame.Kind, _ digest: Digest32, _ payload: [UInt8]) {
        for peer in peers { transport.send(frame(kind, digest, payload), to: peer) }
    }

    private func frame(_ kind: Frame.Kind, _ digest: Digest32, _ payload: [UInt8]) -> Frame {
        Frame(kind: kind, sender: party, stream: .reasons, batch: attempt, digest: digest, payload: payload)
    }
}
