import Records

/// What training on shares declares: one stream, its kinds of frames, and the labels of its masks.
extension LinkProtocol {
    package static let training = LinkProtocol(
        id: 1, name: "training",
        kinds: [
            .training: "training", .agreement: "agreement", .opening: "opening", .caps: "caps", .gaveUp: "gaveUp",
            .validation: "validation", .columnSums: "columnSums", .reasonOffer: "reasonOffer", .reasons: "reasons",
            .reasonEnd: "reasonEnd",
        ], labels: TrainingStep.allLabels,
        mostWaiting: 2 * TrainingPiece.mostOfRound)
}

extension StreamID {
    /// The one job that is under way.
    package static let training = StreamID(protocol: LinkProtocol.training.id, number: 0)
}

extension Frame.Kind {
    /// A piece of what a party sends in a round (`TrainingPiece`). Digest: of the plan and of every message before that round.
    package static let training = Frame.Kind(rawValue: 32)
    /// What a party brings to a job (`JobHello`). Digest: of the job's base.
    package static let agreement = Frame.Kind(rawValue: 33)
    /// A party's part of the coin (32). Digest: of the job's base.
    package static let opening = Frame.Kind(rawValue: 34)
    /// A piece of a round of the caps on members (`TrainingPiece`). Digest: as of `training`, of the caps.
    package static let caps = Frame.Kind(rawValue: 35)
    /// Empty: the sender has given the job up. Digest: of the job's base.
    package static let gaveUp = Frame.Kind(rawValue: 36)
}

/// A piece of one of the two messages that a party sends in a round: at most `limit` bytes, so that no scoring frame on the same
/// link waits for more than one.
///
/// Payload, integers big-endian: group (2), round (2), piece (2), pieces (2), then bytes of the message. A message is the SHA-256
/// of the sender's other message of the round, which the receiver does not get, and then the data.
package struct TrainingPiece: Sendable, Unprinted {
    /// Where a message belongs: the set-up is group 0, the groups of trees are 1 and up, what follows the last is one more. A
    /// round's number within its group says which level and step it is; all parties count alike.
    package struct Place: Hashable, Sendable {
        package var group: UInt16
        package var round: UInt16

        package init(group: UInt16, round: UInt16) {
            self.group = group
            self.round = round
        }
    }

    /// Bytes of a message in one frame.
    package static let limit = 1 << 18
    /// Pieces of one round's messages of both others, 256 MiB: those of more than a million rows at four trees at once. Of the
    /// round after it as many may be there, too, since a peer can be one ahead.
    package static let mostOfRound = 1024
    static let headerBytes = 8

    package let place: Place
    package let piece: Int
    package let pieces: Int
    package let bytes: ArraySlice<UInt8>

    /// The frames' payloads of one message.
    static func payloads(of message: [UInt8], at place: Place) -> [[UInt8]] {
        let pieces = Self.count(of: message.count)
        return (0..<pieces).map { piece in
            let part = message[piece * limit..<min((piece + 1) * limit, message.count)]
            var out: [UInt8] = []
            out.reserveCapacity(headerBytes + part.count)
            for number in [place.group, place.round, UInt16(piece), UInt16(pieces)] {
                number.withBigEndianBytes { out += $0 }
            }
            return out + part
        }
    }

    /// How many pieces a message has.
    static func count(of bytes: Int) -> Int { max(1, (bytes + limit - 1) / limit) }

    /// Nil for a payload that is no piece.
    package init?(decoding payload: [UInt8]) {
        guard payload.count >= Self.headerBytes else { return nil }
        func number(_ at: Int) -> UInt16 { UInt16(bigEndianBytes: payload[at..<at + 2]) }
        place = Place(group: number(0), round: number(2))
        (piece, pieces) = (Int(number(4)), Int(number(6)))
        bytes = payload[Self.headerBytes...]
        guard piece < pieces, bytes.count <= Self.limit else { return nil }
    }
}
