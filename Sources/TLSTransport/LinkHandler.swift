import Crypto
import NIOCore
import NIOSSL
import NIOTLS
import Records
import ThreeParty

/// One connection: names the peer by its certificate, then passes its frames on.
///
/// Used on its channel's event loop alone.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let links: Links
    private let pins: [PartyID: [UInt8]]
    private var peer: PartyID?
    private var assembly = FrameAssembly()

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
        var buffer = unwrapInboundIn(data)
        do {
            while let frame = try assembly.take(&buffer) {
                guard frame.sender == peer, links.deliver(frame) else {
                    links.refused("\(peer) sent a frame in another party's name, or more than the protocol has")
                    context.close(promise: nil)
                    return
                }
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
