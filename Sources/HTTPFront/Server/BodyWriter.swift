import NIOCore
import NIOHTTP1

/// Writes the body of an answer bit by bit. Each write returns when its bytes have left for the client, so whoever reads slowly is
/// written to slowly.
package struct BodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void

    /// - Parameter send: returns when the bytes have left; throws where nobody takes them any more.
    package init(send: @escaping @Sendable ([UInt8]) async throws -> Void) { self.send = send }

    init(_ channel: any Channel) {
        self.init { bytes in
            try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))).get()
        }
    }

    /// Throws where the client is gone.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try await send(bytes)
    }
}
