import NIOCore
import NIOPosix
import Terminal

/// TCP relays that pass every byte on after a while, in order and both ways: a network with that one-way time, and room for
/// any number of bytes under way.
final class DelayRelay {
    private let delay: TimeAmount
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(delay: TimeAmount) { self.delay = delay }

    /// Starts a relay to a port of this machine; returns the relay's own.
    func port(to target: Int) throws -> Int {
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [delay] near in
                // The dialler is read only once the other side is there.
                Self.connection(to: target, for: near, delay: delay).flatMapThrowing { far in
                    try near.pipeline.syncOperations.addHandler(DelayedForwarder(to: far, after: delay))
                }
            }
        let channel = try bootstrap.bind(host: "127.0.0.1", port: 0).wait()
        guard let port = channel.localAddress?.port else { throw Failure("a relay listens on no port") }
        return port
    }

    /// Dials until somebody listens: to the party on this side, a peer that is not up yet is a slow one.
    private static func connection(
        to target: Int, for near: any Channel, delay: TimeAmount
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: near.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { far in
                far.eventLoop.makeCompletedFuture {
                    try far.pipeline.syncOperations.addHandler(DelayedForwarder(to: near, after: delay))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .flatMapError { _ in
                near.eventLoop.scheduleTask(in: .milliseconds(20)) {}.futureResult.flatMap {
                    connection(to: target, for: near, delay: delay)
                }
            }
    }

    /// Cuts all connections.
    func close() { try? group.syncShutdownGracefully() }
}

/// What a connection brings goes to another, later. Scheduled tasks of one delay run in the order of their scheduling.
private final class DelayedForwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let delay: TimeAmount

    init(to other: any Channel, after delay: TimeAmount) {
        self.other = other
        self.delay = delay
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        context.eventLoop.scheduleTask(in: delay) { [other] in other.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        context.eventLoop.scheduleTask(in: delay) { [other] in other.close(promise: nil) }
    }
}
