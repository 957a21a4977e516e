import struct Foundation.Data

/// What everybody may read of a record of `consortium.labels`: `LabelHeader` of pipelines/schemas.
///
/// A header that was read is not checked: a party looks at schema, member, source and `count` before it opens its box,
/// and refuses the record where they are none that it can use (`Refusal`).
package struct LabelHeader: Sendable, Hashable {
    /// The version of the layout that this code writes, and the only one that it takes.
    package static let schema: UInt32 = 2
    /// The numbers of entries that a record may have.
    package static let counts = 1...512

    /// The version of the layout that the record says it has.
    package var schema = Self.schema
    /// The member that sent the record; nil where what stands there is no member's name.
    package var member: MemberID?
    /// What the record follows from in its member's own topic; `index` counts the label records that follow from one
    /// record there. Nil where the header names none.
    package var source: SourcePosition?
    /// The place of the member's label record before this one, of the same partition of its topic; nil where there is none.
    /// A party that has not taken that one takes none behind it.
    package var previous: SourcePosition?
    /// The epoch of the session keys that the boxes are sealed under.
    package var sessionEpoch: UInt32
    /// The session whose keys they are; nil where there are not sixteen bytes.
    package var session: SessionID?
    /// The feature spec and bins that history is of, by the first eight bytes of their digest. Labels without their
    /// events hang on no spec.
    package var featureSpec: UInt64
    /// How many entries the record says it has.
    package var count: Int
    /// Whether the entries bring their events along: time and entity tokens.
    package var history: Bool
    /// Whether the entries say if their events were frauds.
    package var labelled: Bool
    /// The token epoch of history's tokens; 0 where there are none.
    package var tokenEpoch: UInt64

    package init(
        member: MemberID, source: SourcePosition, previous: SourcePosition? = nil, sessionEpoch: UInt32,
        session: SessionID, featureSpec: UInt64, count: Int, history: Bool = false, labelled: Bool = true,
        tokenEpoch: UInt64 = 0
    ) {
        self.member = member
        self.source = source
        self.previous = previous
        self.sessionEpoch = sessionEpoch
        self.session = session
        self.featureSpec = featureSpec
        self.count = count
        self.history = history
        self.labelled = labelled
        self.tokenEpoch = tokenEpoch
    }

    /// Reads a header as it is; nil where `bytes` are no Protobuf message.
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
        previous = wire.hasPrevious ? SourcePosition(wire.previous) : nil
        if let source { previous?.partition = source.partition }
        session = SessionID(Array(wire.session))
    }

    /// The header's Protobuf encoding, which the boxes are bound to. `count` has to be within 32 bits.
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
        if let previous { wire.previous = previous.withoutPartition.wire }
        if let session { wire.session = Data(session.bytes) }
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

    /// A place in the order of one partition's label records: greater for a later position. Nil for an offset of 2^46
    /// or more either way, or an index from 65,536 on.
    package var labelOrder: UInt64? {
        let bias: Int64 = 1 << 46
        guard (-bias..<bias).contains(offset), (0..<65_536).contains(index) else { return nil }
        return UInt64(bitPattern: offset + bias) << 16 | UInt64(index)
    }

    /// The place of which `labelOrder` gave the order.
    package init(labelOrder order: UInt64, partition: Int) {
        self.init(
            partition: partition, offset: Int64(bitPattern: order >> 16) - (1 << 46), index: Int(order & 0xFFFF))
    }
}
