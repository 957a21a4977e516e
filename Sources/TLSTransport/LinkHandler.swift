import Crypto
import NIOCore
import NIOSSL
import NIOTLS
import Records
import ThreeParty

/// One connection: names the peer by its certificate, holds its hello against this party's, then passes its frames on.
///
/// Used on its channel's event loop alone.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let links: Links
    /// Who may be at the other end.
    private let peers: [PartyID]
    private let accepts: @Sendable (PartyID, [UInt8]) -> Bool
    private let hello: LinkHello
    /// Who the certificate names.
    private var peer: PartyID?
    /// What came of the peer's hello; nil once it was found to fit, and the link is up.
    private var greeting: [UInt8]? = []
    private var assembly = FrameAssembly()

    init(
        links: Links, peers: [PartyID], accepts: @escaping @Sendable (PartyID, [UInt8]) -> Bool, hello: LinkHello
    ) {
        self.links = links
        self.peers = peers
        self.accepts = accepts
        self.hello = hello
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
            let fingerprint = certificate.map { Array(SHA256.hash(data: $0)) }
            guard let fingerprint, let peer = peers.first(where: { accepts($0, fingerprint) }) else {
                links.refused("the peer's certificate is none that is in force")
                context.close(promise: nil)
                return
            }
            self.peer = peer
            context.channel.writeAndFlush(ByteBuffer(bytes: hello.encoded), promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let peer else { return }
        var buffer = unwrapInboundIn(data)
        guard greet(peer, context, &buffer) else { return }
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

    /// Takes the peer's hello from the front of what came; whether the link is up.
    private func greet(_ peer: PartyID, _ context: ChannelHandlerContext, _ buffer: inout ByteBuffer) -> Bool {
        guard var greeting else { return true }
        greeting += buffer.readBytes(length: min(LinkHello.byteCount - greeting.count, buffer.readableBytes)) ?? []
        self.greeting = greeting
        guard greeting.count == LinkHello.byteCount else { return false }
        do throws(LinkHelloError) {
            try hello.check(greeting)
        } catch {
            links.refused("\(peer) has no link: \(error)")
            context.close(promise: nil)
            return false
        }
        self.greeting = nil
        links.opened(peer, context.channel)
        return true
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
