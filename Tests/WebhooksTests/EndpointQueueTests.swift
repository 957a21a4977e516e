import Testing
import Webhooks

/// A queue and a clock, a receiver that answers as it is told, and all that became of messages.
private struct Rig {
    var queue: EndpointQueue
    var now: Int64 = 1_000_000_000
    var delivered: [Int64] = []
    var gaveUp: [Int64] = []
    var other: [EndpointQueue.Effect] = []
    /// Times of attempts, by message.
    var attempts: [Int64: [Int64]] = [:]

    init(_ messages: Range<Int64>, schedule: RetrySchedule = .standard) {
        queue = EndpointQueue(schedule, waiting: messages.map { .init(number: $0) })
    }

    /// Goes on to whatever is next and answers it.
    mutating func step(_ answer: (Int64) -> AttemptOutcome) -> Bool {
        guard let wakes = queue.wakes else { return false }
        now = max(now, wakes)
        let begun = queue.begin(at: now)
        for number in begun {
            attempts[number, default: []].append(now)
            take(queue.settle(number, answer(number), at: now, jitter: 1))
        }
        return !begun.isEmpty
    }

    mutating func take(_ effects: [EndpointQueue.Effect]) {
        for effect in effects {
            switch effect {
            case .delivered(let number): delivered.append(number)
            case .gaveUp(let number): gaveUp.append(number)
            case .retry: break
            case .failing, .recovered, .disabled: other.append(effect)
            }
        }
    }

    var seconds: Int64 { (now - 1_000_000_000) / 1_000_000 }
}

private func status(_ status: Int, retryAfter: Int64? = nil) -> AttemptOutcome {
    .answered(status: status, retryAfter: retryAfter)
}

struct EndpointQueueTests {
    @Test("messages go in their order, so many at once, and each once")
    func order() {
        var rig = Rig(0..<20)
        #expect(rig.queue.begin(at: rig.now) == Array(0..<8))
        #expect(rig.queue.begin(at: rig.now).isEmpty && rig.queue.wakes == nil)
        rig.take(rig.queue.settle(3, status(200), at: rig.now, jitter: 0))
        #expect(rig.queue.begin(at: rig.now) == [8])
        rig.take(rig.queue.settle(3, status(200), at: rig.now, jitter: 0))
        #expect(rig.delivered == [3] && rig.queue.count == 19)
        for number in [0, 1, 2, 4, 5, 6, 7, 8] as [Int64] {
            rig.take(rig.queue.settle(number, status(204), at: rig.now, jitter: 0))
        }
        while rig.step({ _ in status(299) }) {}
        #expect(rig.delivered.sorted() == Array(0..<20) && rig.queue.count == 0 && rig.queue.health.failures == 0)
    }

    @Test(
        "one message that its receiver can't take holds back no other, is tried over days, and then given up",
        arguments: [status(400), status(301), status(500), .failed(.late)])
    func poison(outcome: AttemptOutcome) {
        var rig = Rig(0..<1)
        var next: Int64 = 1
        // The others come all the time: the endpoint is well.
        while rig.gaveUp.isEmpty {
            rig.queue.add([.init(number: next, due: rig.now + 60_000_000)])
            next += 1
            if !rig.step({ $0 == 0 ? outcome : status(200) }) { break }
        }
        #expect(rig.gaveUp == [0])
        #expect(rig.attempts[0]?.count == RetrySchedule.standard.delays.count + 1)
        #expect(rig.seconds > 3 * 86_400 && rig.seconds < 5 * 86_400)
        let times = rig.attempts[0] ?? []
        let waits = zip(times, times.dropFirst()).map { ($1 - $0) / 1_000_000 }
        #expect(waits == RetrySchedule.standard.delays)
        #expect(rig.delivered.count >= next - 2 && rig.other.isEmpty)
    }

    @Test("a dead endpoint: told once, one try at a time, every few minutes, disabled after days, and nothing dropped")
    func dead() {
        var rig = Rig(0..<1000)
        var tries = 0
        while rig.queue.state == .active {
            #expect(rig.step { _ in .failed(.noConnection) })
            tries += 1
            if tries > 10_000 { break }
        }
        #expect(rig.other == [.failing, .disabled(.silent)])
        #expect(rig.seconds >= 5 * 86_400 && rig.seconds < 6 * 86_400)
        #expect(tries < 5 * 86_400 / 150)
        // Tries go round: none is used up for the others.
        #expect(rig.gaveUp.isEmpty && rig.queue.count == 1000)
        #expect(rig.queue.wakes == nil && rig.queue.begin(at: .max).isEmpty)
    }

    @Test("an endpoint that comes back gets all at once")
    func back() {
        var rig = Rig(0..<100)
        while rig.seconds < 86_400 { #expect(rig.step { _ in status(502) }) }
        let back = rig.now
        while rig.step({ _ in status(200) }) {}
        #expect(rig.delivered.sorted() == Array(0..<100) && rig.other == [.failing, .recovered])
        #expect(rig.now - back <= 300_000_000)
    }

    @Test("410 disables at once, and what waits stays")
    func gone() {
        var rig = Rig(0..<20)
        #expect(rig.step { _ in status(410) })
        #expect(rig.other.contains(.disabled(.gone)) && rig.queue.state == .disabled)
        #expect(rig.queue.count == 20 && rig.queue.begin(at: .max).isEmpty)
        #expect(rig.other.count { $0 == .disabled(.gone) } == 1)
    }

    @Test("a receiver's wish to wait holds all of its messages, a day at most", arguments: [429, 503])
    func wishes(code: Int) {
        for (wish, held) in [(120, 120), (10_000_000, 86_400), (-5, 0)] as [(Int64, Int64)] {
            var rig = Rig(0..<1)
            rig.queue.add([.init(number: 7, due: rig.now + 1)])
            #expect(rig.queue.begin(at: rig.now) == [0])
            let begun = rig.now
            rig.take(rig.queue.settle(0, status(code, retryAfter: wish), at: rig.now, jitter: 0))
            #expect(rig.queue.wakes == begun + max(1, held * 1_000_000))
            #expect(rig.queue.begin(at: begun + held * 1_000_000 - 1).isEmpty)
            #expect(rig.queue.begin(at: begun + max(1, held * 1_000_000)).contains(7))
        }
        var rig = Rig(0..<2)
        _ = rig.queue.begin(at: rig.now)
        rig.take(rig.queue.settle(0, status(500, retryAfter: 1000), at: rig.now, jitter: 0))
        #expect(rig.queue.wakes.map { $0 - rig.now < 1_000_000_000 } == true)
    }

    @Test("waits lie between half of what the schedule says and all of it, by the jitter")
    func jitter() {
        for (jitter, wait) in [(0.0, 2_500_000), (0.5, 3_750_000), (1.0, 5_000_000)] as [(Double, Int64)] {
            var rig = Rig(0..<1)
            _ = rig.queue.begin(at: rig.now)
            let effects = rig.queue.settle(0, status(500), at: rig.now, jitter: jitter)
            #expect(effects == [.retry(.init(number: 0, attempts: 1, due: rig.now + wait))])
        }
    }

    @Test("a queue in another's place knows what is under way, and a paused one sends nothing and forgets nothing")
    func takesOver() {
        let waiting = (0..<5).map { EndpointQueue.Message(number: $0) }
        var queue = EndpointQueue(.standard, waiting: waiting, underWay: [1, 2, 9])
        #expect(queue.numbersUnderWay == [1, 2] && queue.begin(at: 5) == [0, 3, 4])
        #expect(queue.settle(9, status(200), at: 5, jitter: 0).isEmpty)
        #expect(queue.settle(1, status(200), at: 5, jitter: 0) == [.delivered(1)])
        queue = EndpointQueue(.standard, state: .paused, waiting: waiting, underWay: [1])
        #expect(queue.begin(at: .max).isEmpty && queue.wakes == nil && queue.count == 5)
        #expect(queue.settle(1, status(200), at: 5, jitter: 0) == [.delivered(1)])
    }

    @Test("health outlives a restart: days without any 2xx are counted from the first failure")
    func restarts() {
        var queue = EndpointQueue(
            .standard, health: .init(failures: 40, failingSince: 10), waiting: [.init(number: 1), .init(number: 2)])
        #expect(queue.isFailing && queue.begin(at: 20) == [1])
        let later: Int64 = 10 + 5 * 86_400 * 1_000_000
        #expect(!queue.settle(1, status(500), at: later - 1, jitter: 0).contains(.disabled(.silent)))
        #expect(queue.begin(at: later + 300_000_000) == [2])
        #expect(queue.settle(2, status(500), at: later + 300_000_000, jitter: 0).contains(.disabled(.silent)))
    }
}
