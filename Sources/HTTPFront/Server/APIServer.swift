import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
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
        package var open: Set<OpenRoutes> = Set(OpenRoutes.allCases)
        package var description: [UInt8]?

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Why the server can't be.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case tls(certificate: String, key: String, reason: String)

        package var description: String {
            switch self {
            case .tls(let certificate, let key, let reason):
                "\(certificate) and \(key) are no certificate chain and its key in PEM: \(reason)"
            }
        }
    }

    private let settings: Settings
    private let server: HTTPServerBuilder
    package let responder: APIResponder
    private let logger: Logger

    /// - Parameters:
    ///   - routes: all that it serves; each path once.
    ///   - rate: the limit that requests, and what routes count beside them, are held against.
    package init(
        _ settings: Settings, routes: [Route], rate: RateGate, tokens: BearerTokenStore, metrics: Metrics,
        logger: Logger
    ) throws(Failure) {
        self.settings = settings
        self.logger = logger
        let idle = TimeAmount(settings.idleTime)
        let plain = HTTPServerBuilder { [bodyTime = TimeAmount(settings.bodyTime)] responder in
            GuardedHTTP1Channel(
                base: HTTP1Channel(responder: responder, configuration: .init(idleTimeout: idle)),
                bodyTime: bodyTime, metrics: metrics)
        }
        if let tls = settings.tls {
            let configuration = try Self.configuration(tls)
            do { server = try .tls(plain, tlsConfiguration: configuration) } catch {
                throw .tls(certificate: tls.certificate, key: tls.key, reason: "\(error)")
            }
        } else {
            server = plain
        }
        responder = APIResponder(
            routes: Dictionary(uniqueKeysWithValues: routes.map { ($0.path, $0) }), tokens: tokens, rate: rate,
            bodyTime: settings.bodyTime, metrics: metrics)
    }

    private static func configuration(_ files: TLSFiles) throws(Failure) -> TLSConfiguration {
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            _ = try NIOSSLContext(configuration: tls)
            return tls
        } catch {
            throw .tls(certificate: files.certificate, key: files.key, reason: "\(error)")
        }
    }

    /// Serves until told to stop, and then until the last request is answered.
    ///
    /// - Parameter listening: called with the port, once it takes connections.
    package func run(until stop: @escaping @Sendable () -> Bool, listening: @escaping @Sendable (Int) -> Void)
        async throws
    {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.connections, logger: quiet)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: quiet)
        let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                while !stop() { try await Task.sleep(for: .milliseconds(50)) }
                await group.triggerGracefulShutdown()
            }
            // A server that ends early fails here, and takes the watch with it.
            try await tasks.next()
            tasks.cancelAll()
            do { try await tasks.waitForAll() } catch is CancellationError {}
        }
    }
}
