/// What everybody may read of a sealed transaction: `SealedHeader` of pipelines/schemas, read and written in place.
package struct SealedHeader: Sendable, Hashable {
    package static let schema: UInt32 = 1

    package var schema = Self.schema
    /// Nil where what stands there is no member's name.
    package var member: MemberID?
    package var event: EventID?
    package var time = EventTime(seconds: 0)
    package var source: SourcePosition?
    package var sessionEpoch: UInt32
    package var featureSpec: UInt64
    /// Of the key that the boxes' tokens are under; 0 where there are none.
    package var tokenEpoch: UInt64 = 0

    package init(
        member: MemberID, event: EventID, time: EventTime, source: SourcePosition, sessionEpoch: UInt32,
        featureSpec: UInt64, tokenEpoch: UInt64 = 0
    ) {
        self.member = member
        self.event = event
        self.time = time
        self.source = source
        self.sessionEpoch = sessionEpoch
        self.featureSpec = featureSpec
        self.tokenEpoch = tokenEpoch
    }
}

extension SealedHeader {
    package var encoded: [UInt8] {
        var writer = FieldWriter(capacity: 96)
        writer.varint(UInt64(schema), 1)
        if let member { writer.bytes(member.name.utf8, 2) }
        if let event { writer.bytes(event.bytes, 3) }
        writer.varint(UInt64(bitPattern: time.seconds), 4)
        if let source { writer.source(source, 5) }
        writer.varint(UInt64(sessionEpoch), 6)
        writer.fixed64(featureSpec, 7)
        writer.varint(tokenEpoch, 8)
        return writer.bytes
    }

    /// Nil where the range of `bytes` is no message.
    init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        (schema, sessionEpoch, featureSpec) = (0, 0, 0)
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
                default: break
                }
            }
        } catch { return nil }
    }
}

extension SourcePosition {
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
