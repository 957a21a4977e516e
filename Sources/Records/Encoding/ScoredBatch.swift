extension WireScoredBatch {
    /// The encoding of this batch's head with transactions behind it: in place, as a batch has one after the other.
    ///
    /// - Parameters:
    ///   - count: of transactions.
    ///   - sources: by their numbers, as are the rest.
    ///   - offsets: of the sealed records.
    ///   - records: their digests.
    ///   - commitments: to the party's shares.
    package func encoded(
        adding count: Int, sources: (Int) -> SourcePosition, offsets: (Int) -> Int64, records: (Int) -> Digest32,
        commitments: (Int) -> Digest32
    ) -> [UInt8] {
        let head = encoded
        var writer = FieldWriter(capacity: head.count + 16 + count * 88)
        writer.append { $0.append(contentsOf: head) }
        // The last fields of the schema, so these are the bytes that generated code would write.
        for place in 0..<count { writer.source(sources(place), 8) }
        writer.packed(count, 9) { UInt64(bitPattern: offsets($0)) }
        writer.digests(count, 10, records)
        writer.digests(count, 11, commitments)
        return writer.bytes
    }
}
