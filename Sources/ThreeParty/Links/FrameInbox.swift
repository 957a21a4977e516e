import Foundation
package import Records

/// Frames that have arrived and wait for their stream's thread. A protocol batch has at most a handful of frames under
/// way, so a stream that holds more than `limit` has a peer that does not follow the protocol: its link is given up.
///
/// Sendable: every access is under `condition`.
package final class FrameInbox: @unchecked Sendable {
    private struct Stream {
        var frames: [Frame] = []
        var lost: [PartyID] = []
    }

    /// Frames that one stream may hold, from both peers together.
    package static let limit = 64
    private let condition = NSCondition()
    private var streams: [StreamID: Stream] = [:]

    package init() {}

    /// False where the stream is full: the caller closes the link.
    package func deliver(_ frame: Frame) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard (streams[frame.stream]?.frames.count ?? 0) < Self.limit else { return false }
        streams[frame.stream, default: Stream()].frames.append(frame)
        condition.broadcast()
        return true
    }

    /// Tells every stream that a link went down; frames of that peer that nobody took are dropped.
    package func linkLost(_ peer: PartyID) {
        condition.lock()
        defer { condition.unlock() }
        for stream in streams.keys {
            streams[stream]!.frames.removeAll { $0.sender == peer }
            streams[stream]!.lost.append(peer)
        }
        condition.broadcast()
    }

    /// The next frame of a stream in the order of delivery, from either peer; nil when nothing came within `timeout`.
    /// The calling thread waits.
    ///
    /// - Throws: `linkLost`, once for each loss and stream, before any frame that is still there.
    package func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        let deadline = Date(timeIntervalSinceNow: timeout / .seconds(1))
        condition.lock()
        defer { condition.unlock() }
        while true {
            var state = streams[stream] ?? Stream()
            if !state.lost.isEmpty {
                let peer = state.lost.removeFirst()
                streams[stream] = state
                throw .linkLost(peer)
            }
            if !state.frames.isEmpty {
                let frame = state.frames.removeFirst()
                streams[stream] = state
                return frame
            }
            streams[stream] = state
            guard condition.wait(until: deadline) else { return nil }
        }
    }
}
