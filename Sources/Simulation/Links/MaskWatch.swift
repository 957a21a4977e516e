import Records
import ThreeParty

/// The watch over masks on the links: what is masked under one digest is one message, however often it is sent. Two messages under
/// the masks of one digest would tell their difference to whoever sees both.
struct MaskWatch: Sendable {
    private struct Label: Hashable {
        var sender: PartyID
        var receiver: PartyID
        var stream: StreamID
        var kind: Frame.Kind
        var digest: Digest32
    }

    private static let masked: Set<Frame.Kind> = [
        .conditionBits, .lookupDeal, .countDeal, .countBits, .scorePart, .comparisonKeys,
    ]

    private var messages: [Label: [UInt8]] = [:]
    private(set) var reused: [String] = []

    mutating func look(at frame: Frame, to receiver: PartyID) {
        guard Self.masked.contains(frame.kind) else { return }
        let label = Label(
            sender: frame.sender, receiver: receiver, stream: frame.stream, kind: frame.kind, digest: frame.digest)
        if let before = messages.updateValue(frame.payload, forKey: label), before != frame.payload {
            reused.append("frame kind \(frame.kind.rawValue) from \(frame.sender) to \(receiver)")
        }
    }
}
