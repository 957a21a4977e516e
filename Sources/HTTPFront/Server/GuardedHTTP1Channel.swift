import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Telemetry

/// Hummingbird's connections of HTTP/1.1 with a guard behind the decoder.
struct GuardedHTTP1Channel: ServerChildChannel {
    let base: HTTP1Channel
    let bodyTime: TimeAmount
    let metrics: Metrics

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGuard(bodyTime: bodyTime, metrics: metrics), position: .after(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
