package import Records

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
    /// A peer has given the job up, by a reason that it says elsewhere.
    case gaveUp(PartyID)
    /// This party could not keep a checkpoint.
    case notKept(String)

    /// Whether a newer attempt may go on.
    var isPassing: Bool {
        switch self {
        case .peerMissing, .peerSilent, .newerAttempt: true
        case .refused, .late, .gaveUp, .notKept: false
        }
    }

    /// Whether peers need not be told: they find the reason out by themselves, or go on to wait where this party's time is over.
    var isKnownToAll: Bool {
        switch self {
        case .late, .gaveUp: true
        case .refused(.otherBase), .refused(.laterJob): true
        case .refused(.bounds), .refused(.candidates), .refused(.card), .refused(.tooLarge): true
        case .refused(.fewRows), .refused(.fewFrauds): true
        case .refused(.validation(.frauds)), .refused(.validation(.legitimate)): true
        case .refused, .notKept, .peerMissing, .peerSilent, .newerAttempt: false
        }
    }
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
        case .gaveUp(let peer): return "the training ended: \(peer) gave it up; see its log or its report"
        case .notKept(let reason): return "the training ended: this party could not keep a checkpoint: \(reason)"
        }
    }
}
