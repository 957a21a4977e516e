/// What everybody may read of a record of `consortium.labels`: `LabelHeader` of pipelines/schemas.
package struct LabelHeader: Sendable, Hashable {
    package static let schema: UInt32 = 1
    /// Entries of a record.
    package static let counts = 1...512

    package var schema = Self.schema
    /// Nil where what stands there is no member's name.
    package var member: MemberID?
    package var source: SourcePosition?
    package var sessionEpoch: UInt32
    package var featureSpec: UInt64
    package var count: Int
    /// The entries bring their events along.
    package var history: Bool
    /// The entries say whether their events were frauds.
    package var labelled: Bool
    /// History: of the key that the tokens are under; 0 where there are none.
    package var tokenEpoch: UInt64

    package init(
        member: MemberID, source: SourcePosition, sessionEpoch: UInt32, featureSpec: UInt64, count: Int,
        history: Bool = false, labelled: Bool = true, tokenEpoch: UInt64 = 0
    ) {
        self.member = member
        self.source = source
        self.sessionEpoch = sessionEpoch
        self.featureSpec = featureSpec
        self.count = count
        self.history = history
        self.labelled = labelled
        self.tokenEpoch = tokenEpoch
    }

    /// Nil where `bytes` are no message.
    package init?(_ bytes: [UInt8]) {
        guard let wire = WireLabelHeader(decoding: bytes) else { return nil }
        schema = wire.schema
        member = MemberID(wire.member)
        source = wire.hasSource ? SourcePosition(wire.source) : nil
        sessionEpoch = wire.sessionEpoch
        featureSpec = wire.featureSpec
        count = Int(wire.count)
        history = wire.history
        labelled = wire.labelled
        tokenEpoch = wire.tokenEpoch
    }

    package var encoded: [UInt8] {
        var wire = WireLabelHeader()
        wire.schema = schema
        wire.member = member?.name ?? ""
        if let source { wire.source = source.wire }
        wire.sessionEpoch = sessionEpoch
        wire.featureSpec = featureSpec
        wire.count = UInt32(count)
        wire.history = history
        wire.labelled = labelled
        wire.tokenEpoch = tokenEpoch
        return wire.encoded
    }
}

extension SourcePosition {
    /// Where a label record of history stands: before all that the log causes, and in the order of days.
    ///
    /// - Parameters:
    ///   - day: of its events, since 1970.
    ///   - index: which of that day's records it is.
    package static func history(day: Int, index: Int = 0) -> SourcePosition {
        SourcePosition(offset: Int64(day) - (1 << 40), index: index)
    }

    /// A place in the order of one partition's label records: greater for a later position. Nil for an offset of 2^46 or more
    /// either way, or an index from 65,536 on.
    package var labelOrder: UInt64? {
        let bias: Int64 = 1 << 46
        guard (-bias..<bias).contains(offset), (0..<65_536).contains(index) else { return nil }
        return UInt64(bitPattern: offset + bias) << 16 | UInt64(index)
    }
}
