package import Records

/// The exchange of frames for this party's trainings, one attempt after the other: carries them between a session and the
/// `Transport`. Used by one thread, which waits here.
///
/// An attempt that can't go on ends with a named reason. Nothing is sent then: a newer attempt begins, from a checkpoint that all
/// have, and its first frame ends the older one at the peers.
package final class TrainingExchange: Unprinted {
    private let transport: any Transport
    private let patience: Duration
    /// Frames of an attempt that has not begun here: a peer may be ahead.
    private var held: [Frame] = []
    /// Whether parties have agreed on the attempt: then news of a link that was lost are never old.
    private var isInJob = false
    /// Messages that waited for one another, over all attempts: what a network's round trips multiply.
    package private(set) var rounds = 0

    /// - Parameter patience: how long an attempt waits for a frame that moves it.
    package init(transport: any Transport, patience: Duration) {
        self.transport = transport
        self.patience = patience
    }

    /// Runs one session to its end.
    ///
    /// - Parameters:
    ///   - session: of this transport's party, and of no smaller attempt than any before it.
    ///   - left: the time that the attempt still has. It is asked all the while, so that a caller can end the wait.
    ///   - keep: takes each checkpoint, before a frame leaves that hangs on it.
    /// - Throws: why there is no result. The attempt's number must not serve again.
    package func run<Session: ExchangedSession & ~Copyable>(
        _ session: consuming Session, left: () -> Duration, keep: (Session.Checkpoint) throws -> Void
    ) throws(TrainingStop) -> Session.Output {
        var session = session
        let (attempt, kind) = (session.attempt, session.kind)
        try takeWaiting(from: attempt, kind)
        for peer in [party.previous, party.next] where !transport.connected.contains(peer) { throw .peerMissing(peer) }
        func refusing<Value>(_ body: () throws(TrainingError) -> Value) throws(TrainingStop) -> Value {
            do throws(TrainingError) { return try body() } catch { throw .refused(error) }
        }
        var output = try carryOut(try refusing { () throws(TrainingError) in try session.start() }, keep)
        var moved = left()
        while true {
            if let output { return output }
            let frame = try nextFrame(of: attempt, kind, missing: session.missing, moved: moved, left)
            output = try carryOut(try refusing { () throws(TrainingError) in try session.receive(frame) }, keep)
            moved = left()
        }
    }

    private var party: PartyID { transport.party }

    /// Takes what came before a session: frames of older attempts go. Before an attempt without an agreement, news of links that
    /// were lost since are none.
    private func takeWaiting(from attempt: UInt64, _ kind: Frame.Kind) throws(TrainingStop) {
        for frame in held where frame.batch > attempt { throw .newerAttempt(frame.batch, of: frame.sender) }
        held.removeAll { $0.batch < attempt }
        while let frame = try nextWaiting(isAgreed: isInJob) {
            guard let own = try sort(frame, attempt, kind) else { continue }
            guard hold(own) else { throw .refused(.unexpected(peer: frame.sender)) }
        }
    }

    /// The next of the frames that are there.
    ///
    /// - Parameter isAgreed: whether a link that was lost may have taken what a peer sent in this attempt.
    private func nextWaiting(isAgreed: Bool) throws(TrainingStop) -> Frame? {
        while true {
            do throws(TransportError) { return try transport.receive(stream: .training, timeout: .zero) } catch {
                forget(error)
                if isAgreed, case .linkLost(let peer) = error { throw .peerMissing(peer) }
            }
        }
    }

    /// Drops what a peer sent before its link was lost.
    private func forget(_ error: TransportError) {
        if case .linkLost(let peer) = error { held.removeAll { $0.sender == peer } }
    }

    /// The next frame of an attempt.
    ///
    /// - Parameter moved: the time that was left when the last one had come.
    private func nextFrame(
        of attempt: UInt64, _ kind: Frame.Kind, missing: [PartyID], moved: Duration, _ left: () -> Duration
    ) throws(TrainingStop) -> Frame {
        if let index = held.firstIndex(where: { $0.batch == attempt && $0.kind == kind }) {
            return held.remove(at: index)
        }
        while true {
            let now = left()
            guard now > .zero else { throw .late(missing) }
            guard moved - now < patience else { throw .peerSilent(missing) }
            let frame: Frame?
            do throws(TransportError) {
                frame = try transport.receive(
                    stream: .training, timeout: min(now, patience - (moved - now), Self.lookout))
            } catch {
                forget(error)
                guard case .linkLost(let peer) = error else { continue }
                throw .peerMissing(peer)
            }
            if let frame, let own = try sort(frame, attempt, kind) { return own }
        }
    }

    /// A frame that came while a session runs: given back where it is the session's, held where it is of what follows.
    private func sort(_ frame: Frame, _ attempt: UInt64, _ kind: Frame.Kind) throws(TrainingStop) -> Frame? {
        // Said once more, to one that was late.
        if frame.kind == .agreement || frame.kind == .opening, frame.batch == attempt { return nil }
        // A hello with a smaller number is of a party that begins anew and has not heard of this attempt.
        guard frame.batch >= attempt || frame.kind == .agreement else { return nil }
        if frame.kind == .gaveUp { throw .gaveUp(frame.sender) }
        if frame.batch == attempt, frame.kind == kind { return frame }
        guard hold(frame) else { throw .refused(.unexpected(peer: frame.sender)) }
        if frame.batch != attempt { throw .newerAttempt(frame.batch, of: frame.sender) }
        return nil
    }

    /// Whether there is room for a frame of an attempt that has not begun: a peer sends one round before it waits, and no frame
    /// that is longer than a piece.
    private func hold(_ frame: Frame) -> Bool {
        let limit = TrainingPiece.headerBytes + TrainingPiece.limit
        guard held.count < TrainingPiece.mostOfRound, frame.payload.count <= limit else { return false }
        held.append(frame)
        return true
    }

    // MARK: A job

    /// Runs one attempt after the other until a job is done, or can't be: all parties agree, and run the same sessions.
    ///
    /// - Parameters:
    ///   - attempt: greater than any that this party named before; its time in microseconds is.
    ///   - left: the time that the job still has; zero ends it here, and peers go on to wait.
    ///   - terms: what this party brings to the attempt that begins.
    ///   - keep: takes the parties' commitments to the coin, before this party opens its own.
    ///   - sessions: runs the job's sessions over this exchange.
    /// - Throws: why there is no result. Peers are told, but where they find it out by themselves.
    package func job<Output>(
        from attempt: UInt64, left: () -> Duration, terms: () -> JobAgreement.Terms,
        keep: ([Digest32]) throws -> Void, sessions: (JobAgreement.Agreed) throws(TrainingStop) -> Output
    ) throws(TrainingStop) -> Output {
        var attempt = attempt
        while true {
            let terms = terms()
            var agreement = JobAgreement(party: party, terms: terms, attempt: attempt)
            do throws(TrainingStop) {
                let agreed = try agree(&agreement, left: left, keep: keep)
                isInJob = true
                defer { isInJob = false }
                return try sessions(agreed)
            } catch {
                guard error.isPassing else {
                    if !error.isKnownToAll { giveUp(terms.base, agreement.attempt) }
                    throw error
                }
                attempt = agreement.attempt + 1
            }
        }
    }

    /// How long a wait goes on before it looks whether the time is over, or a peer's link has come up.
    private static let lookout = Duration.milliseconds(200)

    /// Comes to an agreement, however long a peer takes to begin.
    private func agree(
        _ agreement: inout JobAgreement, left: () -> Duration, keep: ([Digest32]) throws -> Void
    ) throws(TrainingStop) -> JobAgreement.Agreed {
        var greeted: Set<PartyID> = []
        // Who gave the job up before may have begun it again.
        held.removeAll { $0.batch < agreement.attempt && $0.kind != .agreement }
        while let frame = try nextWaiting(isAgreed: false) {
            let isPast = frame.batch < agreement.attempt && frame.kind != .agreement
            guard isPast || frame.kind == .gaveUp || hold(frame) else {
                throw .refused(.unexpected(peer: frame.sender))
            }
        }
        while true {
            for peer in [party.previous, party.next] where transport.connected.contains(peer) {
                if greeted.insert(peer).inserted { _ = try carryOut(agreement.greet(peer), keep) }
            }
            let now = left()
            guard now > .zero else { throw .late(agreement.missing) }
            let frame: Frame?
            do throws(TransportError) { frame = try nextOfAgreement(min(now, Self.lookout)) } catch {
                forget(error)
                guard case .linkLost(let peer) = error else { continue }
                agreement.forget(peer)
                greeted.remove(peer)
                continue
            }
            guard let frame else { continue }
            switch frame.kind {
            case .agreement, .opening:
                let effects: [JobAgreement.Effect]
                do throws(TrainingError) { effects = try agreement.receive(frame) } catch {
                    // This party comes to the later job and has to hear it then.
                    if case .laterJob = error { held.append(frame) }
                    throw .refused(error)
                }
                if let agreed = try carryOut(effects, keep) { return agreed }
            case .gaveUp: if frame.digest == agreement.terms.base { throw .gaveUp(frame.sender) }
            default:
                guard frame.batch < agreement.attempt || hold(frame) else {
                    throw .refused(.unexpected(peer: frame.sender))
                }
            }
        }
    }

    private func nextOfAgreement(_ timeout: Duration) throws(TransportError) -> Frame? {
        if let index = held.firstIndex(where: { $0.kind == .agreement || $0.kind == .opening }) {
            return held.remove(at: index)
        }
        return try transport.receive(stream: .training, timeout: timeout)
    }

    private func giveUp(_ base: Digest32, _ attempt: UInt64) {
        let frame = Frame(
            kind: .gaveUp, sender: party, stream: .training, batch: attempt, digest: base, payload: [])
        for peer in [party.previous, party.next] { transport.send(frame, to: peer) }
    }

    /// Sends and keeps; the session's result where it is there.
    private func carryOut<Checkpoint, Output>(
        _ effects: [ExchangedEffect<Checkpoint, Output>], _ keep: (Checkpoint) throws -> Void
    ) throws(TrainingStop) -> Output? {
        var output: Output?
        var sent: Set<Digest32> = []
        for effect in effects {
            switch effect {
            case .send(let frame, let peer):
                sent.insert(frame.digest)
                transport.send(frame, to: peer)
            case .checkpoint(let checkpoint):
                do { try keep(checkpoint) } catch { throw .notKept("\(error)") }
            case .finished(let finished): output = finished
            }
        }
        rounds += sent.count
        return output
    }
}
