/// What everybody may read of a sealed transaction: `SealedHeader` of pipelines/schemas, read and written in place. It
/// tells who sent an event, when it happened and where it came from, and nothing of what was paid to whom.
///
/// A header that was read is not checked: fields that are missing or no values of their kind are nil or 0, and a party
/// refuses the record (`Refusal`).
package struct SealedHeader: Sendable, Hashable {
    /// The version of the layout that this code writes, and the only one that it takes.
    package static let schema: UInt32 = 2

    /// The version of the layout that the record says it has.
    package var schema = Self.schema
    /// The member that sent the transaction; nil where what stands there is no member's name.
    package var member: MemberID?
    /// The event's id; nil where there are not sixteen bytes.
    package var event: EventID?
    /// When the payment happened, as its record says; the beginning of 1970 where the header says nothing.
    package var time = EventTime(seconds: 0)
    /// The place of the record in its member's own topic, by which repeats are told; nil where the header names none.
    package var source: SourcePosition?
    /// The place of the record that the member sealed before this one, of the same partition of its topic and into the same
    /// partition of `consortium.sealed`; nil where there is none. What a party has not seen of it was left out, or is yet to come.
    package var previous: SourcePosition?
    /// The partition of `consortium.sealed` that the record was sealed for.
    package var partition: UInt32
    /// The epoch of the session keys that the boxes are sealed under.
    package var sessionEpoch: UInt32
    /// The session whose keys they are; nil where there are not sixteen bytes.
    package var session: SessionID?
    /// The feature spec and bins that the shares are of: the first eight bytes, as a big-endian number, of their
    /// digest.
    package var featureSpec: UInt64
    /// The token epoch of the key that the boxes' tokens are under; 0 where there are none.
    package var tokenEpoch: UInt64 = 0
    /// The spec of the second bits in the boxes, as `featureSpec`; 0 where there are none.
    package var shadowSpec: UInt64 = 0

    package init(
        member: MemberID, event: EventID, time: EventTime, source: SourcePosition, previous: SourcePosition? = nil,
        partition: UInt32 = 0, sessionEpoch: UInt32, session: SessionID, featureSpec: UInt64, tokenEpoch: UInt64 = 0,
        shadowSpec: UInt64 = 0
    ) {
        self.member = member
        self.event = event
        self.time = time
        self.source = source
        self.previous = previous
        self.partition = partition
        self.sessionEpoch = sessionEpoch
        self.session = session
        self.featureSpec = featureSpec
        self.tokenEpoch = tokenEpoch
        self.shadowSpec = shadowSpec
    }
}

extension SealedHeader {
    /// The header's Protobuf encoding, byte for byte what generated code writes. These bytes are what the boxes are
    /// bound to.
    package var encoded: [UInt8] {
        var writer = FieldWriter(capacity: 128)
        writer.varint(UInt64(schema), 1)
        if let member { writer.bytes(member.name.utf8, 2) }
        if let event { writer.bytes(event.bytes, 3) }
        writer.varint(UInt64(bitPattern: time.seconds), 4)
        if let source { writer.source(source, 5) }
        writer.varint(UInt64(sessionEpoch), 6)
        writer.fixed64(featureSpec, 7)
        writer.varint(tokenEpoch, 8)
        if let previous { writer.source(previous.withoutPartition, 9) }
        writer.varint(UInt64(partition), 10)
        if let session { writer.bytes(session.bytes, 11) }
        writer.fixed64(shadowSpec, 12)
        return writer.bytes
    }

    /// Reads the header that stands in a range of `bytes`; nil where that is no Protobuf message. Of a field that is
    /// there twice the later one counts.
    init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        (schema, partition, sessionEpoch, featureSpec) = (0, 0, 0, 0)
        var reader = FieldReader(bytes, range)
        do {
            while let field = try reader.next() {
                switch (field.number, field.value) {
                case (1, .varint(let value)): schema = UInt32(truncatingIfNeeded: value)
                case (2, .bytes(let name)):
                    member = String(validating: bytes[name], as: UTF8.self).flatMap(MemberID.init)
                case (3, .bytes(let id)): event = EventID(UnsafeRawBufferPointer(rebasing: bytes[id]))
                case (4, .varint(let value)): time = EventTime(seconds: Int64(bitPattern: value))
                case (5, .bytes(let range)): source = try SourcePosition(bytes, range)
                case (6, .varint(let value)): sessionEpoch = UInt32(truncatingIfNeeded: value)
                case (7, .fixed64(let value)): featureSpec = value
                case (8, .varint(let value)): tokenEpoch = value
                case (9, .bytes(let range)): previous = try SourcePosition(bytes, range)
                case (10, .varint(let value)): partition = UInt32(truncatingIfNeeded: value)
                case (11, .bytes(let id)): session = SessionID(UnsafeRawBufferPointer(rebasing: bytes[id]))
                case (12, .fixed64(let value)): shadowSpec = value
                default: break
                }
            }
        } catch { return nil }
        if let source { previous?.partition = source.partition }
    }
}

extension SourcePosition {
    /// The place of a record's predecessor as headers carry it: its partition is that of the record itself.
    var withoutPartition: SourcePosition { SourcePosition(offset: offset, index: index) }

    fileprivate init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(FieldReader.Malformed) {
        self.init(offset: 0)
        var reader = FieldReader(bytes, range)
        while let field = try reader.next() {
            guard case .varint(let value) = field.value else { continue }
            switch field.number {
            case 1: partition = Int(UInt32(truncatingIfNeeded: value))
            case 2: offset = Int64(bitPattern: value)
            case 3: index = Int(UInt32(truncatingIfNeeded: value))
            default: break
            }
        }
    }
}
