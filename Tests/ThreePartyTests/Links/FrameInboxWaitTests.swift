import Foundation
import Records
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("Threads that wait for frames")
struct FrameInboxWaitTests {
    private static let frames: UInt64 = 500
    private static let streams: UInt32 = 4

    private func frame(_ batch: UInt64, stream: UInt32) -> Frame {
        Frame(kind: .completed, sender: .zero, stream: .scoring(stream), batch: batch, digest: .zero, payload: [])
    }

    @Test("are woken by what comes for their stream, and get all of it in order, however short they wait at a time")
    func woken() throws {
        let inbox = FrameInbox()
        let taken = Mutex<[UInt32: [UInt64]]>([:])
        let threads = (0..<Self.streams).map { stream in
            Thread {
                var random = SplitMix64(UInt64(stream))
                var own: [UInt64] = []
                while own.count < Self.frames {
                    // Some waits end just as a frame comes.
                    let wait =
                        stream == 0 ? Duration.seconds(3600) : .microseconds(Int.random(in: 0...80, using: &random))
                    if let frame = try? inbox.receive(stream: .scoring(stream), timeout: wait) {
                        own.append(frame.batch)
                    }
                }
                taken.withLock { $0[stream] = own }
            }
        }
        for thread in threads { thread.start() }
        for batch in 0..<Self.frames {
            for stream in 0..<Self.streams {
                // A full stream takes no more, until its thread has taken some.
                while !inbox.deliver(frame(batch, stream: stream)) { sched_yield() }
            }
        }
        while taken.withLock({ $0.count < threads.count }) { sched_yield() }
        for (_, own) in taken.withLock({ $0 }) { #expect(own == Array(0..<Self.frames)) }
    }

    @Test("are woken by a link that is lost, each stream's one")
    func lost() {
        let inbox = FrameInbox()
        let told = Mutex(0)
        let threads = (0..<Self.streams).map { stream in
            Thread {
                #expect(throws: TransportError.linkLost(.one)) {
                    try inbox.receive(stream: .scoring(stream), timeout: .seconds(3600))
                }
                told.withLock { $0 += 1 }
            }
        }
        // A stream is told of losses since it was first asked for.
        for stream in 0..<Self.streams {
            _ = try? inbox.receive(stream: .scoring(stream), timeout: .zero)
        }
        for thread in threads { thread.start() }
        inbox.linkLost(.one)
        while told.withLock({ $0 < threads.count }) { sched_yield() }
    }
}
