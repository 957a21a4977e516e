import Records

/// What the refresh of shares declares: one stream, its frames, and the label of what a key is made of.
extension LinkProtocol {
    package static let refresh = LinkProtocol(
        id: 2, name: "refresh",
        kinds: [
            .refreshAsk: "refreshAsk", .refreshPart: "refreshPart", .dealAsk: "dealAsk", .dealPiece: "dealPiece",
        ],
        labels: [.refreshPart, .dealTag],
        // A party asks once a second, and a peer that is busy takes what waits together.
        mostWaiting: 64)
}

extension StreamID {
    /// The one generation that is being made.
    package static let refresh = StreamID(protocol: LinkProtocol.refresh.id, number: 0)
    /// What is dealt to a new host.
    package static let deal = StreamID(protocol: LinkProtocol.refresh.id, number: 1)
}

extension Frame.Kind {
    /// The sender lacks the receiver's part. `batch`: the generation's number. Digest: of the base. Payload: empty.
    package static let refreshAsk = Frame.Kind(rawValue: 48)
    /// The part that the receiver can't draw (32). `batch` and digest as of `refreshAsk`.
    package static let refreshPart = Frame.Kind(rawValue: 49)
    /// The new host lacks a piece of what the receiver deals (its number, 4). `batch`: which object. Digest: of the deal.
    package static let dealAsk = Frame.Kind(rawValue: 50)
    /// A piece: its number (4), how many there are (4), then 256 KiB, of the last one at most. `batch` and digest as of `dealAsk`.
    package static let dealPiece = Frame.Kind(rawValue: 51)
}

extension StepLabel {
    static let refreshPart = StepLabel("refresh/part")
    static let dealTag = StepLabel("refresh/deal-tag")
}

extension PairKeys {
    /// The part of a generation's key that the holders of a component draw, this party's `i` or `i + 1`.
    ///
    /// - Parameter base: of the generation.
    borrowing func refreshPart(ofNext: Bool, base: Digest32) -> [UInt8] {
        ofNext
            ? withNext.bytes(.refreshPart, digest: base, count: RefreshKey.keyBytes)
            : withPrevious.bytes(.refreshPart, digest: base, count: RefreshKey.keyBytes)
    }
}
