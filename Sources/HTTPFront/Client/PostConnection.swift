import NIOCore
import NIOHTTP1

/// One connection of a `PostClient`: one request at a time, behind NIO's HTTP/1.1 handlers.
final class PostConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = PostExchange
    typealias OutboundOut = HTTPClientRequestPart

    private let idle: TimeAmount
    /// Takes a connection that is free again.
    private let keep: (any Channel) -> Bool
    private var current: EventLoopPromise<PostClient.Answer>?
    private var answer: PostClient.Answer?
    private var received = 0
    private var staysOpen = false
    private var timer: Scheduled<Void>?

    init(idle: TimeAmount, keep: @escaping (any Channel) -> Bool) {
        self.idle = idle
        self.keep = keep
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        timer?.cancel()
        guard context.channel.isActive else { return exchange.answer.fail(PostClient.Failure.broken) }
        (current, answer, received) = (exchange.answer, nil, 0)
        // Whoever gave up waiting, for the time it took, leaves a connection that can't be used again.
        exchange.answer.futureResult.assumeIsolated().whenFailure { _ in context.close(promise: nil) }
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: exchange.body)))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // What comes without a request, or before the final answer.
            guard current != nil else { return context.close(promise: nil) }
            guard head.status.code >= 200 else { return }
            answer = PostClient.Answer(status: Int(head.status.code), retryAfter: head.headers[field: "Retry-After"])
            staysOpen = head.isKeepAlive
        case .body(let part):
            received += part.readableBytes
            guard received > PostClient.bodyLimit else { return }
            staysOpen = false
            finish(context)
        case .end: finish(context)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let answer, let current else { return }
        (self.answer, self.current) = (nil, nil)
        if staysOpen, keep(context.channel) {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: idle) { context.close(promise: nil) }
        } else {
            context.close(promise: nil)
        }
        current.succeed(answer)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(PostClient.Failure(of: error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        fail(.broken)
        context.fireChannelInactive()
    }

    private func fail(_ failure: PostClient.Failure) {
        current?.fail(failure)
        current = nil
    }
}
