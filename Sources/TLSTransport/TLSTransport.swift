import Crypto
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import Records
import Synchronization
package import ThreeParty

/// Where and as whom a party speaks to its peers.
package struct TLSIdentity: Sendable {
    package var party: PartyID
    /// PEM files: this party's certificate, its key, and the authority that issued all three.
    package var certificate: String
    package var key: String
    package var authority: String
    /// SHA-256 of each party's certificate (DER), from the roster: the chain must hold and the pin must match.
    package var pins: [PartyID: [UInt8]]
    /// Whether a party's certificate of this SHA-256 is in force: while keys are rotated, two of one party may be. Asked at each
    /// handshake; nil where the roster's pins are all.
    package var accepts: (@Sendable (PartyID, [UInt8]) -> Bool)?
    /// The digest of the whole roster, which must be the peer's, too.
    package var roster: Digest32

    package init(
        party: PartyID, certificate: String, key: String, authority: String, pins: [PartyID: [UInt8]],
        accepts: (@Sendable (PartyID, [UInt8]) -> Bool)? = nil, roster: Digest32
    ) {
        self.accepts = accepts
        self.party = party
        self.certificate = certificate
        self.key = key
        self.authority = authority
        self.pins = pins
        self.roster = roster
    }
}

package struct Endpoint: Sendable, Hashable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

package enum TLSTransportError: Error, Sendable, Hashable, CustomStringConvertible {
    case credentials(reason: String)
    case notListening(Endpoint, reason: String)

    package var description: String {
        switch self {
        case .credentials(let reason): "the TLS certificate or key can't be used: \(reason)"
        case .notListening(let endpoint, let reason):
            "can't listen on \(endpoint.host):\(endpoint.port): \(reason)"
        }
    }
}

/// Frames over one mutual TLS 1.3 connection a pair of parties. The higher party dials the lower and dials again,
/// without end, when the link is lost. A peer is who its pinned certificate says, never who it claims to be, and speaks the same
/// version by the same roster (`LinkHello`).
package final class TLSTransport: Transport {
    package let party: PartyID
    private let inbox = FrameInbox()
    private let links: Links
    private let group: MultiThreadedEventLoopGroup
    private let stopping = Mutex(false)
    private let listener = Mutex<(any Channel)?>(nil)
    private let hello: LinkHello
    private let logger: Logger

    /// Listens and dials; links come up in the background.
    package init(_ identity: TLSIdentity, endpoints: [PartyID: Endpoint], logger: Logger) throws(TLSTransportError) {
        party = identity.party
        self.logger = logger
        hello = LinkHello(roster: identity.roster)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        links = Links(party: identity.party, inbox: inbox, logger: logger)
        let contexts = try Self.contexts(identity)
        let pins = identity.pins
        let accepts = identity.accepts ?? { pins[$0] == $1 }
        if let own = endpoints[party], party != .two {
            try listen(on: own, context: contexts.server, accepts: accepts)
        }
        for peer in PartyID.allCases where peer < party {
            if let endpoint = endpoints[peer], pins[peer] != nil {
                dial(peer, at: endpoint, context: contexts.client, accepts: accepts, pause: .milliseconds(50))
            }
        }
    }

    package func send(_ frame: Frame, to peer: PartyID) { links.send(frame, to: peer) }

    package func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try inbox.receive(stream: stream, timeout: timeout)
    }

    package var connected: Set<PartyID> { links.connected }
    package var sent: TransportCount { links.sent }

    /// Closes every link; blocks until it is done.
    package func close() {
        stopping.withLock { $0 = true }
        listener.withLock { $0 }?.close(promise: nil)
        links.closeAll()
        try? group.syncShutdownGracefully()
    }

    /// The groups of the key exchange: the hybrid one alone, since both ends are this program.
    private static let groups: [NIOTLSCurve] = [.x25519_MLKEM768]

    private static func contexts(
        _ identity: TLSIdentity
    ) throws(TLSTransportError) -> (server: NIOSSLContext, client: NIOSSLContext) {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(identity.certificate).map(
                NIOSSLCertificateSource.certificate)
            let key = try NIOSSLPrivateKey(file: identity.key, format: .pem)
            var server = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
            server.minimumTLSVersion = .tlsv13
            server.curves = Self.groups
            server.trustRoots = .file(identity.authority)
            server.certificateVerification = .noHostnameVerification
            var client = TLSConfiguration.makeClientConfiguration()
            client.minimumTLSVersion = .tlsv13
            client.curves = Self.groups
            client.trustRoots = .file(identity.authority)
            client.certificateVerification = .fullVerification
            client.certificateChain = chain
            client.privateKey = .privateKey(key)
            return (try NIOSSLContext(configuration: server), try NIOSSLContext(configuration: client))
        } catch {
            throw .credentials(reason: "\(error)")
        }
    }

    private func listen(
        on endpoint: Endpoint, context: NIOSSLContext, accepts: @escaping @Sendable (PartyID, [UInt8]) -> Bool
    ) throws(TLSTransportError) {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [links, hello] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context),
                        LinkHandler(links: links, peers: PartyID.allCases, accepts: accepts, hello: hello),
                    ])
                }
            }
        do {
            let channel = try bootstrap.bind(host: endpoint.host, port: endpoint.port).wait()
            listener.withLock { $0 = channel }
        } catch {
            throw .notListening(endpoint, reason: "\(error)")
        }
    }

    /// Between two attempts at a link: where nobody listens, which a batch waits for behind a peer that is there again; and where
    /// the link is refused, of which both ends write a line each time.
    private static let longestPause = (silent: TimeAmount.milliseconds(250), refused: TimeAmount.seconds(2))

    private func dial(
        _ peer: PartyID, at endpoint: Endpoint, context: NIOSSLContext,
        accepts: @escaping @Sendable (PartyID, [UInt8]) -> Bool, pause: TimeAmount
    ) {
        let loop = group.next()
        let again: @Sendable (TimeAmount, TimeAmount) -> Void = { [weak self] pause, longest in
            guard let self, !self.stopping.withLock({ $0 }) else { return }
            let pause = min(pause, longest)
            loop.scheduleTask(in: pause) { [weak self] in
                let next = min(pause * 2, longest)
                self?.dial(peer, at: endpoint, context: context, accepts: accepts, pause: next)
            }
        }
        ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { [links, hello] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLClientHandler(context: context, serverHostname: peer.name),
                        LinkHandler(links: links, peers: [peer], accepts: accepts, hello: hello),
                    ])
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .whenComplete { [links] result in
                switch result {
                case .success(let channel):
                    channel.closeFuture.whenComplete { _ in
                        again(links.takeOpened(channel) ? .milliseconds(50) : pause, Self.longestPause.refused)
                    }
                case .failure: again(pause, Self.longestPause.silent)
                }
            }
    }
}
