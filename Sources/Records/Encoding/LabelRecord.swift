import struct Foundation.Data

/// A record of `consortium.labels`: `LabelRecord` of pipelines/schemas, with its header read.
package struct LabelRecord: Sendable {
    package let header: LabelHeader
    /// The header's bytes, which the boxes are bound to.
    package let headerBytes: [UInt8]
    /// The sealed boxes, party 0's first; as many as the record has, of which three are right.
    package let boxes: [[UInt8]]

    /// Nil where `record` is no message, or its header is none.
    package init?(_ record: [UInt8]) {
        guard let wire = WireLabelRecord(decoding: record), let header = LabelHeader(Array(wire.header)) else {
            return nil
        }
        self.header = header
        headerBytes = Array(wire.header)
        boxes = wire.boxes.map { Array($0) }
    }

    /// The record's Protobuf encoding.
    ///
    /// - Parameters:
    ///   - header: an encoded `LabelHeader`, byte for byte what the boxes were sealed with.
    ///   - boxes: one a party, in order.
    package static func encoded(header: [UInt8], boxes: [[UInt8]]) -> [UInt8] {
        var wire = WireLabelRecord()
        wire.header = Data(header)
        wire.boxes = boxes.map { Data($0) }
        return wire.encoded
    }
}
