import Records

/// What the refresh of shares declares: one stream, its frames, and the label of what a key is made of.
extension LinkProtocol {
    package static let refresh = LinkProtocol(
        id: 2, name: "refresh", kinds: [.refreshAsk: "refreshAsk", .refreshPart: "refreshPart"],
        labels: [.refreshPart],
        // A party asks once a second, and a peer that is busy takes what waits together.
        mostWaiting: 64)
}

extension StreamID {
    /// The one generation that is being made.
    package static let refresh = StreamID(protocol: LinkProtocol.refresh.id, number: 0)
}

extension Frame.Kind {
    /// The sender lacks the receiver's part. `batch`: the generation's number. Digest: of the base. Payload: empty.
    package static let refreshAsk = Frame.Kind(rawValue: 48)
    /// The part that the receiver can't draw (32). `batch` and digest as of `refreshAsk`.
    package static let refreshPart = Frame.Kind(rawValue: 49)
}

extension StepLabel {
    static let refreshPart = StepLabel("refresh/part")
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
