package import Records

/// A session of one attempt whose frames a `TrainingExchange` carries: takes frames, returns what to do. No I/O, no clock.
///
/// All three parties run it, one beside the other, on the stream `.training`.
package protocol ExchangedSession: ~Copyable {
    /// What a party keeps to go on from there; `Never` for a session that begins anew.
    associatedtype Checkpoint: Sendable
    /// What it ends with.
    associatedtype Output: Sendable

    /// What `Frame.batch` is in every frame. A frame of a greater one ends this attempt.
    var attempt: UInt64 { get }
    /// Of all its frames. Frames of the same attempt and another kind wait for the session that takes them: a peer is ahead.
    var kind: Frame.Kind { get }
    /// The peers whose message of this round is not whole: none where the session has not begun or is over.
    var missing: [PartyID] { get }

    /// This party's first frames.
    ///
    /// - Throws: why it can't begin. It is over then.
    mutating func start() throws(TrainingError) -> [ExchangedEffect<Checkpoint, Output>]

    /// Takes a frame of this attempt and kind from a peer.
    ///
    /// - Throws: why it can't go on. It is over then.
    mutating func receive(_ frame: Frame) throws(TrainingError) -> [ExchangedEffect<Checkpoint, Output>]
}

/// What the caller of a session has to do, in this order.
package enum ExchangedEffect<Checkpoint: Sendable, Output: Sendable>: Sendable, Unprinted {
    /// Send a frame of this session.
    case send(Frame, to: PartyID)
    /// Keep this, before any frame behind it leaves.
    case checkpoint(Checkpoint)
    /// Take this as the end.
    case finished(Output)
}
