import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A client that posts to addresses which others chose: the address that a name resolves to is looked at, and that same one is
/// connected to; nothing is followed, and time and bytes of an answer are limited. Connections are kept for a few seconds.
package final class PostClient: Sendable {
    /// Where a request goes.
    package struct Target: Hashable, Sendable {
        package var isSecure: Bool
        /// A name, or an IP address without brackets.
        package var host: String
        package var port: Int

        package init(isSecure: Bool, host: String, port: Int) {
            self.isSecure = isSecure
            self.host = host
            self.port = port
        }
    }

    package struct Answer: Hashable, Sendable {
        package var status: Int
        /// The field Retry-After as it came.
        package var retryAfter: String?
    }

    /// Why there is no answer.
    package enum Failure: Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
        case noAddress, forbiddenAddress, noConnection, tls, late, broken, unreadable

        /// What an error of a connection means.
        init(of error: any Error) {
            switch error {
            case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .tls
            case is HTTPParserError: self = .unreadable
            default: self = .broken
            }
        }

        package var description: String {
            switch self {
            case .noAddress: "the name is not known"
            case .forbiddenAddress: "the name leads to an address that may not be reached"
            case .noConnection: "nobody takes a connection there"
            case .tls: "there is no TLS, or the certificate is not one of this host's that is trusted"
            case .late: "there was no whole answer in time"
            case .broken: "the connection broke before the answer was whole"
            case .unreadable: "the answer is none of HTTP/1.1, or too large"
            }
        }
    }

    package struct Settings: Sendable {
        /// How long a request may take, from the name's resolution to the answer's end.
        package var timeout: Duration = .seconds(15)
        /// How long a connection is kept that nobody uses: less than most servers keep it.
        package var idle: Duration = .seconds(3)
        /// A file of certificates (PEM) that are trusted in place of the system's.
        package var roots: String?

        package init() {}
    }

    /// Most bytes of an answer's body; of more, the connection is closed and the status counts.
    static let bodyLimit = 65_536

    private let settings: Settings
    private let mayReach: @Sendable (_ address: String, _ isSecure: Bool) -> Bool
    private let resolve: @Sendable (_ host: String) -> [String]
    private let context: NIOSSLContext
    private let idle = Mutex<[Target: [any Channel]]>([:])
    private let names = DispatchQueue(label: "post-names", attributes: .concurrent)

    /// - Parameters:
    ///   - mayReach: whether a numeric IP address may be connected to, with TLS or without.
    ///   - resolve: all addresses of a name, as numbers; by default the system's.
    /// - Throws: where the roots can't be read.
    package init(
        _ settings: Settings, mayReach: @escaping @Sendable (_ address: String, _ isSecure: Bool) -> Bool,
        resolve: (@Sendable (_ host: String) -> [String])? = nil
    ) throws {
        self.settings = settings
        self.mayReach = mayReach
        self.resolve = resolve ?? Self.addresses
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        if let roots = settings.roots { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(roots)) }
        context = try NIOSSLContext(configuration: tls)
    }

    /// Posts a body; `done` is called once, on any thread.
    ///
    /// - Parameter path: from the slash on, with the query.
    package func post(
        _ body: [UInt8], to target: Target, path: String, authority: String, headers: [(name: String, value: String)],
        done: @escaping @Sendable (Result<Answer, Failure>) -> Void
    ) {
        let channel = kept(target)
        let loop = channel?.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Answer.self)
        answer.futureResult.whenComplete { result in
            done(result.mapError { $0 as? Failure ?? .broken })
        }
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        fields.replaceOrAdd(name: "Host", value: authority)
        fields.replaceOrAdd(name: "Content-Length", value: "\(body.count)")
        fields.replaceOrAdd(name: "User-Agent", value: "cordon")
        let exchange = PostExchange(
            head: HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: fields), body: body,
            answer: answer)
        let late = loop.scheduleTask(in: TimeAmount(settings.timeout)) { answer.fail(Failure.late) }
        answer.futureResult.whenComplete { _ in late.cancel() }
        if let channel {
            channel.writeAndFlush(exchange).whenFailure { answer.fail(Failure(of: $0)) }
        } else {
            open(target, for: exchange)
        }
    }

    private func open(_ target: Target, for exchange: PostExchange) {
        let answer = exchange.answer
        names.async { [self] in
            // A resolver that hangs holds a thread of this request's own; the time-out answers.
            let found = resolve(target.host)
            guard let first = found.first, let address = try? SocketAddress(ipAddress: first, port: target.port) else {
                return answer.fail(Failure.noAddress)
            }
            // A name of which one address leads inwards is none that can be trusted.
            guard found.allSatisfy({ mayReach($0, target.isSecure) }) else {
                return answer.fail(Failure.forbiddenAddress)
            }
            connect(to: address, target, for: exchange)
        }
    }

    private func connect(to address: SocketAddress, _ target: Target, for exchange: PostExchange) {
        let answer = exchange.answer
        ClientBootstrap(group: answer.futureResult.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(TimeAmount(settings.timeout))
            .channelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, target) }
            }
            .connect(to: address)
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    channel.writeAndFlush(exchange).whenFailure { answer.fail(Failure(of: $0)) }
                case .failure: answer.fail(Failure.noConnection)
                }
            }
    }

    private func prepare(_ channel: any Channel, _ target: Target) throws {
        let pipeline = channel.pipeline.syncOperations
        if target.isSecure {
            let isNumber = (try? SocketAddress(ipAddress: target.host, port: 0)) != nil
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: isNumber ? nil : target.host))
        }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(
            PostConnection(idle: TimeAmount(settings.idle)) { [weak self] channel in
                self?.keep(channel, target) ?? false
            })
    }

    private func kept(_ target: Target) -> (any Channel)? {
        idle.withLock { idle in
            while let channel = idle[target]?.popLast() {
                if channel.isActive { return channel }
            }
            idle[target] = nil
            return nil
        }
    }

    private func keep(_ channel: any Channel, _ target: Target) -> Bool {
        idle.withLock { idle in
            idle[target] = (idle[target] ?? []).filter(\.isActive) + [channel]
            return true
        }
    }

    /// All that the system's resolver has of a name, whatever form of number it takes for one.
    private static func addresses(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [String] = []
        var entry = found
        while let info = entry?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                addresses.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            entry = info.ai_next
        }
        return addresses
    }
}

/// A request on its way, and who waits for its answer.
struct PostExchange: Sendable {
    var head: HTTPRequestHead
    var body: [UInt8]
    var answer: EventLoopPromise<PostClient.Answer>
}
