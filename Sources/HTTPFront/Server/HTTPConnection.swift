import Foundation
import NIOCore
import NIOHTTP1

/// One connection of HTTP/1.1. It stands behind NIO's decoder and its pipeline handler, which lets one request in at a time:
/// refuses heads that RFC 9112 does not allow, asks for bodies that are held back, collects them up to a size and a time,
/// writes answers, and ends the connection where no further request can be told apart.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// An inbound event: the server stops, and no further request is let in.
    struct Drain: Sendable {}

    private enum Phase {
        /// No request is here.
        case idle
        /// A request was let in, and its body is coming.
        case body
        /// The route is at work.
        case work
        /// The answer is on its way to the client.
        case answer
        /// The answer has left, and the rest of its request, which nobody reads, may come for a while.
        case rest
        /// The client was told that nothing follows.
        case closed
    }

    private let responder: APIResponder
    /// How long a body may take to arrive, and the rest of a request once it is answered.
    private let bodyTime: TimeAmount
    private let date: DateClock
    private var phase = Phase.idle
    private var exchange: Exchange?
    /// Whether the latest head's message has not ended.
    private var isReading = false
    /// Whether no further request is let in.
    private var isLast = false
    private var timer: Scheduled<Void>?
    /// The writer of an answer that has no end of its own.
    private var stream: Task<Void, Never>?

    init(responder: APIResponder, bodyTime: TimeAmount, date: DateClock) {
        self.responder = responder
        self.bodyTime = bodyTime
        self.date = date
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): if !isLast { begin(head, context) }
        case .body(let part): if phase == .body { take(part, context) }
        case .end: if isReading { endOfMessage(context) }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isReading = true
        isLast = !head.leavesConnectionOpen
        do throws(Problem) {
            exchange = responder.exchange(try RequestHeadRules.checked(head))
        } catch {
            exchange = Exchange(head, route: nil)
            isLast = true
            return answer(Reply(error), context)
        }
        if let reply = responder.admit(&exchange!) { return answer(reply, context) }
        guard exchange?.route?.bodyLimit != nil else { return work(context) }
        phase = .body
        if exchange?.holdsBody == true { askForBody(context) }
        schedule(after: bodyTime, context) { self.answer(Reply(Problem(.requestTimeout)), context) }
    }

    private func askForBody(_ context: ChannelHandlerContext) {
        exchange?.holdsBody = false
        context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
    }

    private func take(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        do throws(Problem) { try exchange?.take(part) } catch {
            answer(exchange?.refusal(error) ?? Reply(error), context)
        }
    }

    private func endOfMessage(_ context: ChannelHandlerContext) {
        isReading = false
        if phase == .body { return work(context) }
        guard phase == .rest else { return }
        timer?.cancel()
        phase = .idle
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        // The decoder reads no further.
        isLast = true
        switch phase {
        case .idle, .body: answer(Reply(Problem(error)), context)
        case .rest: end(context)
        case .work, .answer, .closed: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, is Drain:
            isLast = true
            stream?.cancel()
            if phase == .idle { context.close(promise: nil) }
        case is IdleStateHandler.IdleStateEvent: if phase != .work { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        stream?.cancel()
        phase = .closed
        context.fireChannelInactive()
    }

    // MARK: What is answered

    private func work(_ context: ChannelHandlerContext) {
        guard let exchange, let route = exchange.route else { return }
        let call = exchange.call
        timer?.cancel()
        phase = .work
        context.eventLoop.makeFutureWithTask { [responder] in await responder.answer(route, call) }
            .assumeIsolated().whenSuccess { self.answer($0, context) }
    }

    private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
        responder.count(reply, to: exchange)
        guard phase != .closed else { return }
        timer?.cancel()
        phase = .answer
        var reply = reply
        if reply.stream != nil, exchange?.head.version == .http1_0 {
            reply = Reply(Problem(.httpInvalid, "an answer without an end needs HTTP/1.1"))
        }
        // Whether a body that is held back comes after an answer in place of 100, nobody can tell.
        reply.closes = reply.closes || isLast || exchange?.holdsBody == true
        isLast = reply.closes
        var (head, body) = reply.response(head: exchange?.head.method == .HEAD)
        head.headers.add(name: "Date", value: date.field(at: .now))
        if !isLast, exchange?.head.version == .http1_0 { head.headers.add(name: "Connection", value: "keep-alive") }
        let isHead = exchange?.head.method == .HEAD
        exchange = nil
        if let stream = reply.stream, !isHead { return begin(stream, behind: head, context) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body)))).assumeIsolated()
            .whenComplete { _ in self.answered(context) }
    }

    private func begin(
        _ stream: @escaping @Sendable (BodyWriter) async -> Void, behind head: HTTPResponseHead,
        _ context: ChannelHandlerContext
    ) {
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        let done = context.eventLoop.makePromise(of: Void.self)
        let writer = BodyWriter(context.channel)
        self.stream = Task {
            await stream(writer)
            done.succeed()
        }
        done.futureResult.assumeIsolated().whenComplete { _ in
            self.stream = nil
            self.answered(context)
        }
    }

    /// Lets the next request in: only once an answer has left, so that a client that reads none can't have them pile up.
    private func answered(_ context: ChannelHandlerContext) {
        guard phase == .answer else { return }
        let ends = isLast
        phase = ends ? .closed : isReading ? .rest : .idle
        if phase == .rest { schedule(after: bodyTime, context) { self.end(context) } }
        // What was held behind this answer comes within this call.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if ends { end(context) }
    }

    /// Ends the connection in two steps, so that the last answer is not lost in a reset (RFC 9112, section 9.6): the client
    /// is told at once that nothing follows, and what it still sends is read away for a while.
    private func end(_ context: ChannelHandlerContext) {
        phase = .closed
        context.close(mode: .output, promise: nil)
        schedule(after: .seconds(1), context) { context.close(promise: nil) }
    }

    private func schedule(after time: TimeAmount, _ context: ChannelHandlerContext, _ task: @escaping () -> Void) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time, task)
    }
}
