import Records
import Support
import Testing
import ThreeParty

/// Frames that wait, beside plain lists of them.
@Suite("Frames that wait, beside plain lists")
struct FrameInboxModelTests {
    private static let streams: [StreamID] = [.scoring(0), .scoring(7), .training, .reasons, .refresh]
    /// Bytes of a waiting frame beside its payload.
    private static let cost = 256

    private struct Waiting {
        /// By stream, once anything came to it or was asked of it: what is told of links first, then frames.
        var lost: [StreamID: [PartyID]] = [:]
        var frames: [StreamID: [Frame]] = [:]
        let limit: Int

        func bytes(of peer: PartyID) -> Int {
            frames.values.joined().filter { $0.sender == peer }.reduce(0) { $0 + cost + $1.payload.count }
        }

        mutating func deliver(_ frame: Frame) -> Bool {
            let most = LinkProtocol.all.first { $0.id == frame.stream.protocol }?.mostWaiting ?? 0
            guard bytes(of: frame.sender) + cost + frame.payload.count <= limit, frames[frame.stream]?.count ?? 0 < most
            else {
                return false
            }
            frames[frame.stream, default: []].append(frame)
            lost[frame.stream, default: []] += []
            return true
        }

        mutating func lose(_ peer: PartyID) {
            for stream in Set(frames.keys).union(lost.keys) {
                frames[stream]?.removeAll { $0.sender == peer }
                lost[stream, default: []].append(peer)
            }
        }

        /// The number of the next frame, or whose link was lost.
        mutating func next(_ stream: StreamID) -> (frame: UInt64?, lost: PartyID?) {
            if let peer = lost[stream]?.first {
                lost[stream]?.removeFirst()
                return (nil, peer)
            }
            lost[stream, default: []] += []
            guard frames[stream]?.isEmpty == false else { return (nil, nil) }
            return (frames[stream]?.removeFirst().batch, nil)
        }
    }

    @Test(
        "come out as they went in, stream by stream, within each peer's room", arguments: 1...30 as ClosedRange<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let limit = Int.random(in: 1_000...8_000, using: &random)
        let inbox = FrameInbox(byteLimit: limit)
        var plain = Waiting(limit: limit)
        var refused = 0
        for number in 0..<600 as Range<UInt64> {
            let stream = Self.streams[min(Int.random(in: 0..<7, using: &random), 4)]
            switch Int.random(in: 0..<20, using: &random) {
            case 0...11:
                let frame = Frame(
                    kind: .abort, sender: [PartyID.one, .two].randomElement(using: &random)!, stream: stream,
                    batch: number,
                    digest: .zero, payload: [UInt8](repeating: 1, count: Int.random(in: 0...900, using: &random)))
                let isTaken = plain.deliver(frame)
                #expect(inbox.deliver(frame) == isTaken, "frame \(number)")
                refused += isTaken ? 0 : 1
            case 12 where number % 5 == 0:
                let peer: PartyID = Bool.random(using: &random) ? .one : .two
                inbox.linkLost(peer)
                plain.lose(peer)
            default:
                let expected = plain.next(stream)
                do throws(TransportError) {
                    let frame = try inbox.receive(stream: stream, timeout: .zero)
                    #expect(frame?.batch == expected.frame && expected.lost == nil)
                } catch {
                    guard case .linkLost(let peer) = error else { continue }
                    #expect(peer == expected.lost)
                }
            }
        }
        // In the end all comes out that is there.
        for stream in Self.streams {
            while true {
                let expected = plain.next(stream)
                guard expected.frame != nil || expected.lost != nil else { break }
                let frame = (try? inbox.receive(stream: stream, timeout: .zero))?.batch
                #expect(frame == expected.frame)
            }
            #expect(try inbox.receive(stream: stream, timeout: .zero) == nil)
        }
        #expect(refused > 0)
    }

    @Test("of a protocol that there is not are not taken, whoever sends them")
    func strangers() {
        let inbox = FrameInbox()
        for number in 3...255 as ClosedRange<UInt8> {
            let frame = Frame(
                kind: .abort, sender: .one, stream: StreamID(protocol: number, number: 0), batch: 1, digest: .zero,
                payload: [])
            #expect(!inbox.deliver(frame))
        }
    }
}
