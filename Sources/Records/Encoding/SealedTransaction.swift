/// Where the parts of a sealed transaction stand in its record: `SealedRecord` and `SealedTransaction` of
/// pipelines/schemas, read and written in place.
package struct SealedTransaction: Sendable {
    package let header: SealedHeader
    /// The header's bytes, which the boxes are bound to.
    package let headerBytes: Range<Int>
    /// How many boxes the record has; only the first three have a place.
    package let boxCount: Int
    /// The boxes' places in the record, party 0's first; empty ranges for boxes that are not there.
    package let boxes: InlineArray<3, Range<Int>>

    /// Finds the parts of a record; nil where it is no transaction (but an activation, say), has two bodies, or has no
    /// readable header. The number of boxes is not checked.
    package init?(_ record: [UInt8]) {
        guard let found = record.withUnsafeBytes({ Self.find($0) }) else { return nil }
        self = found
    }

    private static func find(_ bytes: UnsafeRawBufferPointer) -> SealedTransaction? {
        do {
            var body: Range<Int>?
            var reader = FieldReader(bytes, bytes.indices)
            while let field = try reader.next() {
                // Of a `oneof`, one: who writes two means that readers disagree.
                guard case .bytes(let range) = field.value, (1...5).contains(field.number) else { continue }
                guard body == nil, field.number == 1 else { return nil }
                body = range
            }
            guard let body else { return nil }
            var (headerBytes, count) = (0..<0, 0)
            var boxes = InlineArray<3, Range<Int>>(repeating: 0..<0)
            reader = FieldReader(bytes, body)
            while let field = try reader.next() {
                guard case .bytes(let range) = field.value else { continue }
                if field.number == 1 {
                    headerBytes = range
                } else if field.number == 2 {
                    if count < 3 { boxes[count] = range }
                    count += 1
                }
            }
            return SealedHeader(bytes, headerBytes).map {
                SealedTransaction(header: $0, headerBytes: headerBytes, boxCount: count, boxes: boxes)
            }
        } catch { return nil }
    }

    private init(header: SealedHeader, headerBytes: Range<Int>, boxCount: Int, boxes: InlineArray<3, Range<Int>>) {
        self.header = header
        self.headerBytes = headerBytes
        self.boxCount = boxCount
        self.boxes = boxes
    }

    /// The record of a transaction.
    ///
    /// - Parameters:
    ///   - header: an encoded `SealedHeader`.
    ///   - sizes: the bytes of each box.
    ///   - box: appends a box, by its number.
    /// - Returns: a `SealedRecord`. It is written in one buffer of the right size, as one is made for every
    ///   transaction.
    package static func record(
        header: [UInt8], boxes sizes: [Int], box: (Int, inout [UInt8]) -> Void
    ) -> [UInt8] {
        let body = sizes.reduce(FieldWriter.size(header.count)) { $0 + FieldWriter.size($1) }
        var writer = FieldWriter(capacity: FieldWriter.size(body))
        writer.prefix(body, 1)
        writer.message(header, 1)
        for (number, size) in sizes.enumerated() {
            writer.prefix(size, 2)
            writer.append { box(number, &$0) }
        }
        return writer.bytes
    }
}

/// Where the parts of a box's plaintext stand: `ShareBox` of pipelines/schemas, read and written in place. Secret: with
/// what another party has, it gives the transaction's bits.
package struct ShareBox: Sendable {
    /// Component i of the transaction's thermometer bits, at party i: a seed of 16 bytes for components 0 and 1, the
    /// packed bits for component 2. Lengths are not checked here.
    package let first: Range<Int>
    /// Component i + 1 (mod 3), in the same form.
    package let second: Range<Int>
    /// The entity tokens, 33 bytes (SEC 1, compressed) for each kind of entity that the spec's consortium features
    /// name, in their order; zeros where the transaction has none.
    package let tokens: Range<Int>
    /// The two components of the bits of the header's second spec, in the form of the first two; empty where there are none.
    package let shadow: (first: Range<Int>, second: Range<Int>)

    /// Finds the parts of an opened box; nil where it is no Protobuf message. A part that is not there is an empty
    /// range.
    package init?(_ plaintext: UnsafeRawBufferPointer) {
        var (first, second, tokens) = (0..<0, 0..<0, 0..<0)
        var shadow = (first: 0..<0, second: 0..<0)
        var reader = FieldReader(plaintext, plaintext.indices)
        do {
            while let field = try reader.next() {
                guard case .bytes(let range) = field.value else { continue }
                switch field.number {
                case 1: first = range
                case 2: second = range
                case 3: tokens = range
                case 4: shadow.first = range
                case 5: shadow.second = range
                default: continue
                }
            }
        } catch { return nil }
        (self.first, self.second, self.tokens) = (first, second, tokens)
        self.shadow = shadow
    }

    /// The box's plaintext, before it is sealed.
    ///
    /// - Parameter shadow: components of the second spec's bits; nil where there are none.
    package static func encoded(
        _ first: [UInt8], _ second: [UInt8], tokens: [UInt8] = [], shadow: (first: [UInt8], second: [UInt8])? = nil
    ) -> [UInt8] {
        let more = shadow.map { size($0.first.count, $0.second.count) } ?? 0
        var writer = FieldWriter(capacity: size(first.count, second.count) + FieldWriter.size(tokens.count) + more)
        writer.bytes(first, 1)
        writer.bytes(second, 2)
        writer.bytes(tokens, 3)
        if let shadow {
            writer.bytes(shadow.first, 4)
            writer.bytes(shadow.second, 5)
        }
        return writer.bytes
    }

    /// Bytes of a box's plaintext with parts of so many bytes, none of which is empty.
    package static func size(_ first: Int, _ second: Int) -> Int { FieldWriter.size(first) + FieldWriter.size(second) }
}
