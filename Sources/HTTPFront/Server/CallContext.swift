package import Hummingbird
import NIOCore

/// A connection that can be closed once its last answer had time to arrive: at once would reset it, and take the answer
/// with it.
package struct ClosableChannel: Sendable {
    package let channel: any Channel

    package init(channel: any Channel) {
        self.channel = channel
    }

    package func closeSoon() {
        channel.eventLoop.scheduleTask(in: .seconds(1)) { [channel] in channel.close(promise: nil) }
    }
}

/// What the server hands to a route beside the request.
package struct CallContext: InitializableFromSource, Sendable {
    /// Nil in tests without a socket.
    package let channel: ClosableChannel?

    package init(source: ApplicationRequestContextSource) { channel = ClosableChannel(channel: source.channel) }

    package init() { channel = nil }
}
