import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Telemetry

/// The HTTP server in front of a role: routes, access, limits, TLS and an orderly end.
package struct APIServer: Sendable {
    package struct TLSFiles: Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    package struct Settings: Sendable {
        package var host: String
        /// 0 for one that is free.
        package var port: Int
        package var tls: TLSFiles?
        /// What a request may wait for its score where it does not say.
        package var deadline: Duration = .milliseconds(250)
        package var ratePerSecond = 1000
        package var connections = 1024
        /// How long a body may take to arrive, and a connection may be silent.
        package var bodyTime: Duration = .seconds(10)
        package var idleTime: Duration = .seconds(60)
        package var open: Set<OpenRoutes> = [.health]
        package var description: [UInt8]?

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Why the server can't be.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case tls(certificate: String, key: String, reason: String)
        case closed

        package var description: String {
            switch self {
            case .tls(let certificate, let key, let reason):
                "\(certificate) and \(key) are no certificate chain and its key in PEM: \(reason)"
            case .closed: "the system closed the listening socket; the agent's log and the system's tell more"
            }
        }
    }

    private let settings: Settings
    private let tls: NIOSSLContext?
    package let responder: APIResponder

    /// - Parameters:
    ///   - routes: all that it serves; each path once.
    ///   - rate: the limit that requests, and what routes count beside them, are held against.
    package init(
        _ settings: Settings, routes: [Route], rate: RateGate, tokens: BearerTokenStore, metrics: Metrics
    ) throws(Failure) {
        self.settings = settings
        tls = if let files = settings.tls { try Self.context(files) } else { nil }
        responder = APIResponder(routes: routes, tokens: tokens, rate: rate, metrics: metrics)
    }

    private static func context(_ files: TLSFiles) throws(Failure) -> NIOSSLContext {
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw .tls(certificate: files.certificate, key: files.key, reason: "\(error)")
        }
    }

    /// Serves until told to stop, and then until the last request is answered.
    ///
    /// - Parameter listening: called with the port, once it takes connections.
    /// - Throws: `closed`, or why it can't listen.
    package func run(until stop: @Sendable () -> Bool, listening: @Sendable (Int) -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let drained = group.any().makePromise(of: Void.self)
        let socket: any Channel
        do {
            socket = try await bootstrap(group, drained).bind(host: settings.host, port: settings.port).get()
        } catch {
            drained.fail(error)
            throw error
        }
        listening(socket.localAddress?.port ?? 0)
        while socket.isActive, !stop(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
        let ended = !socket.isActive
        socket.close(promise: nil)
        try await drained.futureResult.get()
        if ended { throw Failure.closed }
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup, _ drained: EventLoopPromise<Void>) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [limit = settings.connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionLimit(limit, drained: drained))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [self, date = DateClock()] channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, date) }
            }
    }

    private func prepare(_ channel: any Channel, _ date: DateClock) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: Self.headLimits)
        try pipeline.addHandlers([
            IdleStateHandler(allTimeout: TimeAmount(settings.idleTime)),
            HTTPConnection(responder: responder, bodyTime: TimeAmount(settings.bodyTime), date: date),
        ])
    }

    /// Most bytes of a request's head, and most of its fields.
    private static let headLimits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 80 << 10
        limits.maxHeaderListSize = 80 << 10
        limits.maxHeaderFieldCount = 1000
        return limits
    }()
}
