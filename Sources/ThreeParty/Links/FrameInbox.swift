import Dispatch
package import Records
import Synchronization

/// Frames that have arrived and wait for their stream's thread. A peer that has more of them waiting than its protocol ever has
/// (`LinkProtocol.mostWaiting`), or more than `byteLimit` over all streams, does not follow the protocol: its link is given up.
package final class FrameInbox: Sendable {
    private struct Stream {
        var frames: [Frame] = []
        var lost: [PartyID] = []
        /// Threads that wait for something to come, and by what they are woken: others' frames wake none of them.
        var waiting = 0
        let bell = DispatchSemaphore(value: 0)

        mutating func take() throws(TransportError) -> Frame? {
            if !lost.isEmpty { throw .linkLost(lost.removeFirst()) }
            return frames.isEmpty ? nil : frames.removeFirst()
        }

        mutating func deliver(_ frame: Frame) {
            frames.append(frame)
            wake()
        }

        mutating func lose(_ peer: PartyID) {
            frames.removeAll { $0.sender == peer }
            lost.append(peer)
            wake()
        }

        /// What a thread waits for that has found nothing.
        mutating func wait() -> DispatchSemaphore {
            waiting += 1
            return bell
        }

        private mutating func wake() {
            for _ in 0..<waiting { bell.signal() }
            waiting = 0
        }
    }

    private struct State {
        var streams: [StreamID: Stream] = [:]
        var bytes: [PartyID: Int] = [:]
    }

    /// Bytes that wait of one peer, over all streams: no peer fills this party's memory. The largest frame has a quarter of it.
    package static let byteLimit = 1 << 30
    /// What a waiting frame takes beside its payload, roughly.
    static let frameCost = 256

    private static let mostWaiting = Dictionary(
        uniqueKeysWithValues: LinkProtocol.all.map { ($0.id, $0.mostWaiting) })
    private let byteLimit: Int
    private let state = Mutex(State())

    package init(byteLimit: Int = FrameInbox.byteLimit) { self.byteLimit = byteLimit }

    /// False where the stream or the peer's room is full: the caller closes the link.
    package func deliver(_ frame: Frame) -> Bool {
        state.withLock { state in
            let waiting = state.bytes[frame.sender, default: 0] + Self.cost(frame)
            guard waiting <= byteLimit,
                state.streams[frame.stream]?.frames.count ?? 0 < Self.mostWaiting[frame.stream.protocol] ?? 0
            else { return false }
            state.bytes[frame.sender] = waiting
            state.streams[frame.stream, default: Stream()].deliver(frame)
            return true
        }
    }

    /// Tells every stream that a link went down; frames of that peer that nobody took are dropped.
    package func linkLost(_ peer: PartyID) {
        state.withLock { state in
            for stream in state.streams.keys { state.streams[stream]?.lose(peer) }
            state.bytes[peer] = nil
        }
    }

    /// The next frame of a stream in the order of delivery, from either peer; nil when nothing came within `timeout`.
    /// The calling thread waits.
    ///
    /// - Throws: `linkLost`, once for each loss and stream, before any frame that is still there.
    package func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        let deadline = DispatchTime.now() + timeout / .seconds(1)
        while true {
            let bell: DispatchSemaphore
            switch try next(of: stream) {
            case .frame(let frame): return frame
            case .none(let itsBell): bell = itsBell
            }
            if bell.wait(timeout: deadline) == .timedOut, stopsWaiting(for: stream, bell) { return nil }
        }
    }

    private enum Next {
        case frame(Frame)
        /// There is nothing, and a thread more waits for the bell.
        case none(DispatchSemaphore)
    }

    private func next(of stream: StreamID) throws(TransportError) -> Next {
        try state.withLock { state throws(TransportError) in
            if let frame = try state.streams[stream, default: Stream()].take() {
                state.bytes[frame.sender, default: 0] -= Self.cost(frame)
                return .frame(frame)
            }
            return .none(state.streams[stream, default: Stream()].wait())
        }
    }

    /// Ends a wait whose time is over; false where something came at that very moment.
    private func stopsWaiting(for stream: StreamID, _ bell: DispatchSemaphore) -> Bool {
        let isWaiting = state.withLock { state in
            guard let waiting = state.streams[stream]?.waiting, waiting > 0 else { return false }
            state.streams[stream]?.waiting = waiting - 1
            return true
        }
        // It was signalled for this thread, which did not hear it.
        if !isWaiting { bell.wait() }
        return isWaiting
    }

    private static func cost(_ frame: Frame) -> Int { frameCost + frame.payload.count }
}
