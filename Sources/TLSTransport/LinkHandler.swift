import Crypto
import NIOCore
import NIOSSL
import NIOTLS
import Records
import ThreeParty

/// Cuts the byte stream into frames: a 4-byte big-endian length, then the frame.
struct FrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = [UInt8]

    struct TooLong: Error {}

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard length <= Frame.limit else { throw TooLong() }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let bytes = buffer.readBytes(length: Int(length)) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(bytes))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState { .needMoreData }
}

/// One connection: names the peer by its certificate, then passes its frames on.
///
/// Used on its channel's event loop alone.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = [UInt8]

    private let links: Links
    private let pins: [PartyID: [UInt8]]
    private var peer: PartyID?

    init(links: Links, pins: [PartyID: [UInt8]]) {
        self.links = links
        self.pins = pins
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
            let fingerprint = certificate.map { Array(SHA256.hash(data: $0)) }
            guard let fingerprint, let peer = pins.first(where: { $0.value == fingerprint })?.key else {
                links.refused("the peer's certificate is not the one in the roster")
                context.close(promise: nil)
                return
            }
            self.peer = peer
            links.opened(peer, context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let peer else { return }
        do {
            let frame = try Frame(decoding: unwrapInboundIn(data))
            guard frame.sender == peer, links.deliver(frame) else {
                links.refused("\(peer) sent a frame in another party's name, or more than the protocol has")
                context.close(promise: nil)
                return
            }
        } catch {
            links.refused("\(peer) sent what is not a frame: \(error)")
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let peer { links.closed(peer, context.channel) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if peer == nil { links.refused("the TLS handshake failed: \(error)") }
        context.close(promise: nil)
    }
}
