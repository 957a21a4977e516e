package import Records

/// Frames between the three parties: in-process for tests, mutual TLS 1.3 for real.
///
/// Between two parties frames arrive in order, each once, or the link is reported as lost.
package protocol Transport: Sendable {
    /// The party at this end of the links.
    var party: PartyID { get }

    /// Hands a frame over for sending. A lost link shows as `linkLost` at the receiver's next `receive`, not here.
    func send(_ frame: Frame, to peer: PartyID)

    /// The next frame of a stream from either peer; nil when nothing came within `timeout`.
    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame?

    /// Which peers can be reached now.
    var connected: Set<PartyID> { get }

    /// What went out since the start.
    var sent: TransportCount { get }
}

package enum TransportError: Error, Sendable, Hashable {
    /// The link to a peer went down since the last call for this stream.
    case linkLost(PartyID)
}

/// What a transport sent, to both peers together.
package struct TransportCount: Sendable, Hashable {
    package var frames: Int
    /// Encoded frames with their length prefix, before TLS.
    package var bytes: Int

    package init(frames: Int = 0, bytes: Int = 0) {
        self.frames = frames
        self.bytes = bytes
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .linkLost(let peer): "the link to \(peer) is lost"
        }
    }
}
