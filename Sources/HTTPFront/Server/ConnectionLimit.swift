import NIOCore

/// The connections of a listening socket: up to so many at once, more wait to be accepted; all are ended in order when the
/// socket is closed.
final class ConnectionLimit: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    private let limit: Int
    private let drained: EventLoopPromise<Void>
    private var open: [ObjectIdentifier: any Channel] = [:]
    private var isWaiting = false
    private var isStopped = false

    /// - Parameter drained: kept once the socket and all connections are closed.
    init(_ limit: Int, drained: EventLoopPromise<Void>) {
        self.limit = limit
        self.drained = drained
    }

    func read(context: ChannelHandlerContext) {
        isWaiting = open.count >= limit
        if !isWaiting { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        open[ObjectIdentifier(channel)] = channel
        channel.closeFuture.hop(to: context.eventLoop).assumeIsolated()
            .whenComplete { _ in self.closed(ObjectIdentifier(channel), context) }
        context.fireChannelRead(data)
    }

    private func closed(_ channel: ObjectIdentifier, _ context: ChannelHandlerContext) {
        open[channel] = nil
        if isStopped { return finish() }
        if isWaiting { read(context: context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isStopped = true
        for channel in open.values { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Drain()) }
        finish()
        context.fireChannelInactive()
    }

    private func finish() { if open.isEmpty { drained.succeed() } }
}
