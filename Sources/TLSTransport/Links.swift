import Logging
import NIOCore
import Records
import Synchronization
import ThreeParty

/// The open connection to each peer, and what was sent over it.
final class Links: Sendable {
    private struct State {
        var channels: [PartyID: any Channel] = [:]
        /// Connections that were a link once, as long as nobody asked.
        var opened: Set<ObjectIdentifier> = []
        var count = TransportCount()
    }

    private let party: PartyID
    private let state = Mutex(State())
    private let inbox: FrameInbox
    private let logger: Logger

    init(party: PartyID, inbox: FrameInbox, logger: Logger) {
        self.party = party
        self.inbox = inbox
        self.logger = logger
    }

    var connected: Set<PartyID> { state.withLock { Set($0.channels.keys) } }
    var sent: TransportCount { state.withLock { $0.count } }

    func send(_ frame: Frame, to peer: PartyID) {
        let count = Frame.headerBytes + frame.payload.count
        let channel = state.withLock { state -> (any Channel)? in
            guard let channel = state.channels[peer] else { return nil }
            state.count.frames += 1
            state.count.bytes += count + 4
            return channel
        }
        guard let channel else { return }
        var buffer = channel.allocator.buffer(capacity: count + 4)
        buffer.writeInteger(UInt32(count))
        buffer.writeBytes(frame.header)
        buffer.writeBytes(frame.payload)
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Whether a connection, which has ended, ever was a link.
    func takeOpened(_ channel: any Channel) -> Bool {
        state.withLock { $0.opened.remove(ObjectIdentifier(channel)) != nil }
    }

    /// A handshake ended, the certificate's pin names `peer`, and its hello fits. A newer connection takes an older one's place:
    /// the older is half-open, or the peer would not have dialled again.
    func opened(_ peer: PartyID, _ channel: any Channel) {
        let older = state.withLock { state in
            let older = state.channels[peer]
            state.channels[peer] = channel
            if peer < party { state.opened.insert(ObjectIdentifier(channel)) }
            return older
        }
        if let older {
            inbox.linkLost(peer)
            older.close(promise: nil)
        }
        logger.info("link to peer is up", metadata: ["peer": "\(peer)"])
    }

    func closed(_ peer: PartyID, _ channel: any Channel) {
        let wasCurrent = state.withLock { state in
            guard state.channels[peer] === channel else { return false }
            state.channels[peer] = nil
            return true
        }
        guard wasCurrent else { return }
        inbox.linkLost(peer)
        logger.warning("link to peer is down", metadata: ["peer": "\(peer)"])
    }

    func deliver(_ frame: Frame) -> Bool { inbox.deliver(frame) }

    func refused(_ reason: String) {
        logger.error("a connection between parties was refused", metadata: ["reason": "\(reason)"])
    }

    func closeAll() {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }
}
