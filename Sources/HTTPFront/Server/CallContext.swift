package import Hummingbird
import NIOCore

/// What the server hands to a route beside the request.
package struct CallContext: InitializableFromSource, Sendable {
    /// Nil in tests without a socket.
    private let channel: (any Channel)?

    package init(source: ApplicationRequestContextSource) { channel = source.channel }

    package init() { channel = nil }

    /// Tells a client that holds its body back to send it: 100 Continue.
    func askForBody() { channel?.triggerUserOutboundEvent(ConnectionGuard.AskForBody(), promise: nil) }
}
