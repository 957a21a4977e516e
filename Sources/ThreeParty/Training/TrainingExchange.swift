package import Records

/// The exchange of frames for this party's trainings, one attempt after the other: carries them between a session and the `Transport`.
/// Used by one thread, which waits here.
///
/// An attempt that can't go on ends with a named reason. Nothing is sent then: the caller begins a newer attempt, from a
/// checkpoint that all have, and its first frame ends the older one at the peers.
package final class TrainingExchange {
    private let transport: any Transport
    private let patience: Duration
    /// Frames of an attempt that has not begun here: a peer may be ahead.
    private var held: [Frame] = []
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
    ///   - left: the time that the attempt still has.
    ///   - keep: takes each checkpoint, before a frame leaves that hangs on it.
    /// - Throws: why there is no result. The attempt's number must not serve again.
    package func run<Session: ExchangedSession & ~Copyable>(
        _ session: consuming Session, left: () -> Duration, keep: (Session.Checkpoint) throws -> Void
    ) throws(TrainingStop) -> Session.Output {
        var session = session
        let (attempt, kind) = (session.attempt, session.kind)
        try takeWaiting(from: attempt)
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

    /// Takes what came before an attempt: news of links that were lost since are none, and frames of older attempts go.
    private func takeWaiting(from attempt: UInt64) throws(TrainingStop) {
        held.removeAll { $0.batch < attempt }
        while true {
            let frame: Frame?
            do throws(TransportError) {
                frame = try transport.receive(stream: .training, timeout: .zero)
            } catch {
                forget(error)
                continue
            }
            guard let frame else { return }
            guard frame.batch < attempt || hold(frame) else { throw .refused(.unexpected(peer: frame.sender)) }
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
                frame = try transport.receive(stream: .training, timeout: min(now, patience - (moved - now)))
            } catch {
                forget(error)
                guard case .linkLost(let peer) = error else { continue }
                throw .peerMissing(peer)
            }
            guard let frame, frame.batch >= attempt else { continue }
            if frame.batch == attempt, frame.kind == kind { return frame }
            guard hold(frame) else { throw .refused(.unexpected(peer: frame.sender)) }
            if frame.batch > attempt { throw .newerAttempt(frame.batch, of: frame.sender) }
        }
    }

    /// Whether there is room for a frame of an attempt that has not begun: a peer sends one round before it waits.
    private func hold(_ frame: Frame) -> Bool {
        guard held.count < TrainingPiece.mostOfRound, TrainingPiece(decoding: frame.payload) != nil else {
            return false
        }
        held.append(frame)
        return true
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

/// Why an attempt at a training ended without a result.
package enum TrainingStop: Error, Sendable, Hashable {
    /// What a peer sent, or this party has, does not fit the training.
    case refused(TrainingError)
    /// There is no link to a peer, or it was lost.
    case peerMissing(PartyID)
    /// Nothing came for as long as an attempt waits; these peers' messages are missing.
    case peerSilent([PartyID])
    /// The time for the attempt is over; these peers' messages are missing.
    case late([PartyID])
    /// A peer has begun a newer attempt.
    case newerAttempt(UInt64, of: PartyID)
    /// This party could not keep a checkpoint.
    case notKept(String)
}

extension TrainingStop: CustomStringConvertible {
    package var description: String {
        func names(_ peers: [PartyID]) -> String { peers.map { "\($0)" }.joined(separator: " and ") }
        switch self {
        case .refused(let error): return "the training ended: \(error)"
        case .peerMissing(let peer):
            return
                "the training ended: there is no link to \(peer); begin a newer attempt from the last group that all have"
        case .peerSilent(let peers):
            return
                "the training ended: \(names(peers)) sent nothing for too long; look at that party, then begin a newer attempt"
        case .late(let peers):
            return
                "the training ended: its time is over, and a message of \(names(peers)) is missing; give it more time"
        case .newerAttempt(let attempt, let peer):
            return "the training ended: \(peer) has begun attempt \(attempt); begin it here, too"
        case .notKept(let reason): return "the training ended: this party could not keep a checkpoint: \(reason)"
        }
    }
}
