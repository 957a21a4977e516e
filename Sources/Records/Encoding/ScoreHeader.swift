extension WireScoreHeader {
    /// The encoding of this header with these sources behind those that it holds: in place, as a batch has one a
    /// transaction.
    ///
    /// - Parameter refused: sources with a code each.
    package func encoded(
        adding sources: [SourcePosition], refused: [(source: SourcePosition, code: UInt8)] = []
    ) -> [UInt8] {
        var before = self
        before.steps = 0
        (before.first, before.end) = (0, 0)
        let head = before.encoded
        var writer = FieldWriter(capacity: head.count + (sources.count + refused.count) * 13)
        writer.append { $0.append(contentsOf: head) }
        // The last fields of the schema, so these are the bytes that generated code would write.
        for source in sources { writer.source(source, 9) }
        writer.varint(UInt64(steps), 10)
        for source in refused { writer.source(source.source, 11) }
        writer.bytes(refused.map(\.code), 12)
        writer.varint(UInt64(bitPattern: first), 13)
        writer.varint(UInt64(bitPattern: end), 14)
        return writer.bytes
    }
}
