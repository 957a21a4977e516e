import Records
import Simulation
import Stages
import Synchronization
import Testing
import ThreeParty

@Suite("Simulated links")
struct SimulatedLinksTests {
    private let clock = SimulatedClock(start: 0)
    private let stream = StreamID.scoring(0)

    private func frame(_ number: UInt64, from sender: PartyID = .zero, stream: StreamID = .scoring(0)) -> Frame {
        Frame(kind: .refusals, sender: sender, stream: stream, batch: number, digest: .zero, payload: [])
    }

    private func links(_ fates: [SimulatedLinks.Fate] = []) -> SimulatedLinks {
        let left = Mutex(fates)
        return SimulatedLinks(clock: clock) { _, _ in
            left.withLock { $0.isEmpty ? .arrives(after: .zero) : $0.removeFirst() }
        }
    }

    @Test("frames arrive in order, each once, at the party that they were sent to, in their stream")
    func order() throws {
        let links = links()
        let (zero, one, two) = (
            links.transport(of: .zero), links.transport(of: .one), links.transport(of: .two)
        )
        for number in 0..<3 { zero.send(frame(UInt64(number)), to: .one) }
        zero.send(frame(9, stream: .scoring(1)), to: .one)
        for number in 0..<3 { #expect(try one.receive(stream: stream, timeout: .zero)?.batch == UInt64(number)) }
        #expect(try one.receive(stream: stream, timeout: .zero) == nil)
        #expect(try one.receive(stream: .scoring(1), timeout: .zero)?.batch == 9)
        #expect(try two.receive(stream: stream, timeout: .zero) == nil)
    }

    @Test("a delayed frame comes when its time has, and holds up those behind it on its link, as TCP does")
    func delay() throws {
        let links = links([.arrives(after: .milliseconds(40)), .arrives(after: .zero)])
        let (zero, one) = (links.transport(of: .zero), links.transport(of: .one))
        zero.send(frame(1), to: .one)
        zero.send(frame(2), to: .one)
        #expect(try one.receive(stream: stream, timeout: .milliseconds(10)) == nil)
        let begin = clock.now
        #expect(try one.receive(stream: stream, timeout: .seconds(1))?.batch == 1)
        #expect(clock.now - begin == .milliseconds(30))
        #expect(try one.receive(stream: stream, timeout: .zero)?.batch == 2)
    }

    @Test("a repeated frame comes twice")
    func repeats() throws {
        let links = links([.repeated])
        let one = links.transport(of: .one)
        links.transport(of: .zero).send(frame(1), to: .one)
        for _ in 0..<2 { #expect(try one.receive(stream: stream, timeout: .zero)?.batch == 1) }
        #expect(try one.receive(stream: stream, timeout: .zero) == nil)
    }

    @Test("of a lost link its receiver hears once, and frames that were on it are gone; others' stay")
    func lost() throws {
        let links = links([.arrives(after: .zero), .arrives(after: .zero), .linkLost])
        let one = links.transport(of: .one)
        #expect(try one.receive(stream: stream, timeout: .zero) == nil)
        links.transport(of: .zero).send(frame(1), to: .one)
        links.transport(of: .two).send(frame(2, from: .two), to: .one)
        links.transport(of: .zero).send(frame(3), to: .one)
        #expect(throws: TransportError.linkLost(.zero)) { try one.receive(stream: stream, timeout: .zero) }
        #expect(try one.receive(stream: stream, timeout: .zero)?.batch == 2)
        #expect(try one.receive(stream: stream, timeout: .zero) == nil)
    }

    @Test("a party that is away is reached by nobody, and both peers hear of it")
    func away() throws {
        let links = links()
        let (zero, one, two) = (
            links.transport(of: .zero), links.transport(of: .one), links.transport(of: .two)
        )
        for end in [zero, one, two] { #expect(try end.receive(stream: stream, timeout: .zero) == nil) }
        #expect(one.connected == [.zero, .two])
        links.set(.zero, isDown: true)
        zero.send(frame(1), to: .one)
        one.send(frame(2, from: .one), to: .zero)
        for end in [one, two] {
            #expect(throws: TransportError.linkLost(.zero)) { try end.receive(stream: stream, timeout: .zero) }
            #expect(try end.receive(stream: stream, timeout: .zero) == nil)
        }
        #expect(one.connected == [.two] && zero.connected.isEmpty)
        links.set(.zero, isDown: false)
        zero.send(frame(3), to: .one)
        #expect(try one.receive(stream: stream, timeout: .zero)?.batch == 3)
        #expect(try zero.receive(stream: stream, timeout: .zero) == nil)
    }
}
