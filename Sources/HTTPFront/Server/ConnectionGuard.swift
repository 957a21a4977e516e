import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Telemetry

/// The tail of a connection's messages: lets heads in that RFC 9112 allows, refuses the others in the order of their
/// arrival, asks for bodies that are held back, and ends the connection where no further request can be told apart.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// An outbound event: the body of the request that is being answered may come.
    struct AskForBody: Sendable {}

    /// How long the rest of a body may take to arrive, once its request is answered.
    private let bodyTime: TimeAmount
    private let metrics: Metrics
    /// Ends the connection where a body that nobody reads does not end.
    private var restTimer: Scheduled<Void>?
    /// Heads that were let in and are not answered yet, oldest first.
    private var open = CircularBuffer<HTTPVersion>()
    /// Whether a head was let in whose message has not ended.
    private var isReading = false
    /// Whether no further request is let in.
    private var isLast = false
    /// A refusal that waits until the requests before it are answered.
    private var refusal: Problem?
    /// Whether the answer that is being written is the connection's last.
    private var closes = false
    private var isClosed = false

    init(bodyTime: TimeAmount, metrics: Metrics) {
        self.bodyTime = bodyTime
        self.metrics = metrics
    }

    func channelInactive(context: ChannelHandlerContext) {
        restTimer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard !isLast else { return }
            admit(head, context)
        case .body:
            if isReading { context.fireChannelRead(data) }
        case .end:
            guard isReading else { return }
            isReading = false
            restTimer?.cancel()
            context.fireChannelRead(data)
        }
    }

    private func admit(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        do throws(Problem) {
            let checked = try RequestHeadRules.checked(head)
            open.append(head.version)
            isReading = true
            isLast = !head.leavesConnectionOpen
            context.fireChannelRead(wrapInboundOut(.head(checked)))
        } catch {
            refuse(error, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            if !isClosed { context.fireErrorCaught(error) }
            return
        }
        if isReading {
            // The request's own answer tells of it, where it is not given yet: whoever reads the body finds the error.
            isReading = false
            isLast = true
            if open.isEmpty { end(context) } else { context.fireErrorCaught(error) }
        } else if !isLast {
            refuse(Problem(error), context)
        }
    }

    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        isLast = true
        if open.isEmpty { answer(problem, context) } else { refusal = problem }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            context.write(wrapOutboundOut(.head(framed(head))), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.writeAndFlush(data, promise: promise)
            _ = open.popFirst()
            if closes { return end(context) }
            guard open.isEmpty else { return }
            if let refusal { answer(refusal, context) } else if isReading { limitRest(context) }
        }
    }

    /// An answer's head that says what becomes of the connection.
    private func framed(_ head: HTTPResponseHead) -> HTTPResponseHead {
        var head = head
        closes =
            head.headers[canonicalForm: "connection"].contains("close") || isLast && refusal == nil && open.count == 1
        if closes {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if open.first == .http1_0 {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        return head
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is AskForBody else { return context.triggerUserOutboundEvent(event, promise: promise) }
        guard !isClosed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: promise)
    }

    /// Lets the rest of an answered request come for a while, so that a refusal need not end the connection.
    private func limitRest(_ context: ChannelHandlerContext) {
        restTimer = context.eventLoop.assumeIsolated().scheduleTask(in: bodyTime) { self.end(context) }
    }

    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        let reply = Reply(problem)
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: problem.status))
        for field in reply.fields { head.headers.add(name: field.name.rawName, value: field.value) }
        head.headers.add(name: "Date", value: Date.now.formatted(.fixdate))
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        metrics.answered(nil, status: problem.status, seconds: 0)
        end(context)
    }

    /// Ends the connection in two steps, so that the last answer is not lost in a reset (RFC 9112, section 9.6): the client
    /// is told at once that nothing follows, and what it still sends is read away for a while.
    private func end(_ context: ChannelHandlerContext) {
        isLast = true
        isClosed = true
        context.close(mode: .output, promise: nil)
        context.read()
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Nobody inside asks for more any longer.
        if isClosed { context.read() }
    }
}
