import Records

/// The messages of one round at one party, as they go out and as their pieces come in. Each begins with the hash of its sender's
/// other message, which its receiver does not get (`TrainingTranscript`).
struct TrainingRound: Unprinted {
    let toPrevious: [UInt8]
    let toNext: [UInt8]
    private let party: PartyID
    private let own: (toPrevious: Digest32, toNext: Digest32)
    private var fromNext: Incoming
    private var fromPrevious: Incoming

    private static let hashBytes = 32

    private struct Incoming: Unprinted {
        let expected: Int
        var bytes: [UInt8] = []
        var pieces = 0

        var isWhole: Bool { pieces == TrainingPiece.count(of: expected) }
        var told: Digest32? { Digest32(bytes.prefix(hashBytes)) }
        var data: ArraySlice<UInt8> { bytes.dropFirst(hashBytes) }
    }

    /// Salts in common with a neighbour: of the message to the higher component's party, then of the one back.
    private let salts: (previous: [UInt8], next: [UInt8])

    /// - Parameter masks: those that `messages` were made with.
    init(party: PartyID, _ messages: RoundMessages, _ masks: RoundMasks) {
        self.party = party
        var withPrevious = masks.stream(.transcript, .salt, with: .previous)
        var withNext = masks.stream(.transcript, .salt, with: .next)
        salts = (withPrevious.elements(2 * Self.hashBytes), withNext.elements(2 * Self.hashBytes))
        own = (
            TrainingTranscript.hash(messages.toPrevious[...], salt: salts.previous.suffix(Self.hashBytes)),
            TrainingTranscript.hash(messages.toNext[...], salt: salts.next.prefix(Self.hashBytes))
        )
        toPrevious = own.toNext.bytes + messages.toPrevious
        toNext = own.toPrevious.bytes + messages.toNext
        fromNext = Incoming(expected: Self.hashBytes + messages.fromNextBytes)
        fromPrevious = Incoming(expected: Self.hashBytes + messages.fromPreviousBytes)
    }

    /// Adds a piece; those of one sender come in order.
    mutating func add(_ piece: TrainingPiece, from sender: PartyID) throws(TrainingError) {
        if sender == party.next {
            try Self.add(piece, from: sender, to: &fromNext)
        } else if sender == party.previous {
            try Self.add(piece, from: sender, to: &fromPrevious)
        } else {
            throw .unexpected(peer: sender)
        }
    }

    private static func add(
        _ piece: TrainingPiece, from sender: PartyID, to message: inout Incoming
    ) throws(TrainingError) {
        guard piece.pieces == TrainingPiece.count(of: message.expected) else {
            let got = (piece.pieces - 1) * TrainingPiece.limit + piece.bytes.count
            throw .wrongLength(peer: sender, expected: message.expected, got: got)
        }
        guard !message.isWhole, piece.piece == message.pieces else { throw .unexpected(peer: sender) }
        message.bytes += piece.bytes
        message.pieces += 1
        guard !message.isWhole || message.bytes.count == message.expected else {
            throw .wrongLength(peer: sender, expected: message.expected, got: message.bytes.count)
        }
    }

    /// The peers whose message is not whole.
    var missing: [PartyID] { (fromPrevious.isWhole ? [] : [party.previous]) + (fromNext.isWhole ? [] : [party.next]) }

    /// What was received, and the hashes of all six messages; nil while a piece is missing.
    var complete: (ReceivedMessages, [PartyID: (toPrevious: Digest32, toNext: Digest32)])? {
        guard fromNext.isWhole, fromPrevious.isWhole, let nextTold = fromNext.told,
            let previousTold = fromPrevious.told
        else { return nil }
        let next = TrainingTranscript.hash(fromNext.data, salt: salts.next.suffix(Self.hashBytes))
        let previous = TrainingTranscript.hash(fromPrevious.data, salt: salts.previous.prefix(Self.hashBytes))
        return (
            ReceivedMessages(fromNext: fromNext.data, fromPrevious: fromPrevious.data),
            [
                party: own,
                party.next: (next, nextTold),
                party.previous: (previousTold, previous),
            ]
        )
    }
}
