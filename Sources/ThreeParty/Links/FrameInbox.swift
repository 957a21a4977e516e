import Foundation
package import Records

/// Frames that have arrived and wait for their stream's thread. A peer that has more of them waiting than its protocol ever has
/// (`LinkProtocol.mostWaiting`), or more than `byteLimit` over all streams, does not follow the protocol: its link is given up.
///
/// Sendable: every access is under `condition`.
package final class FrameInbox: @unchecked Sendable {
    private struct Stream {
        var frames: [Frame] = []
        var lost: [PartyID] = []

        mutating func take() throws(TransportError) -> Frame? {
            if !lost.isEmpty { throw .linkLost(lost.removeFirst()) }
            return frames.isEmpty ? nil : frames.removeFirst()
        }
    }

    /// Bytes that wait of one peer, over all streams: no peer fills this party's memory. The largest frame has a quarter of it.
    package static let byteLimit = 1 << 30
    /// What a waiting frame takes beside its payload, roughly.
    static let frameCost = 256

    private static let mostWaiting = Dictionary(
        uniqueKeysWithValues: LinkProtocol.all.map { ($0.id, $0.mostWaiting) })
    private var bytes: [PartyID: Int] = [:]
    private let byteLimit: Int
    private let condition = NSCondition()
    private var streams: [StreamID: Stream] = [:]

    package init(byteLimit: Int = FrameInbox.byteLimit) { self.byteLimit = byteLimit }

    /// False where the stream or the peer's room is full: the caller closes the link.
    package func deliver(_ frame: Frame) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let waiting = bytes[frame.sender, default: 0] + Self.cost(frame)
        guard waiting <= byteLimit,
            streams[frame.stream]?.frames.count ?? 0 < Self.mostWaiting[frame.stream.protocol] ?? 0
        else { return false }
        bytes[frame.sender] = waiting
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
        bytes[peer] = nil
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
            if let frame = try streams[stream, default: Stream()].take() {
                bytes[frame.sender, default: 0] -= Self.cost(frame)
                return frame
            }
            guard condition.wait(until: deadline) else { return nil }
        }
    }

    private static func cost(_ frame: Frame) -> Int { frameCost + frame.payload.count }
}
