import HTTPFront
import IngestHTTP
import NIOCore
import NIOPosix
import NIOSSL
import Support
import Telemetry
import Testing

/// A server on a port that is free, for the length of a test.
func serving<T>(
    _ bench: Bench, _ change: (inout APIServer.Settings) -> Void = { _ in },
    _ body: (Int) async throws -> T
) async throws -> T {
    var settings = APIServer.Settings(host: "127.0.0.1", port: 0)
    settings.deadline = .milliseconds(1)
    change(&settings)
    let server = try APIServer(
        settings, service: bench.service,
        tokens: BearerTokenStore(BearerTokens([.init(client: "core", sha256: BearerTokens.hash(TestAPI.token))])),
        metrics: bench.metrics, exposition: { "" }, readiness: { [] })
    return try await server.serve { port, _ in try await body(port) }
}

/// What a server said on a connection.
struct Said {
    var text = ""

    /// The statuses of its answers, in order.
    var statuses: [Int] {
        text.matches(of: #/HTTP/1\.[01] ([0-9]{3}) /#).compactMap { Int($0.output.1) }
    }
}

/// One end of a connection, byte for byte.
enum Step: Sendable {
    case send(String)
    case sendBytes([UInt8])
    /// Waits until the server has said this, behind what was waited for before.
    case hear(String)
    /// Takes its time.
    case wait(@Sendable () async throws -> Void)
    /// Sends nothing more, and listens on.
    case endSending
    /// Listens until the server ends the connection.
    case hearAll
}

/// Takes the steps in turn; what was not heard yet is heard as far as it has come.
func converse(_ steps: [Step], with port: Int, tls: TLSConfiguration? = nil) async throws -> Said {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: NIOSSLContext(configuration: tls), serverHostname: "party-0"))
                }
                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var iterator = inbound.makeAsyncIterator()
        var said = Said()
        var heard = said.text.startIndex
        for step in steps {
            switch step {
            case .send(let text): try await outbound.write(ByteBuffer(string: text))
            // A server that has ended the connection takes no more.
            case .sendBytes(let bytes): try? await outbound.write(ByteBuffer(bytes: bytes))
            case .wait(let body): try await body()
            case .endSending: outbound.finish()
            case .hear(let text):
                while said.text[heard...].firstRange(of: text) == nil {
                    said.text += String(buffer: try #require(try await iterator.next(), "\(said.text) and no \(text)"))
                }
                heard = said.text[heard...].firstRange(of: text)!.upperBound
            case .hearAll: while let more = try await iterator.next() { said.text += String(buffer: more) }
            }
        }
        return said
    }
}

/// What a server answers to bytes, until it ends the connection or has said `enough`.
func say(
    _ text: String, to port: Int, tls: TLSConfiguration? = nil, enough: String? = nil
) async throws -> String {
    try await converse([.send(text), enough.map { .hear($0) } ?? .hearAll], with: port, tls: tls).text
}
