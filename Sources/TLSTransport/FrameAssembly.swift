import NIOCore
import Records
import ThreeParty

/// Puts frames together from the byte stream: a 4-byte big-endian length, then the frame. Payloads are copied once, to
/// where they stay.
struct FrameAssembly {
    private static let headBytes = 4 + Frame.headerBytes
    /// The length and the header, as far as they came.
    private var head: [UInt8] = []
    private var payload: [UInt8] = []
    /// Bytes of the payload; nil as long as the head is not whole.
    private var expected: Int?

    /// The next whole frame of what came; nil where `buffer` is used up.
    mutating func take(_ buffer: inout ByteBuffer) throws(FrameError) -> Frame? {
        if expected == nil { try readHead(&buffer) }
        guard let expected else { return nil }
        let piece = min(expected - payload.count, buffer.readableBytes)
        payload.append(contentsOf: buffer.readableBytesView.prefix(piece))
        buffer.moveReaderIndex(forwardBy: piece)
        guard payload.count == expected else { return nil }
        let frame = try Frame(header: ArraySlice(Array(head.dropFirst(4))), payload: payload)
        self = FrameAssembly()
        return frame
    }

    private mutating func readHead(_ buffer: inout ByteBuffer) throws(FrameError) {
        head += buffer.readBytes(length: min(Self.headBytes - head.count, buffer.readableBytes)) ?? []
        guard head.count == Self.headBytes else { return }
        let length = Int(bigEndianBytes: head[..<4])
        guard length >= Frame.headerBytes else { throw .truncated(bytes: length) }
        guard length <= Frame.limit else { throw .tooLong(bytes: length) }
        let count = length - Frame.headerBytes
        // What is said to come is believed up to some megabytes.
        payload.reserveCapacity(min(count, 1 << 23))
        expected = count
    }
}
