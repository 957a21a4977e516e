import NIOCore
import NIOHTTP1

/// Writes the body of an answer bit by bit. Each write returns when its bytes have left for the client, so whoever reads slowly is
/// written to slowly.
package struct BodyWriter: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    /// Throws where the client is gone.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))).get()
    }
}
