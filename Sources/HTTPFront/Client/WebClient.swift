import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A client of servers that the operator chose, such as a sign-in provider: one request a connection, TLS unless the server is on
/// this machine, no redirects, and an end to time and bytes.
package struct WebClient: Sendable {
    /// Why there is no answer.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        case address, late, tooLarge, broken

        package var description: String {
            switch self {
            case .address: "the address is none of https, nor of http on this machine"
            case .late: "there was no whole answer in time"
            case .tooLarge: "the answer is larger than what is read"
            case .broken: "the connection ended before the answer was whole"
            }
        }
    }

    private let tls: NIOSSLContext
    private static let time = TimeAmount.seconds(10)
    private static let bodyLimit = 1 << 20

    /// - Parameter roots: a file of certificates (PEM) that are trusted in place of the system's; nil for those.
    package init(roots: String?) throws {
        var settings = TLSConfiguration.makeClientConfiguration()
        if let roots { settings.trustRoots = .file(roots) }
        settings.minimumTLSVersion = .tlsv12
        tls = try NIOSSLContext(configuration: settings)
    }

    /// - Parameter form: a body to be posted; nil for GET.
    /// - Returns: status and body.
    package func exchange(_ address: String, form: String? = nil) async throws -> (status: Int, body: [UInt8]) {
        guard let parts = URLComponents(string: address), let authority = parts.host, !authority.isEmpty else {
            throw Failure.address
        }
        // An address of IPv6 stands in brackets, and is connected to without them.
        let host = authority.hasPrefix("[") ? String(authority.dropFirst().prefix { $0 != "]" }) : authority
        guard parts.scheme == "https" || parts.scheme == "http" && ["127.0.0.1", "::1", "localhost"].contains(host)
        else {
            throw Failure.address
        }
        let isSecure = parts.scheme == "https"
        // A number is held against the certificate's addresses; SNI has names alone.
        let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: (Int, [UInt8]).self)
        let timer = loop.scheduleTask(in: Self.time) { answer.fail(Failure.late) }
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(Self.time)
                .channelInitializer { [tls] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if isSecure { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(Collector(answer, limit: Self.bodyLimit))
                    }
                }.connect(host: host, port: parts.port ?? (isSecure ? 443 : 80)).get()
        } catch {
            timer.cancel()
            answer.fail(error)
            throw error
        }
        defer {
            timer.cancel()
            channel.close(promise: nil)
        }
        let target =
            (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
            + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
        var head = HTTPRequestHead(version: .http1_1, method: form == nil ? .GET : .POST, uri: target)
        head.headers.add(name: "Host", value: parts.port.map { "\(authority):\($0)" } ?? authority)
        head.headers.add(name: "Accept", value: "application/json")
        head.headers.add(name: "Connection", value: "close")
        let body = Array((form ?? "").utf8)
        if form != nil {
            head.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            head.headers.add(name: "Content-Length", value: "\(body.count)")
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await answer.futureResult.get()
    }

    /// What collects an answer.
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let answer: EventLoopPromise<(Int, [UInt8])>
        private let limit: Int
        private var status = 0
        private var body: [UInt8] = []

        init(_ answer: EventLoopPromise<(Int, [UInt8])>, limit: Int) {
            self.answer = answer
            self.limit = limit
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = Int(head.status.code)
            case .body(let part):
                guard body.count + part.readableBytes <= limit else { return answer.fail(Failure.tooLarge) }
                body += part.readableBytesView
            case .end: answer.succeed((status, body))
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            answer.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { answer.fail(Failure.broken) }
    }
}
