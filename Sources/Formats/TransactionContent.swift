package import Records

extension Transaction {
    /// Everything that a record says of the transaction beside its id, as bytes: two of one id are the same where these are
    /// equal, and in conflict where they are not. Its outcome comes later and is no part. It holds names and amounts in
    /// the clear, so it is hashed before it is kept.
    package var content: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for number in [time.seconds, amount.value, original?.units ?? -1] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        func put(_ text: String?) {
            // A length, so that no two lists look alike; none is told from empty.
            withUnsafeBytes(of: UInt32(text.map { $0.utf8.count + 1 } ?? 0).littleEndian) {
                bytes.append(contentsOf: $0)
            }
            bytes.append(contentsOf: (text ?? "").utf8)
        }
        put(customer)
        put(terminal)
        put(original?.currency.code)
        put(kind?.rawValue)
        put(channel?.rawValue)
        for entity in EntityKind.allCases { put(entities[entity]) }
        return bytes
    }
}
